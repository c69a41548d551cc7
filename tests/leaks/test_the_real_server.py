"""The same search where the real llama.cpp answers: a relay keeps each byte on its way there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from codegrex_lsp import portable
from codegrex_lsp.egress.modelserver import Address
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig
from tests.leaks import surfaces
from tests.leaks.canaries import Canaries, Search
from tests.leaks.surfaces import SURFACES, Fate
from tests.leaks.world import KNOWN

SOME = (
    "before the cursor",
    "in a neighbour",
    "in a neighbour's name",
    "in an ignored neighbour",
    "in a document of the policy redact",
    "in .env",
)
"""The starter model continues a prefix, so no suffix is sent to it; and a model takes its time."""


@dataclass
class Relay:
    """Passes everything on to a port of this machine, and keeps what goes there."""

    port: int
    received: bytearray = field(default_factory=bytearray)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(
            self._pass_on(reader, there[1], self.received),
            self._pass_on(there[0], writer, bytearray()),
        )

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, kept: bytearray
    ) -> None:
        while chunk := await source.read(65_536):
            kept += chunk
            sink.write(chunk)
            await sink.drain()
        sink.close()


async def test_nothing_leaks_to_the_embedded_server(tmp_path: Path, starter_model: Path) -> None:
    folder, kept = tmp_path / "w", tmp_path / "kept"
    surfaces.workspace(folder, KNOWN)
    flags = {
        "completion.routes": ["embedded"],
        "completion.debounceMs": 0,
        "completion.maxTokens": 4,
        "privacy.pathPolicies": surfaces.POLICIES,
        "providers.embedded.model": str(starter_model),
    }
    house = House(portable.folders({"CODEGREX_HOME": str(kept)}), Wishes(flags=flags))
    try:
        real = await house._models.ensure(house.resolved(None).settings.providers["embedded"])
        relay = Relay(urlsplit(real.base_url).port or 0)
        async with relay.running() as port:

            async def ensure(_: ProviderConfig) -> Address:
                return replace(real, base_url=f"http://127.0.0.1:{port}")

            house._models.ensure = ensure  # type: ignore[method-assign]
            for number, name in enumerate(SOME):
                canaries = Canaries(number, KNOWN)
                plant = SURFACES[name](folder, canaries)
                begun = len(relay.received)
                await house.complete(plant.request)
                told = relay.received[begun:].decode("latin-1")
                goes = plant.fate(Destination.LOCAL) is Fate.GOES
                masked = canaries.secrets + (canaries.people if plant.all_masked else ())
                assert (canaries.marker in told) == goes, name
                assert not Search(masked).found(told), name
        assert relay.received.count(real.key.encode()) == relay.received.count(b"\r\nhost: ")
    finally:
        await house.close()
    for path in kept.rglob("*"):
        text = path.read_bytes().decode("latin-1") if path.is_file() else ""
        everyone = [value for n in range(len(SOME)) for value in Canaries(n, KNOWN).all]
        assert not Search([*everyone, real.key]).found(text), path.name
