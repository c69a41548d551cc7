"""What a feature asks of the engine, and what it gets back. Plain data, no editor types."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegrex_lsp.values.conversation import Attachment
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.reply import Decision, Redaction, Suggestion, WithheldPiece
from codegrex_lsp.values.route import Detour, Route
from codegrex_lsp.values.sealed import Sealed

if TYPE_CHECKING:  # an editor waits for the server's start, and this is all it needs of settings
    from codegrex_lsp.settings.model import Problem, Vote
    from codegrex_lsp.settings.pins import Standing


class Trigger(StrEnum):
    """Who asked for a completion."""

    AUTOMATIC = "automatic"
    INVOKED = "invoked"


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One wish for ghost text.

    Attributes:
        snapshot: The document, taken before the first await.
        cursor: Offset of the cursor in characters; the caller has clamped it to the text.
        trigger: Typing, or an explicit command.
        neighbours: Other open documents of the same folder, most recently used first.
    """

    snapshot: Snapshot
    cursor: int
    trigger: Trigger = Trigger.AUTOMATIC
    neighbours: tuple[Snapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the request arrived; None where a step was not reached.

    Attributes:
        context_ms: Snapshot to Ask.
        gate_ms: Ask to Cleared.
        first_token_ms: Arrival to the first character of the answer.
        total_ms: Arrival to the answer.
    """

    context_ms: float | None = None
    gate_ms: float | None = None
    first_token_ms: float | None = None
    total_ms: float | None = None

    def as_json(self) -> dict[str, float | None]:
        """The shape of `timings` in JSON."""
        return {
            "contextMs": self.context_ms,
            "gateMs": self.gate_ms,
            "firstTokenMs": self.first_token_ms,
            "totalMs": self.total_ms,
        }


@dataclass(frozen=True, slots=True)
class CompletionOutcome:
    """The one answer to a CompletionRequest: a suggestion, or a decision that says why not.

    `detours` are the providers of the list that were not used on the way, and why.
    """

    suggestion: Suggestion | None
    decision: Decision
    route: Route | None = None
    redactions: tuple[Redaction, ...] = ()
    withheld: tuple[WithheldPiece, ...] = ()
    timings: Timings = Timings()
    detours: tuple[Detour, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question.

    Attributes:
        message: What the person asks.
        conversation: Id of the conversation that it belongs to; empty to begin one.
        attachments: Documents that come with it, taken before the first await.
        folder: The workspace folder that a new conversation belongs to, or None.
        withheld: What was to be attached and is not there, with its reason.
        terminal: Whether the terminal's output was to be attached.
    """

    message: Sealed
    conversation: str = ""
    attachments: tuple[Attachment, ...] = ()
    folder: Path | None = None
    withheld: tuple[WithheldPiece, ...] = ()
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """The one answer to a ChatRequest.

    Attributes:
        conversation: Its id, for the next question.
        message: The answer, or as much of it as the person has seen; possibly empty.
        decision: How it ended; `answered` where all is well.
        route: Who answered or failed, or None.
        redactions: What was masked.
        withheld: What was not sent, and why.
        detours: Providers of the list that were not used, and why.
        dropped: Older turns of the conversation that are not known any more.
    """

    conversation: str
    message: Sealed
    decision: Decision
    route: Route | None = None
    redactions: tuple[Redaction, ...] = ()
    withheld: tuple[WithheldPiece, ...] = ()
    timings: Timings = Timings()
    detours: tuple[Detour, ...] = ()
    dropped: int = 0

    def as_json(self) -> dict[str, Any]:
        """The shape of `codegrex/chat` and `chat --json`."""
        return {
            "conversationId": self.conversation,
            "message": self.message.reveal(),
            "route": route_json(self.route),
            "decision": decision_json(self.decision),
            "passedOver": detours_json(self.detours),
            "redactions": sum(redaction.count for redaction in self.redactions),
            "withheld": withheld_json(self.withheld),
            "droppedTurns": self.dropped,
            "timings": self.timings.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would be sent, from the same code path as the send, with a recording door.

    `as_json` gives the stable shape of `preview --json`.
    """

    mode: Mode
    task: Task
    route: Route | None
    destination: Destination | None
    base_url: str
    refused: Decision | None
    withheld: tuple[WithheldPiece, ...]
    pieces: tuple[tuple[str, str, str], ...] = field(repr=False)
    """(origin, kind, text after redaction)"""
    redactions: tuple[Redaction, ...] = ()
    body: str = field(default="", repr=False)

    def as_json(self) -> dict[str, Any]:
        """The shape that CONTRACT names; more fields may be added, none taken away."""
        return {
            "mode": self.mode.value,
            "task": self.task.value,
            "route": route_json(self.route, self.base_url),
            "refused": decision_json(self.refused) if self.refused else None,
            "withheld": withheld_json(self.withheld),
            "pieces": [
                {"origin": origin, "kind": kind, "text": text} for origin, kind, text in self.pieces
            ],
            "redactions": [
                {
                    "origin": item.origin,
                    "type": item.type,
                    "kind": item.kind,
                    "placeholder": item.placeholder,
                    "count": item.count,
                }
                for item in self.redactions
            ],
            "body": self.body,
            "bytes": len(self.body.encode("utf-8")),
        }


@dataclass(frozen=True, slots=True)
class RouteHealth:
    """How one provider of the list fares.

    Attributes:
        provider: Its id.
        model: The model that completion asks of it.
        state: `closed` (well), `open` (left alone) or `half-open` (to be tried).
        reason: What went wrong, or empty.
        since: When the trouble began, in seconds since the epoch; 0 where there is none.
        until: When it is asked again, likewise.
        retry_s: Seconds until then.
        proven: Whether it has answered before in this session.
    """

    provider: str
    model: str
    state: str
    reason: str = ""
    since: float = 0.0
    until: float = 0.0
    retry_s: float = 0.0
    proven: bool = False

    def as_json(self) -> dict[str, Any]:
        """One entry of `routes` in `codegrex/status`; times are whole seconds."""
        return {
            "provider": self.provider,
            "model": self.model,
            "state": self.state,
            "reason": self.reason,
            "since": int(self.since),
            "retryInSeconds": math.ceil(self.retry_s),
        }


@dataclass(frozen=True, slots=True)
class Status:
    """What the status item of an editor shows.

    Attributes:
        mode: Effective mode.
        mode_source: Which source decided it.
        kind: `normal`, `warning`, `error` or `inactive`.
        message: One calm sentence.
        route: The last or first route, or None where none is possible.
        base_url: Address of that route.
        busy: Whether a request or a model load is under way.
        file: For the document asked about: (ignored, rule, number of masked values), or None.
        last_decision: How the last request ended.
        votes: Every source that voted on the mode.
        problems: What was dropped from the settings.
        routes: How each provider of the list fares.
        policy: How things stand with the organisation's policy; None is told of none.
    """

    mode: Mode
    mode_source: str
    kind: str
    message: str
    route: Route | None = None
    base_url: str = ""
    busy: bool = False
    file: tuple[bool, str, int] | None = None
    last_decision: Decision | None = None
    votes: tuple[Vote, ...] = ()
    problems: tuple[Problem, ...] = ()
    routes: tuple[RouteHealth, ...] = ()
    policy: Standing | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of `codegrex/status`."""
        shape: dict[str, Any] = {
            "mode": self.mode.value,
            "modeSource": self.mode_source,
            "kind": self.kind,
            "busy": self.busy,
            "message": self.message,
            "routes": [route.as_json() for route in self.routes],
        }
        if self.route is not None:
            route = route_json(self.route, self.base_url)
            shape["route"] = {**(route or {}), "verified": self.route.verified}
        if self.file is not None:
            ignored, rule, redactions = self.file
            shape["file"] = {"ignored": ignored, "rule": rule, "redactions": redactions}
        if self.policy is not None and self.policy.pinned:
            shape["policy"] = policy_json(self.policy)
        if self.last_decision is not None:
            shape["lastDecision"] = decision_json(self.last_decision)
        return shape


def policy_json(standing: Standing) -> dict[str, Any]:
    """The organisation's policy in `codegrex/status` and `policy show --json`."""
    shape: dict[str, Any] = {"state": standing.word.replace(" ", "-")}
    if standing.policy is not None:
        found = standing.policy
        shape |= {"organisation": found.organisation, "serial": found.serial}
    if standing.code:
        shape |= {"code": standing.code, "message": standing.reason, "fix": standing.fix}
    return shape


def route_json(route: Route | None, base_url: str = "") -> Mapping[str, Any] | None:
    """A route as JSON shapes show it; None stays None."""
    if route is None:
        return None
    return {
        "provider": route.provider.id,
        "model": route.model,
        "destination": route.destination.value,
        "baseUrl": base_url or route.provider.base_url,
    }


def detours_json(detours: Sequence[Detour]) -> list[dict[str, str]]:
    """`passedOver` in JSON shapes."""
    return [
        {"provider": detour.provider, "code": detour.code, "message": detour.message}
        for detour in detours
    ]


def withheld_json(pieces: Sequence[WithheldPiece]) -> list[dict[str, str]]:
    """`withheld` in JSON shapes."""
    return [{"origin": one.origin, "code": one.code, "rule": one.rule} for one in pieces]


def decision_json(decision: Decision) -> dict[str, str]:
    """A decision as JSON shapes show it."""
    return {"code": decision.code, "message": decision.message}
