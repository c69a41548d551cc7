"""One process of a person with a managed cloud: keys, tokens, door and account, and no clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from codegrex_lsp import portable
from codegrex_lsp.egress import address
from codegrex_lsp.egress.door import Door, Endpoint
from codegrex_lsp.egress.ledger import Ledger
from codegrex_lsp.engine.account import Account
from codegrex_lsp.engine.tokens import Tokens
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import Probe, Purpose
from codegrex_lsp.settings.keychain import Keychain
from codegrex_lsp.settings.keys import Keys
from codegrex_lsp.settings.keysources import Origin
from codegrex_lsp.settings.model import Privacy, Settings
from codegrex_lsp.settings.pins import NO_POLICY, Standing
from codegrex_lsp.settings.policyreader import PolicyReader
from codegrex_lsp.settings.tokens import packed
from codegrex_lsp.values.account import Token
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.route import ProviderConfig
from tests.fakes.managed_cloud import Grant, ManagedCloud
from tests.support.doors import QUICK
from tests.support.keychains import MemoryKeychain


def _origin(base_url: str) -> Origin:
    target = address.parse(base_url)
    return Origin(target.origin, target.loopback)


class Desk:
    """What a test changes are the fields; they are read when they are used."""

    def __init__(self, home: Path, cloud: ManagedCloud, chain: MemoryKeychain | None = None):
        self.cloud = cloud
        self.folders = portable.folders({"CODEGREX_HOME": str(home)})
        self.machine = home / "machine"
        self.chain = chain or MemoryKeychain()
        self.environ: dict[str, str] = {}
        self.slept: list[float] = []
        service = ProviderConfig("codegrex", "codegrex", cloud.base_url, timeouts=QUICK)
        self.settings = Settings(
            privacy=Privacy(mode=Mode.SENSITIVE),
            providers=MappingProxyType({"codegrex": service}),
        )
        self.reader = PolicyReader(self.machine, self.folders.state, clock=self.now)
        keychain = Keychain(self.folders.state / "keys.json", seconds=5, load=self.chain.load)
        self.keys = Keys(
            self.folders, lambda: self.settings, self.environ, _origin, keychain=keychain
        )
        self.ledger = Ledger(self.folders.state / "ledger", b"k" * 32, self.now)
        self.door = Door(
            ledger=self.ledger,
            endpoints=self._endpoint,
            mode=lambda folder: self.settings.privacy.mode,
            private_hosts=tuple,
            network=lambda: self.settings.network,
            key_refused=self.keys.refused,
        )
        self.tokens = Tokens(self.keys, self.door, self.folders.state, self.now)
        self.account = Account(
            settings=lambda: self.settings,
            keys=self.keys,
            tokens=self.tokens,
            door=self.door,
            policy=self.policy,
            keep_policy=self.reader.keep,
            state=self.folders.state,
            now=self.now,
            sleep=self._sleep,
        )

    @property
    def service(self) -> ProviderConfig:
        return self.settings.providers["codegrex"]

    def now(self) -> float:
        return self.cloud.now

    def policy(self) -> Standing:
        return self.reader.current() if self.machine.exists() else NO_POLICY

    def mode(self, mode: Mode) -> None:
        self.settings = replace(self.settings, privacy=replace(self.settings.privacy, mode=mode))

    async def signed_in(self, **changes: Any) -> Grant:
        """A sign-in that was made earlier."""
        grant = self.cloud.grant()
        made = Token(ApiKey(grant.access), ApiKey(grant.refresh), grant.ends)
        await self.tokens.keep(self.service, replace(made, **changes))
        return grant

    async def list_models(self) -> tuple[str, ...]:
        """A request that is not about the account, with the token in force."""
        wire = translator("codegrex")
        return wire.models(await self.door.probe(Probe(self.service, Purpose.MODELS), wire))

    def kept(self) -> set[str]:
        """What the keychain holds."""
        return set(self.chain.kept.values())

    def tasks(self) -> list[object]:
        return [line["task"] for line in self.ledger.lines()]

    async def close(self) -> None:
        await self.tokens.close()
        await self.keys.close()
        await self.door.close()

    async def _endpoint(self, provider: ProviderConfig) -> Endpoint:
        await self.tokens.ready(provider)
        return Endpoint(provider.base_url, await self.keys.header(provider))

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.cloud.now += seconds


def entry(grant: Grant) -> str:
    """What the keychain holds for a link of the chain."""
    return packed(Token(ApiKey(grant.access), ApiKey(grant.refresh), grant.ends))


@asynccontextmanager
async def desk(
    home: Path, cloud: ManagedCloud, chain: MemoryKeychain | None = None
) -> AsyncIterator[Desk]:
    """A Desk, closed at the end."""
    made = Desk(home, cloud, chain)
    try:
        yield made
    finally:
        await made.close()
