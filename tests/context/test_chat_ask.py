"""A conversation's Ask: what was said first, each attachment once, and no ignored text touched."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.context.chat import for_chat
from codegrex_lsp.values.ask import Ask, Origin, PieceKind, Role
from codegrex_lsp.values.conversation import Attachment, Turn
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.sealed import Sealed

FOLDER = Path("/project")


class Untouchable(Sealed):
    """Text that must not be read."""

    __slots__ = ()

    def reveal(self) -> str:
        raise AssertionError("ignored text was read")


def attachment(name: str, text: str | Sealed, *part: int) -> Attachment:
    path = FOLDER / name
    sealed = text if isinstance(text, Sealed) else Sealed(text)
    return Attachment(Snapshot(path.as_uri(), path, FOLDER, sealed, 1, "python"), *part)


def ask(*attachments: Attachment, older: tuple[Turn, ...] = (), unreadable: str = "") -> Ask:
    def may_read(origin: Origin) -> bool:
        return origin.path is None or origin.path.name != unreadable

    message = Sealed("question")
    return for_chat(
        "c0", FOLDER, older, message, attachments, mode=Mode.SENSITIVE, may_read=may_read
    )


def turn(question: str, answer: str, *attachments: Attachment) -> Turn:
    return Turn(Sealed(question), Sealed(answer), attachments)


def parts(made: Ask) -> list[tuple[Role, str]]:
    return [(one.role, one.text.reveal()[one.start : one.end]) for one in made.pieces]


def test_turns_stand_in_their_order_and_attachments_before_their_question() -> None:
    older = (turn("q1", "a1", attachment("a.py", "A")), turn("q2", "a2"))
    assert parts(ask(attachment("b.py", "B"), older=older)) == [
        (Role.CONTEXT, "A"),
        (Role.USER, "q1"),
        (Role.ASSISTANT, "a1"),
        (Role.USER, "q2"),
        (Role.ASSISTANT, "a2"),
        (Role.CONTEXT, "B"),
        (Role.USER, "question"),
    ]


def test_everything_that_was_said_belongs_to_the_conversation() -> None:
    said = [one.origin for one in ask(older=(turn("q", "a"),)).pieces]
    assert set(said) == {Origin(PieceKind.CHAT, "codegrex-chat:c0", None, FOLDER)}


def test_an_ignored_attachment_is_named_and_its_text_is_not_touched() -> None:
    first, _ = ask(attachment("a.py", Untouchable("canary")), unreadable="a.py").pieces
    assert (first.origin.label, first.text.reveal(), first.end) == ("a.py", "", 0)


def test_the_whole_document_goes_along_with_its_part() -> None:
    first, _ = ask(attachment("a.py", "0123456789", 2, 5)).pieces
    assert (first.origin.kind, first.text.reveal()) == (PieceKind.SELECTION, "0123456789")
    assert (first.start, first.end) == (2, 5)


def test_another_part_of_the_same_document_is_another_attachment() -> None:
    older = (turn("q", "a", attachment("a.py", "0123456789", 2, 5)),)
    made = ask(
        attachment("a.py", "0123456789", 2, 5), attachment("a.py", "0123456789"), older=older
    )
    assert [text for role, text in parts(made) if role is Role.CONTEXT] == ["234", "0123456789"]


@given(st.text(max_size=20), st.integers(-5, 30), st.integers(-5, 30))
def test_a_part_never_leaves_its_document(text: str, start: int, end: int) -> None:
    one = attachment("a.py", text, start, end)
    assert 0 <= one.span[0] <= one.span[1] <= len(text)
