"""DeepSeek's cloud: `/beta/completions` with a suffix, which never thinks, and chat, which may.

Prompts are cached by their beginning; the hits are in the usage.
"""

from __future__ import annotations

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import completions
from codegrex_lsp.providers.openai_chat import THOUGHT, OpenAiChat, post
from codegrex_lsp.providers.wire import Call, Probe, Sampling
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ModelFacts


class DeepSeek(OpenAiChat):
    """The kind `deepseek`."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request."""
        if cleared.task is not Task.COMPLETION or self.fills_by_chat(cleared):
            return self.chat(cleared, sampling)
        body = completions.with_suffix(cleared, sampling)
        return post("/beta/completions", body | {"stream_options": {"include_usage": True}})

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """No thinking about a completion; room for it in a chat."""
        made = super().options(cleared, sampling)
        if cleared.task is Task.COMPLETION:
            return made | {"thinking": {"type": "disabled"}}
        return made | {self.cap: sampling.max_tokens + THOUGHT}

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked of the model as a chat."""
        return not completions.inserts(cleared)

    def known(self, probe: Probe) -> ModelFacts | None:
        """Every model fills in, at a path that lies beside `/v1` and not below it."""
        return ModelFacts(can_insert=not probe.provider.base_url.endswith("/v1"))
