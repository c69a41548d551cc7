"""Rule files of other scanners, read where a person has them; nothing of them is kept here.

| file | what it is | whose examples |
| --- | --- | --- |
| `*.yml`, `*.yaml` | rules of noseyparker and kingfisher: `rules`, each with `examples` | theirs |
| `*.json` | what `kingfisher rules list --format json` prints | theirs |
| `*.toml` | gitleaks' configuration, or its program, which carries it | made from its patterns |
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.others.samples import python_pattern, samples

PATIENCE: Final = 2.0
"""Time for somebody's pattern on one example, in s."""


class Unreadable(ValueError):
    """A file that holds no rules of a known form. The message names it and what it should be."""


@dataclass(frozen=True)
class Example:
    """A text in which a rule finds a secret.

    Attributes:
        rule: Id of the rule.
        text: What it is to be found in.
        values: Where the secret stands: the rule's own groups, each from first to past the last
            character, or else its whole match, or the whole text.
        secret: Whether it is one: no identifier, and nothing that is public by design.
    """

    rule: str
    text: str
    values: tuple[tuple[int, int], ...]
    secret: bool = True


def read(path: Path) -> Iterator[Example]:
    """The examples of a file, or of every rule file below a folder.

    Raises:
        Unreadable: It holds no rules, or no examples of any.
        OSError: It can not be read.
    """
    files = sorted(one for one in path.rglob("*") if one.suffix in _FORMS) if path.is_dir() else []
    found = False
    for file in files or [path]:
        for rule in _rules(file):
            for example in _examples(rule):
                found = True
                yield example
    if not found:
        raise Unreadable(f"{path} holds no rules with examples: name a folder or file of {_KNOWN}")


def _rules(file: Path) -> Iterator[Mapping[str, Any]]:
    form = _FORMS.get(file.suffix, _program)
    try:
        table = form(file.read_bytes())
    except ValueError as error:
        raise Unreadable(f"{file} is no rule file: {type(error).__name__}") from None
    for rule in table if isinstance(table, list) else (table or {}).get("rules", []):
        if isinstance(rule, Mapping) and rule.get("id") and rule.get("visible", True):
            yield rule


def _yaml(data: bytes) -> Any:
    import yaml

    try:
        return yaml.safe_load(data)
    except yaml.YAMLError as error:
        raise ValueError from error


def _toml(data: bytes) -> Any:
    return tomllib.loads(data.decode())


def _program(data: bytes) -> Any:
    """The configuration in gitleaks' program: text between its title and what is no more TOML."""
    start = data.find(b'title = "gitleaks config"')
    if start < 0:
        raise ValueError("no configuration in it")
    lines = data[start:].split(b"\0", 1)[0].decode("utf-8", "replace").split("\n")
    while lines:
        try:
            return tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"at line (\d+)", str(error))
            lines = lines[: int(place[1]) - 1] if place else []
    raise ValueError("no configuration in it")


_FORMS: Final = {".yml": _yaml, ".yaml": _yaml, ".json": json.loads, ".toml": _toml}
_KNOWN: Final = "noseyparker or kingfisher (YAML, JSON), or gitleaks' configuration or program"


def _examples(rule: Mapping[str, Any]) -> Iterator[Example]:
    pattern = rule.get("pattern") or rule.get("regex") or ""
    texts = rule.get("examples")
    if texts is None and "regex" in rule:
        texts = samples(rule["id"], pattern, int(rule.get("secretGroup", 0)))
    secret = not _is_public(rule)
    for text in texts or ():
        yield Example(rule["id"], text, _values(pattern, text), secret)


_PUBLIC: Final = re.compile(
    r"\b(?:(?:client|access|app|application|account)[ -]id|user[ -]?name|publishable"
    r"|public(?! api)|pub[ -]key|recipient)\b",
    re.IGNORECASE,
)


def _is_public(rule: Mapping[str, Any]) -> bool:
    """Whether its author or its name says that it finds an identifier or a public key."""
    if "identifier" in (rule.get("categories") or ()):
        return True
    name = f"{rule['id']} {rule.get('name') or ''}"
    return _PUBLIC.search(name) is not None


def _values(pattern: str, text: str) -> tuple[tuple[int, int], ...]:
    import regex

    try:
        match = regex.search(python_pattern(pattern), text, regex.VERSION1, timeout=PATIENCE)
    except (regex.error, TimeoutError):
        match = None
    if match is None:
        return ((0, len(text)),)
    groups = range(1, match.re.groups + 1)
    return tuple(match.span(at) for at in groups if match.group(at)) or (match.span(),)
