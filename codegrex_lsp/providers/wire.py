"""The types every wire shares: what to send, what comes back, and what a translator is.

A translator is pure. `encode` turns a Cleared into a Call without a key or a host; the door adds
both. Decoders give the same events however the byte stream is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from codegrex_lsp.errors import ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig
from codegrex_lsp.values.telemetry import Report


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much to generate, never what.

    Attributes:
        max_tokens: Upper bound of the answer, in tokens.
        temperature: 0 is greedy.
        multiline: False asks the model to stop at the end of the line.
    """

    max_tokens: int = 128
    temperature: float = 0.0
    multiline: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request without host, key or proxy.

    Attributes:
        method: `POST` or `GET`.
        path: Below the provider's base URL, starting with `/`.
        body: The exact bytes of the body.
        headers: Content headers only.
    """

    method: str
    path: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


class Purpose(StrEnum):
    """Why a text-free probe is sent."""

    HEALTH = "health"
    MODELS = "models"
    FACTS = "facts"
    PRELOAD = "preload"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that can carry no text: a provider, a purpose and a configured model name."""

    provider: ProviderConfig
    purpose: Purpose
    model: str = ""


class AccountPurpose(StrEnum):
    """What the account at the managed cloud is asked about."""

    ME = "me"
    POLICY = "policy"
    DEVICE_START = "device-start"
    DEVICE_TOKEN = "device-token"  # noqa: S105 - a purpose
    REFRESH = "refresh"
    REVOKE = "revoke"

    @property
    def signed(self) -> bool:
        """Whether it goes with the token in force, which the door attaches."""
        return self in (AccountPurpose.ME, AccountPurpose.POLICY)


@dataclass(frozen=True, slots=True)
class AccountCall:
    """A question about the account that can carry no text.

    Attributes:
        provider: The managed cloud.
        purpose: What is asked.
        secret: The device code that is asked with, or the token that is exchanged or given back.
    """

    provider: ProviderConfig
    purpose: AccountPurpose
    secret: ApiKey | None = None


@dataclass(frozen=True, slots=True)
class TelemetryBatch:
    """Reports of counts. Its fields are of a closed schema, so it can carry no text.

    Attributes:
        provider: The managed cloud, without headers of the person.
        install: A random number that stands for this installation until it is reset.
        reports: What is sent.
        asked_again: Whether the person wants it sent in sensitive mode too.
        mode: The strictest mode of the folders that are open.
    """

    provider: ProviderConfig
    install: str
    reports: tuple[Report, ...]
    asked_again: bool = False
    mode: Mode = Mode.NORMAL


@dataclass(frozen=True, slots=True)
class Delta:
    """The next characters of the answer, placeholders still in place."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream's own end marker was seen.

    Attributes:
        reason: `stop`, `length`, or as the provider names it.
        usage: Token counts.
    """

    reason: str
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class ServedRemotely:
    """The daemon said that somebody else serves this model: the stream must be dropped."""

    host: str


Event = Delta | Finished | ServedRemotely


class Decoder(Protocol):
    """Bytes in, events out; holds at most one unfinished frame."""

    def feed(self, chunk: bytes) -> Sequence[Event]:
        """Events completed by `chunk`. Raises ProviderError on garbage or an in-band error."""
        ...

    def close(self) -> Sequence[Event]:
        """The stream ended. Raises BadAnswer where the end marker was never seen."""
        ...


class Translator(Protocol):
    """One provider's wire."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request for this Cleared along `cleared.route`."""
        ...

    def decoder(self, cleared: Cleared) -> Decoder:
        """A fresh decoder for the answer to that request."""
        ...

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked as a chat, so that thoughts and fences may come back."""
        ...

    def encode_probe(self, probe: Probe) -> Call:
        """The request for a probe."""
        ...

    def known(self, probe: Probe) -> ModelFacts | None:
        """Facts that need no asking, as of a vendor's cloud; None where the server must be asked.

        What stands in the way of a keystroke is asked only where the answer decides something.
        """
        ...

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        """What a FACTS probe said. Raises ProviderError."""
        ...

    def models(self, answer: bytes) -> tuple[str, ...]:
        """Names in the answer to a MODELS probe, in the server's order."""
        ...

    def explain(self, provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
        """Our error for an HTTP failure; the server's words are never passed on."""
        ...
