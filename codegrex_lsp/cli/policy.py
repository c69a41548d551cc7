"""`policy [show|verify FILE]`: the organisation's policy in force, its signer, what it pins."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegrex_lsp.cli.common import Arguments, Verbs, add_json, add_verb, open_house, workspace
from codegrex_lsp.cli.exits import Exit, UsageError
from codegrex_lsp.cli.page import Page, page
from codegrex_lsp.cli.speech import data_json, talk

if TYPE_CHECKING:
    from codegrex_lsp.settings.model import Resolved
    from codegrex_lsp.settings.pins import Pins, Standing

_REFUSED: Final = ("policy-expired", "policy-early", "policy-downgraded", "policy-stale")
"""A policy that is sound and may not be used now; everything else that is wrong is spoiled."""


def add_to(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Register the verb."""
    parser = add_verb(
        verbs,
        "policy",
        "Show the organisation's policy in force, or verify a signed one.",
        run,
        details="verify: exit code 3 where the file is spoiled or badly signed, 4 where it is "
        "expired or older than one that was in force.",
    )
    parser.add_argument("action", nargs="?", choices=("show", "verify"), default="show")
    parser.add_argument("file", nargs="?", metavar="FILE", help="verify: a signed policy, or -")
    parser.add_argument(
        "--key", metavar="PUB", help="verify: public key in PEM form, in place of the pinned one"
    )
    add_json(parser)


def run(args: Arguments) -> int:
    """Show or verify. Nothing is put in force."""
    if (args.action == "verify") != (args.file is not None) or (args.key and not args.file):
        raise UsageError("policy: write `policy show`, or `policy verify` and a file")
    return asyncio.run(_verify(args) if args.action == "verify" else _show(args))


async def _show(args: Arguments) -> int:
    folder = workspace(args)
    async with open_house(args) as house:
        standing = house.policy()
        changes = _changes(house.without_policy(folder), house.resolved(folder))
    if args.json:
        data_json({**as_json(standing), "changes": changes})
    else:
        _describe(page(), standing)
        _tell_changes(page(), standing, changes)
    return Exit.FINE


async def _verify(args: Arguments) -> int:
    content = _read(args.file)
    keys = _read(args.key) if args.key else None
    async with open_house(args) as house:
        standing = house.verify_policy(content, keys)
    if args.json:
        data_json(as_json(standing))
    else:
        _describe(page(), standing)
    if not standing.code:
        talk("The signature is good and the policy could be in force now. Nothing was changed.")
        return Exit.FINE
    talk(f"codegrex-lsp: {standing.reason} [{standing.code}]")
    talk(f"  {standing.fix}")
    return Exit.REFUSED if standing.code in _REFUSED else Exit.CONFIGURATION


def _read(name: str) -> bytes:
    from codegrex_lsp.settings.files import LONGEST, Unreadable, read_bytes

    if name == "-":
        return sys.stdin.buffer.read(LONGEST + 1)
    try:
        content = read_bytes(Path(name), LONGEST)
    except Unreadable as trouble:
        raise UsageError(f"policy: {Path(name).name} {trouble}") from None
    if content is None:
        raise UsageError(f"policy: {Path(name).name}: there is no such file")
    return content


# -- for programs ------------------------------------------------------------------------------


def as_json(standing: Standing) -> dict[str, Any]:
    """The shape of `policy show --json` and `policy verify --json`."""
    from codegrex_lsp.engine.requests import policy_json

    shape = policy_json(standing)
    if standing.policy is not None:
        found = standing.policy
        shape |= {
            "contact": found.contact,
            "issued": _time(found.issued),
            "expires": _time(found.expires),
            "offlineDays": found.offline_days or None,
            "signer": found.signer,
            "origin": found.origin,
        }
    return {**shape, "pins": pins_json(standing.pins), "notes": list(standing.notes)}


def pins_json(pins: Pins) -> dict[str, Any]:
    """What is pinned, in the words of the policy itself. Detection patterns are left out."""
    limits = pins.limits
    only: dict[str, Any] = {
        "providers": limits.providers,
        "kinds": limits.kinds,
        "models": None
        if limits.models is None
        else [
            {"model": one.model, **({"kind": one.kind} if one.kind else {})}
            for one in limits.models
        ],
        "hosts": limits.hosts,
    }
    return {
        "settings": {name: _shown(value) for name, value in pins.settings.items()},
        "ignore": list(pins.ignore),
        "only": {
            name: sorted(value) if isinstance(value, frozenset) else list(value)
            for name, value in only.items()
            if value is not None
        },
        "forbid": sorted(limits.forbids),
    }


def _shown(value: Any) -> Any:
    """A pattern may hold what it is meant to find."""
    if isinstance(value, list):
        return [_shown(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: entry for name, entry in value.items() if name != "pattern"}
    return value


def _changes(before: Resolved, now: Resolved) -> list[dict[str, Any]]:
    """Settings of this workspace that would be others without the policy."""
    from codegrex_lsp.settings import describe

    old, new = ({row.key: row.value for row in describe(found)} for found in (before, now))
    changed = [
        {"key": name, "without": old[name], "now": new[name]}
        for name in old
        if name in new and new[name] != old[name]
    ]
    gone = sorted(now.settings.limits.left_out)
    return changed + [
        {"key": f"providers.{name}", "without": "usable", "now": "left out"} for name in gone
    ]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- for people --------------------------------------------------------------------------------


def _describe(view: Page, standing: Standing) -> None:
    if not standing.pinned:
        view.line("No organisation policy: this machine pins no key for one.")
        return
    if standing.code:
        view.line(f"Closed: {standing.reason}. Only models on this machine are used.", "bad")
        view.line(standing.fix, "quiet")
    if standing.policy is not None:
        found = standing.policy
        state = "out of force" if standing.code else "in force"
        view.table(
            ("organisation policy", state),
            [
                ("organisation", found.organisation),
                ("contact", found.contact or "none given"),
                ("serial", str(found.serial)),
                ("valid", f"{_time(found.issued)} to {_time(found.expires)}"),
                ("signed by", found.signer),
                ("taken from", found.origin),
            ],
        )
    for note in standing.notes:
        view.line(note, "warning")
    _tell_pins(view, pins_json(standing.pins))


def _tell_pins(view: Page, pins: Mapping[str, Any]) -> None:
    view.heading("What it pins")
    rows = [(name, f"at most {_words(value)}") for name, value in pins["settings"].items()]
    rows += [(f"only {name}", _words(value)) for name, value in pins["only"].items()]
    rows += [("never read", pattern) for pattern in pins["ignore"]]
    rows += [("forbidden", name) for name in pins["forbid"]]
    view.table(("what", "to"), rows)
    if not rows:
        view.line("Nothing.")


def _tell_changes(view: Page, standing: Standing, changes: list[dict[str, Any]]) -> None:
    if standing.pinned:
        view.heading("What that changes in this workspace")
        view.table(
            ("setting", "without it", "now"),
            [(one["key"], _words(one["without"]), _words(one["now"])) for one in changes],
        )
        if not changes:
            view.line("Nothing: your settings are as strict already.")


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
