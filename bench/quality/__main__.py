"""`python -m bench.quality`: how well the redactor finds what it must, beside its peers.

Without options it measures the split that is kept away from tuning and writes docs/quality.md.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from bench.quality import corpus, finders, ordinary, report, scoring
from bench.quality.corpus import Document
from bench.quality.scoring import Score


def _offline(*_: object, **__: object) -> NoReturn:
    raise OSError("the quality measurement needs no network")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the page where the test split was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--misses", type=int, metavar="N", default=0, help="show N items of dev")
    parser.add_argument("--only-ours", action="store_true", help="without the peers")
    parser.add_argument("--no-code", action="store_true", help="without the ordinary code")
    options = parser.parse_args(arguments)
    if options.misses and options.split == "test":
        parser.error("--misses shows items, and those of the test split are kept away")
    socket.getaddrinfo = _offline

    documents = corpus.documents(options.split)
    samples = [] if options.no_code else ordinary.samples()
    texts = [finders.Text(one.name, one.text, report.language(one.name)) for one in documents]
    rows: list[report.Row] = []
    for named in finders.available()[: 1 if options.only_ours or options.misses else None]:
        began = time.monotonic()
        score = scoring.score(documents, named.find(texts))
        seconds = time.monotonic() - began
        alarms, rules = [], []
        for sample in samples:
            found = named.find(sample.texts)
            rules.append(ordinary.by_rule(sample.texts, found))
            alarms.append([ordinary.flagged(sample.texts, found, kind) for kind in named.kinds])
            if options.misses and named.find is finders.ours:
                _show_code(sample, found, options.misses)
        rows.append(report.Row(named, score, alarms, rules))
        print(f"{named.name}: {seconds:.1f} s", file=sys.stderr, flush=True)
    if options.misses:
        _show(rows[0].score, options.misses)
    print(report.summary(rows, samples) + "\n\n" + report.kinds(rows))
    whole = not (options.only_ours or options.no_code)
    if options.split == "test" and whole:
        page = report.page(options.split, documents, rows, samples)
        report.PAGE.write_text(page, encoding="utf-8")
    return 0


def _show(score: Score, most: int) -> None:
    """Missed and wrong items of the dev split; their values are made up."""
    missed = list(score.missed)
    for document, (start, end), share in missed[:: max(len(missed) // most, 1)][:most]:
        print(f"MISS {share:4.0%} {document.kind}/{document.family} {document.name}")
        print("     " + _line(document, start, end))
    wrong = score.wrong
    for document, find in wrong[:: max(len(wrong) // most, 1)][:most]:
        print(f"FALSE {find.rule} on {document.kind}/{document.family} {document.name}")
        print("     " + _line(document, find.start, find.end))


def _show_code(sample: ordinary.Sample, found: list[list[finders.Find]], most: int) -> None:
    shown = 0
    for one, finds in zip(sample.texts, found, strict=True):
        for find in finds:
            if shown < most:
                line = one.text[one.text.rfind("\n", 0, find.start) + 1 :].split("\n")[0]
                print(f"CODE {find.rule} {one.name}: {line.strip()[:150]}")
            shown += 1


def _line(document: Document, start: int, end: int) -> str:
    text = document.text
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    shown = text[begin : stop if stop >= 0 else None]
    return shown if len(shown) < 170 else shown[:120] + " … " + shown[-40:]


if __name__ == "__main__":
    sys.exit(main())
