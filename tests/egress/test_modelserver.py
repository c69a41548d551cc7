"""The embedded server starts on demand, is started again once, and its failures are told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.egress.modelserver import HEALTHY_SECONDS, ModelServer
from codegrex_lsp.errors import BadAnswer, ConfigurationError, ModelMissing, ProviderError
from codegrex_lsp.values.route import ProviderConfig

CHILD = Path(__file__).parents[1] / "fakes" / "llama_child.py"


@dataclass
class Bench:
    """A ModelServer over scripted children."""

    server: ModelServer
    config: ProviderConfig
    log: Path
    said: list[str]
    now: float = 0.0

    @property
    def starts(self) -> list[dict[str, Any]]:
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    async def kill(self) -> None:
        """End the child as a crash would, and wait until that is known."""
        assert self.server.pid is not None
        os.kill(self.server.pid, signal.SIGKILL)
        while self.server.alive:
            await asyncio.sleep(0.01)


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., contextlib.AbstractAsyncContextManager[Bench]]:
    @asynccontextmanager
    async def make(*answers: str) -> AsyncIterator[Bench]:
        model = tmp_path / "model.gguf"
        model.write_bytes(b"GGUF")
        log, said = tmp_path / "starts", []
        folders = portable.folders({"CODEGREX_HOME": str(tmp_path / "home")})
        server = ModelServer(
            folders,
            said.append,
            clock=lambda: made.now,
            command=(sys.executable, str(CHILD), str(log), *answers),
        )
        made = Bench(server, ProviderConfig("embedded", "embedded", model=str(model)), log, said)
        try:
            yield made
        finally:
            await server.close()

    return make


async def test_it_starts_on_demand_and_once(bench: Any) -> None:
    async with bench("serve") as b:
        assert not b.server.alive
        first = await b.server.ensure(b.config)
        assert await b.server.ensure(b.config) == first
        assert len(b.starts) == 1
        loading = ["starting the embedded model server", "loading model", "model ready"]
        assert b.said == [*loading, ""]


async def test_a_start_that_fails_ends_its_progress_too(bench: Any) -> None:
    async with bench("die", "die") as b:
        with pytest.raises(ProviderError):
            await b.server.ensure(b.config)
        assert b.said[-1] == ""


async def test_callers_at_the_same_time_share_one_start(bench: Any) -> None:
    async with bench("slow") as b:
        addresses = await asyncio.gather(*(b.server.ensure(b.config) for _ in range(5)))
        assert len(set(addresses)) == 1
        assert len(b.starts) == 1


async def test_a_caller_that_gives_up_does_not_stop_the_start(bench: Any) -> None:
    async with bench("slow") as b:
        impatient = asyncio.create_task(b.server.ensure(b.config))
        await asyncio.sleep(0.05)
        impatient.cancel()
        await asyncio.wait([impatient])
        await b.server.ensure(b.config)
        assert len(b.starts) == 1


async def test_the_key_is_told_on_standard_input_and_shows_nowhere(bench: Any) -> None:
    async with bench("serve") as b:
        address = await b.server.ensure(b.config)
        (start,) = b.starts
        assert start["key"] == address.key
        assert len(address.key) >= 32
        assert address.key not in repr(address)
        assert address.key not in " ".join(start["argv"])


async def test_each_run_has_a_key_of_its_own(bench: Any) -> None:
    async with bench("serve") as b:
        first = await b.server.ensure(b.config)
        await b.kill()
        second = await b.server.ensure(b.config)
        assert first.key != second.key
        assert first.base_url != second.base_url


async def test_context_and_threads_are_told(bench: Any) -> None:
    async with bench("serve") as b:
        await b.server.ensure(b.config)
        assert b.starts[0]["n_ctx"] == 4096
        assert b.starts[0]["threads"] == max(1, (os.cpu_count() or 1) - 1)


async def test_another_model_or_context_replaces_the_server(bench: Any) -> None:
    async with bench("serve") as b:
        await b.server.ensure(b.config)
        old = b.server.pid
        wider = ProviderConfig("embedded", "embedded", model=b.config.model, num_ctx=8192)
        await b.server.ensure(wider)
        assert b.starts[1]["n_ctx"] == 8192
        assert b.server.pid != old
        assert not portable.alive(old)


async def test_a_death_is_mended_once_and_the_second_is_told(bench: Any) -> None:
    async with bench("serve") as b:
        await b.server.ensure(b.config)
        await b.kill()
        await b.server.ensure(b.config)
        assert len(b.starts) == 2
        await b.kill()
        with pytest.raises(ProviderError) as caught:
            await b.server.ensure(b.config)
        assert caught.value.code == "model-server-died"
        assert caught.value.fix
        assert len(b.starts) == 2


async def test_deaths_are_forgiven_after_a_healthy_while(bench: Any) -> None:
    async with bench("serve") as b:
        for _ in range(4):
            await b.server.ensure(b.config)
            await b.kill()
            b.now += HEALTHY_SECONDS + 1
        await b.server.ensure(b.config)
        assert len(b.starts) == 5


async def test_a_child_that_dies_while_it_loads_is_tried_once_more(bench: Any) -> None:
    async with bench("die", "serve") as b:
        await b.server.ensure(b.config)
        assert len(b.starts) == 2
    async with bench("die") as b:
        b.log.unlink()
        with pytest.raises(ProviderError) as caught:
            await b.server.ensure(b.config)
        assert caught.value.code == "model-server-died"
        assert len(b.starts) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("refuse", "model-not-loaded"),
        ("no-library", "embedded-missing"),
        ("garbage", BadAnswer.default_code),
    ],
)
async def test_a_start_that_fails_says_why(bench: Any, answer: str, code: str) -> None:
    async with bench(answer) as b:
        with pytest.raises(ProviderError) as caught:
            await b.server.ensure(b.config)
        assert caught.value.code == code
        assert not b.server.alive


async def test_a_missing_library_is_named_before_anything_starts(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    async with bench("serve") as b:
        with pytest.raises(ProviderError) as caught:
            await b.server.ensure(b.config)
        assert caught.value.fix == "Run: pipx install 'codegrex-lsp[embedded]'"
        assert b.starts == []


async def test_no_starter_model_comes_with_the_command_that_fetches_it(bench: Any) -> None:
    async with bench("serve") as b:
        with pytest.raises(ModelMissing) as caught:
            await b.server.ensure(ProviderConfig("embedded", "embedded"))
        assert caught.value.fix == "Run: codegrex-lsp models pull starter"


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04", "model".encode("utf-16")])
async def test_a_file_of_another_kind_is_named_as_a_mistake(
    bench: Any, tmp_path: Path, content: bytes
) -> None:
    wrong = tmp_path / "secret-name.bin"
    wrong.write_bytes(content)
    async with bench("serve") as b:
        with pytest.raises(ConfigurationError, match="not a GGUF") as caught:
            await b.server.ensure(ProviderConfig("mine", "embedded", model=str(wrong)))
        assert "providers.mine.model" in caught.value.message
        assert "secret-name" not in caught.value.message


@pytest.mark.parametrize("path", ["nowhere.gguf", "."])
async def test_a_file_that_can_not_be_read_is_named_as_missing(
    bench: Any, tmp_path: Path, path: str
) -> None:
    async with bench("serve") as b:
        with pytest.raises(ModelMissing):
            await b.server.ensure(ProviderConfig("x", "embedded", model=str(tmp_path / path)))


async def test_closing_ends_the_child_and_a_start_under_way(bench: Any) -> None:
    async with bench("serve") as b:
        await b.server.ensure(b.config)
        pid = b.server.pid
        await b.server.close()
        assert not portable.alive(pid)
    async with bench("slow") as b:
        waiting = asyncio.create_task(b.server.ensure(b.config))
        await asyncio.sleep(0.05)
        await b.server.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not b.server.alive
