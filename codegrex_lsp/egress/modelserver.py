"""The embedded model server: a child process, started on demand and ended with us.

It listens on a random loopback port behind a random key that only this process knows. One model
at a time; another one in the settings replaces it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import codegrex_lsp
from codegrex_lsp import portable
from codegrex_lsp.egress import starter
from codegrex_lsp.errors import BadAnswer, ConfigurationError, ModelMissing, ProviderError, TimedOut
from codegrex_lsp.settings.keysources import without_keys
from codegrex_lsp.values.route import ProviderConfig

CONTEXT: Final = 4096
"""Tokens of context where the settings name none."""

START_SECONDS: Final = 300.0
"""How long a start may take. A model of some GB on a slow disk takes a minute."""

HEALTHY_SECONDS: Final = 60.0
"""A server that dies is started again once within this time, and afterwards anew."""

END_SECONDS: Final = 3.0
"""How long the child may take to end by itself."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens.

    Attributes:
        base_url: Scheme, loopback address and port.
        key: Bearer key, for this run of the server only.
    """

    base_url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Orders:
    """What a child is to serve; a child of other orders is replaced."""

    model: Path
    n_ctx: int
    threads: int


@dataclass(slots=True)
class _Child:
    orders: _Orders
    process: asyncio.subprocess.Process
    address: Address


class ModelServer:
    """Starts, restarts and ends the embedded server.

    Args:
        folders: Where the starter model is kept.
        progress: Told in fixed sentences what is under way, and an empty one when it is over.
        clock: Monotonic, in seconds.
        command: The child's command line; None for the real one.
    """

    def __init__(
        self,
        folders: portable.Folders,
        progress: Progress | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        command: tuple[str, ...] | None = None,
    ) -> None:
        self._folders = folders
        self._progress: Progress = progress or (lambda _: None)
        self._clock = clock
        self._command = command or (sys.executable, "-m", "codegrex_lsp.egress.llama_child")
        self._child: _Child | None = None
        self._starting: tuple[_Orders, asyncio.Task[Address]] | None = None
        self._deaths: list[float] = []

    async def ensure(self, config: ProviderConfig) -> Address:
        """The address of a server that has `config.model` loaded, started where needed.

        A caller that is cancelled does not stop the start: a model that takes half a minute must
        not begin again with each keystroke.

        Raises:
            ModelMissing: There is no such file, or no starter model yet.
            ConfigurationError: The file is no GGUF model.
            ProviderError: The library is missing, the model can not be loaded, or the server
                died twice within `HEALTHY_SECONDS`.
        """
        orders = self._orders(config)
        while self._starting is not None and self._starting[0] != orders:
            await asyncio.wait([self._starting[1]])
        if self._starting is None:
            if self._child is not None and self._child.orders == orders and self.alive:
                return self._child.address
            task = asyncio.create_task(self._start(orders))
            task.add_done_callback(self._started)
            self._starting = (orders, task)
        return await asyncio.shield(self._starting[1])

    @property
    def loading(self) -> bool:
        """Whether a start is under way."""
        return self._starting is not None

    @property
    def base_url(self) -> str:
        """Where the running server listens, or empty."""
        return self._child.address.base_url if self._child is not None and self.alive else ""

    @property
    def alive(self) -> bool:
        """Whether a server runs."""
        return self._child is not None and self._child.process.returncode is None

    @property
    def pid(self) -> int | None:
        """Process id of the running server, or None."""
        return self._child.process.pid if self._child is not None and self.alive else None

    async def close(self) -> None:
        """End the server, and a start that is under way."""
        if self._starting is not None:
            _, task = self._starting
            task.cancel()
            await asyncio.wait([task])
        await self._end_child()

    def _orders(self, config: ProviderConfig) -> _Orders:
        model = Path(config.model).expanduser().absolute() if config.model else None
        if model is None:
            model = starter.starter_path(self._folders)
            if model is None:
                raise ModelMissing(
                    "The starter model is not on this machine yet.",
                    fix="Run: codegrex-lsp models pull starter",
                )
        _check_file(model, config.id)
        # The typing person's own programs keep a core; llama.cpp's threads spin while they wait.
        threads = max(1, (os.cpu_count() or 1) - 1)
        return _Orders(model, config.num_ctx or CONTEXT, threads)

    def _started(self, task: asyncio.Task[Address]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # every caller may be gone; nobody need hear of it

    async def _start(self, orders: _Orders) -> Address:
        try:
            return await self._start_child(orders)
        finally:
            self._progress("")  # over, also where it failed: no editor is to spin for ever

    async def _start_child(self, orders: _Orders) -> Address:
        if self._child is not None and not self.alive:
            self._note_death()
        await self._end_child()
        while True:
            self._refuse_after_two_deaths()
            self._progress("starting the embedded model server")
            child = await self._spawn(orders)
            if child is not None:
                self._child = child
                self._progress("model ready")
                return child.address
            self._note_death()

    async def _spawn(self, orders: _Orders) -> _Child | None:
        """A child that serves, or None where it died before it did."""
        if importlib.util.find_spec("xllamacpp") is None:
            raise _no_library()
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # `-m` imports from the working folder, which must not be a person's project.
            cwd=Path(codegrex_lsp.__file__).parent.parent,
            env=without_keys(os.environ),
            creationflags=portable.CHILD_FLAGS,
        )
        try:
            key = secrets.token_urlsafe(32)
            answer = await self._hand_over(process, orders, key)
            if not answer:
                await process.wait()
                return None
            return _Child(orders, process, Address(_read_address(answer), key))
        except BaseException:
            await _end(process)
            raise

    async def _hand_over(
        self, process: asyncio.subprocess.Process, orders: _Orders, key: str
    ) -> bytes:
        """Tell the child what to serve; its answer, or nothing where it died."""
        assert process.stdin is not None
        assert process.stdout is not None
        told = {
            "model": str(orders.model),
            "n_ctx": orders.n_ctx,
            "threads": orders.threads,
            "key": key,
        }
        self._progress("loading model")
        try:
            async with asyncio.timeout(START_SECONDS):
                with contextlib.suppress(ConnectionError):
                    process.stdin.write(json.dumps(told).encode() + b"\n")
                    await process.stdin.drain()
                return await process.stdout.readline()
        except TimeoutError:
            raise TimedOut(
                f"The embedded model was not loaded within {START_SECONDS:.0f} s.",
                code="timeout-model-load",
                fix="Choose a smaller model.",
            ) from None

    def _note_death(self) -> None:
        self._deaths.append(self._clock())

    def _refuse_after_two_deaths(self) -> None:
        since = self._clock() - HEALTHY_SECONDS
        self._deaths = [at for at in self._deaths if at > since]
        if len(self._deaths) >= 2:
            raise ProviderError(
                "The embedded model server died twice, so it was not started again.",
                code="model-server-died",
                fix="Wait a minute, close other programs, or choose a smaller model.",
            )

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await _end(child.process)


def _check_file(model: Path, provider: str) -> None:
    try:
        with model.open("rb") as file:
            magic = file.read(4)
    except OSError:
        raise ModelMissing(
            f"The file that providers.{provider}.model names can not be read.",
            fix="Correct the path, or leave it empty for the starter model.",
        ) from None
    if magic != b"GGUF":
        raise ConfigurationError(
            f"The file that providers.{provider}.model names is not a GGUF model.",
            code="model-not-gguf",
            fix="Name a file that ends in .gguf, or leave it empty for the starter model.",
        )


def _read_address(answer: bytes) -> str:
    """The child's address. Raises ProviderError where the child says why there is none."""
    try:
        said = json.loads(answer)
        address = said.get("address", "")
    except (ValueError, AttributeError):
        raise BadAnswer("The embedded model server did not start properly.") from None
    if said.get("failed") == "no-library":
        raise _no_library()
    if not isinstance(address, str) or not address.startswith("http://127.0.0.1:"):
        raise ProviderError(
            "The embedded model server can not load this model.",
            code="model-not-loaded",
            fix="Check that the file is whole and that there is memory for it.",
        )
    return address


def _no_library() -> ProviderError:
    return ProviderError(
        "The embedded model server is not installed.",
        code="embedded-missing",
        fix="Run: pipx install 'codegrex-lsp[embedded]'",
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a child: close its input, wait, then kill. Returns once it is gone."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    await process.wait()
