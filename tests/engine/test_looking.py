"""Looking: a large document holds nobody up, and one that takes too long stays here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from codegrex_lsp.engine.looking import PART, SMALL, get_to_know
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.values.ask import Ask
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import Route
from tests.support.gates import chat, completion, gate

LINES = "\n".join(f"value_{n} = compute({n})" for n in range(SMALL // 10))


class Watched(Engine):
    """Knows everything after so many slices."""

    def __init__(self, slices: int = 1) -> None:
        super().__init__([])
        self.texts: list[str] = []
        self._left = slices

    def fill(self, text: str, **more: object) -> bool:  # type: ignore[override]
        self.texts.append(text)
        self._left -= 1
        return self._left <= 0


async def look(engine: Engine, ask: Ask, **more: object) -> Withheld | None:
    return await get_to_know(
        engine,
        gate(engine=engine, ignored=lambda path: path.name == "private.py"),
        ask,
        Destination.CLOUD,
        "off",
        **more,  # type: ignore[arg-type]
    )


async def test_a_small_document_is_left_to_the_gate() -> None:
    engine = Watched()

    assert await look(engine, completion("x = 1|", ("b.py", "y = 2"))) is None
    assert engine.texts == []


async def test_a_large_one_is_looked_at_in_parts_that_make_it_up() -> None:
    engine = Watched()
    text = "\n".join([LINES] * 9)

    assert await look(engine, completion(f"{text}|")) is None

    assert "\n".join(engine.texts) == text
    assert max(map(len, engine.texts)) < 2 * PART


async def test_what_may_not_be_read_is_not_looked_at() -> None:
    engine = Watched()

    await look(engine, completion("x|", ("private.py", LINES)))

    assert engine.texts == ["x"]


async def test_others_have_their_turn_between_slices() -> None:
    engine = Watched(slices=20)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await look(engine, completion(f"{LINES}|"))
    task.cancel()

    assert turns >= 20


async def test_what_takes_too_long_is_withheld() -> None:
    def clock() -> Iterator[float]:
        now = 0.0
        while True:
            yield now
            now += 1_000

    ticks = clock()
    stopped = await look(Watched(slices=9), completion(f"{LINES}|"), clock=lambda: next(ticks))

    assert stopped is not None
    assert stopped.code == "detector-too-slow"


async def test_a_detector_that_breaks_is_left_to_the_gate() -> None:
    class Broken(Watched):
        def fill(self, text: str, **more: object) -> bool:
            from codegrex_lsp.errors import DetectorFailed

            raise DetectorFailed("broken")

    assert await look(Broken(), completion(f"{LINES}|")) is None


@pytest.mark.parametrize("ask", [completion(f"{LINES}|"), chat(LINES)], ids=["code", "chat"])
async def test_after_it_the_gate_finds_every_line_known(ask: Ask) -> None:
    engine = Engine()
    engine.warm_up("all")
    assert await look(engine, ask) is None
    (document,) = gate(engine=engine).documents(ask, Destination.CLOUD, "off")

    known = engine.fill(
        document.text,
        level="all",
        language=document.language,
        path_name=document.path_name,
        uri=document.origin.uri,
        milliseconds=-1,
    )

    assert known


async def test_a_request_looks_before_it_asks_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.engine import journey
    from codegrex_lsp.privacy.gate import withheld
    from tests.support.journeys import Rig, provider

    async def too_slow(*given: object) -> Withheld:
        return withheld("detector-too-slow")

    monkeypatch.setattr(journey, "get_to_know", too_slow)
    rig = Rig([provider("ollama")])
    ask = completion("x = |")
    route = Route(rig.providers[0], "m", Destination.LOCAL)

    stopped = await rig.journey.clear(ask, route, rig.settings)

    assert isinstance(stopped, Withheld)
    assert stopped.code == "detector-too-slow"
