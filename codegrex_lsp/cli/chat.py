"""`chat [QUESTION]`: one turn of a conversation, along the same path as the editor's."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from codegrex_lsp.cli import attach
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import of_decision
from codegrex_lsp.cli.speech import data_json, on_terminal, talk, visible

if TYPE_CHECKING:
    from codegrex_lsp.engine.requests import ChatOutcome


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(verbs, "chat", "Ask a question about code.", run)
    parser.add_argument(
        "question", metavar="QUESTION", nargs="?", help="`-` reads it from standard input"
    )
    attach.add_files(parser)
    add_json(parser)


def run(args: Arguments) -> int:
    """Print the answer as it streams, or the whole outcome as JSON."""
    return asyncio.run(_run(args, attach.question(args.question)))


async def _run(args: Arguments, question: str) -> int:
    folder = workspace(args, attach.path_of(args.files[0]) if args.files else None)
    async with open_house(args) as house:
        request = attach.request(house, question, args.files, folder)
        outcome = await house.chat(request, on_text=None if args.json else _write)
    if args.json:
        data_json(outcome.as_json())
    else:
        _finish(outcome)
    return of_decision(outcome.decision.code)


def _write(text: str) -> None:
    sys.stdout.write(visible(text) if on_terminal() else text)
    sys.stdout.flush()


def _finish(outcome: ChatOutcome) -> None:
    """End the answer's last line, and say what it lacks."""
    answer = outcome.message.reveal()
    if answer and not answer.endswith("\n"):
        print()
    for piece in outcome.withheld:
        rule = f": {piece.rule}" if piece.rule else ""
        talk(f"{piece.origin} was left out ({piece.code}{rule})")
    if outcome.decision.code != "answered" or ";" in outcome.decision.message:
        talk(outcome.decision.message)
