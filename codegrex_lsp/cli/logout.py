"""`logout`: remove the managed cloud's token from this machine, and have it revoked."""

from __future__ import annotations

import argparse
import asyncio

from codegrex_lsp.cli.common import Arguments, Verbs, add_verb, open_house
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.speech import data, talk


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    add_verb(verbs, "logout", "Sign out of the managed cloud.", run)


def run(args: Arguments) -> int:
    """Sign out. Here it always works; the service is told where it can be."""
    return asyncio.run(_run(args))


async def _run(args: Arguments) -> int:
    async with open_house(args) as house:
        out = await house.account.sign_out()
    for place in out.gone:
        data(f"removed: {place}")
    if not out.gone:
        talk("Nobody was signed in, so nothing was removed.")
    elif out.revoked:
        talk("The service has ended the sign-in as well.")
    else:
        talk(f"The service was not told ({out.trouble.rstrip('.')}); the token ends by itself.")
    if out.variable:
        talk(f"The variable {out.variable} still gives a token. Only you can remove it.")
    return Exit.FINE
