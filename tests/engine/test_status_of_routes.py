"""Every switch of routes is told: who failed, who is used, since when and until when."""

from __future__ import annotations

import time
from types import MappingProxyType

import pytest

from codegrex_lsp.engine import status
from codegrex_lsp.engine.health import Health
from codegrex_lsp.engine.requests import CompletionOutcome, Status
from codegrex_lsp.errors import CodegrexError, Unreachable
from codegrex_lsp.settings.model import Completion, Privacy, Resolved, Settings
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.reply import Decision
from codegrex_lsp.values.route import Detour, Route
from tests.support.journeys import provider

NAMES = ("mistral", "ollama")
DEAD = Unreachable("mistral can not be reached at api.example:443.")
FAILED = Detour("mistral", DEAD.code, DEAD.message)
USED = Route(provider("ollama"), "m", Destination.LOCAL)


class Scene:
    now = 0.0
    chosen = True

    def __init__(self) -> None:
        self.began = round(time.time())
        self.health = Health(
            lambda: self.now,
            wall=lambda: self.began + self.now / 1000,
            chance=lambda: 0.5,
        )
        self.settings = Settings(
            privacy=Privacy(mode=Mode.NORMAL),
            completion=Completion(routes=NAMES),
            providers=MappingProxyType({name: provider(name) for name in NAMES}),
        )

    def fail(self, times: int) -> None:
        route = Route(provider("mistral"), "m", Destination.CLOUD)
        for _ in range(times):
            with pytest.raises(CodegrexError), self.health.attempt(route, insist=True):
                raise DEAD

    def status(self, *detours: Detour, route: Route | None = USED) -> Status:
        outcome = CompletionOutcome(None, Decision("shown", "x"), route, detours=detours)
        sources = {"completion.routes": "user file"} if self.chosen else {}
        resolved = Resolved(self.settings, sources, (), "default", ())
        routes = status.of_routes(self.settings, self.health)
        return status.of_folder(resolved, outcome, routes, busy=False, unrecorded="")


def clock(seconds: float, form: str) -> str:
    return time.strftime(form, time.localtime(seconds))


def test_without_a_detour_all_is_calm() -> None:
    assert Scene().status().kind == "normal"


def test_one_failure_is_told_with_who_took_its_place() -> None:
    scene = Scene()
    scene.fail(1)
    now = scene.status(FAILED)
    assert now.kind == "warning"
    assert now.message == "mistral can not be reached at api.example:443; ollama is used"


def test_an_outage_is_told_with_its_count_and_its_end() -> None:
    scene = Scene()
    scene.fail(3)
    until = clock(scene.began + 5, "%H:%M:%S")
    assert scene.status(FAILED).message == (
        f"mistral can not be reached at api.example:443 (3 times); ollama is used until {until}"
    )
    for _ in range(6):
        scene.fail(1)
    until = clock(scene.began + 300, "%H:%M")
    assert scene.status(FAILED).message.endswith(f"(9 times); ollama is used until {until}")


def test_what_mode_and_policy_keep_out_is_no_switch() -> None:
    by_mode = Detour("mistral", "refused-by-mode", "it is in the cloud", expected=True)
    assert Scene().status(by_mode).kind == "normal"


def test_a_failure_with_nobody_to_take_its_place_is_told_too() -> None:
    scene = Scene()
    scene.fail(1)
    failed = Route(provider("mistral"), "m", Destination.CLOUD)
    now = scene.status(FAILED, route=failed)
    assert (now.kind, now.message) == (
        "warning",
        "mistral can not be reached at api.example:443",
    )


def test_a_reason_that_does_not_name_its_provider_is_given_the_name() -> None:
    now = Scene().status(Detour("mistral", "x", "No model is chosen."))
    assert now.message == "mistral: No model is chosen; ollama is used"


def test_who_keeps_the_usual_list_is_not_warned_of_what_they_never_had() -> None:
    scene = Scene()
    scene.chosen = False
    scene.fail(1)
    now = scene.status(FAILED)
    assert now.kind == "normal"
    assert "mistral can not be reached at api.example:443; ollama is used" in now.message


def test_who_keeps_the_usual_list_is_warned_of_what_went_away() -> None:
    scene = Scene()
    scene.chosen = False
    scene.health.heard(provider("mistral"), "m", Destination.CLOUD)
    scene.fail(1)
    assert scene.status(FAILED).kind == "warning"


def test_each_route_is_listed_with_its_state() -> None:
    scene = Scene()
    scene.now = 1_000
    scene.fail(3)
    scene.now = 2_500
    assert scene.status().as_json()["routes"] == [
        {
            "provider": "mistral",
            "model": "m",
            "state": "open",
            "reason": "mistral can not be reached at api.example:443 (3 times)",
            "since": scene.began + 1,
            "retryInSeconds": 4,
        },
        {
            "provider": "ollama",
            "model": "m",
            "state": "closed",
            "reason": "",
            "since": 0,
            "retryInSeconds": 0,
        },
    ]
    scene.now = 60_000
    assert scene.status().as_json()["routes"][0]["state"] == "half-open"
