"""The managed cloud: OpenAI's wire, with a suffix on `/v1/completions`.

The service's models are trained or wrapped to fill in, so no template is needed here.
"""

from __future__ import annotations

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import completions
from codegrex_lsp.providers.openai_chat import OpenAiChat, endpoint, post
from codegrex_lsp.providers.wire import Call, Probe, Sampling
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ModelFacts


class Codegrex(OpenAiChat):
    """The kind `codegrex`."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request."""
        if cleared.task is not Task.COMPLETION or self.fills_by_chat(cleared):
            return self.chat(cleared, sampling)
        body = completions.with_suffix(cleared, sampling)
        body |= {"stream_options": {"include_usage": True}}
        return post(endpoint(cleared.route.provider, "completions"), body)

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked of the model as a chat."""
        return not completions.inserts(cleared)

    def known(self, probe: Probe) -> ModelFacts | None:
        """Every model fills in."""
        return ModelFacts(can_insert=True)
