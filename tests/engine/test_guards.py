"""Guards: one gate for each set of the person's wishes, and how free a file is under them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.engine.guards import MOST, Guards
from codegrex_lsp.engine.policies import DEEPEST, LEVELS, LONGEST, PathPolicies
from codegrex_lsp.privacy.admission import PathLevel
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.privacy.ignore import Verdict
from codegrex_lsp.settings.model import CustomPattern, PathPolicy, Privacy, Settings
from tests.support.gates import CLOUD, FOLDER, LOCAL, completion

TICKET = CustomPattern("ticket", "TICK-[0-9]{4}")
NEVER, NORMAL = "never", "normal"


def settings(*policies: PathPolicy, patterns: tuple[CustomPattern, ...] = ()) -> Settings:
    return Settings(privacy=Privacy(path_policies=policies, custom_patterns=patterns))


def guards(wishes: Settings) -> Guards:
    return Guards(
        lambda path, folder: Verdict(False), lambda folder: b"k" * 32, lambda _: wishes, b"a" * 32
    )


def cleared(outcome: Clearance | Withheld) -> str:
    assert isinstance(outcome, Clearance), outcome
    return "".join(piece.text.reveal() for piece in outcome.cleared.pieces)


def level(path: str, *globs: str, folder: Path | None = FOLDER) -> PathLevel:
    """What `never` for these globs makes of a path of the project, or of an absolute one."""
    policies = PathPolicies(PathPolicy(glob, NEVER) for glob in globs)
    return policies.level(FOLDER / path, folder)


# ---- which level counts


@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=5))
def test_the_strictest_policy_that_matches_wins(stated: list[PathLevel]) -> None:
    policies = PathPolicies(PathPolicy("*.py", one) for one in stated)

    assert policies.level(FOLDER / "a.py", FOLDER) == min(stated, key=LEVELS.index)
    assert policies.level(FOLDER / "a.rs", FOLDER) == NORMAL


def test_without_a_policy_every_file_is_as_free_as_the_mode_allows() -> None:
    assert PathPolicies(()).level(FOLDER / "a.py", FOLDER) == NORMAL


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("secrets", "secrets/deep/down/a.py"),
        ("secrets/", "x/secrets/a.py"),
        ("/secrets", "secrets/a.py"),
        ("src/**/keys", "src/keys/a.py"),
        ("src/*", "src/deep/a.py"),
        ("**/*.pem", "x/y/z.pem"),
        ("*secret*", "x/my-secret-plan/a.py"),
        ("*", "a.py"),
        ("a[bc]?", "abd"),
    ],
)
def test_a_policy_for_a_folder_governs_what_is_in_it(glob: str, path: str) -> None:
    assert level(path, glob) == NEVER


@pytest.mark.parametrize(
    ("glob", "path"),
    [("secrets/", "secrets"), ("/secrets", "x/secrets"), ("a/b", "x/a/b"), ("*.pem", "a.pem2")],
)
def test_a_policy_says_nothing_of_other_files(glob: str, path: str) -> None:
    assert level(path, glob) == NORMAL


def test_outside_the_folder_a_pattern_counts_from_the_root() -> None:
    assert level("/etc/app/a.conf", "/etc/app/") == NEVER
    assert level("/etc/app/a.conf", "app") == NEVER
    assert level("/etc/app/a.conf", "/app") == NORMAL
    assert level("/etc/app/a.conf", "/etc/app", folder=None) == NEVER


# ---- spellings


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("Secrets/", "sEcReTs/a.py"),
        ("*.KEY", "a.key"),
        ("[A-C]x", "bX"),
        ("[A-z]X", "_x"),
        ("stra\u00dfe", "STRASSE"),
        ("cafe\u0301", "caf\u00e9"),
        ("caf\u00e9", "CAFE\u0301/a.py"),
        ("secrets", "a\nb/secrets/c"),
    ],
)
def test_neither_case_nor_normal_form_steps_round_a_policy(glob: str, path: str) -> None:
    assert level(path, glob) == NEVER


def test_a_link_is_governed_by_its_own_name_and_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "a.py").touch()
    (tmp_path / "open").symlink_to("secrets")
    (tmp_path / "linked-secret").symlink_to("b.py")
    policies = PathPolicies([PathPolicy("/secrets", NEVER), PathPolicy("*-secret", "local")])

    assert policies.level(tmp_path / "open" / "a.py", tmp_path) == NEVER
    assert policies.level(tmp_path / "open" / ".." / "secrets" / "a.py", tmp_path) == NEVER
    assert policies.level(tmp_path / "linked-secret", tmp_path) == "local"
    assert policies.level(tmp_path / "b.py", tmp_path) == NORMAL


def test_a_workspace_opened_through_a_link_is_the_same_workspace(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    (real / "secrets").mkdir(parents=True)
    link.symlink_to(real)
    (real / "open").symlink_to("secrets")
    policies = PathPolicies([PathPolicy("/secrets", NEVER)])

    for folder in (real, link):
        assert policies.level(link / "open" / "a.py", folder) == NEVER
        assert policies.level(real / "secrets" / "a.py", folder) == NEVER


# ---- what can not be decided


@pytest.mark.parametrize(
    "glob", ["a[", "[z-a]", "[[ab]", "a\\", "/", "   ", "!a", "#a", "[!]", "a[b/]c"]
)
def test_a_glob_that_can_not_be_read_governs_everything(glob: str) -> None:
    assert level("any/file.py", glob) == NEVER
    assert level("any/file.py", "x", glob) == NEVER


def test_a_path_that_is_too_long_to_be_compared_is_governed_by_every_policy() -> None:
    deep, long = "/".join("a" * DEEPEST), "a" * LONGEST

    assert level(deep, "x") == level(long, "x") == NORMAL
    assert level(f"{deep}/a", "x") == level(f"{long}a", "x") == NEVER


@given(st.text(alphabet="ab/*?[]\\- .", min_size=1, max_size=12))
def test_any_glob_gives_a_level(glob: str) -> None:
    assert level("a/b.a", glob) in (NEVER, NORMAL)


# ---- gates


def test_a_policy_reaches_the_gate() -> None:
    for glob, code in (("a.py", "path-never"), ("*.rs", "")):
        wishes = settings(PathPolicy(glob, NEVER))
        outcome = guards(wishes).gate(wishes).clear(completion("x = |1"), LOCAL, redact_local="off")
        assert (outcome.code if isinstance(outcome, Withheld) else "") == code


def test_a_local_policy_keeps_a_file_from_the_cloud_only() -> None:
    wishes = settings(PathPolicy("a.py", "local"))
    gate = guards(wishes).gate(wishes)

    assert cleared(gate.clear(completion("x = |1"), LOCAL, redact_local="off")) == "x = 1"
    outcome = gate.clear(completion("x = |1"), CLOUD, redact_local="off")
    assert isinstance(outcome, Withheld) and outcome.code == "path-local"


def test_a_pattern_of_the_persons_own_masks_what_it_matches() -> None:
    wishes = settings(patterns=(TICKET,))
    ask = completion("see TICK-4711 |")
    for stated, masked in ((wishes, True), (settings(), False)):
        outcome = guards(stated).gate(stated).clear(ask, LOCAL, redact_local="secrets")
        assert ("TICK-4711" not in cleared(outcome)) is masked


def test_a_value_keeps_its_placeholder_whichever_gate_masked_it() -> None:
    one, other = settings(patterns=(TICKET,)), settings(patterns=(TICKET, CustomPattern("b", "b")))
    built = guards(one)
    first, second = built.gate(one), built.gate(other)
    assert built.engine(one) is not built.engine(other)

    ask = completion("see TICK-4711 |")
    texts = {cleared(gate.clear(ask, LOCAL, redact_local="secrets")) for gate in (first, second)}
    assert len(texts) == 1
    assert built.engine(one) is built.engine(one)


def test_only_a_few_engines_are_kept() -> None:
    wishes = [settings(patterns=(CustomPattern(f"p{n}", "x"),)) for n in range(MOST + 1)]
    built = guards(wishes[0])
    engines = [built.engine(one) for one in wishes]

    assert built.engine(wishes[-1]) is engines[-1]
    assert built.engine(wishes[0]) is not engines[0]
