"""Parameters are read leniently where they are more, and refused clearly where they are wrong."""

from __future__ import annotations

import pytest

from codegrex_lsp.lsp.protocol import (
    Changed,
    DocumentId,
    Initialize,
    InlineWanted,
    ModeWanted,
    Opened,
    Position,
    StatusWanted,
)
from codegrex_lsp.lsp.reading import Unreadable, read


def test_unknown_fields_and_nulls_are_passed_over() -> None:
    wanted = read(
        InlineWanted,
        {
            "textDocument": {"uri": "a", "version": None, "more": 1},
            "position": {"line": 1, "character": 2},
            "context": {"triggerKind": 1, "selectedCompletionInfo": None},
            "formattingOptions": {"tabSize": 4},
        },
    )
    assert wanted.text_document == DocumentId("a")
    assert wanted.position == Position(1, 2)
    assert wanted.context.trigger_kind == 1


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "missing @ $.textDocument"),
        ({"textDocument": {"uri": 5}, "contentChanges": []}, "not a string @ $.textDocument.uri"),
        ({"textDocument": [], "contentChanges": []}, "not an object @ $.textDocument"),
        (
            {"textDocument": {"uri": "a"}, "contentChanges": [{"text": 3}]},
            "not a string @ $.contentChanges[0].text",
        ),
        (
            {
                "textDocument": {"uri": "a"},
                "contentChanges": [
                    {
                        "text": "",
                        "range": {"start": {"line": True, "character": 0}, "end": None},
                    }
                ],
            },
            "not an integer @ $.contentChanges[0].range.start.line",
        ),
        ([], "an object is expected"),
        ("text", "an object is expected"),
    ],
)
def test_a_wrong_field_is_named(params: object, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(Changed, params)
    assert said in str(caught.value)


def test_a_text_that_is_null_is_not_the_text_none() -> None:
    with pytest.raises(Unreadable):
        read(Opened, {"textDocument": {"uri": "a", "text": None}})


def test_values_are_never_quoted() -> None:
    with pytest.raises(Unreadable) as caught:
        read(ModeWanted, {"mode": {"hunter2": "hunter2"}})
    assert "hunter2" not in str(caught.value)


def test_absent_parameters_are_an_empty_object() -> None:
    assert read(StatusWanted, None) == StatusWanted(None)


def test_capabilities_stay_as_they_are() -> None:
    capabilities = {"textDocument": {"inlineCompletion": {"dynamicRegistration": None}}}
    assert read(Initialize, {"capabilities": capabilities}).capabilities == capabilities
