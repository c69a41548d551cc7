"""Doors for tests: a translator that sends text as it is, and a Door with everything at hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from codegrex_lsp.egress.door import Door, Endpoint
from codegrex_lsp.egress.ledger import Ledger
from codegrex_lsp.errors import BadAnswer, ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.wire import Call, Decoder, Probe, Purpose, Sampling
from codegrex_lsp.settings.model import Network
from codegrex_lsp.settings.pins import NO_LIMITS, Limits
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.route import ModelFacts, ProviderConfig, Timeouts
from tests.support.cleared import cleared

KEY = b"k" * 32
QUICK = Timeouts(connect=5, first_token=5, idle=5, total=20)


@dataclass
class PlainTranslator:
    """Sends the prefix as the body; remembers what it was asked to explain."""

    explained: list[tuple[int, bytes]] = field(default_factory=list)

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        return Call("POST", "/v1/say", cleared.text_of(Role.PREFIX).encode())

    def decoder(self, cleared: Cleared) -> Decoder:
        raise NotImplementedError

    def encode_probe(self, probe: Probe) -> Call:
        return Call("GET", "/v1/models", b"", headers=())

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        raise NotImplementedError

    def models(self, answer: bytes) -> tuple[str, ...]:
        raise NotImplementedError

    def explain(self, provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
        self.explained.append((status, body))
        return BadAnswer("it failed", code=f"status-{status}", status=status)


@dataclass
class Bench:
    """A Door and all that it was given. Change the fields; the door reads them when it is used."""

    folder: Path
    mode: Mode = Mode.NORMAL
    private_hosts: Sequence[str] = ()
    network: Network = field(default_factory=Network)
    secret: tuple[str, str] | None = None
    endpoint: str | None = None
    asked: list[str] = field(default_factory=list)
    now: float = 1_800_000_000.0
    limits: Limits = NO_LIMITS

    def __post_init__(self) -> None:
        self.translator = PlainTranslator()
        self.ledger = Ledger(self.folder / "ledger", KEY, lambda: self.now)
        self.door = Door(
            ledger=self.ledger,
            endpoints=self._endpoint,
            mode=self._mode,
            private_hosts=lambda: self.private_hosts,
            network=lambda: self.network,
            limits=lambda: self.limits,
        )

    async def _endpoint(self, provider: ProviderConfig) -> Endpoint:
        url = provider.base_url if self.endpoint is None else self.endpoint
        return Endpoint(url, self.secret)

    def _mode(self, folder: str) -> Mode:
        self.asked.append(folder)
        return self.mode

    def stream(self, text: str = "def f(", **changes: object):  # type: ignore[no-untyped-def]
        """The door's stream for one prefix; keyword arguments as for `tests.support.cleared`."""
        ask = cleared((Role.PREFIX, text), **changes)  # type: ignore[arg-type]
        return self.door.stream(ask, self.translator, Sampling())

    async def read(self, text: str = "def f(", **changes: object) -> bytes:
        """The whole answer to one prefix."""
        async with aclosing(self.stream(text, **changes)) as chunks:
            return b"".join([chunk async for chunk in chunks])

    async def probe(self, provider: ProviderConfig) -> bytes:
        return await self.door.probe(Probe(provider, Purpose.HEALTH), self.translator)

    async def outcomes(self) -> list[object]:
        """How each request in the ledger ended; waits for the notes under way."""
        await self.door.close()
        return [line["outcome"] for line in self.ledger.lines()]


def provider(base_url: str, kind: str = "ollama", **changes: object) -> ProviderConfig:
    """A provider at this address with short limits."""
    settings = {"id": kind, "kind": kind, "model": "m", "timeouts": QUICK, **changes}
    return ProviderConfig(base_url=base_url, **settings)  # type: ignore[arg-type]


@asynccontextmanager
async def bench(folder: Path, **changes: object) -> AsyncIterator[Bench]:
    """A Bench whose door is closed at the end."""
    made = Bench(folder, **changes)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.door.close()


CLOUD = Destination.CLOUD
