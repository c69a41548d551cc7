"""Builds the Status that editors show. Pure; the most pressing thing is the one that is said."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from codegrex_lsp.engine.health import Health
from codegrex_lsp.engine.models import model_of
from codegrex_lsp.engine.requests import CompletionOutcome, RouteHealth, Status
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.routing.route import listed
from codegrex_lsp.settings.model import Resolved, Settings
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode, Task, allowed

SENTENCES: Final = {
    Mode.NORMAL: "local models and, redacted, the cloud",
    Mode.SENSITIVE: "local models only; nothing you write leaves this machine",
    Mode.OFFLINE: "no connection but to models on this machine",
}

SOON_S: Final = 60.0
"""A time of the day that is nearer than this, in seconds, is told with its seconds."""

_NO_MODEL: Final = ("no-provider", "refused-by-mode", "refused-by-policy", "no-routes")


def of_routes(settings: Settings, health: Health) -> tuple[RouteHealth, ...]:
    """How each provider of `completion.routes` fares, in the person's order."""
    found = []
    for name in listed(settings, Task.COMPLETION):
        if (provider := settings.providers.get(name)) is not None:
            model = model_of(provider)
            now = health.standing(provider, model)
            seconds = now.retry_ms / 1000
            found.append(
                RouteHealth(
                    name,
                    model,
                    now.state,
                    now.reason,
                    now.since,
                    now.until,
                    seconds,
                    now.proven,
                )
            )
    return tuple(found)


def of_folder(
    resolved: Resolved,
    last: CompletionOutcome | None,
    routes: tuple[RouteHealth, ...] = (),
    *,
    busy: bool,
    unrecorded: str,
) -> Status:
    """The status of a folder.

    Args:
        resolved: Its settings.
        last: How its last request ended.
        routes: How the providers of its list fare.
        busy: Whether a request or a model load is under way.
        unrecorded: Why local requests are not recorded, or empty.
    """
    settings = resolved.settings
    mode = settings.privacy.mode
    route = last.route if last else None
    if route is not None and not (
        allowed(mode, Task.COMPLETION, route.destination)
        and settings.limits.permits_provider(route.provider)
    ):
        route = None
    status = Status(
        mode,
        resolved.mode_source,
        "normal",
        SENTENCES[mode],
        route=route,
        busy=busy,
        last_decision=last.decision if last else None,
        votes=resolved.votes,
        problems=resolved.problems,
        routes=routes,
        policy=resolved.policy,
    )
    if not settings.completion.enabled:
        return replace(status, kind="inactive", message="completion is switched off here")
    if unrecorded:
        return _warning(status, f"local requests are not being recorded: {unrecorded}")
    if status.last_decision is not None and status.last_decision.code in _NO_MODEL:
        return replace(status, kind="error", message=status.last_decision.message)
    if status.problems:
        first = status.problems[0]
        where = f"{first.source}, {first.key}" if first.key else first.source
        return _warning(status, f"{where}: {first.reason}")
    if last is not None and (sentence := _switched(last, routes)):
        if "completion.routes" not in resolved.sources and _never_ran(last, routes):
            return replace(status, message=f"{SENTENCES[mode]} ({_switched(last, ())})")
        return _warning(status, sentence)
    return status


def _never_ran(last: CompletionOutcome, routes: Sequence[RouteHealth]) -> bool:
    """Whether a request was answered, and those passed over have not answered in this session.

    Nobody who keeps the list as it comes is warned for having only one of its providers.
    """
    failed = {detour.provider for detour in last.detours if not detour.expected}
    answered = last.route is not None and last.route.provider.id not in failed
    return answered and not any(one.proven for one in routes if one.provider in failed)


def _switched(last: CompletionOutcome, routes: Sequence[RouteHealth]) -> str:
    """What the last request found out of order: who failed, who is used, and until when."""
    detours = [detour for detour in last.detours if not detour.expected]
    if not detours:
        return ""
    first = detours[0]
    health = next((route for route in routes if route.provider == first.provider), None)
    failed = first.message.rstrip(".") if health is None else health.reason or first.message
    if first.provider not in failed:
        failed = f"{first.provider}: {failed}"
    if last.route is None or last.route.provider.id == first.provider:
        return failed.rstrip(".")
    told = f"{failed.rstrip('.')}; {last.route.provider.id} is used"
    return f"{told} until {_time(health.until)}" if health and health.until else told


def _time(seconds: float) -> str:
    """A time of the day as the person's clock shows it, without seconds where they are many."""
    now = time.time()
    form = "%H:%M" if seconds - now >= SOON_S else "%H:%M:%S"
    return time.strftime(form, time.localtime(seconds))


def of_document(
    status: Status, snapshot: Snapshot, verdict: Verdict | None, last: CompletionOutcome | None
) -> Status:
    """`status` with what is to be said of one document.

    Args:
        status: Of its folder.
        snapshot: The document; its text is not looked at.
        verdict: Of its path, or None where it has none.
        last: How the folder's last request ended.
    """
    if not snapshot.governed:
        sentence = "this document has no file behind it whose rules could allow it"
        return replace(status, kind="inactive", message=sentence, file=(True, sentence, 0))
    masked = sum(item.count for item in last.redactions) if last else 0
    if verdict is None or not verdict.ignored:
        return replace(status, file=(False, "", masked))
    sentence = f"this file is never read: {verdict.rule}"
    return replace(status, kind="inactive", message=sentence, file=(True, verdict.rule, 0))


def _warning(status: Status, sentence: str) -> Status:
    return replace(status, kind="warning", message=sentence)
