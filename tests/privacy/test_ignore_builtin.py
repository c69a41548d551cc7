"""The built-in list: each row catches its example, and no row catches a look-alike."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.ignore import IgnoreRules, Verdict
from codegrex_lsp.privacy.ignore.builtin import DATA, ROWS, matches
from codegrex_lsp.privacy.ignore.spelling import place

CATCHES = [row.catches for row in ROWS if row.catches]
SPARES = [row.spares for row in ROWS if row.spares]
HOME = Path("/nowhere/home")


def _verdict(path: str, *, allow: tuple[str, ...] = ()) -> Verdict:
    folder = Path("/nowhere/home/work")
    return IgnoreRules(folder, personal_allow=allow, home=HOME).verdict(folder / path.lstrip("/"))


@pytest.mark.parametrize("row", [row for row in ROWS if row.catches], ids=lambda row: row.pattern)
def test_a_row_itself_catches_its_example(row: object) -> None:
    assert row in [found for _, found in matches(place("/w/" + row.catches), is_folder=False)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", SPARES)
def test_a_look_alike_is_read(path: str) -> None:
    assert not _verdict(path).ignored


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.pattern)
def test_every_row_has_a_reason_and_an_example(row: object) -> None:
    assert row.reason  # type: ignore[attr-defined]
    assert bool(row.catches) != row.pattern.startswith("!")  # type: ignore[attr-defined]
    assert row.pattern == row.pattern.lower()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    [
        *("src/credentials.py", "src/secrets.py", "src/secrets/index.ts", "lib/credentials.go"),
        *("config/secrets.example.yml", "credentials.sample.json", "docs/secrets.md"),
        *("secrets_test.go", "src/token.ts", "src/api_key.rs", "src/password.vue", "id.py"),
        *("src/environment.ts", "env.d.ts", "keys.json", "package.json", "settings.json"),
        *("Dockerfile", ".docker/Dockerfile", ".github/workflows/ci.yml", ".vscode/settings.json"),
        *("history.md", ".gitignore", ".codegrexignore", ".gitattributes", "public.pub"),
        *("kubeconfig.go", "locales/en/auth.json", "test_rsa.py", "id_utils.py", "service.json"),
    ],
)
def test_ordinary_source_is_read(path: str) -> None:
    assert not _verdict(path).ignored


@pytest.mark.parametrize("stem", ["credentials", "secrets", "passwords"])
@pytest.mark.parametrize("extension", sorted(DATA))
def test_usual_names_are_caught_in_every_data_format(stem: str, extension: str) -> None:
    assert _verdict(f"config/{stem}.{extension}").code == "ignored-builtin"


@given(st.sampled_from(CATCHES), st.randoms(use_true_random=False))
def test_case_does_not_matter(path: str, random: object) -> None:
    swapped = "".join(
        sign.swapcase() if random.random() < 0.5 else sign  # type: ignore[attr-defined]
        for sign in path
    )
    assert _verdict(swapped).ignored


@given(st.sampled_from(CATCHES), st.sampled_from([".", " ", "..", ". .", ":old", "::$DATA"]))
def test_what_windows_drops_from_a_name_does_not_help(path: str, tail: str) -> None:
    assert _verdict(path + tail).ignored


@given(st.sampled_from(CATCHES))
def test_backslashes_separate_too(path: str) -> None:
    assert _verdict("sub\\" + path.strip("/").replace("/", "\\")).ignored


@pytest.mark.parametrize(
    "path",
    [
        "\uff0eenv",  # full-width full stop
        ".e\u200cnv",  # a zero-width character, which HFS+ leaves out
        ".\u017fsh/config",  # long s
        ".e\u0274v".replace("\u0274", "n"),
        unicodedata.normalize("NFD", ".env.é"),
    ],
)
def test_other_forms_of_the_same_letters_do_not_help(path: str) -> None:
    assert _verdict(path).ignored


def test_a_verdict_names_pattern_and_reason() -> None:
    verdict = _verdict("tls/server.pem")
    assert (verdict.ignored, verdict.source, verdict.line, verdict.pattern, verdict.code) == (
        *(True, "builtin", None, "*.pem"),
        "ignored-builtin",
    )
    assert verdict.rule == "built-in list: *.pem (private key or certificate)"


def test_a_workspace_inside_a_key_folder_is_not_read() -> None:
    folder = HOME / ".ssh" / "tools"
    assert IgnoreRules(folder, home=HOME).verdict(folder / "main.py").ignored


class TestTheirOwnWord:
    """`privacy.readAnyway`: the person sets the built-in list aside, for names they name."""

    def test_a_name_is_read_wherever_it_stands(self) -> None:
        assert not _verdict("a/b/.env.test", allow=(".env.test",)).ignored
        assert _verdict("a/b/.env", allow=(".env.test",)).ignored

    def test_a_path_counts_from_the_workspace_folder(self) -> None:
        assert not _verdict("fixtures/a.pem", allow=("fixtures/*.pem",)).ignored
        assert _verdict("x/fixtures/a.pem", allow=("fixtures/*.pem",)).ignored

    def test_a_path_may_count_from_home(self) -> None:
        outside = IgnoreRules(None, personal_allow=("~/.aws/config",), home=HOME)
        assert not outside.verdict(HOME / ".aws" / "config").ignored
        assert outside.verdict(HOME / ".aws" / "credentials").ignored
        assert outside.verdict(Path("/other/.aws/config")).ignored

    def test_a_file_below_an_excluded_folder_can_be_named(self) -> None:
        assert not _verdict(".envs/local/django", allow=(".envs/local/django",)).ignored
        assert _verdict(".envs/local/other", allow=(".envs/local/django",)).ignored

    def test_a_folder_that_is_named_does_not_take_a_key_in_it_along(self) -> None:
        assert not _verdict(".ssh/config", allow=(".ssh/",)).ignored
        assert _verdict(".ssh/id_rsa", allow=(".ssh/",)).pattern == "id_rsa*"

    def test_a_later_line_takes_an_earlier_one_back(self) -> None:
        assert _verdict("b.pem", allow=("*.pem", "!b.pem")).ignored
        assert not _verdict("a.pem", allow=("*.pem", "!b.pem")).ignored

    def test_names_count_to_the_letter(self) -> None:
        assert _verdict(".ENV.test", allow=(".env.test",)).ignored

    def test_a_bad_pattern_is_dropped_and_named(self) -> None:
        rules = IgnoreRules(HOME / "work", personal_allow=("[", "*.pem"), home=HOME)
        (problem,) = rules.problems()
        assert (problem.source, problem.key) == ("settings", "privacy.readAnyway")
        assert not rules.verdict(HOME / "work" / "a.pem").ignored
        assert rules.verdict(HOME / "work" / "a.key").ignored
