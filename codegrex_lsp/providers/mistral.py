"""Mistral's cloud: `/v1/fim/completions` for the Codestral models, chat for the others.

Fields that Mistral does not know are refused; usage comes without being asked for.
"""

from __future__ import annotations

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import completions
from codegrex_lsp.providers.openai_chat import OpenAiChat, endpoint, post
from codegrex_lsp.providers.wire import Call, Probe, Sampling
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ModelFacts


class Mistral(OpenAiChat):
    """The kind `mistral`."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request."""
        if cleared.task is not Task.COMPLETION or self.fills_by_chat(cleared):
            return self.chat(cleared, sampling)
        body = completions.with_suffix(cleared, sampling)
        return post(endpoint(cleared.route.provider, "fim/completions"), body)

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """As usual, less what Mistral refuses."""
        made = super().options(cleared, sampling)
        del made["stream_options"]
        return made

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked of the model as a chat."""
        return not completions.inserts(cleared)

    def known(self, probe: Probe) -> ModelFacts | None:
        """Codestral fills in, by its name."""
        return ModelFacts(can_insert="codestral" in probe.model)
