"""One request at a time for each document, and everybody gets an answer."""

from __future__ import annotations

import asyncio

import pytest

from codegrex_lsp.engine.turns import Turns


async def slow(log: list[str]) -> str:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        log.append("closed")
        raise
    return "late"


async def quick() -> str:
    return "done"


async def test_a_newer_request_takes_the_older_ones_place() -> None:
    turns: Turns[str] = Turns()
    log: list[str] = []
    older = asyncio.create_task(turns.take("u", slow(log)))
    await asyncio.sleep(0.01)
    assert await turns.take("u", quick()) == "done"
    assert await older is None
    assert log == ["closed"]
    assert not turns.busy


async def test_another_document_is_left_alone() -> None:
    turns: Turns[str] = Turns()
    older = asyncio.create_task(turns.take("u", slow([])))
    await asyncio.sleep(0.01)
    await turns.take("v", quick())
    assert turns.busy
    older.cancel()
    with pytest.raises(asyncio.CancelledError):
        await older


async def test_cancelling_the_caller_cancels_the_work() -> None:
    turns: Turns[str] = Turns()
    log: list[str] = []
    caller = asyncio.create_task(turns.take("u", slow(log)))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert log == ["closed"]
    assert not turns.busy


async def test_a_failure_is_passed_on() -> None:
    async def broken() -> str:
        raise ValueError

    turns: Turns[str] = Turns()
    with pytest.raises(ValueError):
        await turns.take("u", broken())
    assert not turns.busy
