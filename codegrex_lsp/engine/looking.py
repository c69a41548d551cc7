"""Looking at documents in slices, before a gate has to.

A gate decides at once: what it has to scan for the first time holds everything else. Lines that
were looked at before cost it next to nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.document import Document, RedactLocal
from codegrex_lsp.privacy.gate import Gate, withheld
from codegrex_lsp.values.ask import Ask
from codegrex_lsp.values.mode import Destination

SLICE_MS: Final = 20.0
"""Time for new lines before other work has its turn."""

LONGEST_MS: Final = 1_500.0
"""Time for one request. What was looked at by then is known at the next one."""

PART: Final = 65_536
"""Characters of a document that are looked at in a row."""

SMALL: Final = 16_384
"""Characters that a gate may as well scan itself."""


async def get_to_know(
    engine: Engine,
    gate: Gate,
    ask: Ask,
    destination: Destination,
    redact_local: RedactLocal,
    *,
    clock: Callable[[], float] = lambda: time.monotonic() * 1000,
) -> Withheld | None:
    """Look at what is new in a request.

    Args:
        engine: Of the gate.
        gate: Will be asked about the request.
        ask: The request.
        destination: Where it is to go.
        redact_local: `privacy.redactLocal`.
        clock: Monotonic, in ms.

    Returns:
        What to answer instead of asking the gate, as it would hold everything; or None.
    """
    if all(len(piece.text.reveal()) <= SMALL for piece in ask.pieces):
        return None
    until = clock() + LONGEST_MS
    for document in gate.documents(ask, destination, redact_local):
        with suppress(DetectorFailed):  # the gate will say so
            for part in _parts(document):
                while not _slice(engine, document, part):
                    if clock() > until:
                        return withheld("detector-too-slow")
                    await asyncio.sleep(0)
                await asyncio.sleep(0)
    return None


def _parts(document: Document) -> Iterator[str]:
    """Some lines after the other: each slice asks again what is known of all that it is given.

    A diff stays whole, as what a line of it is depends on those before.
    """
    text, start = document.text, 0
    while start < len(text) and document.level != "off":
        whole = document.language == "diff"
        end = len(text) if whole else text.find("\n", start + PART) + 1 or len(text)
        yield text[start:end].removesuffix("\n")
        start = end


def _slice(engine: Engine, document: Document, part: str) -> bool:
    """Look at some of a part; whether all is known."""
    return document.level != "off" and engine.fill(
        part,
        level=document.level,
        language=document.language,
        path_name=document.path_name,
        uri=document.origin.uri,
        milliseconds=SLICE_MS,
    )
