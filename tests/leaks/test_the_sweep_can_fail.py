"""Each link of the chain is broken once, and the sweep has to see it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.egress import door, errand, transport
from codegrex_lsp.egress.address import parse
from codegrex_lsp.egress.ledger import Ledger
from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.engine.house import House
from codegrex_lsp.engine.telemetry import Telemetry
from codegrex_lsp.privacy.gate import Gate
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.providers.ollama import Ollama
from codegrex_lsp.settings.keys import Keys
from codegrex_lsp.values import mode as modes
from codegrex_lsp.values.ask import Origin
from codegrex_lsp.values.mode import Destination, Mode
from tests.leaks.sweep import Printed, sweep
from tests.leaks.world import PLACES, Authority, Place, world

Break = Callable[[pytest.MonkeyPatch], None]

HERE = Place("llamacpp", Destination.LOCAL)
AWAY = Place("anthropic", Destination.CLOUD)
FORWARDS = Place("ollama", Destination.LOCAL, forwards=True)


def the_gate_sees_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Gate, "_spans", lambda *_: ())


def nothing_is_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(House, "explain_ignore", lambda *_: Verdict(False))


def policies_of_paths_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Guards, "path_level", lambda *_: "normal")


def names_are_whole_paths(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Origin, "label", property(lambda self: str(self.path)))


def every_mode_allows_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(modes, "ALLOWED", dict.fromkeys(modes.ALLOWED, frozenset(Mode)))


def telemetry_asks_nobody(patch: pytest.MonkeyPatch) -> None:
    every_mode_allows_everything(patch)
    patch.setattr(Telemetry, "trouble", lambda _: "")
    patch.setattr(door, "target_of", lambda errand, url, *_: parse(url))
    patch.setattr(transport.PinnedBackend, "_admitted", _anybody)


async def _anybody(*_: object) -> tuple[str, ...]:
    return ("127.0.0.1",)


def a_daemon_is_believed_to_serve_itself(patch: pytest.MonkeyPatch) -> None:
    real = Ollama.facts
    patch.setattr(Ollama, "facts", lambda *args: replace(real(*args), remote=""))


def keys_are_mixed_up(patch: pytest.MonkeyPatch) -> None:
    async def somebody_elses(*_: object) -> tuple[str, str]:
        return "authorization", PLACES[0].key

    patch.setattr(Keys, "header", somebody_elses)


def a_header_goes_to_everybody(patch: pytest.MonkeyPatch) -> None:
    real = door._headers
    patch.setattr(door, "_headers", lambda *args: (*real(*args), ("x-team", PLACES[0].header)))


def telemetry_is_signed(patch: pytest.MonkeyPatch) -> None:
    real = errand.errand_of_batch
    patch.setattr(door, "errand_of_batch", lambda one: replace(real(one), keyless=False))


def the_ledger_keeps_bodies(patch: pytest.MonkeyPatch) -> None:
    real = Ledger.record

    def record(self: Ledger, entry: Any) -> Any:
        return real(self, replace(entry, host=entry.body.decode("latin-1")[:400]))

    patch.setattr(Ledger, "record", record)


def the_ledger_is_skipped(patch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        return None

    patch.setattr(door.Door, "_record", nothing)


def bodies_are_logged(patch: pytest.MonkeyPatch) -> None:
    real = Ledger.record

    def record(self: Ledger, entry: Any) -> Any:
        logging.getLogger("httpx").debug("sent", extra={"what": entry.body})
        return real(self, entry)

    patch.setattr(Ledger, "record", record)


@pytest.mark.parametrize(
    ("link", "place", "mode", "seen"),
    [
        (the_gate_sees_nothing, AWAY, Mode.NORMAL, "a value arrived"),
        (the_gate_sees_nothing, HERE, Mode.OFFLINE, "a value arrived"),
        (nothing_is_ignored, HERE, Mode.SENSITIVE, "text of it arrived"),
        (policies_of_paths_are_forgotten, AWAY, Mode.NORMAL, "text of it arrived"),
        (names_are_whole_paths, AWAY, Mode.NORMAL, "the folder's place"),
        (every_mode_allows_everything, AWAY, Mode.SENSITIVE, "was connected to"),
        (telemetry_asks_nobody, HERE, Mode.OFFLINE, "telemetry was sent"),
        (every_mode_allows_everything, AWAY, Mode.SENSITIVE, "names were looked up"),
        (a_daemon_is_believed_to_serve_itself, FORWARDS, Mode.OFFLINE, "text of it arrived"),
        (keys_are_mixed_up, AWAY, Mode.NORMAL, "the key is not in its header"),
        (a_header_goes_to_everybody, AWAY, Mode.NORMAL, "somebody else's"),
        (telemetry_is_signed, HERE, Mode.NORMAL, "telemetry says whose it is"),
        (the_ledger_keeps_bodies, HERE, Mode.OFFLINE, ".jsonl: it holds text"),
        (the_ledger_is_skipped, HERE, Mode.OFFLINE, "more arrived than the ledger lists"),
        (bodies_are_logged, HERE, Mode.OFFLINE, "what was printed: it holds text"),
    ],
)
async def test_a_broken_link_is_seen(
    link: Break,
    place: Place,
    mode: Mode,
    seen: str,
    tmp_path: Path,
    authority: Authority,
    printed: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link(monkeypatch)
    async with world(tmp_path, authority, monkeypatch) as made:
        assert seen in "\n".join(await sweep(made, place, mode, printed))
