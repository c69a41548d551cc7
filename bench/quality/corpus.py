"""Labelled documents, made from templates and formats with a fixed seed.

A document is one item (a line or a few) in a file of its kind, with ordinary lines around it. A
positive item has labels: the runs of characters that must be masked. A harmless one has none.

The two splits have different templates, words, names of keys and seeds; they share the formats,
which are the world's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from random import Random
from typing import Final, Literal

from bench.quality import makers, vocabulary
from bench.quality.vocabulary import Vocabulary

Split = Literal["dev", "test"]
Range = tuple[int, int]

SEEDS: Final[dict[Split, int]] = {"dev": 20_260_101, "test": 77_003_177}

PER_FAMILY: Final = 7
"""Items for each format of a provider."""

PER_SCENE: Final = 5
PER_HARMLESS: Final = 21
"""Items of a harmless template with something made up in it; others stand once in each file."""

PASSWORDS: Final = 400
TOKENS: Final = 280
PER_PERSON_FAMILY: Final = 9

_DATA: Final = Path(__file__).parent / "data"
_MARK: Final = re.compile(r"«([^»]*)»|‹([^›]*)›|⟨([^⟩]*)⟩")
_NEWLINE: Final = "⏎"


@dataclass(frozen=True)
class Document:
    """One text with what is known about it.

    Attributes:
        kind: Provider, password, token, url, header, pem, pii, or `harmless`.
        family: E.g. `github`, `password`, `es-nif`; for harmless ones the class.
        template: The template it was made from.
        name: File name.
        labels: What must be masked.
        tolerated: What may be masked.
    """

    kind: str
    family: str
    template: str
    name: str
    text: str
    labels: tuple[Range, ...] = ()
    tolerated: tuple[Range, ...] = ()


@dataclass
class _Templates:
    """What the file of a split says."""

    words: Vocabulary
    keys: dict[str, list[str]]
    lines: list[tuple[str, str]] = field(default_factory=list)
    bare: list[tuple[str, str]] = field(default_factory=list)
    scenes: list[tuple[str, str, list[str], str]] = field(default_factory=list)
    harmless: list[tuple[str, list[str], str]] = field(default_factory=list)


def documents(split: Split) -> list[Document]:
    """All documents of a split, the same on every run."""
    return list(_Maker(split).all())


class _Maker:
    """Puts templates, values and ordinary lines together."""

    def __init__(self, split: Split) -> None:
        self._split: Split = split
        self._templates = _read(split)
        self._words = self._templates.words
        self._filler = _filler()
        self._chance = Random(SEEDS[split])

    def all(self) -> Iterator[Document]:
        yield from self._families()
        yield from self._named("password", "{password}", "password", PASSWORDS)
        for value in ("{an*32}", "{hex*32}", "{url*43}", "{b64*44}", "{low*24}", "{hex*64}"):
            yield from self._named("token", value, "token", TOKENS // 6)
        yield from self._people()
        for kind, family, files, line in self._templates.scenes:
            names, text = _own_file(files, line)
            for number in range(PER_SCENE):
                yield self._document(kind, family, names[number % len(names)], text)
        for family, files, line in self._templates.harmless:
            names, text = _own_file(files, line)
            for number in range(PER_HARMLESS if _varies(text) else len(names)):
                yield self._document("harmless", family, names[number % len(names)], text)

    def _families(self) -> Iterator[Document]:
        """A format of a provider: under its name, and where its shape suffices, without one."""
        for group, (family, provider, needs, value) in _table("families.txt"):
            for number in range(PER_FAMILY):
                own = needs == "own"
                if own and number % 3 == 2:
                    yield self._line(group, family, value, "", self._templates.bare)
                    continue
                names = self._templates.keys["provider" if own else "context"]
                key = self._chance.choice(names).replace("%", provider)
                yield self._line(group, family, value, key, self._templates.lines)

    def _named(self, family: str, value: str, keys: str, count: int) -> Iterator[Document]:
        """A value that only the name of its key gives away."""
        for _ in range(count):
            key = self._chance.choice(self._templates.keys[keys])
            yield self._line(family, f"named-{family}", value, key, self._templates.lines)

    def _people(self) -> Iterator[Document]:
        for _, (family, dev, test, value) in _table("people.txt"):
            own = dev if self._split == "dev" else test
            names = self._templates.keys["any"] if own == "anywhere" else own.split(";")
            for _ in range(PER_PERSON_FAMILY):
                key = self._chance.choice(names).strip()
                yield self._line("pii", family, value, key, self._templates.lines)

    def _line(
        self, kind: str, family: str, value: str, key: str, templates: list[tuple[str, str]]
    ) -> Document:
        """A value in a syntax that can hold it: blanks and the like need quotes."""
        while True:
            name, text = self._chance.choice(templates)
            quoted = bool(re.search(r"[\"'`>][^\"'`<]*«", text))
            if quoted or not re.search(r"\{(name|phone|address|mnemonic|card|iban|jwt)\}", value):
                break
        marked = value if "«" in value else f"«{value}»"
        return self._document(kind, family, name, text.replace("«value»", marked), key)

    def _document(self, kind: str, family: str, name: str, text: str, key: str = "") -> Document:
        before, after = self._around(name), self._around(name)
        body, labels, tolerated = self._filled(text.replace(_NEWLINE, "\n"), key, len(before))
        return Document(kind, family, text, name, before + body + "\n" + after, labels, tolerated)

    def _around(self, name: str) -> str:
        suffix = PurePath(name).suffix or name
        lines = self._filler.get(suffix) or self._filler.get(name) or [""]
        return self._chance.choice(lines) + "\n"

    def _filled(
        self, text: str, key: str, start: int
    ) -> tuple[str, tuple[Range, ...], tuple[Range, ...]]:
        """The template with its marks replaced, and where the labelled runs came to stand."""
        parts: list[str] = []
        labels: list[Range] = []
        tolerated: list[Range] = []
        at = 0
        for mark in _MARK.finditer(text):
            parts.append(text[at : mark.start()])
            at = mark.end()
            required, may, harmless = mark.groups()
            if harmless is not None and harmless.startswith("key:"):
                parts.append(_styled(key or "data item", harmless[4:]))
                continue
            expression = next(group for group in mark.groups() if group is not None)
            if harmless is not None and harmless.isalnum():
                expression = f"{{{harmless}}}"
            quoted = text[: mark.start()].rstrip().endswith(("'", '"', "`"))
            value = makers.expand(expression, self._chance, self._words, quoted=quoted)
            begin = start + sum(map(len, parts))
            parts.append(value)
            if required is not None:
                labels.append(_core(value, begin))
            elif may is not None:
                tolerated.append((begin, begin + len(value)))
        parts.append(text[at:])
        return "".join(parts), tuple(labels), tuple(tolerated)


def _own_file(files: list[str], line: str) -> tuple[list[str], str]:
    """`name ⊢ text` is a template for one kind of file only."""
    name, own, text = line.partition(" ⊢ ")
    return ([name], text) if own else (files, line)


def _varies(template: str) -> bool:
    return any("{" in one or one.isalnum() for one in re.findall("⟨([^⟩]*)⟩", template))


def _core(value: str, begin: int) -> Range:
    """Where the sensitive part is: the first and the last line of a private key may stay."""
    head = re.match(r"-{5}BEGIN [^-]*-{5}(?:\\n|\n)", value)
    if head is None:
        return begin, begin + len(value)
    return begin + head.end(), begin + value.rindex("-" * 5 + "END")


def _styled(key: str, style: str) -> str:
    """A name as a language writes it: snake, upper, camel, pascal, kebab or dotted."""
    parts = key.lower().split()
    match style:
        case "snake":
            return "_".join(parts)
        case "upper":
            return "_".join(parts).upper()
        case "kebab":
            return "-".join(parts)
        case "dotted":
            return ".".join(parts)
        case "camel":
            return parts[0] + "".join(part.capitalize() for part in parts[1:])
        case "pascal":
            return "".join(part.capitalize() for part in parts)
    raise ValueError(f"no such style of names: {style}")


def _sections(name: str) -> Iterator[tuple[list[str], list[str]]]:
    """(words of the heading, lines) of a file of templates."""
    heading: list[str] = []
    lines: list[str] = []
    for line in (_DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            if heading:
                yield heading, lines
            heading, lines = line[3:].split(), []
        elif heading and line.strip():
            lines.append(line)
    if heading:
        yield heading, lines


def _read(split: Split) -> _Templates:
    found: dict[str, dict[str, str]] = {}
    templates: _Templates | None = None
    for (what, *names), lines in _sections(f"{split}.txt"):
        if what in ("words", "keys"):
            found[what] = dict(line.split(": ", 1) for line in lines)
            continue
        if templates is None:
            keys = {name: text.split("; ") for name, text in found["keys"].items()}
            templates = _Templates(vocabulary.of(found["words"]), keys)
        if what == "syntax":
            templates.lines += [(names[0], line) for line in lines if not line.startswith("~ ")]
            templates.bare += [(names[0], line[2:]) for line in lines if line.startswith("~ ")]
        elif what == "scene":
            templates.scenes += [(names[0], names[1], names[2:], line) for line in lines]
        elif what == "harmless":
            templates.harmless += [(names[0], names[1:], line) for line in lines]
    assert templates is not None
    return templates


def _filler() -> dict[str, list[str]]:
    return {
        suffix: [line.replace(_NEWLINE, "\n") for line in lines]
        for (_, *suffixes), lines in _sections("filler.txt")
        for suffix in suffixes
    }


def _table(name: str) -> Iterator[tuple[str, list[str]]]:
    """(heading, columns) of a table with bars between its columns."""
    heading = ""
    for line in (_DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("#"):
            yield heading, [part.strip() for part in line.split(" | ")]
