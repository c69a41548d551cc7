"""One question to one fake through the real door, decoded by the real translator."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import Event, Probe, Purpose, Sampling
from codegrex_lsp.settings.providers import key_header
from codegrex_lsp.values.route import ProviderConfig
from tests.support.doors import bench


async def answered(folder: Path, cleared: Cleared, key: str, **sampling: int | bool) -> list[Event]:
    """Every event of the answer to `cleared`. Raises what the door and the decoder raise."""
    kind = cleared.route.provider.kind
    wire = translator(kind)
    decoder = wire.decoder(cleared)
    events: list[Event] = []
    async with bench(folder, secret=key_header(kind, key)) as desk:
        stream = desk.door.stream(cleared, wire, Sampling(**sampling))  # type: ignore[arg-type]
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                events += decoder.feed(chunk)
    return [*events, *decoder.close()]


async def models(folder: Path, provider: ProviderConfig, key: str) -> tuple[str, ...]:
    """What `models list` would show of this provider."""
    wire = translator(provider.kind)
    async with bench(folder, secret=key_header(provider.kind, key)) as desk:
        return wire.models(await desk.door.probe(Probe(provider, Purpose.MODELS), wire))
