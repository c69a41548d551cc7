"""`login`: sign in at the managed cloud, by a code on its page or with a token that one has.

No browser is opened: the person does that, wherever they like. A token is never an argument.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from codegrex_lsp.cli.common import Arguments, Verbs, add_verb, open_house
from codegrex_lsp.cli.entering import entered
from codegrex_lsp.cli.exits import Exit, UsageError
from codegrex_lsp.cli.speech import talk
from codegrex_lsp.errors import BadAnswer, CodegrexError

if TYPE_CHECKING:
    from codegrex_lsp.engine.account import SignedIn
    from codegrex_lsp.engine.house import House
    from codegrex_lsp.values.account import DeviceCode


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(
        verbs,
        "login",
        "Sign in at the managed cloud.",
        run,
        details="On a terminal you get a code to enter on the service's page, where it offers "
        "that, and are asked for an IDE token where not. Elsewhere the token is read from "
        "standard input.",
    )
    parser.add_argument("--token", action="store_true", help="ask for an IDE token, not for a code")
    parser.add_argument("more", nargs="*", help=argparse.SUPPRESS)


def run(args: Arguments) -> int:
    """Sign in."""
    if args.more:
        raise UsageError(
            "login: a token is not an argument, where other programs and the shell's history see "
            "it",
            fix="Run `codegrex-lsp login --token` and enter it when asked. "
            "If you typed a token just now, have it revoked.",
        )
    return asyncio.run(_run(args))


async def _run(args: Arguments) -> int:
    async with open_house(args) as house:
        house.account.service()
        signed = None
        if not args.token and sys.stdin is not None and sys.stdin.isatty():
            signed = await _by_code(house)
        if signed is None:
            text = entered("login", "token", "IDE token for the managed cloud (it is not shown): ")
            signed = await house.account.sign_in(text)
        _tell(signed)
        await _fetch_policy(house)
    return Exit.FINE


async def _by_code(house: House) -> SignedIn | None:
    """Sign in by a code; None where the service offers none."""
    try:
        return await house.account.sign_in_by_code(_show)
    except BadAnswer as error:
        if error.code != "device-flow-missing":
            raise
    talk("The service offers no sign-in by code. Get an IDE token from its own pages.")
    return None


def _show(code: DeviceCode) -> None:
    minutes = max(1, int(code.lifetime // 60))
    talk(f"Open {code.address} in a browser and enter this code: {code.user_code}")
    talk(f"Waiting for you, for {minutes} min at most. Ctrl-C ends it.")


def _tell(signed: SignedIn) -> None:
    if signed.person is None:
        talk(f"The token is kept, and could not be checked: {signed.trouble}")
    else:
        person = signed.person
        talk(f"Signed in as {person.email or person.name or person.id}.")
    talk(f"The token is in the keychain. It is sent to {signed.origin} only.")


async def _fetch_policy(house: House) -> None:
    """What goes wrong here is told, and the sign-in stands."""
    try:
        standing = await house.account.fetch_policy()
    except CodegrexError as error:
        talk(f"The organisation's policy could not be fetched: {error.message}")
        return
    except OSError as error:
        talk(f"The organisation's policy could not be kept: {error.strerror or 'no reason'}.")
        return
    if standing is not None and standing.code:
        talk(f"The policy that was sent is not used: {standing.reason}.")
    elif standing is not None:
        talk("The organisation's policy was fetched: `codegrex-lsp policy` shows it.")
