"""A completion through the whole house from each kind of provider, and its list of models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from tests.fakes.anthropic import FakeAnthropic
from tests.fakes.openai import KEY, VENDORS, FakeOpenAi
from tests.support.houses import wish

FAKES = [*VENDORS, "anthropic"]
MODELS = {"openai": "gpt-4.1-mini", "mistral": "codestral-latest", "anthropic": "claude-haiku-5-5"}


def fake(kind: str) -> FakeOpenAi | FakeAnthropic:
    model = MODELS.get(kind, "m")
    return FakeAnthropic([model]) if kind == "anthropic" else FakeOpenAi(kind, [model])


@asynccontextmanager
async def house(
    home: Path, kind: str, server: FakeOpenAi | FakeAnthropic, **more: Any
) -> AsyncIterator[House]:
    settings: dict[str, object] = {
        "privacy.mode": "normal",
        "completion.routes": ["mine"],
        "completion.debounceMs": 0,
        "providers.mine.baseUrl": server.base_url,
        "providers.mine.kind": kind,
        "providers.mine.model": MODELS.get(kind, "m"),
        **more,
    }
    folders = portable.folders({"CODEGREX_HOME": str(home)})
    made = House(folders, Wishes(flags=settings, environ={"CODEGREX_KEY_MINE": KEY}))
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.parametrize("kind", FAKES)
async def test_a_completion_arrives_from_every_kind(kind: str, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    async with fake(kind) as server, house(tmp_path, kind, server) as home:
        outcome = await home.complete(wish(tmp_path / "w" / "a.py", "x = |\ny = 2\n"))
        assert outcome.decision.code == "shown", outcome.decision
        assert outcome.suggestion is not None
        assert outcome.suggestion.text.reveal() == "a + b"


@pytest.mark.parametrize("kind", FAKES)
async def test_the_models_of_every_kind_are_listed(kind: str, tmp_path: Path) -> None:
    async with fake(kind) as server, house(tmp_path, kind, server) as home:
        assert ("mine", (MODELS.get(kind, "m"),), "") in await home.models(tmp_path)


@pytest.mark.parametrize("kind", ["vllm", "groq"])
async def test_a_missing_model_is_said_and_the_setting_is_named(kind: str, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    missing = {"providers.mine.model": "none"}
    async with fake(kind) as server, house(tmp_path, kind, server, **missing) as home:
        outcome = await home.complete(wish(tmp_path / "w" / "a.py", "x = |\n"))
        assert outcome.suggestion is None
        assert "model" in outcome.decision.message
