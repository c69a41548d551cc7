"""`preview FILE:LINE:COL`: exactly what would be sent and to whom; nothing is sent.

With `--for chat`, what a question would bring along: the place's file, and those of `--file`.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from codegrex_lsp.cli import attach, place, request
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import UsageError, of_decision
from codegrex_lsp.cli.page import Page, page
from codegrex_lsp.cli.speech import data, data_json

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House
    from codegrex_lsp.engine.requests import Preview, Status

CURSOR = "<cursor>"


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(verbs, "preview", "Show exactly what would be sent, without sending.", run)
    parser.add_argument(
        "place", metavar="FILE:LINE:COL", nargs="?", help="both count from 1, in characters"
    )
    parser.add_argument("--for", dest="task", choices=("completion", "chat"), default="completion")
    parser.add_argument("--question", help="for a chat; `-` reads it from standard input")
    attach.add_files(parser)
    parser.add_argument("--body", action="store_true", help="print the exact request body only")
    add_json(parser)


def run(args: Arguments) -> int:
    """Show the preview as a page, as its body alone, or as JSON."""
    where = place.parse(args.place) if args.place else None
    if args.task == "chat":
        files = [*([where.file] if where else []), *args.files]
        folder = workspace(args, attach.path_of(files[0]) if files else None)
        question = "" if args.question is None else attach.question(args.question)
        return asyncio.run(_run(args, partial(_of_chat, question, files, folder), folder))
    if where is None or args.files or args.question is not None:
        raise UsageError(
            "the preview of a completion is that of one place",
            fix="Write FILE:LINE:COL; --file and --question go with --for chat.",
        )
    folder = workspace(args, request.absolute(where.file))
    return asyncio.run(_run(args, partial(_of_completion, where, folder), folder))


async def _of_completion(where: place.Place, folder: Path, house: House) -> Preview:
    from codegrex_lsp.values.mode import Task

    path = request.absolute(where.file)
    return await house.preview(request.at(house, where, path, folder), Task.COMPLETION)


async def _of_chat(question: str, files: Sequence[str], folder: Path, house: House) -> Preview:
    return await house.preview_chat(attach.request(house, question, files, folder))


async def _run(
    args: Arguments, preview_in: Callable[[House], Awaitable[Preview]], folder: Path
) -> int:
    async with open_house(args) as house:
        preview = await preview_in(house)
        status = house.status(folder)
    if args.json:
        data_json(preview.as_json())
    elif args.body:
        data(preview.body)
    else:
        show(page(), preview, status, args.place)
    return of_decision(preview.refused.code) if preview.refused else 0


def show(view: Page, preview: Preview, status: Status, where: str | None) -> None:
    """Mode and route, then what is masked, what stays here, and the text as it would leave."""
    what = Path(place.parse(where).file).name if where else "this question"
    view.heading(f"What {what} would send for a {preview.task.value}")
    view.line(f"mode       {preview.mode.value} (decided by: {status.mode_source})")
    if preview.route is not None:
        address = preview.base_url or preview.route.provider.base_url or "started on demand"
        destination = preview.route.destination.value
        model = preview.route.model or "the starter"
        view.line(f"goes to    {preview.route.provider.id}, model {model}")
        where = f"where      {destination} ({address})"
        view.line(where, "good" if destination == "local" else "warning")
    if preview.refused is not None:
        view.line(f"refused    {preview.refused.message} [{preview.refused.code}]", "bad")
    if preview.redactions:
        view.heading("Masked")
    view.table(
        ("type", "in", "stands as", "times"),
        [
            (item.type, item.origin, item.placeholder, str(item.count))
            for item in preview.redactions
        ],
    )
    if preview.withheld:
        view.heading("Withheld")
    view.table(
        ("what", "why", "rule"),
        [(piece.origin, piece.code, piece.rule) for piece in preview.withheld],
    )
    if preview.pieces:
        view.heading("Text, as it would leave")
    marks = (CURSOR, *(item.placeholder for item in preview.redactions))
    for (origin, kind), pieces in groupby(preview.pieces, lambda piece: piece[:2]):
        # The text before and after the cursor is one document to a person.
        view.text(f"{origin} ({kind})", CURSOR.join(text for _, _, text in pieces), marks)
    if preview.refused is None:
        size = len(preview.body.encode())
        view.line(f"{size} bytes in all; --body prints them. Nothing was sent.", "quiet")
