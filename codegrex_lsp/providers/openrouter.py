"""OpenRouter, which passes requests on to other companies.

Only to such as neither keep prompts for training nor sell them: `data_collection` is `deny` in
every request. No name of this program goes along (`HTTP-Referer`, `X-Title`).
"""

from __future__ import annotations

from codegrex_lsp.errors import ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import failures
from codegrex_lsp.providers.openai_chat import OpenAiChat
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ProviderConfig


class OpenRouter(OpenAiChat):
    """The kind `openrouter`."""

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """No thoughts in the answer, and none made for a completion where the model allows it."""
        thought: dict[str, object] = {"exclude": True}
        if cleared.task is Task.COMPLETION:
            thought["effort"] = "none"
        return super().options(cleared, sampling) | {
            "provider": {"data_collection": "deny"},
            "reasoning": thought,
        }

    def explain(self, provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
        """Our error: 404 is a model that nobody serves on these terms, 403 is a filter."""
        if status == 404:
            return failures.model_missing(provider, status)
        if status == 403:
            return failures.content_refused(provider, status)
        return failures.explain(provider, status, body)
