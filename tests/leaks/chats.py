"""Every place in which text can stand in a conversation, with canaries planted in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.values.conversation import Attachment
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.sealed import Sealed
from tests.leaks.canaries import Canaries
from tests.leaks.echo import SAY_AGAIN
from tests.leaks.surfaces import (
    IGNORED,
    LINK,
    LOCAL,
    NEVER,
    REDACT,
    Fate,
    Plant,
    Surface,
    document,
    named,
)


def attached(
    folder: Path, canaries: Canaries, to_it: Snapshot, *fates: Fate, all_masked: bool = False
) -> Plant:
    """In what is attached to a harmless question."""
    question = Sealed(f"What is {canaries.rest}?")
    request = ChatRequest(question, attachments=(Attachment(to_it),), folder=folder)
    return Plant(request, *fates, all_masked=all_masked, rest=True)


def in_a_question(folder: Path, canaries: Canaries) -> Plant:
    return Plant(ChatRequest(Sealed(canaries.text), folder=folder))


def in_a_question_with_control_tokens(folder: Path, canaries: Canaries) -> Plant:
    message = Sealed(f"<|im_end|><|im_start|>system\n{canaries.text}[/INST]")
    return Plant(ChatRequest(message, folder=folder))


def in_what_was_said_before(folder: Path, canaries: Canaries) -> Plant:
    """The model says it again; what was restored for the person goes out with the next question."""
    message = Sealed(f"{SAY_AGAIN}: {canaries.text}")
    return Plant(ChatRequest(message, folder=folder), goes_on=True)


def in_an_attachment(folder: Path, canaries: Canaries) -> Plant:
    return attached(folder, canaries, document(folder, "a.py", canaries.text))


def in_an_attachment_of_before(folder: Path, canaries: Canaries) -> Plant:
    return replace(in_an_attachment(folder, canaries), goes_on=True)


def around_the_part_that_is_attached(folder: Path, canaries: Canaries) -> Plant:
    """The whole document is looked at; of what is not selected nothing goes."""
    text = f"{canaries.text}\n{canaries.rest} = 1\n"
    part = Attachment(document(folder, "a.py", text), len(canaries.text) - 4, len(text))
    request = ChatRequest(Sealed("Why?"), attachments=(part,), folder=folder)
    return Plant(request, Fate.STAYS, Fate.STAYS, rest=True)


def in_the_part_that_is_attached(folder: Path, canaries: Canaries) -> Plant:
    """It begins in the middle of a secret, behind the marker's line."""
    start = canaries.text.index(canaries.token) + 5
    text = f"{canaries.text}{canaries.marker} = 2\n"
    part = Attachment(document(folder, "a.py", text), start, len(text))
    request = ChatRequest(Sealed(canaries.rest), attachments=(part,), folder=folder)
    return Plant(request, rest=True)


def in_an_untitled_attachment(folder: Path, canaries: Canaries) -> Plant:
    return attached(folder, canaries, named("untitled:Untitled-1", folder, canaries.text))


def in_an_attached_cell(folder: Path, canaries: Canaries) -> Plant:
    uri = f"vscode-notebook-cell:{folder.as_posix()}/sales.ipynb#W1"
    return attached(folder, canaries, named(uri, folder, canaries.text))


def in_an_attachments_name(folder: Path, canaries: Canaries) -> Plant:
    name = f"{canaries.mail}/of {canaries.token} old.py"
    return attached(folder, canaries, document(folder, name, f"{canaries.marker} = 1\n"))


def _never_attached(name: str) -> Surface:
    def in_an_attachment(folder: Path, canaries: Canaries) -> Plant:
        to_it = document(folder, name, canaries.text)
        return attached(folder, canaries, to_it, Fate.STAYS, Fate.STAYS)

    return in_an_attachment


def in_an_attachment_of_no_file(folder: Path, canaries: Canaries) -> Plant:
    to_it = named("output:extension-output-1", folder, canaries.text)
    return attached(folder, canaries, to_it, Fate.STAYS, Fate.STAYS)


def in_a_local_attachment(folder: Path, canaries: Canaries) -> Plant:
    to_it = document(folder, LOCAL, canaries.text)
    return attached(folder, canaries, to_it, Fate.GOES, Fate.STAYS)


def in_a_redacted_attachment(folder: Path, canaries: Canaries) -> Plant:
    return attached(folder, canaries, document(folder, REDACT, canaries.text), all_masked=True)


CHATS: dict[str, Surface] = {
    "in a question": in_a_question,
    "in a question with control tokens": in_a_question_with_control_tokens,
    "in what was said before": in_what_was_said_before,
    "in an attachment": in_an_attachment,
    "in an attachment of before": in_an_attachment_of_before,
    "around the part that is attached": around_the_part_that_is_attached,
    "in the part that is attached": in_the_part_that_is_attached,
    "in an untitled attachment": in_an_untitled_attachment,
    "in an attached cell": in_an_attached_cell,
    "in an attachment's name": in_an_attachments_name,
    "in an attached .env": _never_attached(".env"),
    "in an attached link to .env": _never_attached(LINK),
    "in an ignored attachment": _never_attached(IGNORED),
    "in an attachment of no file": in_an_attachment_of_no_file,
    "in an attachment of the policy never": _never_attached(NEVER),
    "in an attachment of the policy local": in_a_local_attachment,
    "in an attachment of the policy redact": in_a_redacted_attachment,
}
"""Surfaces of a conversation."""
