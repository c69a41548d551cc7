"""Google's Gemini through its OpenAI-compatible endpoint. Prompts are cached by their beginning."""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.openai_chat import THOUGHT, OpenAiChat, model_names
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.mode import Task

_THINKS: Final = re.compile(r"(models/)?gemini-(2\.5|[3-9]|\d\d|flash|pro)")
"""2.5 and above; the names without a number are aliases of the latest."""

_MAY_STOP: Final = re.compile(r"(models/)?gemini-(2\.5|3(\.\d+)?)-flash")
"""Takes an effort of `none`. Every model that thinks takes `low`."""


class Gemini(OpenAiChat):
    """The kind `gemini`."""

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """Little thought for a completion, and no temperature for a model of generation 3 or above.

        Google advises against one there, and the fourth generation refuses it. A model may think
        although it was told not to, so the bound has room.
        """
        made = super().options(cleared, sampling)
        model = cleared.route.model
        if not _THINKS.match(model):
            return made
        if "gemini-2" not in model:
            del made["temperature"]
        if cleared.task is Task.COMPLETION:
            made["reasoning_effort"] = "none" if _MAY_STOP.match(model) else "low"
        return made | {self.cap: sampling.max_tokens + THOUGHT}

    def models(self, answer: bytes) -> tuple[str, ...]:
        """Names in the answer, without the `models/` that requests do not need."""
        return tuple(name.removeprefix("models/") for name in model_names(answer))
