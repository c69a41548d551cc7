"""Translators between a Cleared and a provider's bytes.

Lives here: one file per wire, framing, the FIM table. Never here: I/O, a key, a clock. A provider
that can not transmit can not leak.
"""

from __future__ import annotations

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.providers.wire import Translator

KINDS = ("ollama", "llamacpp", "embedded")
"""Kinds of provider that have a translator."""


def translator(kind: str) -> Translator:
    """The translator of a provider kind.

    Raises:
        ConfigurationError: No wire of this name is spoken here.
    """
    if kind == "ollama":
        from codegrex_lsp.providers.ollama import Ollama

        return Ollama()
    if kind in ("llamacpp", "embedded"):
        from codegrex_lsp.providers.llamacpp import LlamaCpp

        return LlamaCpp()
    raise ConfigurationError(
        "This kind of provider is not supported.",
        code="provider-kind-unknown",
        fix=f"Use one of: {', '.join(KINDS)}.",
    )
