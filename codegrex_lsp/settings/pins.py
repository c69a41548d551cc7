"""What an organisation pins, and how its policy stands at this moment. Plain data.

A policy can only take away. Each part says what is still allowed; where a part is absent, it takes
nothing. `settings.policybody` reads a policy, `settings.caps` applies its pins to settings, and the
door asks `Limits` once more about every request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.values.route import LOCAL_KINDS, ProviderConfig

SOURCE: Final = "organisation policy"
"""The name under which it stands among the sources of settings."""

OWN_KEYS: Final = "own-keys"
FORBIDDABLE: Final = ("privacy.allow", "privacy.readAnyway", "privacy.privateHosts", OWN_KEYS)
"""Liberties of a person that a policy may take: three settings, and keys of their own."""


@dataclass(frozen=True, slots=True)
class ModelPattern:
    """Models that may be used: `*` stands for any characters, everything else for itself.

    Attributes:
        model: Compared with the model's whole name.
        kind: Provider kind that it speaks of; empty for any.
    """

    model: str
    kind: str = ""

    def covers(self, kind: str, model: str) -> bool:
        """Whether `model` of a provider of `kind` fits. Time is linear in its length."""
        if self.kind not in ("", kind):
            return False
        first, *rest = self.model.split("*")
        if not rest:
            return model == first
        *middle, last = rest
        at = len(first)
        if not model.startswith(first):
            return False
        for part in middle:
            found = model.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(model) - len(last) >= at and model.endswith(last)


@dataclass(frozen=True, slots=True)
class Limits:
    """What requests may use. None means whatever the settings say.

    Attributes:
        policy: `organisation#serial` for the ledger; empty where no policy is pinned.
        providers: Ids of providers.
        kinds: Kinds of providers.
        models: Patterns of models.
        hosts: Names, `*.` and a domain, addresses, or networks in CIDR form. They speak of every
            address but this machine's own.
        forbids: Some of `FORBIDDABLE`.
        left_out: Ids of providers that settings describe and the policy does not allow.
    """

    policy: str = ""
    providers: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    models: tuple[ModelPattern, ...] | None = None
    hosts: tuple[str, ...] | None = None
    forbids: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()

    def permits_provider(self, provider: ProviderConfig) -> bool:
        """Whether a provider may be used at all."""
        known = self.providers is None or provider.id in self.providers
        return known and (self.kinds is None or provider.kind in self.kinds)

    def permits_model(self, provider: ProviderConfig, model: str) -> bool:
        """Whether a provider may be asked for a model.

        A server that chooses its model by itself, so that `model` is empty, needs the pattern `*`.
        Of a GGUF file the name counts, without its folder.
        """
        if self.models is None:
            return True
        name = PureWindowsPath(model).name if provider.kind == "embedded" else model
        return any(pattern.covers(provider.kind, name) for pattern in self.models)

    def permits_host(self, host: str) -> bool:
        """Whether a request may go to a host: a lower-case name, or a plain address."""
        return self.hosts is None or any(_covers(entry, host) for entry in self.hosts)

    def permits_own_key(self, provider: ProviderConfig, *, loopback: bool) -> bool:
        """Whether a key that the person brought may be used.

        The managed cloud's token is not theirs, and a model server on this machine is no account.
        """
        local = provider.kind in LOCAL_KINDS and loopback
        return OWN_KEYS not in self.forbids or provider.kind == "codegrex" or local


NO_LIMITS: Final = Limits()


def _covers(entry: str, host: str) -> bool:
    if entry.startswith("*."):
        return host.endswith(entry[1:])
    if entry == host:
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:  # a name on either side; another version of IP is no match either
        return False


@dataclass(frozen=True, slots=True)
class Pins:
    """Everything that a policy pins.

    Attributes:
        settings: Key with a strict side → the loosest value it may have, in wire form.
        ignore: Paths that are never read, in gitignore syntax.
        limits: What requests may use.
    """

    settings: Mapping[str, Any] = field(
        default_factory=lambda: MappingProxyType({}),
        repr=False,  # a pattern may hold what it is meant to find
    )
    ignore: tuple[str, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy whose signature was found good, whether or not it is in force.

    Attributes:
        organisation: Who made it.
        serial: Counts up with every change.
        issued: From when it holds, in seconds since 1970.
        expires: Until when, likewise.
        pins: What it pins.
        contact: Whom to ask, or empty.
        offline_days: Days for which a copy from the managed cloud may be used without being
            fetched again; 0 for as long as it has not expired.
        signer: `sha256:` and the fingerprint of the key that signed it.
        origin: Where this copy came from: `machine file` or `managed cloud`.
    """

    organisation: str
    serial: int
    issued: float
    expires: float
    pins: Pins = Pins()
    contact: str = ""
    offline_days: int = 0
    signer: str = ""
    origin: str = ""

    @property
    def name(self) -> str:
        """`organisation#serial`, as the ledger has it."""
        return f"{self.organisation}#{self.serial}"


FOREVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with the organisation's policy.

    Attributes:
        pinned: Whether this machine pins a key; where it does not, nothing changes.
        pins: What holds now.
        policy: The policy in force, or the one that is out of force; None where none was read.
        code: Why the way to the cloud is closed, e.g. `policy-expired`; empty where it is not.
        reason: The same as a sentence.
        fix: What the administrator can do.
        notes: What else is wrong and changes nothing.
        until: When to judge anew, in seconds since 1970.
    """

    pinned: bool = False
    pins: Pins = Pins()
    policy: Policy | None = None
    code: str = ""
    reason: str = ""
    fix: str = ""
    notes: tuple[str, ...] = ()
    until: float = FOREVER

    @property
    def word(self) -> str:
        """`none`, `in force` or `closed`."""
        return "closed" if self.code else "in force" if self.pinned else "none"


NO_POLICY: Final = Standing()
