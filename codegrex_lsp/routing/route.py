"""Which routes a task may take, in the person's order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.mode import Destination, Mode, Task, allowed
from codegrex_lsp.values.route import (
    LOCAL_KINDS,
    Detour,
    ModelFacts,
    ProviderConfig,
    Refused,
    Route,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry of the person's list of routes.

    Attributes:
        provider: Its settings.
        model: Model for this task; empty where none is chosen.
        address: What its base URL says; the door looks again at the address actually used.
        facts: What the server said of the model; None where it could not be asked.
    """

    provider: ProviderConfig
    model: str
    address: Destination
    facts: ModelFacts | None = None

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


def listed(settings: Settings, task: Task) -> tuple[str, ...]:
    """Provider ids of a task's routes, in the person's order, each once."""
    routes = settings.completion.routes if task is Task.COMPLETION else settings.chat.routes
    return tuple(dict.fromkeys(routes))


def permitted(task: Task, mode: Mode, candidate: Candidate) -> str:
    """Empty where mode allows the candidate for `task`, else the sentence that says why not."""
    if allowed(mode, task, candidate.destination):
        return ""
    if candidate.facts and candidate.facts.remote:
        return f"its model runs on another machine, and {mode} mode keeps text on this one"
    return f"it is in the cloud, and {mode} mode keeps text on this machine"


def choose(task: Task, mode: Mode, candidate: Candidate) -> Route | Detour:
    """The route along a candidate, or why there is none. What was not checked is not used."""
    provider = candidate.provider
    if reason := permitted(task, mode, candidate):
        return Detour(provider.id, "refused-by-mode", reason, expected=True)
    if candidate.facts is None:
        return Detour(provider.id, "no-provider", "its model could not be checked")
    return Route(provider, candidate.model, candidate.destination, candidate.facts)


def refused(detours: Sequence[Detour]) -> Refused:
    """The reason why no route is left, naming each provider that was passed over."""
    if not detours:
        return Refused("no-routes", "no provider is listed in the routes of the settings")
    codes = {detour.code for detour in detours}
    code = "no-provider"
    if codes <= {"refused-by-mode", "refused-by-policy"}:
        code = "refused-by-mode" if len(codes) > 1 else codes.pop()
    passed_over = tuple((detour.provider, detour.message) for detour in detours)
    return Refused(code, f"no model can be used now ({told(detours)})", passed_over)


def told(detours: Sequence[Detour]) -> str:
    """Each provider and its reason, in one sentence without its end."""
    return "; ".join(f"{one.provider}: {one.message.rstrip('.')}" for one in detours)
