"""Takes off the thoughts with which a reasoning model begins, while the answer streams."""

from __future__ import annotations

from typing import Final

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class Think:
    """Drops `<think>…</think>` at the start of an answer, and the line breaks after it.

    A tag later on is code and stays. Thoughts that never end leave nothing.
    """

    def __init__(self) -> None:
        self._held = ""
        self._read = self._start

    def feed(self, text: str) -> str:
        """The part of the answer that `text` completes."""
        self._held += text
        return self._read()

    def close(self) -> str:
        """The rest. Text that only began like a tag comes back."""
        rest = self._held if self._read in (self._start, self._answer) else ""
        self._held = ""
        return rest

    def _start(self) -> str:
        begun = self._held.lstrip()
        if begun.startswith(_OPEN):
            self._held = begun[len(_OPEN) :]
            self._read = self._thoughts
        elif _OPEN.startswith(begun):
            return ""
        else:
            self._read = self._answer
        return self._read()

    def _thoughts(self) -> str:
        _, closed, after = self._held.partition(_CLOSE)
        if not closed:
            self._held = self._held[-len(_CLOSE) + 1 :]
            return ""
        self._held = after
        self._read = self._gap
        return self._read()

    def _gap(self) -> str:
        self._held = self._held.lstrip("\r\n")
        if not self._held:
            return ""
        self._read = self._answer
        return self._read()

    def _answer(self) -> str:
        text, self._held = self._held, ""
        return text
