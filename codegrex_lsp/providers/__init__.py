"""Translators between a Cleared and a provider's bytes.

Lives here: one file per wire, framing, the FIM table. Never here: I/O, a key, a clock. A provider
that can not transmit can not leak.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.providers.wire import Translator
from codegrex_lsp.settings.providers import KINDS


def translator(kind: str) -> Translator:
    """The translator of a provider kind; its module is imported now and not before.

    Raises:
        ConfigurationError: No wire of this name is spoken here.
    """
    row = KINDS.get(kind)
    if row is None:
        raise ConfigurationError(
            "This kind of provider is not supported.",
            code="provider-kind-unknown",
            fix=f"Use one of: {', '.join(KINDS)}.",
        )
    module, _, name = row.wire.rpartition(".")
    return cast("Translator", getattr(import_module(f"{__name__}.{module}"), name)())


__all__ = ["KINDS", "translator"]
