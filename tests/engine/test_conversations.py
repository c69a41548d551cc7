"""A conversation keeps its youngest turns within its bounds, and counts what it dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.engine import conversations
from codegrex_lsp.engine.conversations import Conversation, fitting
from codegrex_lsp.values.conversation import Attachment, Turn
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.sealed import Sealed


def turn(question: int, answer: int = 0, document: int = 0, part: int = 0) -> Turn:
    snapshot = Snapshot("file:///a", Path("/a"), None, Sealed("d" * document))
    attached = (Attachment(snapshot, 0, part),) if document else ()
    return Turn(Sealed("q" * question), Sealed("a" * answer), attached)


SIZES = st.tuples(*(st.integers(0, 60_000),) * 4)


@given(st.lists(SIZES, max_size=12))
def test_what_is_kept_is_the_longest_end_that_fits(sizes: list[tuple[int, int, int, int]]) -> None:
    turns = [turn(*size) for size in sizes]
    kept = fitting(turns)
    assert list(kept) == turns[len(turns) - len(kept) :]
    assert sum(one.sent for one in kept) <= conversations.MOST_SENT
    assert sum(one.held for one in kept) <= conversations.MOST_HELD
    if len(kept) < len(turns):
        more = turns[len(turns) - len(kept) - 1 :]
        too_much = sum(one.sent for one in more) > conversations.MOST_SENT
        assert too_much or sum(one.held for one in more) > conversations.MOST_HELD


@given(st.lists(SIZES, max_size=8))
def test_every_turn_is_kept_or_counted(sizes: list[tuple[int, int, int, int]]) -> None:
    talk = Conversation("c", None)
    for size in sizes:
        talk.add(turn(*size))
    assert len(talk.turns) + talk.dropped == len(sizes)


def test_there_are_never_too_many_turns() -> None:
    assert len(fitting([turn(1)] * 500)) == conversations.MOST_TURNS


def test_a_part_of_a_large_document_counts_as_a_part_when_it_is_sent() -> None:
    one = turn(3, 4, document=1000, part=10)
    assert (one.sent, one.held) == (17, 1007)


def test_nothing_of_a_conversation_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Conversation("c", None, (Turn(Sealed("canary"), Sealed("canary")),))
    print(talk, repr(talk))
    assert "canary" not in capsys.readouterr().out
