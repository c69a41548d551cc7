"""`ledger [show|verify|export]`: what left this machine, and whether the list is whole."""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house
from codegrex_lsp.cli.exits import Exit, UsageError
from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, data_json, talk

if TYPE_CHECKING:
    from codegrex_lsp.egress.ledger import Ledger

_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(verbs, "ledger", "List what left this machine, or check the list.", run)
    parser.add_argument("action", nargs="?", choices=("show", "verify", "export"), default="show")
    parser.add_argument("--since", metavar="TIME", help="90m, 24h, 7d, or 2026-01-31[T09:30]")
    add_json(parser)


def run(args: Arguments) -> int:
    """Show, verify or export."""
    return asyncio.run(_run(args))


async def _run(args: Arguments) -> int:
    async with open_house(args) as house:
        return act(args, house.ledger)


def act(args: Arguments, ledger: Ledger) -> int:
    """What the verb does, once the ledger is found."""
    if args.action == "verify":
        verification = ledger.verify()
        if args.json:
            data_json(asdict(verification))
        else:
            data(verification.message)
        return Exit.FINE if verification.ok else Exit.FINDINGS
    lines = ledger.lines(None if args.since is None else since(args.since, time.time()))
    if args.action == "export":
        now = datetime.now(UTC).isoformat(timespec="seconds")
        data_json({"exported": now, "verification": asdict(ledger.verify()), "lines": lines})
    elif args.json:
        for line in lines:
            data_json(line, indent=None)
    else:
        show(lines)
    return Exit.FINE


def since(written: str, now: float) -> float:
    """The moment that `--since` means, in seconds since 1970.

    Args:
        written: A span that ends now (`90m`), or a date and time, local where it names no zone.
        now: Seconds since 1970.

    Raises:
        UsageError: It is neither.
    """
    ago = _AGO.fullmatch(written)
    if ago is not None:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        return datetime.fromisoformat(written).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"--since: {written!r} is not a time", fix="Write 90m, 24h, 7d or 2026-01-31T09:30."
        ) from None


_COLUMNS = {
    "seq": "seq",
    "time (UTC)": "time",
    "task": "task",
    "mode": "mode",
    "to": "destination",
    "provider": "provider",
    "host": "host",
    "bytes": "bytes",
    "masked": "redactions",
    "kept": "withheld",
    "outcome": "outcome",
}


def show(lines: Sequence[Mapping[str, object]]) -> None:
    """A table of the lines, without their hashes."""
    if not lines:
        talk("The ledger has no lines: nothing was sent.")
        return
    page().table(
        tuple(_COLUMNS),
        [tuple(_cell(name, line.get(name)) for name in _COLUMNS.values()) for line in lines],
    )


def _cell(name: str, value: object) -> str:
    """A value for people: times to the second, in UTC; `--json` has them whole."""
    if value is None:
        return ""
    return str(value)[:19].replace("T", "\u00a0") if name == "time" else str(value)
