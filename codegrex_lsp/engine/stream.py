"""Reads one streamed answer: decode, strip, restore, and end the stream once it is complete."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from codegrex_lsp.egress.door import Door
from codegrex_lsp.engine.tidy.ending import end_of
from codegrex_lsp.engine.tidy.fences import Fences
from codegrex_lsp.engine.tidy.site import Site
from codegrex_lsp.engine.tidy.think import Think
from codegrex_lsp.errors import ServedElsewhere
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.providers.wire import Delta, Sampling, ServedRemotely, Translator

LONGEST: Final = 100_000
"""Characters of a suggestion. A server that goes on although it was told how many tokens to make
is stopped here; nobody inserts more, and each further token would cost more time than the last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        text: Restored text, not yet tidied.
        stopped: The restorer's reason for giving up, `too-long`, or empty.
    """

    text: str = field(repr=False)
    stopped: str = ""


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
    cleared = clearance.cleared
    decoder = translator.decoder(cleared)
    # A model that continues code may write a fence of its own, in Markdown for one.
    strips = (Think(), Fences()) if translator.fills_by_chat(cleared) else (Think(),)
    restorer = clearance.restorer()
    text, shown = "", 0

    def take(piece: str) -> bool:
        """Add restored text; True once the suggestion is complete or given up."""
        nonlocal text, shown
        text += piece
        end = end_of(text, site)
        visible = text if end is None else text[:end]
        if on_text is not None and len(visible) > shown:
            on_text(visible[shown:])
            shown = len(visible)
        return bool(restorer.stopped) or end is not None

    async with aclosing(door.stream(cleared, translator, sampling)) as chunks:
        async for chunk in chunks:
            for event in decoder.feed(chunk):
                if isinstance(event, ServedRemotely):
                    raise ServedElsewhere(event.host)
                if isinstance(event, Delta) and event.text:
                    first_token()
                    piece = event.text
                    for strip in strips:
                        piece = strip.feed(piece)
                    if take(restorer.feed(piece)):
                        return Answer(text, restorer.stopped)
                    if len(text) > LONGEST:
                        return Answer("", "too-long")
    decoder.close()
    tail = ""
    for strip in strips:
        tail = strip.feed(tail) + strip.close()
    take(restorer.feed(tail) + restorer.close())
    return Answer(text, restorer.stopped)
