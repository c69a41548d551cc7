"""Keys: whether a line calls something by one of its names, however the name is spelt.

`taxId`, `TAX_ID`, `tax-id`, `"Tax ID:"` and `taxid` all say `tax id`; `taxidermy` does not.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_JOINTS: Final = re.compile(r"\\[nrt]|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "ı": "i", "đ": "d", "æ": "ae"})


def spoken(text: str) -> str:
    """The words of `text` in lower case, without accents, with one blank round each."""
    words = _WORD.findall(_JOINTS.sub(" ", text))
    joined = " ".join(words).lower()
    if not joined.isascii():
        joined = joined.translate(_PLAIN)
        joined = "".join(c for c in unicodedata.normalize("NFKD", joined) if _shows(c))
    return f" {joined} "


def phrases(names: str) -> tuple[str, ...]:
    """What to look for in `spoken` text: each name as words and as one word.

    Args:
        names: With `;` between them. Those in scripts that leave no blanks between words may
            stand inside a longer run.
    """
    found = []
    for name in names.split(";"):
        said = spoken(name)
        joined = said.replace(" ", "")
        found += [said, f" {joined} "] if name.isascii() else [said.strip(), joined]
    return tuple(dict.fromkeys(found))


def says(spoken_text: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of the `phrases` stands in `spoken` text."""
    return any(phrase in spoken_text for phrase in wanted)


def _shows(character: str) -> bool:
    return not unicodedata.combining(character)
