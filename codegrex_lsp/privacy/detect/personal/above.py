"""Above: a value whose key stands on the line over it, as in Terraform, Kubernetes and plists.

variable "tax_id" {          - name: TAX_ID            <key>taxId</key>
  default = "…"                value: "…"              <string>…</string>
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Line
from codegrex_lsp.privacy.detect.personal.keys import says, spoken

_LINES: Final = 3
_LONGEST: Final = 200
"""Characters of a line above that are read."""

TRIGGERS: Final = (
    r"^[+\-]?[ \t]*+(?:- )?[\"']?(?=[A-Za-z]++_?+[A-Za-z]*+[\"']?[ \t]{0,8}[:=])"
    r"(?:[A-Za-z]{1,12}_?)?(?i:value|default|content|text|data)[\"']?[ \t]{0,8}[:=]",
    r"^[+\-]?[ \t]*+<(?i:string|value|default)>",
    r"^[+\-]?[ \t]++[\"'`][^\"'`\n]{2,120}[\"'`][ \t]*[,;)\]]{0,3}$",
)
"""Find lines that say no more than that here is a value; in a diff, too."""

_PLAIN: Final = re.compile(rf"{'|'.join(TRIGGERS)}|[+\-]?[ \t]++[\w.,/\-][\w .,/\-]{{1,119}}$")
_INNER: Final = re.compile(
    r"(?:[:=>][ \t]*|^[+\-]?[ \t]+)(?P<quote>[\"'`]?)(?P<value>[^\"'`<>\n]{2,160}?)(?P=quote)"
    r"(?:</\w+>)?[ \t,;)\]]*$"
)


def is_plain_value(line: Line) -> bool:
    """Whether a line says no more than that here is a value."""
    return _PLAIN.match(line.text) is not None


def plain_value(line: Line) -> tuple[int, int]:
    """Where the value of such a line stands, without the quotes round it."""
    match = _INNER.search(line.text)
    return match.span("value") if match else (0, 0)


@dataclass(frozen=True, slots=True)
class Above:
    """A span that counts where one of three lines above says one of `phrases`.

    Attributes:
        span: Of the value, in its line.
        phrases: From `keys.phrases`.
    """

    span: Span
    phrases: tuple[str, ...]

    def settle(self, lines: Sequence[str], index: int) -> Iterable[tuple[int, Span]]:
        """The span, or nothing."""
        for line in lines[max(index - _LINES, 0) : index]:
            if says(spoken(line[:_LONGEST]), self.phrases):
                return [(index, self.span)]
        return []

    def shifted(self, by: int) -> Above:
        """The same, further to the right."""
        span = replace(self.span, start=self.span.start + by, end=self.span.end + by)
        return replace(self, span=span)
