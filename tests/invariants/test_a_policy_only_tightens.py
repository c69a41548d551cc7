"""Invariant 3, for the organisation's policy: whatever it says, no setting comes out looser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.settings import Choice, Resolved, Sources, describe, resolve
from codegrex_lsp.settings.pins import FORBIDDABLE, SOURCE, Pins, Standing
from codegrex_lsp.settings.policy import CLOSED, both
from codegrex_lsp.settings.policybody import read
from codegrex_lsp.settings.schema import DIRECTIONAL, KEYS, Key
from codegrex_lsp.settings.strictness import AnyOff, Lower, Ranked, Union
from codegrex_lsp.values.mode import Mode
from tests.support.policies import body

NOWHERE = Path("/nowhere/at/all")

FEW = ("privacy.allow", "privacy.readAnyway", "privacy.privateHosts")
"""Lists of which a policy may leave nothing."""

LISTS: dict[str, list[Any]] = {
    "privacy.pathPolicies": [{"glob": "a", "level": "never"}, {"glob": "b", "level": "redact"}],
    "privacy.customPatterns": [{"name": "x", "pattern": "x+", "kind": "pii"}],
    "privacy.allow": ["0" * 16, "1" * 16],
    "privacy.readAnyway": [".env"],
    "privacy.privateHosts": ["10.0.0.1", "gpu.example"],
    "completion.routes": ["ollama", "work", "openai"],
    "chat.routes": ["embedded", "work"],
}


def values(key: Key) -> st.SearchStrategy[Any]:
    """Valid values of a setting, in wire form."""
    match key.stricter:
        case Ranked(order):
            return st.sampled_from(order)
        case Lower():
            return st.integers(0, 3650)
        case AnyOff():
            return st.dictionaries(st.sampled_from(["python", "markdown"]), st.booleans())
        case _:
            return st.lists(st.sampled_from(LISTS[key.name]), unique_by=json.dumps)


FREE = [key for key in KEYS if key.name in FEW or key.name.endswith("routes")]
PROVIDERS: dict[str, Any] = {
    "providers.work.kind": "openai-compatible",
    "providers.work.baseUrl": "http://10.0.0.1:8000",
    "providers.openai.model": "gpt",
}
said = st.fixed_dictionaries(
    {}, optional={key.name: values(key) for key in (*DIRECTIONAL, *FREE)}
).map(lambda stated: {**PROVIDERS, **stated})
only = st.fixed_dictionaries(
    {},
    optional={
        "providers": st.lists(st.sampled_from(["ollama", "work", "openai"])),
        "kinds": st.lists(st.sampled_from(["ollama", "openai-compatible", "openai"])),
        "models": st.just([{"model": "qwen*"}]),
        "hosts": st.just(["*.example.com"]),
    },
)
payloads = st.fixed_dictionaries(
    {
        "settings": st.fixed_dictionaries(
            {}, optional={key.name: values(key) for key in DIRECTIONAL}
        ),
        "only": only,
        "forbid": st.lists(st.sampled_from(FORBIDDABLE), unique=True),
    }
)
choices = st.builds(
    Choice, st.none() | st.sampled_from(Mode), st.none() | st.sampled_from(Mode), st.booleans()
)


def resolved(pins: Pins, editor: Any, flags: Any, choice: Choice, *, trusted: bool) -> Resolved:
    """Of sources that need no file; the others count as these do."""
    sources = Sources(
        machine=NOWHERE,
        user=NOWHERE,
        flags=flags,
        editor=editor,
        editor_workspace_trusted=trusted,
        choice=choice,
        policy=Standing(pinned=True, pins=pins),
    )
    return resolve(sources, None)


def as_strict(key: Key, now: Any, before: Any) -> bool:
    """Whether `now` is as strict as `before`, key by key, by the table's own rule or less."""
    if key.name in FEW:
        return set(now) <= set(before)
    match key.stricter:
        case None:
            return bool(now == before)
        case Union():
            return all(_shown(entry) in map(_shown, now) for entry in before)
        case AnyOff():
            return all(on or not now.get(name, True) for name, on in before.items())
        case rule:
            return bool(rule.strictest([now, before]) == now)


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    """A pattern is never printed; its name stands for it."""
    return {name: value for name, value in entry.items() if name != "pattern"}


def rows(found: Resolved) -> dict[str, Any]:
    return {row.key: row.value for row in describe(found)}


@settings(max_examples=200, deadline=None)
@given(payload=payloads, editor=said, flags=said, choice=choices, trusted=st.booleans())
def test_no_setting_is_looser_than_without_the_policy(
    payload: Any, editor: Any, flags: Any, choice: Choice, trusted: bool
) -> None:
    pins = read(json.dumps(body(**payload)).encode()).pins
    before = resolved(Pins(), editor, flags, choice, trusted=trusted)
    now = resolved(pins, editor, flags, choice, trusted=trusted)
    shut = resolved(both(CLOSED, pins), editor, flags, choice, trusted=trusted)
    for looser, stricter in ((before, now), (now, shut)):
        old, new = rows(looser), rows(stricter)
        assert new.keys() <= old.keys()
        for key in KEYS:
            if "<id>" not in key.name:
                assert as_strict(key, new[key.name], old[key.name]), key.name
        for name, provider in stricter.settings.providers.items():
            assert provider == looser.settings.providers[name]


@settings(max_examples=100, deadline=None)
@given(payload=payloads, flags=said)
def test_what_is_pinned_holds_whatever_a_person_says(payload: Any, flags: Any) -> None:
    pins = read(json.dumps(body(**payload)).encode()).pins
    found = resolved(pins, {}, flags, Choice(), trusted=True)
    shown = rows(found)
    for key in DIRECTIONAL:
        if key.name in pins.settings:
            assert as_strict(key, shown[key.name], pins.settings[key.name]), key.name
    for name in pins.limits.forbids & shown.keys():
        assert shown[name] == []
    for provider in found.settings.providers.values():
        assert found.settings.limits.permits_provider(provider)


@settings(max_examples=100, deadline=None)
@given(payload=payloads, flags=said)
def test_what_the_policy_decided_is_shown_as_its_own(payload: Any, flags: Any) -> None:
    pins = read(json.dumps(body(**payload)).encode()).pins
    before, now = (resolved(p, {}, flags, Choice(), trusted=True) for p in (Pins(), pins))
    old, new = rows(before), rows(now)
    for row in describe(now):
        if not row.key.startswith("providers.") and new[row.key] != old[row.key]:
            assert SOURCE in row.source, row.key
