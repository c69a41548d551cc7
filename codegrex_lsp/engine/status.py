"""Builds the Status that editors show. Pure; the most pressing thing is the one that is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from codegrex_lsp.engine.requests import CompletionOutcome, Status
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.settings.model import Resolved
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode, Task, allowed

SENTENCES: Final = {
    Mode.NORMAL: "local models and, redacted, the cloud",
    Mode.SENSITIVE: "local models only; nothing you write leaves this machine",
    Mode.OFFLINE: "no connection but to models on this machine",
}

_NO_MODEL: Final = ("no-provider", "refused-by-mode", "no-routes")


def of_folder(
    resolved: Resolved, last: CompletionOutcome | None, *, busy: bool, unrecorded: str
) -> Status:
    """The status of a folder.

    Args:
        resolved: Its settings.
        last: How its last request ended.
        busy: Whether a request or a model load is under way.
        unrecorded: Why local requests are not recorded, or empty.
    """
    settings = resolved.settings
    mode = settings.privacy.mode
    route = last.route if last else None
    if route is not None and not allowed(mode, Task.COMPLETION, route.destination):
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
    return status


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
