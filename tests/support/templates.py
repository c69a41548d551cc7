"""Templates of made-up secrets, expanded at run time so that no file holds one.

`{A-Z2-7*16}` is sixteen random characters of that set, written as in a regular expression's set;
`{AKIA}` is `AKIA`, in braces so that no scanner reads a token's beginning in the file. All else,
braces with braces or nothing in them included, stands for itself.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

GROUP = re.compile(r"\{(?P<chars>[^{}]+?)\*(?P<count>\d+)\}|\{(?P<literal>[^{}]+)\}")
RANGE = re.compile(r"(?P<first>[A-Za-z0-9])-(?P<last>[A-Za-z0-9])|\\?(?P<one>.)", re.DOTALL)


@dataclass(frozen=True)
class Expanded:
    """A template's text, and where its random characters begin and end (0, 0 where it has none)."""

    text: str
    start: int = 0
    end: int = 0

    @property
    def value(self) -> str:
        """What must not leave: everything from the first random character to the last."""
        return self.text[self.start : self.end]


def expand(template: str, seed: int = 0) -> Expanded:
    """The template with random characters in it, the same for each seed."""
    chance = random.Random(f"{seed} {template}")
    text, start, end, position = "", -1, 0, 0
    for group in GROUP.finditer(template):
        text += template[position : group.start()]
        position = group.end()
        if group["literal"] is not None:
            text += group["literal"]
            continue
        start = len(text) if start < 0 else start
        text += "".join(chance.choices(alphabet(group["chars"]), k=int(group["count"])))
        end = len(text)
    return Expanded(text + template[position:], max(start, 0), end)


def alphabet(chars: str) -> str:
    """The characters of a set: `A-C_` is `ABC_`."""
    found = ""
    for part in RANGE.finditer(chars):
        if part["one"] is not None:
            found += part["one"]
        else:
            found += "".join(map(chr, range(ord(part["first"]), ord(part["last"]) + 1)))
    return found
