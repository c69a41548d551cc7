"""Groq's cloud. Usage comes in `x_groq`, without being asked for."""

from __future__ import annotations

from typing import Final

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.openai_chat import THOUGHT, OpenAiChat
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.mode import Task


class Groq(OpenAiChat):
    """The kind `groq`."""

    cap = "max_completion_tokens"

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """What this model takes: its thoughts are bounded where it has any."""
        made = super().options(cleared, sampling)
        del made["stream_options"]
        for name, (effort, hidden) in _THINKS.items():
            if name in cleared.route.model:
                if cleared.task is Task.COMPLETION:
                    made["reasoning_effort"] = effort
                if made.get("reasoning_effort") != "none":
                    made |= {self.cap: sampling.max_tokens + THOUGHT, **hidden}
        return made


_THINKS: Final[dict[str, tuple[str, dict[str, object]]]] = {
    "gpt-oss": ("low", {"include_reasoning": False}),
    "qwen3": ("none", {"reasoning_format": "hidden"}),
}
"""Family → the least thought that can be asked of it, and the field that keeps thoughts back."""
