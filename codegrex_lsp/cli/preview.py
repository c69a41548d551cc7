"""`preview FILE:LINE:COL`: exactly what would be sent and to whom; nothing is sent."""

from __future__ import annotations

import argparse
import asyncio
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from codegrex_lsp.cli import place, request
from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import of_decision
from codegrex_lsp.cli.page import Page, page
from codegrex_lsp.cli.speech import data, data_json

if TYPE_CHECKING:
    from codegrex_lsp.engine.requests import Preview, Status

CURSOR = "<cursor>"


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(verbs, "preview", "Show exactly what would be sent, without sending.", run)
    parser.add_argument("place", metavar="FILE:LINE:COL", help="both count from 1, in characters")
    # `chat` joins when there is a chat whose request could be shown.
    parser.add_argument("--for", dest="task", choices=("completion",), default="completion")
    parser.add_argument("--body", action="store_true", help="print the exact request body only")
    add_json(parser)


def run(args: Arguments) -> int:
    """Show the preview as a page, as its body alone, or as JSON."""
    return asyncio.run(_run(args, place.parse(args.place)))


async def _run(args: Arguments, where: place.Place) -> int:
    from codegrex_lsp.values.mode import Task

    path = request.absolute(where.file)
    folder = workspace(args, path)
    async with open_house(args) as house:
        wanted = request.at(house, where, path, folder)
        preview = await house.preview(wanted, Task(args.task))
        status = house.status(folder)
    if args.json:
        data_json(preview.as_json())
    elif args.body:
        data(preview.body)
    else:
        show(page(), preview, status, path)
    return of_decision(preview.refused.code) if preview.refused else 0


def show(view: Page, preview: Preview, status: Status, path: Path) -> None:
    """Mode and route, then what is masked, what stays here, and the text as it would leave."""
    view.heading(f"What {path.name} would send for a {preview.task.value}")
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
