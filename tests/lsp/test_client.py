"""What an editor says of itself is understood, and nonsense counts as not said."""

from __future__ import annotations

from typing import Any

import pytest

from codegrex_lsp.lsp.client import Client, merged, without_prefix
from codegrex_lsp.lsp.positions import Encoding
from codegrex_lsp.lsp.protocol import Initialize


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-16", "utf-8"], Encoding.UTF8),
        (["utf-16"], Encoding.UTF16),
        (["utf-32", "utf-16"], Encoding.UTF16),
        (["utf-32"], Encoding.UTF32),
        (["utf-7"], Encoding.UTF16),
        ([], Encoding.UTF16),
        (None, Encoding.UTF16),
        (8, Encoding.UTF16),
    ],
)
def test_columns_are_utf8_where_offered_and_utf16_else(offered: Any, chosen: Encoding) -> None:
    client = Client.of(Initialize(capabilities={"general": {"positionEncodings": offered}}))
    assert client.encoding is chosen


@pytest.mark.parametrize(
    ("options", "trusted"),
    [
        ({}, True),
        ({"trusted": True}, True),
        ({"trusted": False}, False),
        ({"trusted": "yes"}, False),
    ],
)
def test_only_a_plain_yes_is_trust(options: Any, trusted: bool) -> None:
    assert Client.of(Initialize(initialization_options=options)).trusted is trusted


@pytest.mark.parametrize("options", [None, 3, [], "x", {"settings": 3, "editorInfo": 1}])
def test_options_that_make_no_sense_are_not_there(options: Any) -> None:
    assert Client.of(Initialize(initialization_options=options)) == Client(
        trusted=True, settings={}
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"codegrex": {"privacy": {"mode": "offline"}}},
        {"privacy": {"mode": "offline"}},
    ],
)
def test_settings_may_be_below_the_prefix_or_bare(settings: dict[str, Any]) -> None:
    assert without_prefix(settings) == {"privacy": {"mode": "offline"}}


def test_dotted_settings_lose_the_prefix() -> None:
    assert without_prefix({"codegrex.privacy.mode": "offline"}) == {"privacy.mode": "offline"}


def test_layers_of_settings_are_merged_by_key() -> None:
    weaker = {"privacy": {"mode": "normal", "names": True}, "a": 1}
    assert merged(weaker, {"privacy": {"mode": "offline"}, "a": {}}) == {
        "privacy": {"mode": "offline", "names": True},
        "a": {},
    }
    assert weaker["privacy"] == {"mode": "normal", "names": True}
