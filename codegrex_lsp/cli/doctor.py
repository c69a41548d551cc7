"""`doctor`: what works and what does not, each with what to do about it."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from codegrex_lsp.cli import checks
from codegrex_lsp.cli.check import Check
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.page import Tone, page
from codegrex_lsp.cli.speech import data_json


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(
        verbs,
        "doctor",
        "Check the installation, the settings, the models and the ledger.",
        run,
        details="Exit code 1 where any check fails.",
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help="check as in offline mode, and fail where a public host is configured for use",
    )
    add_json(parser)


def run(args: Arguments) -> int:
    """Run every check; connect to nothing but what the mode allows."""
    if args.offline:
        args.mode = "offline"
    found = asyncio.run(_run(args))
    ok = all(check.status != "fail" for check in found)
    if args.json:
        data_json({"ok": ok, "checks": [asdict(check) for check in found]})
    else:
        show(found, ok=ok)
    return Exit.FINE if ok else Exit.FINDINGS


async def _run(args: Arguments) -> list[Check]:
    folder = workspace(args)
    async with open_house(args) as house:
        return await checks.every(house, folder, offline=args.offline)


_LOOK: dict[str, tuple[str, Tone]] = {
    "ok": ("ok  ", "good"),
    "warn": ("warn", "warning"),
    "fail": ("FAIL", "bad"),
    "skip": ("skip", "quiet"),
}


def show(found: Sequence[Check], *, ok: bool) -> None:
    """One line for each check, and below it what to do where there is something."""
    view = page()
    for check in found:
        word, tone = _LOOK[check.status]
        view.line(f"{word}  {check.id}: {check.message}", tone)
        if check.fix and check.status != "ok":
            view.line(f"      {check.fix}", "quiet")
    view.line("All is well." if ok else "Something needs your hand.", "good" if ok else "bad")
