"""OpenAI's models in a person's own Azure resource; the model is the name of a deployment.

    https://NAME.openai.azure.com                          /openai/v1/chat/completions
    https://NAME.openai.azure.com/openai/v1                /chat/completions
    https://NAME.openai.azure.com/openai/deployments/DEP   /chat/completions?api-version=…

The first two are Azure's v1 API, which has no dated versions.
"""

from __future__ import annotations

from typing import Final

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.openai import OpenAi
from codegrex_lsp.providers.wire import Call, Probe, Sampling
from codegrex_lsp.values.route import ProviderConfig

_DATED: Final = "2024-10-21"
"""The last dated version that is generally available, for addresses of one deployment."""


class AzureOpenAi(OpenAi):
    """The kind `azure-openai`."""

    def chat(self, cleared: Cleared, sampling: Sampling) -> Call:
        """A chat request, at Azure's path."""
        call = super().chat(cleared, sampling)
        return Call("POST", _path(cleared.route.provider, "chat/completions"), call.body)

    def encode_probe(self, probe: Probe) -> Call:
        """The list of models that the resource could deploy."""
        return Call("GET", _path(probe.provider, "models"), b"", ())


def _path(provider: ProviderConfig, name: str) -> str:
    base = provider.base_url
    if "/openai/deployments/" in base:
        return f"/{name}?api-version={_DATED}"
    if base.endswith("/openai"):
        return f"/v1/{name}"
    return f"/{name}" if base.endswith("/v1") else f"/openai/v1/{name}"
