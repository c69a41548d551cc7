"""`telemetry [show|reset]`: whether it is on, and exactly what waits to be sent."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house
from codegrex_lsp.cli.exits import Exit
from codegrex_lsp.cli.page import page
from codegrex_lsp.cli.speech import data, data_json, talk
from codegrex_lsp.errors import ConfigurationError

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House
    from codegrex_lsp.state.telemetry import Queued


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    sentence = "Show whether telemetry is on, and exactly what waits to be sent."
    parser = add_verb(verbs, "telemetry", sentence, run)
    parser.add_argument(
        "action",
        nargs="?",
        choices=("show", "reset"),
        default="show",
        help="reset: drop what waits, and the random number of this installation",
    )
    add_json(parser)


def run(args: Arguments) -> int:
    """Show or reset."""
    return asyncio.run(_run(args))


async def _run(args: Arguments) -> int:
    async with open_house(args) as house:
        if args.action == "reset":
            try:
                house.telemetry.reset()
            except OSError as trouble:
                raise ConfigurationError(
                    f"The queue can not be written: {(trouble.strerror or 'no reason').lower()}.",
                    code="queue-not-stored",
                    fix="Make the state folder writable.",
                ) from None
            talk("What waited was dropped; a later report carries a new random number.")
        _show(args, house, house.telemetry.look())
    return Exit.FINE


def _show(args: Arguments, house: House, queued: Queued) -> None:
    trouble = house.telemetry.trouble()
    wishes = house.resolved(None).settings.telemetry
    reports = [report.as_json() for report in queued.reports]
    if args.json:
        data_json(
            {
                "enabled": wishes.enabled,
                "inSensitive": wishes.in_sensitive,
                "sampleRate": wishes.sample_rate,
                "sends": not trouble,
                "trouble": trouble,
                "install": queued.install,
                "reports": reports,
            }
        )
        return
    data("on" if wishes.enabled else "off")
    if not wishes.enabled:
        talk("Telemetry is off: nothing is counted, kept or sent.")
        return
    talk(f"Share of sessions that count: {wishes.sample_rate:.0%}. " + _sends(trouble))
    if queued.install:
        talk(f"Random number of this installation: {queued.install} (telemetry reset changes it)")
    if not reports:
        talk("Nothing waits to be sent.")
        return
    page().table(
        ("day", "what", "how often"),
        [
            (report["day"], name, str(number))
            for report in reports
            for name, number in (*report["counts"].items(), *_kinds(report["kinds"]))
        ],
    )
    talk("`telemetry show --json` prints the reports as they would be sent.")


def _sends(trouble: str) -> str:
    return f"Nothing is sent now: {trouble}." if trouble else "Reports are sent each half hour."


def _kinds(kinds: dict[str, int]) -> list[tuple[str, int]]:
    return [(f"answered by {kind}", number) for kind, number in kinds.items()]
