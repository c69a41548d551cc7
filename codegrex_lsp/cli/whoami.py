"""`whoami`: whose token of the managed cloud is in force, in the service's own words."""

from __future__ import annotations

import argparse
import asyncio
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, data_json, talk, visible

if TYPE_CHECKING:
    from codegrex_lsp.values.account import Token


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(verbs, "whoami", "Show who is signed in at the managed cloud.", run)
    add_json(parser)


def run(args: Arguments) -> int:
    """Ask the service."""
    return asyncio.run(_run(args))


async def _run(args: Arguments) -> int:
    async with open_house(args) as house:
        provider = house.account.service()
        person = await house.account.who()
        state = await house.keys.state(provider)
        token = await house.keys.token(provider)
    if args.json:
        shape = {"origin": state.origin, "source": state.source, "expires": _time(token) or None}
        data_json({**person.as_json(), **shape})
        return Exit.FINE
    data(visible(person.email or person.name or person.id))
    rows = [(name, visible(value)) for name, value in person.as_json().items() if value]
    page().table(("account", ""), rows)
    talk(f"The token comes from the {state.source} and is sent to {state.origin} only.")
    return Exit.FINE


def _time(token: Token | None) -> str:
    if token is None or token.expires == math.inf:
        return ""
    return datetime.fromtimestamp(token.expires, UTC).isoformat(timespec="seconds")
