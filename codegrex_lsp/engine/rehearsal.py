"""Rehearsal: what a request would send, by the same calls, through a door that only records."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from codegrex_lsp.egress.door import RecordingDoor
from codegrex_lsp.engine.journey import Journey, Leg, Stop, Trip
from codegrex_lsp.engine.requests import Preview
from codegrex_lsp.providers.wire import Sampling, Translator
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.reply import Decision, WithheldPiece


async def rehearse(
    journey: Journey,
    trip: Trip,
    door: RecordingDoor,
    translator: Callable[[str], Translator],
    sampling: Sampling,
) -> Leg | Stop:
    """What would be tried first, or the reason why nothing would be sent."""
    leg = await journey.first(trip)
    if isinstance(leg, Leg):
        wire = translator(leg.route.provider.kind)
        async with aclosing(door.stream(leg.clearance.cleared, wire, sampling)) as chunks:
            async for _ in chunks:
                pass
    return leg


def preview_of(
    leg: Leg | Stop,
    door: RecordingDoor,
    *,
    mode: Mode,
    task: Task,
    base_url: str,
    withheld: tuple[WithheldPiece, ...] = (),
) -> Preview:
    """The preview of what was rehearsed.

    Args:
        leg: What would be tried first.
        door: What recorded it.
        mode: Effective mode.
        task: Completion or chat.
        base_url: Address of the route, or empty where there is none.
        withheld: What was left out before the gate was asked.
    """
    route = leg.route
    where = route.destination if route else None
    if isinstance(leg, Stop):
        refused = Decision(leg.detour.code, leg.detour.message)
        pieces = (*withheld, *leg.withheld)
        return Preview(mode, task, route, where, base_url, refused, pieces, ())
    cleared = leg.clearance.cleared
    return Preview(
        mode,
        task,
        route,
        where,
        base_url,
        None,
        (*withheld, *cleared.withheld),
        tuple((piece.origin, piece.kind.value, piece.text.reveal()) for piece in cleared.pieces),
        cleared.redactions,
        door.recorded[-1].call.body.decode("utf-8"),
    )
