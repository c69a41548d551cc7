"""Route: which provider and model a request goes to, or Refused with the reason why none may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from codegrex_lsp.values.mode import Destination

LOCAL_KINDS = frozenset({"ollama", "embedded", "llamacpp", "vllm", "lmstudio", "openai-compatible"})
"""Kinds that count as local where their address and model are; every other kind is cloud."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Four limits in seconds: to connect, to the first token, between chunks, and in all."""

    connect: float = 3.0
    first_token: float = 30.0
    idle: float = 15.0
    total: float = 120.0


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One `providers.<id>` table, resolved. It never holds a key.

    Attributes:
        id: The provider's name in routes.
        kind: The wire it speaks.
        base_url: Scheme, host, port and path prefix; empty for `embedded`.
        model: Completion model; for `embedded` the path of a GGUF file or empty for the starter.
        chat_model: Chat model; empty means `model`.
        fim: `auto`, `off`, or the name of a template in `providers.fim`.
        num_ctx: Context size in tokens, one for all tasks; 0 leaves it to the server.
        keep_alive: Ollama's `keep_alive`, or empty.
        headers: Extra headers. Values never appear in a repr.
        timeouts: Limits for this provider.
    """

    id: str
    kind: str
    base_url: str = ""
    model: str = ""
    chat_model: str = ""
    fim: str = "auto"
    num_ctx: int = 0
    keep_alive: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    timeouts: Timeouts = Timeouts()


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a provider said of a model, learned by a text-free probe.

    Attributes:
        present: Whether the server has it.
        remote: Host that really serves it, where the local daemon only forwards; else empty.
        can_insert: Ollama's `insert` capability, or llama.cpp's FIM tokens.
        family: Model family as the server names it, for the FIM table.
        verified: Whether the server itself stated that the model runs there.
    """

    present: bool = True
    remote: str = ""
    can_insert: bool = False
    family: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A provider, a model and a destination that mode and policy allow."""

    provider: ProviderConfig
    model: str
    destination: Destination
    facts: ModelFacts = ModelFacts()

    @property
    def verified(self) -> bool:
        """Whether the server itself stated that the model runs where the route says."""
        return self.facts.verified


@dataclass(frozen=True, slots=True)
class Refused:
    """No route: a stable code, one calm sentence, and each provider that was passed over."""

    code: str
    message: str
    passed_over: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Detour:
    """A provider of the person's list that was not used, and why.

    Attributes:
        provider: Its id.
        code: Stable kebab-case reason.
        message: One calm sentence without user text.
        expected: Whether the person's own mode or policy kept it out, which is no trouble.
    """

    provider: str
    code: str
    message: str
    expected: bool = False
