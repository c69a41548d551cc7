"""The whole line from a snapshot to a suggestion, in one process, with a fake Ollama at its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codegrex_lsp.engine.house import Wishes
from codegrex_lsp.errors import RefusedError
from codegrex_lsp.values.mode import Mode
from tests.fakes.http import Stall
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house, snapshot, wish

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
OTHER = "ghp_" + "Z9y8X7w6V5u4T3s2R1q0" + "P9o8N7m6L5k4J3i2"


def answering(*words: str, **model: object) -> FakeOllama:
    return FakeOllama({MODEL: FakeModel(insert=True, words=words, **model)})  # type: ignore[arg-type]


async def test_a_suggestion_arrives(tmp_path: Path) -> None:
    async with answering("a", " + ", "b") as ollama, house(tmp_path / "home", ollama) as built:
        outcome = await built.complete(wish(tmp_path / "m.py", "def add(a, b):\n    return |\n"))
    assert outcome.decision.code == "shown"
    assert outcome.suggestion is not None
    assert outcome.suggestion.text.reveal() == "a + b"
    assert outcome.route is not None and outcome.route.provider.id == "ollama"


async def test_text_streams_as_it_comes(tmp_path: Path) -> None:
    seen: list[str] = []
    async with answering("a", " + ", "b") as ollama, house(tmp_path / "home", ollama) as built:
        await built.complete(wish(tmp_path / "m.py", "x = |"), on_text=seen.append)
    assert "".join(seen) == "a + b"
    assert len(seen) > 1


async def test_a_masked_value_of_the_document_comes_back(tmp_path: Path) -> None:
    async with answering("x") as ollama, house(tmp_path / "home", ollama) as built:
        request = wish(tmp_path / "m.py", f'token = "{TOKEN}"\nsame = |')
        placeholder = (await built.preview(request)).redactions[0].placeholder
        ollama.models[MODEL] = FakeModel(insert=True, words=['"', placeholder[:5], placeholder[5:]])
        outcome = await built.complete(request)
    assert outcome.suggestion is not None
    assert outcome.suggestion.text.reveal().startswith(f'"{TOKEN}')
    assert TOKEN not in "".join(ollama.prompts)


async def test_another_files_value_is_never_written_here(tmp_path: Path) -> None:
    neighbour = snapshot(tmp_path / "other.py", f'same_name = "{OTHER}"\n')
    async with answering("x") as ollama, house(tmp_path / "home", ollama) as built:
        request = wish(tmp_path / "m.py", "same_name = |", neighbour)
        placeholder = (await built.preview(request)).redactions[0].placeholder
        ollama.models[MODEL] = FakeModel(insert=True, words=[f'"{placeholder}"'])
        outcome = await built.complete(request)
    assert outcome.suggestion is None
    assert outcome.decision.code == "foreign-value"


async def test_an_invented_placeholder_is_never_written(tmp_path: Path) -> None:
    async with (
        answering('"cg_secret_', '0badc0de"') as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        outcome = await built.complete(wish(tmp_path / "m.py", f'a = "{TOKEN}"\nx = |'))
    assert outcome.suggestion is None
    assert outcome.decision.code == "unknown-placeholder"


async def test_typing_through_a_suggestion_asks_nobody(tmp_path: Path) -> None:
    async with answering("compute()") as ollama, house(tmp_path / "home", ollama) as built:
        await built.complete(wish(tmp_path / "m.py", "x = |"))
        asked = len(ollama.server.requests)
        outcome = await built.complete(wish(tmp_path / "m.py", "x = comp|"))
        assert len(ollama.server.requests) == asked
    assert outcome.decision.code == "cached"
    assert outcome.suggestion is not None
    assert outcome.suggestion.text.reveal() == "ute()"


async def test_a_file_ignored_since_the_suggestion_gets_nothing_from_the_cache(
    tmp_path: Path,
) -> None:
    async with answering("compute()") as ollama, house(tmp_path / "home", ollama) as built:
        await built.complete(wish(tmp_path / "m.py", "x = |"))
        (tmp_path / ".codegrexignore").write_text("m.py\n")
        outcome = await built.complete(wish(tmp_path / "m.py", "x = comp|"))
    assert outcome.suggestion is None
    assert outcome.decision.code == "ignored-by-file"


async def test_a_newer_request_supersedes_and_closes_the_older_ones_connection(
    tmp_path: Path,
) -> None:
    async with answering("a", "b") as ollama, house(tmp_path / "home", ollama) as built:
        ollama.pause = Stall
        older = asyncio.create_task(built.complete(wish(tmp_path / "m.py", "x = |")))
        while not ollama.prompts:
            await asyncio.sleep(0.01)
        ollama.pause = None
        newer = await built.complete(wish(tmp_path / "m.py", "xy = |"))
        assert (await older).decision.code == "superseded"
    assert newer.decision.code == "shown"


async def test_an_alias_of_a_remote_model_gets_no_text(tmp_path: Path) -> None:
    async with (
        answering("a", remote_host="https://models.example") as ollama,
        house(tmp_path / "home", ollama) as built,
    ):
        outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
    assert outcome.decision.code == "refused-by-mode"
    assert ollama.prompts == []


async def test_a_dead_route_leaves_the_next_one(tmp_path: Path) -> None:
    routes = {
        "completion__routes": ["llamacpp", "ollama"],
        "providers__llamacpp__baseUrl": "http://127.0.0.1:9",
    }
    async with answering("a") as ollama, house(tmp_path / "home", ollama, **routes) as built:
        outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
    assert outcome.route is not None and outcome.route.provider.id == "ollama"


async def test_no_route_at_all_is_a_decision_that_names_each(tmp_path: Path) -> None:
    async with answering("a") as ollama:
        dead = "http://127.0.0.1:9"
        async with house(tmp_path / "home", ollama, providers__ollama__baseUrl=dead) as built:
            outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
    assert outcome.decision.code == "no-provider"
    assert "ollama" in outcome.decision.message


async def test_the_mode_is_chosen_and_remembered(tmp_path: Path) -> None:
    async with answering("a") as ollama:
        async with house(tmp_path / "home", ollama) as built:
            built.choose_mode(Mode.OFFLINE, tmp_path)
        async with house(tmp_path / "home", ollama) as built:
            assert built.resolved(tmp_path).settings.privacy.mode is Mode.OFFLINE
            assert built.resolved(None).settings.privacy.mode is Mode.SENSITIVE


async def test_a_mode_that_the_repository_pins_can_not_be_loosened(tmp_path: Path) -> None:
    (tmp_path / ".codegrex.toml").write_text('[privacy]\nmode = "offline"\n')
    async with answering("a") as ollama, house(tmp_path / "home", ollama) as built:
        with pytest.raises(RefusedError) as refused:
            built.choose_mode(Mode.NORMAL, tmp_path)
        assert "repository file" in refused.value.message
        built.wish(Wishes())
        assert built.resolved(tmp_path).settings.privacy.mode is Mode.OFFLINE


async def test_the_status_names_mode_route_and_the_rule_of_an_ignored_file(tmp_path: Path) -> None:
    (tmp_path / ".codegrexignore").write_text("# mine\nsecret*\n")
    async with answering("a") as ollama, house(tmp_path / "home", ollama) as built:
        await built.complete(wish(tmp_path / "m.py", "x = |"))
        calm = built.status(tmp_path)
        about = built.status(tmp_path, snapshot(tmp_path / "secret.py", ""))
    assert (calm.mode, calm.kind) == (Mode.SENSITIVE, "normal")
    assert calm.route is not None and calm.route.provider.id == "ollama"
    assert about.kind == "inactive"
    assert about.file is not None and about.file[0]
    assert about.file[1].endswith(".codegrexignore:2: secret*")


async def test_closing_a_document_frees_its_text(tmp_path: Path) -> None:
    async with answering("compute()") as ollama, house(tmp_path / "home", ollama) as built:
        request = wish(tmp_path / "m.py", f'k = "{TOKEN}"\nx = |')
        await built.complete(request)
        built.forget(request.snapshot.uri)
        again = await built.complete(wish(tmp_path / "m.py", f'k = "{TOKEN}"\nx = comp|'))
    assert again.decision.code != "cached"


async def test_every_request_is_in_the_ledger_and_the_chain_holds(tmp_path: Path) -> None:
    async with answering("a") as ollama, house(tmp_path / "home", ollama) as built:
        await built.complete(wish(tmp_path / "m.py", "x = |"))
        await built.close()
        lines = list(built.ledger.lines())
        assert [line["task"] for line in lines] == ["probe", "completion"]
        assert built.ledger.verify().ok


async def test_a_new_path_policy_holds_for_suggestions_already_made(tmp_path: Path) -> None:
    async with answering("compute()") as ollama, house(tmp_path / "home", ollama) as built:
        request = wish(tmp_path / "m.py", "x = |")
        assert (await built.complete(request)).decision.code == "shown"
        assert (await built.complete(request)).decision.code == "cached"

        policy = 'pathPolicies = [{ glob = "m.py", level = "never" }]'
        (tmp_path / ".codegrex.toml").write_text(f"[privacy]\n{policy}\n")

        assert (await built.complete(request)).decision.code == "path-never"
