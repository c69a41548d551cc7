"""Invariant 13: the table is the one source; typed defaults and generated copies follow it."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import codegrex_lsp
from codegrex_lsp.settings import Settings, Sources, describe, resolve
from codegrex_lsp.settings import generate as generator
from codegrex_lsp.settings.build import snake
from codegrex_lsp.settings.schema import KEYS, Scope, find, is_group
from codegrex_lsp.values.route import ProviderConfig

ROOT = Path(codegrex_lsp.__file__).parents[1]
MINE = [key for key in KEYS if key.repository]


def test_generated_copies_are_fresh() -> None:
    assert generator.stale(ROOT) == [], "run python -m codegrex_lsp.settings.generate"


def test_the_table_and_the_typed_defaults_agree(tmp_path: Path) -> None:
    made = resolve(Sources(tmp_path / "none", tmp_path / "none"), None).settings
    plain = Settings()
    for section in ("privacy", "completion", "chat", "terminal", "telemetry", "keys", "network"):
        assert getattr(made, section) == getattr(plain, section)


def test_every_typed_field_has_a_row_and_every_row_a_field() -> None:
    rows = {tuple(map(snake, key.name.split("."))) for key in KEYS}
    plain = Settings()
    typed = {
        (section.name, field.name)
        for section in fields(plain)
        if section.name not in ("providers", "limits")  # what no key states
        for field in fields(getattr(plain, section.name))
    }
    typed |= {("providers", "<id>", field.name) for field in fields(ProviderConfig)}
    assert rows == typed - {("providers", "<id>", "id")}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_default_is_valid_and_stays_as_it_is(key: Any) -> None:
    def complain(at: str, reason: str) -> None:
        raise AssertionError(f"{at}: {reason}")

    if key.default is not None:
        assert key.type.read(key.default, key.name, complain) == key.default


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_row_reads_like_a_sentence(key: Any) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*\.", key.sentence)


@pytest.mark.parametrize("key", MINE, ids=lambda key: key.name)
def test_what_a_repository_may_state_has_a_direction(key: Any) -> None:
    assert key.stricter is not None


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_no_repository_may_name_an_endpoint_a_header_or_a_file(key: Any) -> None:
    if key.name.startswith(("providers.", "network.")) or "Hosts" in key.name:
        assert not key.repository and key.scope is Scope.MACHINE


def test_names_are_found_with_any_provider_id() -> None:
    assert find("providers.my-box_2.model") is find("providers.<id>.model")
    assert find("providers.My Box.model") is None
    assert find("providers.x.y.model") is None
    assert is_group("providers.x") and is_group("privacy") and not is_group("privacy.mode")


def test_a_stale_copy_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"], tmp_path) == 1
    assert "docs/settings.md is stale" in capsys.readouterr().err
    assert generator.main([], tmp_path) == 0
    assert generator.main(["--check"], tmp_path) == 0
    page = tmp_path / "docs" / "settings.md"
    page.write_text(page.read_text(encoding="utf-8") + "by hand", encoding="utf-8")
    assert generator.main(["--check"], tmp_path) == 1


def test_the_manifests_own_keys_survive(tmp_path: Path) -> None:
    manifest = tmp_path / "vscode-client" / "package.json"
    manifest.parent.mkdir()
    own = {"type": "string", "scope": "machine"}
    before = {
        "name": "codegrex",
        "contributes": {
            "commands": [],
            "configuration": {"properties": {"codegrex.server.path": own, "codegrex.old": {}}},
        },
        "capabilities": {"untrustedWorkspaces": {"supported": "limited"}},
    }
    manifest.write_text(json.dumps(before), encoding="utf-8")
    assert generator.main([], tmp_path) == 0
    after = json.loads(manifest.read_text(encoding="utf-8"))
    properties = after["contributes"]["configuration"]["properties"]
    assert properties["codegrex.server.path"] == own
    assert "codegrex.old" not in properties
    assert properties["codegrex.privacy.privateHosts"]["scope"] == "machine"
    assert properties["codegrex.privacy.mode"]["enum"] == ["normal", "sensitive", "offline"]
    limited = after["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert set(limited) == set(properties) - {"codegrex.server.path"}
    assert (after["name"], after["contributes"]["commands"]) == ("codegrex", [])


def test_page_schema_and_show_name_every_key(tmp_path: Path) -> None:
    page, schema = generator.settings_page(), generator.json_schema()
    shown = {row.key for row in describe(resolve(Sources(tmp_path / "x", tmp_path / "y"), None))}
    for key in KEYS:
        assert f"`{key.name}`" in page
        assert key.name.replace("<id>", "ollama") in shown
        part: Any = schema
        for name in key.name.split("."):
            part = part["additionalProperties"] if name == "<id>" else part["properties"][name]
        assert part["description"] == key.told


def test_the_schema_accepts_no_unknown_key() -> None:
    schema = generator.json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["privacy"]["additionalProperties"] is False
