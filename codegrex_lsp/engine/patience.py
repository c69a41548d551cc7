"""Tells the person that a model is slow to begin. A cold one takes half a minute; no failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

SECONDS: Final = 1.5
"""Silence of a model server after which it is said that it is loading its model."""

SENTENCE: Final = "waiting for the model to load"


class Patience:
    """Around one request: `with Patience(progress) as patience: …; patience.over()`.

    Args:
        progress: Told the sentence once it takes long, and an empty one when it is over.
        seconds: How long is long.
        sentence: What is said.
    """

    def __init__(
        self,
        progress: Callable[[str], None],
        seconds: float = SECONDS,
        *,
        sentence: str = SENTENCE,
    ) -> None:
        self._progress = progress
        self._seconds = seconds
        self._sentence = sentence
        self._told = False
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Patience:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._tell)
        return self

    def __exit__(self, *_: object) -> None:
        self.over()

    def over(self) -> None:
        """The first characters are here, or nothing more is waited for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._told:
            self._told = False
            self._progress("")

    def _tell(self) -> None:
        self._told = True
        self._progress(self._sentence)
