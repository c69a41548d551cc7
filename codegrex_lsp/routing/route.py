"""Which routes a task may take, in the person's order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codegrex_lsp.values.mode import Destination, Mode, Task, allowed
from codegrex_lsp.values.route import LOCAL_KINDS, ModelFacts, ProviderConfig, Refused, Route


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry of the person's list of routes.

    Attributes:
        provider: Its settings.
        model: Model for this task.
        address: What its base URL says; the door looks again at the address actually used.
        facts: What the server said of the model; None where it could not be asked.
        trouble: Why it can not be used now, in a calm sentence; empty where it can.
    """

    provider: ProviderConfig
    model: str
    address: Destination
    facts: ModelFacts | None = None
    trouble: str = ""

    @property
    def destination(self) -> Destination:
        """Local only where the kind, the address and the model's real place all are.

        A cloud kind on loopback may be a forwarding proxy; a local daemon may serve a model of
        somebody else's machine.
        """
        local = (
            self.provider.kind in LOCAL_KINDS
            and self.address is Destination.LOCAL
            and not (self.facts and self.facts.remote)
        )
        return Destination.LOCAL if local else Destination.CLOUD


def permitted(task: Task, mode: Mode, candidate: Candidate) -> str:
    """Empty where mode allows the candidate for `task`, else the sentence that says why not."""
    if allowed(mode, task, candidate.destination):
        return ""
    if candidate.facts and candidate.facts.remote:
        return f"its model runs on another machine, and {mode} mode keeps text on this one"
    return f"it is in the cloud, and {mode} mode keeps text on this machine"


def choose(task: Task, mode: Mode, candidates: Sequence[Candidate]) -> tuple[Route, ...] | Refused:
    """Every usable route in the person's order, or the reason why there is none."""
    routes: list[Route] = []
    passed_over: list[tuple[str, str]] = []
    for candidate in candidates:
        reason = permitted(task, mode, candidate) or candidate.trouble
        if reason or candidate.facts is None:
            passed_over.append((candidate.provider.id, reason or "its model could not be checked"))
        else:
            routes.append(
                Route(candidate.provider, candidate.model, candidate.destination, candidate.facts)
            )
    if routes:
        return tuple(routes)
    return _refused(task, mode, candidates, tuple(passed_over))


def _refused(
    task: Task,
    mode: Mode,
    candidates: Sequence[Candidate],
    passed_over: tuple[tuple[str, str], ...],
) -> Refused:
    if not candidates:
        return Refused("no-routes", "no provider is listed in the routes of the settings")
    told = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in passed_over)
    by_mode = all(permitted(task, mode, candidate) for candidate in candidates)
    code = "refused-by-mode" if by_mode else "no-provider"
    return Refused(code, f"no model can be used now ({told})", passed_over)
