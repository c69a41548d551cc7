"""Completion asked of a chat model that knows no fill-in-the-middle, and chat itself.

What is steady comes first: fixed system sentences, then neighbours, then what follows the
hole, and last the text that grows with each keystroke. A fence round the answer is taken off by
`engine.tidy`.
"""

from __future__ import annotations

import re
from typing import Final

from codegrex_lsp.privacy.cleared import Cleared, ClearedPiece
from codegrex_lsp.providers import plain
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.mode import Task

Message = dict[str, str]
"""`role` and `content`, as every chat wire names them."""

MASKED: Final = (
    "Words of the form cg_kind_00000000 stand for masked values: keep them exactly as they are. "
)
"""Opens every conversation with every provider, masked values or none, so that caches hold."""

FILL: Final = MASKED + (
    "You fill one hole in a source file. Reply with exactly the text that belongs in the hole and "
    "nothing else: no explanation, no code fence, nothing that already stands before or after it. "
    "Keep the file's language, style and indentation. Where nothing is missing, reply with nothing."
)

CHAT: Final = MASKED + (
    "You are a programming assistant inside an editor. Answer briefly and put code into fenced "
    "blocks."
)


def messages(cleared: Cleared) -> list[Message]:
    """What to ask a chat model for this task."""
    return fill(cleared) if cleared.task is Task.COMPLETION else chat(cleared)


def fill(cleared: Cleared) -> list[Message]:
    """Messages that ask for the text at the cursor."""
    return [_message("system", FILL), _message("user", "".join(hole(cleared)))]


def hole(cleared: Cleared) -> tuple[str, str]:
    """The question for the hole in two parts: what stays while somebody types, and what grows."""
    name, language = plain.current(cleared) or "the file", plain.language(cleared)
    parts = [_file(piece) for piece in plain.context(cleared)]
    suffix = cleared.text_of(Role.SUFFIX)
    if suffix.strip():
        parts.append(f"{name} after the hole:\n{fenced(suffix, language)}")
    before = fenced(cleared.text_of(Role.PREFIX), language)
    growing = f"{name} before the hole:\n{before}\n\nThe text in the hole:"
    return "".join(f"{part}\n\n" for part in parts), growing


def chat(cleared: Cleared) -> list[Message]:
    """A conversation. Context joins the person's turn that follows it, so that roles alternate."""
    messages: list[Message] = [_message("system", CHAT)]
    waiting: list[str] = []
    for piece in cleared.pieces:
        if piece.role is Role.ASSISTANT:
            _flush(messages, waiting)
            _append(messages, "assistant", piece.text.reveal())
        elif piece.role is Role.USER:
            waiting.append(piece.text.reveal())
            _flush(messages, waiting)
        else:
            waiting.append(_file(piece))
    _flush(messages, waiting)
    return messages


def fenced(text: str, language: str) -> str:
    """`text` in a code fence that is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


def _file(piece: ClearedPiece) -> str:
    return f"{plain.path(piece)}:\n{fenced(piece.text.reveal(), piece.language)}"


def _flush(messages: list[Message], waiting: list[str]) -> None:
    if waiting:
        _append(messages, "user", "\n\n".join(waiting))
        waiting.clear()


def _append(messages: list[Message], role: str, content: str) -> None:
    """Add a turn, or lengthen the last one: some chat templates refuse two of the same role.

    A blank turn is left out: some vendors refuse it, and nobody misses it.
    """
    if not content.strip():
        return
    if messages[-1]["role"] == role:
        messages[-1]["content"] += f"\n\n{content}"
    else:
        messages.append(_message(role, content))


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}
