"""Reads one streamed answer: decode, strip, restore, and end the stream once it is complete."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Protocol

from codegrex_lsp.egress.door import Door
from codegrex_lsp.engine.tidy.ending import end_of
from codegrex_lsp.engine.tidy.fences import Fences
from codegrex_lsp.engine.tidy.site import Site
from codegrex_lsp.engine.tidy.think import Think
from codegrex_lsp.errors import ServedElsewhere
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.providers.wire import Delta, Finished, Sampling, ServedRemotely, Translator

LONGEST: Final = 100_000
"""Characters of a suggestion. A server that goes on although it was told how many tokens to make
is stopped here; nobody inserts more, and each further token would cost more time than the last."""

_OBEYED: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""What terminals and editors obey and nobody sees: control characters, and writing directions
that show code in another order than it is read (CVE-2021-42574)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        text: Restored text, not yet tidied.
        stopped: The restorer's reason for giving up, `too-long`, `hidden-characters`, or empty.
    """

    text: str = field(repr=False)
    stopped: str = ""


class Strip(Protocol):
    """Takes something off an answer while it streams: thoughts, fences."""

    def feed(self, text: str) -> str:
        """What is left of it, as far as it is certain."""

    def close(self) -> str:
        """The rest."""


@dataclass(slots=True)
class Stream:
    """One streamed answer: decoded, stripped, and with the person's own values put back.

    Attributes:
        reason: Why the model stopped, as `Finished` says; empty until then.
        stopped: The restorer's reason for giving up, or empty.
    """

    clearance: Clearance
    translator: Translator
    door: Door
    sampling: Sampling
    strips: Sequence[Strip]
    first_token: Callable[[], object]
    reason: str = ""
    stopped: str = ""

    async def text(self) -> AsyncGenerator[str, None]:
        """Its characters as they come. Leaving early closes the socket.

        Raises:
            ServedElsewhere: The stream names another machine.
            CodegrexError: The door refused, or the provider failed.
        """
        cleared, restorer = self.clearance.cleared, self.clearance.restorer()
        decoder = self.translator.decoder(cleared)
        async with aclosing(self.door.stream(cleared, self.translator, self.sampling)) as chunks:
            async for chunk in chunks:
                for event in decoder.feed(chunk):
                    if isinstance(event, ServedRemotely):
                        raise ServedElsewhere(event.host)
                    if isinstance(event, Finished):
                        self.reason = event.reason
                    elif isinstance(event, Delta) and event.text:
                        self.first_token()
                        piece = event.text
                        for strip in self.strips:
                            piece = strip.feed(piece)
                        piece = restorer.feed(piece)
                        self.stopped = restorer.stopped
                        yield piece
        for event in decoder.close():
            if isinstance(event, Finished):
                self.reason = event.reason
        tail = ""
        for strip in self.strips:
            tail = strip.feed(tail) + strip.close()
        tail = restorer.feed(tail) + restorer.close()
        self.stopped = restorer.stopped
        yield tail


async def read_answer(
    clearance: Clearance,
    translator: Translator,
    door: Door,
    *,
    sampling: Sampling,
    site: Site,
    first_token: Callable[[], object],
    on_text: Callable[[str], None] | None,
) -> Answer:
    """The answer to a Cleared. Leaving early closes the socket.

    Raises:
        ServedElsewhere: The stream names another machine.
        CodegrexError: The door refused, or the provider failed.
    """
    # A model that continues code may write a fence of its own, in Markdown for one.
    by_chat = translator.fills_by_chat(clearance.cleared)
    strips: tuple[Strip, ...] = (Think(), Fences()) if by_chat else (Think(),)
    stream = Stream(clearance, translator, door, sampling, strips, first_token)
    text, shown, looked = "", 0, 0
    async with aclosing(stream.text()) as pieces:
        async for piece in pieces:
            text += piece
            end = end_of(text, site)
            visible = text if end is None else text[:end]
            if _OBEYED.search(visible, looked):
                return Answer("", "hidden-characters")
            looked = len(visible)
            if on_text is not None and len(visible) > shown:
                on_text(visible[shown:])
                shown = len(visible)
            if stream.stopped or end is not None:
                break
            if len(text) > LONGEST:
                return Answer("", "too-long")
    return Answer(text, stream.stopped)
