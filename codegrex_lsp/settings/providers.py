"""Providers: what each kind defaults to, and `providers.<id>` tables made whole.

A provider whose address or kind can not be read is left out. Falling back to the default address
would send text to somebody the person did not mean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.values.route import LOCAL_KINDS, ProviderConfig, Timeouts


class Auth(StrEnum):
    """The header that carries a key, by its name."""

    BEARER = "authorization"
    X_API_KEY = "x-api-key"
    API_KEY = "api-key"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: everything about a kind that is not its wire.

    Attributes:
        wire: Its translator, as `module.Class` below `codegrex_lsp.providers`.
        base_url: The vendor's address; None where the person must give one.
        completion: The paths that complete, for docs/providers.md; a test holds the wire to them.
        chat: The path that chats, likewise.
        fim: How a hole is filled, in words.
        model: Completion model, or empty where there is no lasting default.
        chat_model: Chat model; empty means `model`.
        auth: The header that carries a key, where there is one.
        variable: The vendor's usual environment variable for the key, or empty.
        note: Sentences for docs/providers.md.
    """

    wire: str
    base_url: str | None
    completion: str = "`/v1/chat/completions`"
    chat: str = "`/v1/chat/completions`"
    fim: str = "asked in words"
    model: str = ""
    chat_model: str = ""
    auth: Auth = Auth.BEARER
    variable: str = ""
    note: str = ""


_OWN: Final = Kind(
    "openai_compatible.OpenAiCompatible",
    None,
    "`/v1/completions`, else `/v1/chat/completions`",
    fim="by the template that `fim` names, else asked in words",
)
_LLAMA: Final = Kind(
    "llamacpp.LlamaCpp",
    None,
    '`/infill`, `/completion`; `/v1/chat/completions` with `fim = "off"`',
    fim="by the model's own marks, or by the template that `fim` names; else the prefix is "
    "continued",
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "ollama": Kind(
            "ollama.Ollama",
            "http://127.0.0.1:11434",
            "`/api/generate`, else `/api/chat`",
            "`/api/chat`",
            "by suffix where the model can insert, else by the template of its family, else asked "
            "in words",
            "qwen2.5-coder:1.5b-base",
            "qwen2.5-coder:1.5b",
            note="A model that Ollama only passes on to its cloud counts as cloud.",
        ),
        "embedded": replace(
            _LLAMA,
            base_url="",
            note="The server is started here; `model` is the path of a GGUF file, or empty for the "
            "starter model.",
        ),
        "llamacpp": replace(_LLAMA, base_url="http://127.0.0.1:8080"),
        "vllm": replace(_OWN, base_url="http://127.0.0.1:8000"),
        "lmstudio": replace(_OWN, base_url="http://127.0.0.1:1234"),
        "openai-compatible": replace(
            _OWN,
            note="For any other server of this wire. Behind https it is not asked for its models "
            "before it is used.",
        ),
        "openai": Kind(
            "openai.OpenAi",
            "https://api.openai.com/v1",
            variable="OPENAI_API_KEY",
            note="Sent with `store: false`. Models that think are asked for as little as they "
            "allow before a completion; a `gpt-4.1` or a `-mini` is quicker.",
        ),
        "anthropic": Kind(
            "anthropic.Anthropic",
            "https://api.anthropic.com",
            "`/v1/messages`",
            "`/v1/messages`",
            auth=Auth.X_API_KEY,
            variable="ANTHROPIC_API_KEY",
            note="What stays while you type is marked for the prompt cache. For completions take a "
            "Haiku; Opus 5.5 and Fable think before every one.",
        ),
        "mistral": Kind(
            "mistral.Mistral",
            "https://api.mistral.ai",
            "`/v1/fim/completions`, else `/v1/chat/completions`",
            fim="by suffix with the Codestral models, else asked in words",
            model="codestral-latest",
            variable="MISTRAL_API_KEY",
        ),
        "deepseek": Kind(
            "deepseek.DeepSeek",
            "https://api.deepseek.com",
            "`/beta/completions`, else `/v1/chat/completions`",
            fim="by suffix, without thinking",
            model="deepseek-v4-flash",
            variable="DEEPSEEK_API_KEY",
            note="Give the address without `/v1`: the path that fills in lies beside it.",
        ),
        "gemini": Kind(
            "gemini.Gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "`/v1beta/openai/chat/completions`",
            "`/v1beta/openai/chat/completions`",
            variable="GEMINI_API_KEY",
            note="For completions take a Flash model.",
        ),
        "openrouter": Kind(
            "openrouter.OpenRouter",
            "https://openrouter.ai/api/v1",
            "`/api/v1/chat/completions`",
            "`/api/v1/chat/completions`",
            variable="OPENROUTER_API_KEY",
            note="Asks for companies that neither keep prompts for training nor sell them "
            "(`data_collection: deny`); a model that nobody serves so is reported as missing.",
        ),
        "groq": Kind(
            "groq.Groq",
            "https://api.groq.com/openai/v1",
            "`/openai/v1/chat/completions`",
            "`/openai/v1/chat/completions`",
            variable="GROQ_API_KEY",
        ),
        "azure-openai": Kind(
            "azure_openai.AzureOpenAi",
            None,
            "`/openai/v1/chat/completions`",
            "`/openai/v1/chat/completions`",
            auth=Auth.API_KEY,
            variable="AZURE_OPENAI_API_KEY",
            note="The address is `https://NAME.openai.azure.com`, the model the name of a "
            "deployment. An address that ends in `/openai/deployments/DEPLOYMENT` is asked with a "
            "dated version.",
        ),
        "codegrex": Kind(
            "codegrex.Codegrex",
            None,
            "`/v1/completions`, else `/v1/chat/completions`",
            fim="by suffix",
            variable="CODEGREX_TOKEN",
            note="The managed cloud; the key is an IDE token.",
        ),
    }
)
"""Each kind is a provider id as well. Addresses are those of the vendors' API references. A kind
that is not in `values.route.LOCAL_KINDS` is cloud, whatever its address."""


def key_header(kind: str, key: str) -> tuple[str, str]:
    """Name and value of the header that carries `key` to a provider of `kind`."""
    auth = KINDS[kind].auth
    return auth.value, f"Bearer {key}" if auth is Auth.BEARER else key


_USUAL: Final = Timeouts()

Complain = Callable[[str, str], None]
"""Told of a provider that is left out: the key that is to blame, and why."""


def build(
    tables: Mapping[str, Mapping[str, Any]],
    limits: Timeouts,
    private_hosts: Sequence[str],
    broken: Collection[str],
    complain: Complain,
) -> Mapping[str, ProviderConfig]:
    """Every provider that can be used: the built-in ids, and those that the person describes.

    Args:
        tables: Provider id → field → valid wire value.
        limits: `network.timeouts`, which each provider's own limits refine.
        private_hosts: `privacy.privateHosts`; plain http may go there.
        broken: Ids whose kind or address was dropped; they are left out.
        complain: Told of each provider that is left out here.
    """
    made = {}
    for name in dict.fromkeys((*KINDS, *tables)):
        if name in broken:
            continue
        provider = _provider(name, tables.get(name, {}), limits, complain)
        if provider is not None and _address_fits(provider, private_hosts, complain):
            made[name] = provider
    return MappingProxyType(made)


def timeouts(wire: Mapping[str, float], otherwise: Timeouts = _USUAL) -> Timeouts:
    """Limits in seconds, where fields that are not given stay as in `otherwise`."""
    return Timeouts(
        connect=float(wire.get("connect", otherwise.connect)),
        first_token=float(wire.get("firstToken", otherwise.first_token)),
        idle=float(wire.get("idle", otherwise.idle)),
        total=float(wire.get("total", otherwise.total)),
    )


def _provider(
    name: str, table: Mapping[str, Any], limits: Timeouts, complain: Complain
) -> ProviderConfig | None:
    kind = table.get("kind", name if name in KINDS else "")
    if not kind:
        complain(f"providers.{name}.kind", f"is missing; {_LEFT_OUT}")
        return None
    defaults = KINDS[kind]
    address = table.get("baseUrl", defaults.base_url)
    if address is None:
        if table:
            complain(f"providers.{name}.baseUrl", f"is missing; {_LEFT_OUT}")
        return None
    return ProviderConfig(
        id=name,
        kind=kind,
        base_url=address.rstrip("/"),
        model=table.get("model", defaults.model),
        chat_model=table.get("chatModel", "" if "model" in table else defaults.chat_model),
        fim=table.get("fim", "auto"),
        num_ctx=table.get("numCtx", 0),
        keep_alive=table.get("keepAlive", ""),
        headers=MappingProxyType(dict(table.get("headers", {}))),
        timeouts=timeouts(table.get("timeouts", {}), limits),
    )


_LEFT_OUT: Final = "the provider is left out until it is given"


def _address_fits(
    provider: ProviderConfig, private_hosts: Sequence[str], complain: Complain
) -> bool:
    """Plain http goes to this machine, or to private hosts for kinds that can be local."""
    if not provider.base_url.lower().startswith("http://"):
        return True
    from urllib.parse import urlsplit

    host = urlsplit(provider.base_url).hostname or ""
    if _loopback(host) or (provider.kind in LOCAL_KINDS and _named(host, private_hosts)):
        return True
    fix = "use https"
    if provider.kind in LOCAL_KINDS:
        fix += ", or name the host in privacy.privateHosts if it is your own"
    complain(
        f"providers.{provider.id}.baseUrl",
        f"is not on this machine, so http would send text in the clear; {fix}. "
        "The provider is left out until then",
    )
    return False


def _loopback(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, or an odd spelling of an address: not proof of loopback
        return False


def _named(host: str, private_hosts: Sequence[str]) -> bool:
    import ipaddress

    if host.lower() in (entry.lower() for entry in private_hosts):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(
        address in ipaddress.ip_network(entry, strict=False)
        for entry in private_hosts
        if "/" in entry
    )
