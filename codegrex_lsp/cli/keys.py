"""`keys [list|set|delete] PROVIDER`: keys of providers, in the system's keychain.

A key comes from a prompt without echo or from standard input. It is never an argument, which other
programs can see and the shell remembers, and it is never printed.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.entering import entered
from codegrex_lsp.cli.exits import Exit, UsageError
from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, data_json, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codegrex_lsp.engine.house import House
    from codegrex_lsp.settings.keys import State
    from codegrex_lsp.settings.model import Settings

_WRITE = UsageError("keys: write `keys list`, or `keys set` or `keys delete` and a provider's id")


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    sentence = "List, set or delete the keys of providers. A key is never printed."
    parser = add_verb(
        verbs,
        "keys",
        sentence,
        run,
        details="`set` asks for the key, or reads it from standard input.",
    )
    # No choices: what does not fit would be repeated, and might be a key.
    parser.add_argument("action", nargs="?", default="list", metavar="list|set|delete")
    parser.add_argument("provider", nargs="?", metavar="PROVIDER")
    parser.add_argument("more", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument(
        "--file",
        action="store_true",
        help="set: into the file that the setting keys.file names, in place of the keychain",
    )
    add_json(parser)


def run(args: Arguments) -> int:
    """List, set or delete."""
    if args.more:
        raise UsageError(
            "keys: a key is not an argument, where other programs and the shell's history see it",
            fix="Run `codegrex-lsp keys set PROVIDER` and enter it when asked. "
            "If you typed a key just now, make the provider replace it.",
        )
    if args.action == "list" and args.provider is None:
        return asyncio.run(_list(args))
    if args.provider is None or args.action not in ("set", "delete"):
        raise _WRITE
    return asyncio.run(_set(args) if args.action == "set" else _delete(args))


async def _list(args: Arguments) -> int:
    async with open_house(args) as house:
        states = await house.key_states()
        settings = house.resolved(workspace(args)).settings
    uses = {state.provider: _uses(state.provider, settings) for state in states}
    if args.json:
        data_json([{**state.as_json(), "uses": uses[state.provider]} for state in states])
        return Exit.FINE
    rows = [
        (state.provider, _where(state), state.origin, ", ".join(uses[state.provider]))
        for state in states
        if state.needed or state.source or state.elsewhere or state.troubles
    ]
    page().table(("provider", "key", "sent to", "in the routes of"), rows)
    _talk_of_troubles(states)
    return Exit.FINE


def _talk_of_troubles(states: Sequence[State]) -> None:
    for state in states:
        for trouble in state.troubles:
            talk(f"{state.provider}: {trouble}")
        for origin in state.elsewhere:
            talk(f"{state.provider}: the keychain has a key for {origin} too; it goes only there.")


def _where(state: State) -> str:
    if state.source:
        return f"from the {state.source}"
    return "none" if state.needed else "none, and may need none"


def _uses(provider: str, settings: Settings) -> list[str]:
    tasks = {"completion": settings.completion.routes, "chat": settings.chat.routes}
    return [task for task, routes in tasks.items() if provider in routes]


async def _set(args: Arguments) -> int:
    async with open_house(args) as house:
        provider = house.resolved(workspace(args)).settings.providers.get(args.provider)
        if provider is None:
            raise _unknown(house, args)
        if provider.kind == "embedded":
            raise UsageError("keys: the embedded model takes no key")
        key = entered("keys", "key", f"Key for {args.provider} (it is not shown): ")
        origin = await house.keys.keep(provider, key, file=args.file)
    place = "file of keys.file" if args.file else "keychain"
    talk(f"The key of {provider.id} is kept in the {place}. It is sent to {origin} only.")
    return Exit.FINE


async def _delete(args: Arguments) -> int:
    async with open_house(args) as house:
        gone = await house.keys.remove(args.provider)
        rest = house.keys.variable(args.provider)
    for place in gone:
        data(f"removed: {place}")
    if not gone:
        talk("Nothing was kept, so nothing was removed.")
    if rest:
        talk(f"The variable {rest} still gives a key. Only you can remove it.")
    return Exit.FINE


def _unknown(house: House, args: Arguments) -> UsageError:
    """The argument is not repeated: it might be a key."""
    known = house.resolved(workspace(args)).settings.providers
    return UsageError(
        "keys: the settings have no provider of this id that has an address",
        fix=f"Known are: {', '.join(known)}. For another one set providers.ID.baseUrl first.",
    )
