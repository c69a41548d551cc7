"""One suggestion for one place, as both completion requests of LSP want it.

Ask the house, then fit what it made into the document as it is by then.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from codegrex_lsp.engine.requests import Trigger
from codegrex_lsp.lsp import fit
from codegrex_lsp.lsp.fit import Replacement
from codegrex_lsp.lsp.positions import LineIndex, Place
from codegrex_lsp.lsp.session import STALE, SUPERSEDED, Session, Taken
from codegrex_lsp.values.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion in the editor's units, on one line as LSP wants it.

    Attributes:
        text: What to insert.
        start: First replaced position.
        end: One past the last.
        identity: Names the suggestion without its text.
    """

    text: Sealed
    start: Place
    end: Place
    identity: str


async def suggest(
    session: Session, taken: Taken, trigger: Trigger, selected: Replacement | None = None
) -> Offer | None:
    """Ask the house, and fit its suggestion to the document as it is when the answer is there.

    Cancelling passes through to the house, which closes the connection.
    """
    asked = taken if selected is None else _as_if_selected(taken, selected)
    session.on_status()
    await session.settings_known()
    try:
        outcome = await session.house.complete(asked.request(trigger))
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        session.decide(SUPERSEDED)
        return None
    session.decide(None)
    if outcome.suggestion is None:
        return None
    suggestion = outcome.suggestion
    made = Replacement(suggestion.start, suggestion.end, suggestion.text.reveal())
    if selected is not None:
        extended = fit.extend_selected(made, asked.snapshot.text.reveal(), selected, asked.cursor)
        if extended is None:
            return None
        made = extended
    return _fit_to_now(session, taken, made)


def _as_if_selected(taken: Taken, selected: Replacement) -> Taken:
    text, cursor = fit.with_selected(taken.snapshot.text.reveal(), selected)
    return replace(taken, snapshot=replace(taken.snapshot, text=Sealed(text)), cursor=cursor)


def _fit_to_now(session: Session, taken: Taken, made: Replacement) -> Offer | None:
    """The suggestion for the document as it is now; None, with a decision, where it is stale."""
    document = session.documents.get(taken.snapshot.uri)
    index: LineIndex | None = document.index if document is not None and document.kept else None
    before = taken.snapshot.text.reveal()
    now = fit.typed_through(made, before, taken.cursor, index.text) if index is not None else None
    if index is None or now is None:
        session.decide(STALE)
        return None
    start = index.place(now.start, session.client.encoding)
    end = index.place(now.end, session.client.encoding)
    if start.line != end.line:
        session.decide(STALE)
        return None
    return Offer(Sealed(now.text), start, end, session.offer())
