"""A model that takes long to begin is announced, and one that does not is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codegrex_lsp.engine import patience
from codegrex_lsp.engine.patience import SENTENCE, Patience
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house, wish


async def test_a_quick_answer_says_nothing() -> None:
    told: list[str] = []
    with Patience(told.append, seconds=5) as waiting:
        waiting.over()
    assert told == []


async def test_a_slow_answer_is_announced_once_and_taken_back() -> None:
    told: list[str] = []
    with Patience(told.append, seconds=0) as waiting:
        await asyncio.sleep(0.01)
        waiting.over()
        await asyncio.sleep(0.01)
    assert told == [SENTENCE, ""]


async def test_a_failure_takes_the_sentence_back() -> None:
    told: list[str] = []
    with pytest.raises(ValueError), Patience(told.append, seconds=0):
        await asyncio.sleep(0.01)
        raise ValueError
    assert told == [SENTENCE, ""]


async def test_a_cold_model_shows_progress_and_its_answer_still_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience.Patience.__init__, "__defaults__", (0.0,))
    told: list[str] = []
    loaded = asyncio.Event()

    def progress(sentence: str) -> None:
        told.append(sentence)
        loaded.set()

    async with FakeOllama({MODEL: FakeModel(insert=True, words=("a",))}) as ollama:
        ollama.pause = loaded
        async with house(tmp_path / "home", ollama, progress=progress) as built:
            outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
    assert outcome.decision.code == "shown"
    assert told == [SENTENCE, ""]
