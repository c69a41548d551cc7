"""RecordingDoor: the preview's door. Same call as the send, and nothing to send with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from codegrex_lsp.egress.errand import errand_of, permit, target_of
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.wire import Call, Sampling, Translator
from codegrex_lsp.settings.pins import NO_LIMITS, Limits
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.route import Route


@dataclass(frozen=True, slots=True)
class Recorded:
    """What would have been sent.

    Attributes:
        call: With the exact bytes of the body.
        route: Where it would have gone.
        base_url: The provider's address; empty for a model server that would first be started.
        mode: The mode at the door.
    """

    call: Call
    route: Route
    base_url: str
    mode: Mode


class RecordingDoor:
    """A door that opens nothing: it asks the same questions, encodes the same body, and keeps it.

    Args:
        mode: As for `Door`.
        private_hosts: As for `Door`.
        limits: As for `Door`.
    """

    def __init__(
        self,
        *,
        mode: Callable[[str], Mode],
        private_hosts: Callable[[], Sequence[str]],
        limits: Callable[[], Limits] = lambda: NO_LIMITS,
    ) -> None:
        self._mode = mode
        self._limits = limits
        self._private_hosts = private_hosts
        self.recorded: list[Recorded] = []

    async def stream(
        self, cleared: Cleared, translator: Translator, sampling: Sampling
    ) -> AsyncGenerator[bytes, None]:
        """Record instead of sending; yields nothing. Raises as the Door does before it sends."""
        errand = errand_of(cleared)
        base_url = errand.provider.base_url
        mode = permit(errand, self._mode(errand.folder), self._limits())
        if base_url or errand.provider.kind != "embedded":
            target_of(errand, base_url, tuple(self._private_hosts()), mode)
        call = translator.encode(cleared, sampling)
        self.recorded.append(Recorded(call, cleared.route, base_url, mode))
        nothing: tuple[bytes, ...] = ()
        for chunk in nothing:
            yield chunk
