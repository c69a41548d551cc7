"""Takes the code out of a Markdown fence, while the answer streams."""

from __future__ import annotations

import re
from typing import Final

_OPENING: Final = re.compile(r"(`{3,})[ \t]*[\w+#.:-]*[ \t]*\r?\n")
_MAY_OPEN: Final = re.compile(r"`{0,2}|`{3,}[ \t]*[\w+#.:-]*[ \t]*\r?")
_MAY_CLOSE: Final = re.compile(r"(?:\r|\r?\n[ \t]*(?:`+[ \t]*)?\r?)\Z")

_MOST_HELD: Final = 80
"""Characters of an opening line; a longer one opens no fence."""


class Fences:
    """Gives what stands inside a fence that the answer begins with, and drops what follows it.

    An answer that begins otherwise passes unchanged. The line break before the closing fence
    belongs to the fence.
    """

    def __init__(self) -> None:
        self._held = ""
        self._read = self._start
        self._closing = _closing(3)
        self._given = False

    def feed(self, text: str) -> str:
        """The part of the answer that `text` completes."""
        self._held += text
        return self._read()

    def close(self) -> str:
        """The rest, without a closing fence that stands at the very end."""
        rest, self._held = self._held, ""
        if self._read != self._inside:
            return rest
        closing = self._closing.search(rest + "\n")
        return self._give(rest if closing is None else rest[: closing.start()])

    def _start(self) -> str:
        begun = self._held.lstrip()
        opening = _OPENING.match(begun)
        if opening is not None:
            self._closing = _closing(len(opening[1]))
            # The fence's own line break stays until the first line is known to be no fence.
            self._held = "\n" + begun[opening.end() :]
            self._read = self._inside
        elif len(begun) <= _MOST_HELD and _MAY_OPEN.fullmatch(begun):
            return ""
        else:
            self._read = self._outside
        return self._read()

    def _inside(self) -> str:
        closing = self._closing.search(self._held)
        if closing is not None:
            text = self._held[: closing.start()]
            self._held = ""
            self._read = self._after
            return self._give(text)
        unsure = _MAY_CLOSE.search(self._held)
        end = len(self._held) if unsure is None else unsure.start()
        text, self._held = self._held[:end], self._held[end:]
        return self._give(text)

    def _after(self) -> str:
        self._held = ""
        return ""

    def _outside(self) -> str:
        text, self._held = self._held, ""
        return text

    def _give(self, text: str) -> str:
        if text and not self._given:
            self._given = True
            return text[1:]
        return text


def _closing(length: int) -> re.Pattern[str]:
    """A closing fence of at least `length` backticks, alone on its line."""
    return re.compile(rf"\r?\n[ \t]*`{{{length},}}[ \t]*(?=\r?\n)")
