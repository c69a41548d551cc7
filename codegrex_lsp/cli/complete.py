"""`complete FILE:LINE:COL`: one completion, along the same path as the editor's."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING, Any

from codegrex_lsp.cli import place, request
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import of_decision
from codegrex_lsp.cli.speech import data_json, on_terminal, talk, visible

if TYPE_CHECKING:
    from codegrex_lsp.engine.requests import CompletionOutcome


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(verbs, "complete", "Suggest what comes next at a place in a file.", run)
    parser.add_argument("place", metavar="FILE:LINE:COL", help="both count from 1, in characters")
    add_json(parser)


def run(args: Arguments) -> int:
    """Print the suggestion as it streams, or the whole outcome as JSON."""
    return asyncio.run(_run(args, place.parse(args.place)))


async def _run(args: Arguments, where: place.Place) -> int:
    path = request.absolute(where.file)
    folder = workspace(args, path)
    async with open_house(args) as house:
        wanted = request.at(house, where, path, folder)
        writer = _Writer()
        outcome = await house.complete(wanted, on_text=None if args.json else writer.write)
    if args.json:
        data_json(as_json(outcome, wanted.snapshot.text.reveal()))
    else:
        writer.finish(outcome)
    return of_decision(outcome.decision.code)


class _Writer:
    """Writes a suggestion to standard output as it arrives, each character once."""

    def __init__(self) -> None:
        self._written = ""
        self._show = visible if on_terminal() else str

    def write(self, text: str) -> None:
        self._written += text
        sys.stdout.write(self._show(text))
        sys.stdout.flush()

    def finish(self, outcome: CompletionOutcome) -> None:
        suggestion = outcome.suggestion.text.reveal() if outcome.suggestion else ""
        if suggestion.startswith(self._written):
            self.write(suggestion[len(self._written) :])
        if self._written and on_terminal():
            print()
        if not suggestion:
            talk(outcome.decision.message)
        elif suggestion != self._written:
            talk(f"An editor would insert only {len(suggestion)} characters of it; see --json.")


def as_json(outcome: CompletionOutcome, text: str) -> dict[str, Any]:
    """The shape of `complete --json`.

    An item is as LSP has it: `range` is 0-based and counts UTF-16 code units.

    Args:
        outcome: What the engine answered.
        text: The whole document, for positions.
    """
    from codegrex_lsp.engine.requests import decision_json, detours_json, route_json

    suggestion = outcome.suggestion
    items = []
    if suggestion is not None:
        start, end = (place.position(text, at) for at in (suggestion.start, suggestion.end))
        item = {"insertText": suggestion.text.reveal(), "range": {"start": start, "end": end}}
        items.append(item)
    return {
        "items": items,
        "route": route_json(outcome.route),
        "decision": decision_json(outcome.decision),
        "passedOver": detours_json(outcome.detours),
        "redactions": sum(redaction.count for redaction in outcome.redactions),
        "withheld": len(outcome.withheld),
        "timings": outcome.timings.as_json(),
    }
