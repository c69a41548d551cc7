"""Ordinary code: how often a line of it is flagged.

The Python standard library and the packages of this environment, without their tests: nobody has
labelled it, so the numbers are an upper bound. Authors with their addresses are in it, and are
right to be found.
"""

from __future__ import annotations

import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from bench.quality.finders import Find, Text

LINES: Final = 50_000
"""Of each of the two."""

_LEFT_OUT: Final = {"test", "tests", "testing", "idle_test", "site-packages", "__pycache__"} | {
    "phonenumbers",  # its sources are tables of telephone numbers
}
_SEED: Final = 11


@dataclass(frozen=True)
class Sample:
    """Files of one origin."""

    name: str
    texts: list[Text]

    @property
    def lines(self) -> int:
        return sum(one.text.count("\n") + 1 for one in self.texts)


def samples() -> list[Sample]:
    """The two samples, the same for the same installation."""
    paths = sysconfig.get_paths()
    return [
        Sample("standard library", _texts(Path(paths["stdlib"]))),
        Sample("site-packages", _texts(Path(paths["purelib"]))),
    ]


def flagged(texts: Sequence[Text], found: Sequence[Sequence[Find]], kind: str) -> int:
    """Lines with a find of a kind."""
    return sum(
        len({one.text.count("\n", 0, find.start) for find in finds if find.kind == kind})
        for one, finds in zip(texts, found, strict=True)
    )


def by_rule(texts: Sequence[Text], found: Sequence[Sequence[Find]]) -> Counter[str]:
    """Flagged lines by rule."""
    lines = {
        (number, one.text.count("\n", 0, find.start), find.rule)
        for number, (one, finds) in enumerate(zip(texts, found, strict=True))
        for find in finds
    }
    return Counter(rule for _, _, rule in lines)


def _texts(root: Path) -> list[Text]:
    files = sorted(_files(root))
    Random(_SEED).shuffle(files)
    texts: list[Text] = []
    lines = 0
    for file in files:
        try:
            text = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        texts.append(Text(file.name, text, "python"))
        lines += text.count("\n") + 1
        if lines >= LINES:
            break
    return texts


def _files(root: Path) -> Iterator[Path]:
    for file in root.rglob("*.py"):
        if not _LEFT_OUT.intersection(file.relative_to(root).parts):
            yield file
