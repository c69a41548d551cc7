"""Standard input and output of the server process, and the watch over the editor that started it.

A daemon thread reads: a blocked read must not keep a process alive whose editor is gone, and no
event loop reads pipes on every system.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

from codegrex_lsp import portable
from codegrex_lsp.lsp.framing import Frames, Trouble

_CHUNK: Final = 64 * 1024
"""Bytes per read."""

_AHEAD: Final = 64
"""Messages that may be read before the first of them is handled."""

_WATCH_SECONDS: Final = 2.0

_FORCE_SECONDS: Final = 20.0
"""From the end of the input to the end by force: more than an orderly end takes."""


class Output:
    """Where messages are written. A broken pipe means that the editor is gone.

    Args:
        on_broken: Called when nothing can be written any more.
    """

    def __init__(self, on_broken: Callable[[], None]) -> None:
        self._stream = sys.stdout.buffer
        self._on_broken = on_broken
        sys.stdout = sys.stderr  # a stray print must not break the protocol

    def write(self, data: bytes) -> None:
        """Write one message at once."""
        try:
            self._stream.write(data)
            self._stream.flush()
        except (OSError, ValueError):
            self._on_broken()

    def close(self) -> None:
        """Nothing: the process that ends closes it."""


def read_in_background(
    receive: Callable[[bytes | Trouble], None], on_end: Callable[[], None]
) -> None:
    """Hand each message to `receive` on the running loop, in order, and `on_end` at the end."""
    loop = asyncio.get_running_loop()
    room = threading.Semaphore(_AHEAD)

    def handle(body: bytes | Trouble) -> None:
        try:
            receive(body)
        finally:
            room.release()

    def read() -> None:
        frames = Frames()
        source = sys.stdin.fileno()
        try:
            while chunk := os.read(source, _CHUNK):
                for body in frames.feed(chunk):
                    room.acquire()
                    loop.call_soon_threadsafe(handle, body)
        except OSError:
            pass  # as good as the end
        except RuntimeError:
            return  # the loop is closed, nobody listens
        # An editor that reads nothing leaves the loop blocked in a write, deaf to what comes now.
        leave_within(_FORCE_SECONDS, 1)
        if not loop.is_closed():
            loop.call_soon_threadsafe(on_end)

    threading.Thread(target=read, name="codegrex-stdin", daemon=True).start()


def watch_parent(
    pid: int | None, on_death: Callable[[], None], tick: Callable[[], None]
) -> Coroutine[Any, Any, None]:
    """Call `on_death` once the process is gone, and `tick` every two seconds till then.

    A process that can not be seen now (another namespace) is not watched.
    """
    seen = pid if pid is not None and pid > 0 and portable.alive(pid) else None
    return _watch(seen, on_death, tick)


async def _watch(pid: int | None, on_death: Callable[[], None], tick: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        if pid is not None and not portable.alive(pid):
            on_death()
            return
        tick()


def leave_within(seconds: float, code: int) -> None:
    """End the process by force if it still runs then, whatever thread hangs."""
    timer = threading.Timer(seconds, os._exit, [code])
    timer.daemon = True
    timer.start()
