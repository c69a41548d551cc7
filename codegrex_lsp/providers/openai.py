"""OpenAI's own cloud. Each generation of models takes other fields, and refuses the rest.

    gpt-3.5, gpt-4*, chatgpt-4o     temperature; no effort
    o1, o3, o4 …                    effort from `low`; no temperature
    gpt-5                           effort from `minimal`; no temperature
    gpt-5.1 and above               effort from `none`; no temperature
    gpt-6 and above                 effort from `low`; no temperature

Prompts are cached by their beginning without being asked to.
"""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.openai_chat import THOUGHT, OpenAiChat
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.mode import Task

_SAMPLED: Final = re.compile(r"(ft:)?(gpt-[34]|chatgpt-4)")
_FIXED: Final = re.compile(r"-(chat|codex|pro|search)\b")
"""Variants whose effort can not be set."""


class OpenAi(OpenAiChat):
    """The kind `openai`."""

    cap = "max_completion_tokens"

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """What this model's generation takes. Nothing is to be kept by OpenAI (`store`)."""
        made = super().options(cleared, sampling) | {"store": False}
        model = cleared.route.model.lower()
        if _SAMPLED.match(model):
            return made
        del made["temperature"]
        effort = least_effort(model)
        if effort and cleared.task is Task.COMPLETION:
            made["reasoning_effort"] = effort
        return made if made.get("reasoning_effort") == "none" else made | self._room(sampling)

    def _room(self, sampling: Sampling) -> dict[str, object]:
        return {self.cap: sampling.max_tokens + THOUGHT}


def least_effort(model: str) -> str:
    """The least thought that can be asked of a model, or empty where nothing can be asked."""
    if _FIXED.search(model):
        return ""
    if re.match(r"o\d", model):
        return "low"
    generation = re.match(r"gpt-(\d+)(\.\d+)?", model)
    if generation is None:
        return ""
    if int(generation[1]) == 5:
        return "none" if generation[2] else "minimal"
    return "low"
