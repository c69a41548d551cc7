"""`check-ignore PATH...`: would this path be read, and which line of which file decides."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from codegrex_lsp.cli import request
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.speech import data, data_json, visible

if TYPE_CHECKING:
    from codegrex_lsp.privacy.ignore import Verdict


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(
        verbs,
        "check-ignore",
        "Say whether paths would be read, and which line decides.",
        run,
        details="Exit code 0 where any path is ignored, 1 where none is.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+")
    add_json(parser)


def run(args: Arguments) -> int:
    """Print one line for each path, or one JSON list."""
    return asyncio.run(_run(args))


async def _run(args: Arguments) -> int:
    shapes = []
    for written in args.paths:
        path = request.absolute(written)
        folder = workspace(args, path)
        async with open_house(args) as house:
            verdict = house.explain_ignore(path, folder)
        shapes.append(as_json(written, verdict))
        if not args.json:
            data(f"{visible(written)}: {visible(verdict.rule) if verdict.ignored else 'read'}")
    if args.json:
        data_json(shapes)
    return Exit.FINE if any(shape["ignored"] for shape in shapes) else Exit.FINDINGS


def as_json(written: str, verdict: Verdict) -> dict[str, Any]:
    """One entry of `check-ignore --json`.

    Args:
        written: The path as the person wrote it.
        verdict: What the ignore rules say.
    """
    return {
        "path": written,
        "ignored": verdict.ignored,
        "source": verdict.source,
        "line": verdict.line,
        "pattern": verdict.pattern,
        "code": verdict.code,
    }
