"""What providers say of themselves: each task's model is asked about, and nobody mode forbids."""

from __future__ import annotations

from pathlib import Path

from codegrex_lsp.engine.survey import LONGEST_NAME, MOST_NAMES, ProviderCheck
from codegrex_lsp.values.mode import Task
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house

CHAT = "qwen2.5-coder:1.5b"


async def checks(tmp_path: Path, *models: str, **flags: object) -> tuple[ProviderCheck, ...]:
    made = {name: FakeModel(insert=True) for name in models}
    routes: dict[str, object] = {"chat__routes": [], **flags}
    async with FakeOllama(made) as ollama, house(tmp_path, ollama, **routes) as built:
        return await built.check_providers(None)


async def test_a_provider_of_one_list_is_asked_for_that_tasks_model(tmp_path: Path) -> None:
    (check,) = await checks(tmp_path, MODEL)
    assert (check.model, check.task, check.reachable) == (MODEL, Task.COMPLETION, True)


async def test_another_model_for_chat_is_asked_about_too(tmp_path: Path) -> None:
    first, second = await checks(
        tmp_path, MODEL, chat__routes=["ollama"], providers__ollama__chatModel=CHAT
    )
    assert (first.model, first.task, bool(first.facts)) == (MODEL, Task.COMPLETION, True)
    assert (second.model, second.task, bool(second.facts)) == (CHAT, Task.CHAT, False)
    assert second.reachable, "the server is there, its model is not"


async def test_one_model_for_both_is_asked_about_once(tmp_path: Path) -> None:
    found = await checks(
        tmp_path, MODEL, chat__routes=["ollama"], providers__ollama__chatModel=MODEL
    )
    assert len(found) == 1


async def test_a_cloud_without_a_model_says_what_to_set(tmp_path: Path) -> None:
    (check,) = await checks(
        tmp_path, MODEL, privacy__mode="normal", completion__routes=["anthropic"]
    )
    assert not check.reachable
    assert "providers.anthropic.model" in check.message


async def test_whom_the_mode_forbids_is_not_asked(tmp_path: Path) -> None:
    (check,) = await checks(tmp_path, MODEL, completion__routes=["mistral"])
    assert not check.asked
    assert "sensitive" in check.message


async def listed(tmp_path: Path, *names: str) -> tuple[str, ...]:
    models = {name: FakeModel() for name in names}
    async with FakeOllama(models) as ollama, house(tmp_path, ollama, chat__routes=[]) as built:
        ((_, found, _),) = await built.models(None)
    return found


async def test_a_name_that_no_setting_can_hold_is_not_listed(tmp_path: Path) -> None:
    bad = ("m\nopenai  gpt  ready", "\x1b[2Jm", "\u202em", "m" * (LONGEST_NAME + 1))
    assert await listed(tmp_path, "good:1b", *bad) == ("good:1b",)


async def test_an_endless_listing_is_cut(tmp_path: Path) -> None:
    names = [f"m{number}" for number in range(MOST_NAMES + 1)]
    assert len(await listed(tmp_path, *names)) == MOST_NAMES
