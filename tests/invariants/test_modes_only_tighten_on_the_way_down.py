"""Invariant 3, over all combinations of sources: limits only tighten, the person may relax.

"A mode tightened while a request is under way stops it at the door" is held by the door's tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.settings import REPOSITORY_FILE, Choice, Resolved, Sources, resolve
from codegrex_lsp.settings.pins import Pins, Standing
from codegrex_lsp.values.mode import Mode, strictest

Said = Mapping[str, Mode | None]

PERSON = ("user", "chosen", "editor", "here")
"""Weakest first."""
WISHES = ("machine", "environment", "flag")
LIMITS = ("cap", "repository")
EVERYBODY = (*LIMITS, *WISHES, *PERSON)

anything = st.fixed_dictionaries(
    {name: st.none() | st.sampled_from(Mode) for name in EVERYBODY}, optional={}
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each file in each state, so that an example writes nothing."""
    root = tmp_path_factory.mktemp("shelf")
    (root / "None").mkdir()
    texts = {str(word): f'privacy.mode = "{word}"' for word in Mode}
    for word, text in {**texts, "spoiled": 'privacy.mode = "norm'}.items():
        (root / word).mkdir()
        for name in ("machine", "user", REPOSITORY_FILE):
            (root / word / name).write_text(text, encoding="utf-8")
    return root


def resolved(shelf: Path, said: Said, *, trusted: bool = True, spoiled: str = "") -> Resolved:
    def files(name: str) -> Path:
        return shelf / ("spoiled" if name == spoiled else str(said[name]))

    def stated(name: str) -> dict[str, str]:
        mode = said[name]
        return {} if mode is None else {"privacy.mode": mode.value}

    pinned = {} if said["cap"] is None else {"privacy.mode": said["cap"].value}
    sources = Sources(
        machine=files("machine") / "machine",
        user=files("user") / "user",
        environ={"CODEGREX_MODE": (said["environment"] or "")},
        flags=stated("flag"),
        editor=stated("editor"),
        editor_workspace_trusted=trusted,
        choice=Choice(said["chosen"], said["here"]),
        policy=Standing(pins=Pins(settings=pinned)),
    )
    return resolve(sources, files("repository"))


def mode(shelf: Path, said: Said, *, trusted: bool = True) -> Mode:
    return resolved(shelf, said, trusted=trusted).settings.privacy.mode


def by_the_contract(said: Said) -> Mode:
    """The rule once more, said differently: what the contract's sentences come to."""
    person = next((said[name] for name in reversed(PERSON) if said[name] is not None), None)
    wishes = [m for m in (person, *(said[name] for name in WISHES)) if m is not None]
    limits = [m for m in (said[name] for name in LIMITS) if m is not None]
    return strictest(strictest(*wishes) if wishes else Mode.SENSITIVE, *limits)


@settings(max_examples=400, deadline=None)
@given(said=anything)
def test_the_mode_is_the_one_the_contract_gives(shelf: Path, said: Said) -> None:
    assert mode(shelf, said) is by_the_contract(said)


@settings(max_examples=200, deadline=None)
@given(said=anything, name=st.sampled_from(LIMITS), word=st.sampled_from(Mode))
def test_policy_and_repository_never_loosen(shelf: Path, said: Said, name: str, word: Mode) -> None:
    without = mode(shelf, {**said, name: None})
    assert mode(shelf, {**said, name: word}) is strictest(without, word)


@settings(max_examples=200, deadline=None)
@given(said=anything, name=st.sampled_from((*WISHES, *PERSON)), word=st.sampled_from(Mode))
def test_nobody_relaxes_beyond_a_limit_or_another_ones_wish(
    shelf: Path, said: Said, name: str, word: Mode
) -> None:
    others = [m for n in (*LIMITS, *WISHES) if n != name and (m := said[n]) is not None]
    assert mode(shelf, {**said, name: word}) is strictest(
        mode(shelf, {**said, name: word}), *others
    )


@settings(max_examples=200, deadline=None)
@given(said=anything, word=st.sampled_from(Mode))
def test_an_editor_in_an_untrusted_workspace_never_loosens(
    shelf: Path, said: Said, word: Mode
) -> None:
    without = mode(shelf, {**said, "editor": None})
    assert mode(shelf, {**said, "editor": word}, trusted=False) is strictest(without, word)


@settings(max_examples=200, deadline=None)
@given(said=anything, spoiled=st.sampled_from(("machine", "user", "repository")))
def test_a_spoiled_file_never_lets_more_out_than_no_file(
    shelf: Path, said: Said, spoiled: str
) -> None:
    without = mode(shelf, {**said, spoiled: None})
    found = resolved(shelf, said, spoiled=spoiled)
    effective = found.settings.privacy.mode
    assert strictest(without, effective) is effective
    assert ["not TOML" in problem.reason for problem in found.problems].count(True) == 1


@settings(max_examples=200, deadline=None)
@given(said=anything)
def test_the_votes_that_count_give_the_mode_and_name_its_source(shelf: Path, said: Said) -> None:
    found = resolved(shelf, said)
    effective = found.settings.privacy.mode
    counted = [vote for vote in found.votes if vote.counted]
    assert all(strictest(effective, vote.mode) is effective for vote in counted)
    deciding = [vote.source for vote in counted if vote.mode is effective]
    assert found.mode_source in (deciding or ["default"]) or (
        found.mode_source == "default" and effective is Mode.SENSITIVE
    )
    refused = said["repository"] is Mode.NORMAL
    assert len(found.votes) == sum(m is not None for m in said.values()) - refused
