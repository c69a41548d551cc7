"""`python -m bench.others PATH…`: what we find of the examples of other scanners' rules.

A path is a rule file of gitleaks, noseyparker or kingfisher, a folder of them, or gitleaks' program
(`readers` tells which files). `"kingfisher 1.2=PATH"` keeps the figures under that name in
`figures.json`, from which docs/quality.md has them. Nothing else of the files is kept.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from bench.others.figures import Figures, keep, table
from bench.others.readers import Example, Unreadable, read
from bench.quality import finders
from bench.quality.finders import Find, Text


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each set, print the table and the rules of which nothing is found."""
    parser = argparse.ArgumentParser(prog="python -m bench.others", description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="[NAME=]PATH")
    parser.add_argument("--only-ours", action="store_true", help="without the peers")
    parser.add_argument("--misses", action="store_true", help="show what is not found")
    options = parser.parse_args(arguments)
    peers = [one for one in finders.available() if "secret" in one.kinds]
    measured: list[Figures] = []
    for one in options.sets:
        name, _, path = one.rpartition("=")
        try:
            examples = list(read(Path(path)))
        except (OSError, Unreadable) as error:
            parser.error(str(error))
        texts = [Text("example", example.text) for example in examples]
        found = {peer.name: peer.find(texts) for peer in peers[: 1 if options.only_ours else None]}
        figures = measure(name or path, examples, found)
        measured.append(figures)
        ours = found[peers[0].name]
        print(f"{figures.name}: nothing is found of", *_without(examples, ours), file=sys.stderr)
        if options.misses:
            _show(examples, ours)
        if name:
            keep(figures)
    print(table(measured))
    return 0


def measure(name: str, examples: Sequence[Example], found: dict[str, list[list[Find]]]) -> Figures:
    """Macro recall of each finder: the mean, over the rules, of the share that it finds."""
    secrets = [example.secret for example in examples]
    recall = {
        finder: (_macro(examples, finds, secrets), _macro(examples, finds, [True] * len(examples)))
        for finder, finds in found.items()
    }
    rules = {example.rule for example in examples}
    named = {example.rule for example in examples if example.secret}
    return Figures(name, len(rules), len(named), len(examples), recall)


def is_found(example: Example, finds: Sequence[Find]) -> bool:
    """Whether a find touches the secret."""
    return any(f.start < end and start < f.end for f in finds for start, end in example.values)


def _macro(
    examples: Sequence[Example], found: Sequence[Sequence[Find]], counts: Sequence[bool]
) -> float:
    shares: dict[str, list[bool]] = defaultdict(list)
    for example, finds, counted in zip(examples, found, counts, strict=True):
        if counted:
            shares[example.rule].append(is_found(example, finds))
    return sum(sum(one) / len(one) for one in shares.values()) / max(len(shares), 1)


def _without(examples: Sequence[Example], found: Sequence[Sequence[Find]]) -> list[str]:
    """Ids of the rules none of whose examples is found; identifiers and the like in brackets."""
    any_found: dict[str, bool] = {}
    for example, finds in zip(examples, found, strict=True):
        shown = example.rule if example.secret else f"({example.rule})"
        any_found[shown] = any_found.get(shown, False) or is_found(example, finds)
    return [rule for rule, some in any_found.items() if not some]


def _show(examples: Sequence[Example], found: Sequence[Sequence[Find]]) -> None:
    for example, finds in zip(examples, found, strict=True):
        if not is_found(example, finds):
            start, end = example.values[0]
            before = example.text[max(start - 50, 0) : start]
            print(f"{example.rule}: {before!r} {example.text[start:end][:100]!r}")


if __name__ == "__main__":
    sys.exit(main())
