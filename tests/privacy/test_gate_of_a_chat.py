"""Whose settings and whose placeholders count for a conversation, whatever is attached to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.values.ask import Ask, Origin, PieceKind, Role
from codegrex_lsp.values.route import Route
from codegrex_lsp.values.sealed import Sealed
from tests.support.gates import CLOUD, FOLDER, HOME, LOCAL, chat, gate, origin


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


@pytest.mark.parametrize(("route", "goes"), [(LOCAL, True), (CLOUD, False)])
def test_an_answer_that_may_quote_a_file_stays_where_the_file_must_stay(
    route: Route, goes: bool
) -> None:
    kept_here = origin("a.py")
    asked = chat("and why?")
    (question,) = asked.pieces
    text = Sealed("it holds a canary")
    answer = replace(
        question, role=Role.ASSISTANT, text=text, end=len(text), draws_on=(HOME, kept_here)
    )
    made = gate(
        path_level=lambda path, folder: "local" if path == kept_here.path else "normal"
    ).clear(replace(asked, pieces=(answer, question)), route, redact_local="secrets")
    assert isinstance(made, Clearance)
    sent = "".join(piece.text.reveal() for piece in made.cleared.pieces)
    assert ("canary" in sent) is goes and "and why?" in sent
    assert [one.code for one in made.cleared.withheld] == ([] if goes else ["path-local"])
