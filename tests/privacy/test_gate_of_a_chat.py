"""Whose settings and whose placeholders count for a conversation, whatever is attached to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.values.ask import Ask, Origin, PieceKind
from tests.support.gates import FOLDER, LOCAL, chat, gate


def of_folder(ask: Ask, attached: Path | None) -> Ask:
    """The attachment is of one folder, and what is said of the project's."""

    def moved(origin: Origin) -> Origin:
        said = origin.kind is PieceKind.CHAT
        return replace(origin, folder=FOLDER if said else attached)

    return replace(ask, pieces=tuple(replace(p, origin=moved(p.origin)) for p in ask.pieces))


@pytest.mark.parametrize("attached", [None, Path("/elsewhere"), FOLDER])
def test_the_folder_of_a_question_is_the_one_that_it_was_asked_in(attached: Path | None) -> None:
    ask = of_folder(chat("why?", ("a.py", "x = 1\n")), attached)
    made = gate().clear(ask, LOCAL, redact_local="secrets")
    assert isinstance(made, Clearance)
    assert made.cleared.folder == str(FOLDER)
