"""What a chat model is asked: steadiest first, one fixed system sentence."""

from __future__ import annotations

import pytest

from codegrex_lsp.providers import holefiller
from codegrex_lsp.values.ask import Role
from tests.support.prompts import completion, conversation


def test_the_hole_filler_asks_for_the_hole_and_puts_the_growing_text_last() -> None:
    system, user = holefiller.fill(completion("P", "S", ("b.py", "B", "python")))
    assert system == {"role": "system", "content": holefiller.FILL}
    assert user["content"] == (
        "b.py:\n```python\nB\n```\n\na.py after the hole:\n```python\nS\n```\n\n"
        "a.py before the hole:\n```python\nP\n```\n\nThe text in the hole:"
    )


def test_a_prompt_grown_by_typing_keeps_its_beginning() -> None:
    other = ("b.py", "B", "python")
    before = holefiller.fill(completion("def f", "S", other))[1]["content"]
    after = holefiller.fill(completion("def f(", "S", other))[1]["content"]
    assert after.startswith(before[: before.index("def f") + len("def f")])


def test_what_stays_while_somebody_types_is_a_part_of_its_own() -> None:
    other = ("b.py", "B", "python")
    before, after = (holefiller.hole(completion(text, "S", other)) for text in ("def f", "def f("))
    assert before[0] == after[0]
    assert "".join(before) == holefiller.fill(completion("def f", "S", other))[1]["content"]


def test_every_conversation_begins_with_the_same_words_about_masked_values() -> None:
    asked = [
        holefiller.messages(completion("P", "S")),
        holefiller.messages(completion("cg_secret_0a1b2c3d", "S")),
        holefiller.messages(conversation((Role.USER, "hi"))),
    ]
    assert all(turns[0]["content"].startswith(holefiller.MASKED) for turns in asked)
    assert asked[0][0] == asked[1][0]
    assert "cg_kind_00000000" in holefiller.MASKED


def test_a_blank_turn_is_left_out() -> None:
    turns = ((Role.USER, "a"), (Role.ASSISTANT, " \n"), (Role.USER, "b"))
    messages = holefiller.chat(conversation(*turns))
    assert [message["content"] for message in messages[1:]] == ["a\n\nb"]


def test_nothing_is_said_of_an_empty_suffix() -> None:
    assert "after the hole" not in holefiller.fill(completion("P", "\n"))[1]["content"]


@pytest.mark.parametrize(
    ("text", "fence"), [("a", "```"), ("``` x ```", "````"), ("`````", "``````")]
)
def test_a_fence_is_longer_than_any_run_of_backticks_in_the_text(text: str, fence: str) -> None:
    assert holefiller.fenced(text, "") == f"{fence}\n{text}\n{fence}"


def test_context_joins_the_turn_that_follows_and_roles_alternate() -> None:
    messages = holefiller.chat(
        conversation(
            (Role.CONTEXT, "x = 1"),
            (Role.USER, "why?"),
            (Role.ASSISTANT, "because"),
            (Role.USER, "and"),
            (Role.USER, "now?"),
        )
    )
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[1]["content"] == "a.py:\n```\nx = 1\n```\n\nwhy?"
    assert messages[3]["content"] == "and\n\nnow?"


def test_context_after_the_last_turn_is_not_lost() -> None:
    messages = holefiller.chat(conversation((Role.USER, "why?"), (Role.CONTEXT, "x = 1")))
    assert messages[1]["content"].endswith("x = 1\n```")
