"""A world in which every kind of provider is there, and a House in it that knows them all.

The places are made from the table of kinds: a new kind is in the sweep by being in the table. What
is local answers on loopback, what is cloud under a name, behind TLS; every name leads to this
machine, and who asks for one is written down.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from codegrex_lsp import portable
from codegrex_lsp.egress.modelserver import Address
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.settings.keychain import Keychain
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.route import LOCAL_KINDS, ProviderConfig
from tests.leaks import surfaces
from tests.leaks.echo import Echo
from tests.support.keychains import MemoryKeychain

DOMAIN = "leak.example"
ACCOUNT = "codegrex"
"""The provider whose address takes telemetry and answers for the account."""

KNOWN = "Zb4" + "tPq8LmW3" + "xKd7"
"""A secret only because the workspace's `.env` has it."""

FILLS = ("auto", "off", "starcoder")
"""Values of `fim` that lead a completion along other ways of a wire."""

_STEMS = {"mistral": "codestral", "openai": "gpt-4.1"}


@dataclass(frozen=True)
class Place:
    """Somebody to whom text could go.

    Attributes:
        kind: Kind of provider.
        address: Where it answers.
        forwards: Whether it is a daemon here that passes the model on to somebody else.
    """

    kind: str
    address: Destination
    forwards: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}-{'forwards' if self.forwards else self.address.value}"

    @property
    def destination(self) -> Destination:
        """What it counts as."""
        return Destination.CLOUD if self.forwards else self.address

    @property
    def key(self) -> str:
        return "-".join(("key", "of", self.id, "4711"))

    @property
    def variable(self) -> str:
        return f"CODEGREX_KEY_{self.id}".upper().replace("-", "_")

    @property
    def fills(self) -> tuple[str, ...]:
        """Values of `fim` to try: one where the table names one path alone."""
        return FILLS if KINDS[self.kind].completion.count("`/") > 1 else FILLS[:1]

    @property
    def model(self) -> str:
        """Longest where it is in nobody else's: a model's name is its provider's business."""
        return f"{_STEMS.get(self.kind, 'm')}-of-{self.id}-4711"

    @property
    def header(self) -> str:
        """Value of a header that the person configured."""
        return "-".join(("header", "of", self.id, "4711"))

    @property
    def name(self) -> str:
        return f"{self.id}.{DOMAIN}"

    @property
    def private(self) -> tuple[str, ...]:
        """What nobody else may hear."""
        return self.key, self.model, self.header


def places() -> Iterator[Place]:
    """Every kind, everywhere it can be."""
    for kind in KINDS:
        if kind in LOCAL_KINDS:
            yield Place(kind, Destination.LOCAL)
        if kind != "embedded":
            yield Place(kind, Destination.CLOUD)
    yield Place("ollama", Destination.LOCAL, forwards=True)


PLACES = tuple(places())
MANAGED = Place("codegrex", Destination.CLOUD)


@dataclass
class World:
    """Servers of all places, and what the house in it is told.

    Attributes:
        home: The person's home folder.
        servers: Place → its server.
        bundle: The authority's certificate.
        looked_up: Every name that was asked for.
    """

    home: Path
    bundle: str
    servers: dict[Place, Echo] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.home / "w"

    @property
    def kept(self) -> Path:
        """Below it lies all that we keep."""
        return self.home / "kept"

    def files(self) -> Iterator[Path]:
        """All that we keep."""
        return (path for path in self.kept.rglob("*") if path.is_file())

    def base_url(self, place: Place) -> str:
        if place.kind == "embedded":
            return ""
        port = self.servers[place].server.port
        if place.address is Destination.LOCAL:
            return f"http://127.0.0.1:{port}"
        return f"https://{place.name}:{port}"

    def wishes(self, mode: Mode, *routes: Place, **more: Any) -> Wishes:
        """Settings that know every place and list these; keyword arguments with `__` for a dot."""
        told: dict[str, object] = {
            "privacy.mode": mode.value,
            "privacy.names": False,
            "privacy.pathPolicies": surfaces.POLICIES,
            "completion.debounceMs": 0,
            "completion.routes": [place.id for place in routes],
            "chat.routes": [place.id for place in routes],
            "network.caBundle": self.bundle,
            "telemetry.enabled": True,
            "telemetry.sampleRate": 1.0,
            f"providers.{ACCOUNT}.baseUrl": self.base_url(MANAGED),
            f"providers.{ACCOUNT}.headers": {"x-team": MANAGED.header},
        }
        for place in self.servers:
            own = {
                "kind": place.kind,
                "baseUrl": self.base_url(place),
                "model": place.model,
                "headers": {"x-team": place.header},
            }
            for name, value in own.items():
                if value:
                    told[f"providers.{place.id}.{name}"] = value
        for name, value in more.items():
            told[name.replace("__", ".")] = value
        keys = {place.variable: place.key for place in self.servers}
        keys[KINDS[ACCOUNT].variable] = MANAGED.key
        return Wishes(flags=told, environ={**keys, "HOME": str(self.home)})

    @asynccontextmanager
    async def house(self, wishes: Wishes) -> AsyncIterator[House]:
        made = House(portable.folders({"CODEGREX_HOME": str(self.kept)}), wishes)
        made._models.ensure = self._embedded  # type: ignore[method-assign]
        chain = Keychain(self.kept / "state" / "keys.json", load=MemoryKeychain().load)
        made.keys.keychain = chain
        try:
            yield made
        finally:
            await made.close()

    async def _embedded(self, _: ProviderConfig) -> Address:
        place = next(one for one in self.servers if one.kind == "embedded")
        return Address(self.servers[place].server.base_url, place.key)


@dataclass
class Authority:
    """Who vouches for every name below DOMAIN; made once, for keys take their time."""

    ca: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self) -> None:
        self.identity = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(f"*.{DOMAIN}").configure_cert(self.identity)


@asynccontextmanager
async def world(
    folder: Path,
    authority: Authority,
    patch: pytest.MonkeyPatch,
    *,
    fails: Sequence[Place] = (),
) -> AsyncIterator[World]:
    """Every place, up and running.

    Args:
        folder: For everything on disk.
        authority: Vouches for what is in the cloud.
        patch: For the name server.
        fails: Places that are out of order.
    """
    bundle = folder / "ca.pem"
    authority.ca.cert_pem.write_to_path(str(bundle))
    made = World(folder / "qvmiller", str(bundle))
    surfaces.workspace(made.folder, KNOWN)
    _answer_names(patch, made.looked_up)
    async with AsyncExitStack() as stack:
        for place in PLACES:
            tls = authority.identity if place.address is Destination.CLOUD else None
            remote = "far.example" if place.forwards else ""
            echo = Echo((place.model,), remote, tls, place in fails)
            made.servers[place] = await stack.enter_async_context(echo)
        yield made


def _answer_names(patch: pytest.MonkeyPatch, asked: list[str]) -> None:
    real = asyncio.BaseEventLoop.getaddrinfo

    async def look_up(self: Any, host: str, port: int, **more: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return await real(self, host, port, **more)

    patch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
