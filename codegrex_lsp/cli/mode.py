"""`mode [show|set MODE]`: the effective mode, who voted for it, and the person's own choice."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, data_json, talk

if TYPE_CHECKING:
    from codegrex_lsp.settings.model import Resolved


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    sentence = "Show the privacy mode and who voted for it, or choose one."
    parser = add_verb(verbs, "mode", sentence, run)
    parser.add_argument("action", nargs="?", choices=("show", "set"), default="show")
    parser.add_argument("choice", nargs="?", choices=("normal", "sensitive", "offline"))
    parser.add_argument(
        "--machine", action="store_true", help="set: for every workspace without its own choice"
    )
    add_json(parser)


def run(args: Arguments) -> int:
    """Show or set."""
    if (args.action == "set") != (args.choice is not None):
        talk("codegrex-lsp mode: write `mode show`, or `mode set` and one of the modes.")
        return Exit.USAGE
    return asyncio.run(_run(args, workspace(args)))


async def _run(args: Arguments, folder: Path) -> int:
    from codegrex_lsp.values.mode import Mode

    async with open_house(args) as house:
        if args.action == "set":
            house.choose_mode(Mode(args.choice), None if args.machine else folder)
            place = "this machine" if args.machine else str(folder)
            talk(f"Your choice for {place} is now {args.choice}.")
        resolved = house.resolved(folder)
    _show(args, resolved, folder)
    return Exit.FINE


def _show(args: Arguments, resolved: Resolved, folder: Path) -> None:
    mode = resolved.settings.privacy.mode.value
    if args.json:
        votes = [
            {"source": vote.source, "mode": vote.mode.value, "counted": vote.counted}
            for vote in resolved.votes
        ]
        shape = {"mode": mode, "source": resolved.mode_source, "workspace": str(folder)}
        data_json({**shape, "votes": votes})
        return
    data(mode)
    talk(f"decided by: {resolved.mode_source}; workspace: {folder}")
    if resolved.votes:
        rows = [
            (vote.mode.value, vote.source, "" if vote.counted else "replaced by a later choice")
            for vote in resolved.votes
        ]
        page().table(("vote", "source", ""), rows)
