"""A key does not print, whatever is done with it."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict, dataclass

import pytest

from codegrex_lsp.values.apikey import ApiKey

TEXT = "k" + "-not-a-real-one-4711"


@dataclass(frozen=True)
class Holder:
    key: ApiKey


def test_no_way_of_printing_shows_it() -> None:
    key = ApiKey(TEXT)
    shown = [repr(key), str(key), f"{key}", f"{key!r:>40}", "%s" % key, repr(Holder(key))]  # noqa: UP031
    shown += [repr(asdict(Holder(key))), repr([copy.copy(key), copy.deepcopy(key)])]
    assert not any(TEXT in text or str(len(TEXT)) in text for text in shown)
    assert not hasattr(key, "__dict__")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(Holder(ApiKey(TEXT)), protocol)
    assert TEXT not in str(caught.value)


def test_it_is_no_json_and_no_key_of_a_table() -> None:
    with pytest.raises(TypeError):
        json.dumps(ApiKey(TEXT))
    with pytest.raises(TypeError):
        {ApiKey(TEXT): 1}


def test_it_does_not_change_and_is_equal_to_the_same_key_only() -> None:
    key = ApiKey(TEXT)
    with pytest.raises(AttributeError):
        key.text = "x"
    assert key == ApiKey(TEXT)
    assert key != ApiKey(TEXT + "x")
    assert key != TEXT
    assert key.disclose() == TEXT
