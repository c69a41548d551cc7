"""`config [show|schema|docs]`: settings with the source of each, their schema, their page."""

from __future__ import annotations

import argparse
import asyncio
import json
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
    parser = add_verb(verbs, "config", "Show settings and their sources, schema or page.", run)
    parser.add_argument("action", nargs="?", choices=("show", "schema", "docs"), default="show")
    add_json(parser)


def run(args: Arguments) -> int:
    """Show resolved settings, the JSON schema of settings files, or the settings page."""
    if args.action == "schema":
        from codegrex_lsp.settings.generate import json_schema

        data_json(json_schema())
    elif args.action == "docs":
        from codegrex_lsp.settings.generate import settings_page

        data(settings_page().rstrip("\n"))
    else:
        asyncio.run(_show(args, workspace(args)))
    return Exit.FINE


async def _show(args: Arguments, folder: Path) -> None:
    async with open_house(args) as house:
        resolved = house.resolved(folder)
    if args.json:
        data_json(as_json(resolved))
        return
    from codegrex_lsp.settings import describe

    rows = [(row.key, json.dumps(row.value), row.source) for row in describe(resolved)]
    page().table(("key", "value", "source"), rows)
    for problem in resolved.problems:
        talk(f"{problem.source}: {problem.key or 'the whole file'}: {problem.reason}")
    talk(f"Your own file is {house.folders.config / 'config.toml'}")


def as_json(resolved: Resolved) -> dict[str, object]:
    """Each key with its printable value and its source, and what was dropped."""
    from codegrex_lsp.settings import describe

    return {
        "settings": {
            row.key: {"value": row.value, "source": row.source} for row in describe(resolved)
        },
        "problems": [
            {"source": problem.source, "key": problem.key, "reason": problem.reason}
            for problem in resolved.problems
        ],
    }
