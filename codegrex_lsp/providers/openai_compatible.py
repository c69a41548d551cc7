"""Any server that speaks OpenAI's wire: vLLM, LM Studio, one's own proxy.

A completion is a raw prompt on `/completions` where the settings name a template, else a hole
filler on chat: nothing here says whether a server hands a raw prompt to the model as it is.
"""

from __future__ import annotations

from dataclasses import replace

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import completions, fim
from codegrex_lsp.providers.ollama import CLOUD, named_cloud
from codegrex_lsp.providers.openai_chat import OpenAiChat, endpoint, post
from codegrex_lsp.providers.wire import Call, Probe, Sampling
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ModelFacts

_USAGE = {"stream_options": {"include_usage": True}}


class OpenAiCompatible(OpenAiChat):
    """The kinds `openai-compatible`, `vllm` and `lmstudio`."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request. Raises ConfigurationError where the settings name an unknown template."""
        template = fim.named(cleared.route)
        if template is None or cleared.task is not Task.COMPLETION:
            return self.chat(cleared, sampling)
        body = completions.with_template(cleared, sampling, template) | _USAGE
        return post(endpoint(cleared.route.provider, "completions"), body)

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """As usual; vLLM's models are told not to think about a completion."""
        made = super().options(cleared, sampling)
        if cleared.route.provider.kind == "vllm" and cleared.task is Task.COMPLETION:
            made["chat_template_kwargs"] = {"enable_thinking": False}
        return made

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked of the model as a chat."""
        return fim.named(cleared.route) is None

    def known(self, probe: Probe) -> ModelFacts | None:
        """A server behind https is somebody's service and not asked; one's own is."""
        service = probe.provider.base_url.startswith("https://")
        return ModelFacts(remote=_remote(probe)) if service else None

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        """As usual; a model whose name says that it runs elsewhere does."""
        return replace(super().facts(probe, answer), remote=_remote(probe))


def _remote(probe: Probe) -> str:
    """Ollama speaks this wire too, and on it says nothing of where a model runs."""
    return CLOUD if named_cloud(probe.model) else ""
