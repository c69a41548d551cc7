"""May this path be read, and which line says so: rule files, their edits, and ways around them."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegrex_lsp import portable
from codegrex_lsp.privacy.ignore import FILE_NAME, IgnoreRules, Verdict, rulefile

LONG_AGO = 1_000_000_000
AN_HOUR = 3_600_000_000_000
"""In ns. A clock that far ahead takes every file for settled."""

Write = Callable[[str, str], Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def folder(home: Path) -> Path:
    made = home / "work"
    (made / "src").mkdir(parents=True)
    return made


@pytest.fixture
def rules(folder: Path, home: Path) -> IgnoreRules:
    return IgnoreRules(folder, home=home)


@pytest.fixture
def write(folder: Path) -> Write:
    def to(name: str, text: str = "") -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return to


def _refuse(path: str) -> None:
    raise AssertionError(f"{path} was read")


def _repository(folder: Path) -> None:
    (folder / ".git" / "info").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")


class TestOurFile:
    def test_nothing_speaks_of_an_ordinary_file(self, rules: IgnoreRules, folder: Path) -> None:
        assert rules.verdict(folder / "src" / "main.py") == Verdict(False)

    def test_the_verdict_names_file_line_and_pattern(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write("src/.codegrexignore", "# data\n\nsecrets/\n")
        verdict = rules.verdict(folder / "src" / "secrets" / "prod" / "db.txt")
        assert verdict == Verdict(
            *(True, "src/.codegrexignore", 3, "secrets/", "ignored-by-file"),
            file="src/.codegrexignore",
        )
        assert verdict.rule == "src/.codegrexignore:3: secrets/"

    def test_a_deeper_file_wins(self, rules: IgnoreRules, folder: Path, write: Write) -> None:
        write(FILE_NAME, "*.csv\n")
        write("data/.codegrexignore", "!*.csv\n")
        assert rules.verdict(folder / "a.csv").ignored
        assert not rules.verdict(folder / "data" / "a.csv").ignored

    def test_a_later_line_wins(self, rules: IgnoreRules, folder: Path, write: Write) -> None:
        write(FILE_NAME, "*.csv\n!public.csv\n")
        verdict = rules.verdict(folder / "public.csv")
        assert (verdict.ignored, verdict.line, verdict.pattern) == (False, 2, "!public.csv")
        assert verdict.code == ""

    def test_nothing_below_an_excluded_folder_comes_back(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "secrets/\n!secrets/readme.md\n")
        write("secrets/.codegrexignore", "!*\n")
        assert rules.verdict(folder / "secrets" / "readme.md").ignored

    def test_a_folder_itself_can_be_asked_about(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "secrets/\n")
        (folder / "secrets").mkdir()
        assert rules.verdict(folder / "secrets").ignored

    def test_windows_line_ends_and_a_byte_order_mark_are_read(
        self, rules: IgnoreRules, folder: Path
    ) -> None:
        (folder / FILE_NAME).write_bytes(b"\xef\xbb\xbfa.txt\r\nb.txt\r\n")
        assert rules.verdict(folder / "a.txt").ignored
        assert rules.verdict(folder / "b.txt").ignored

    def test_a_line_that_can_not_match_is_named_and_the_others_hold(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "[oops\na.txt\n")
        assert rules.verdict(folder / "a.txt").ignored
        assert not rules.verdict(folder / "b.txt").ignored
        (problem,) = rules.problems()
        assert problem.source == ".codegrexignore:1"
        assert "not closed" in problem.reason
        assert "oops" not in problem.reason


class TestStrength:
    def test_our_file_brings_back_what_git_ignores(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(".gitignore", "*.gen.ts\nout/\n")
        assert rules.verdict(folder / "a.gen.ts").code == "ignored-by-gitignore"
        write(FILE_NAME, "!*.gen.ts\n!out/\n")
        assert not rules.verdict(folder / "a.gen.ts").ignored
        assert not rules.verdict(folder / "out" / "a.js").ignored

    def test_git_brings_back_nothing_of_ours(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "*.csv\n")
        write("data/.gitignore", "!*.csv\n")
        assert rules.verdict(folder / "data" / "a.csv").ignored

    def test_our_file_brings_back_nothing_of_the_built_in_list(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "!.env\n!*\n")
        assert rules.verdict(folder / ".env").code == "ignored-builtin"

    def test_git_files_say_nothing_where_the_person_switched_them_off(
        self, folder: Path, home: Path, write: Write
    ) -> None:
        write(".gitignore", "*.log\n")
        assert (
            not IgnoreRules(folder, use_gitignore=False, home=home)
            .verdict(folder / "a.log")
            .ignored
        )

    def test_a_gitignore_verdict_names_the_file_as_well(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write("src/.gitignore", "*.log\n")
        verdict = rules.verdict(folder / "src" / "a.log")
        assert (verdict.source, verdict.line) == ("gitignore", 1)
        assert verdict.rule == "src/.gitignore:1: *.log"

    def test_a_dotfile_repository_far_above_does_not_govern_a_repository_of_its_own(
        self, rules: IgnoreRules, home: Path, folder: Path
    ) -> None:
        _repository(home)
        _repository(folder)
        (home / ".gitignore").write_text("*\n")
        assert not rules.verdict(folder / "a.py").ignored

    def test_an_empty_git_folder_does_not_cut_off_the_repository_above(
        self, rules: IgnoreRules, home: Path, folder: Path
    ) -> None:
        _repository(home)
        (home / ".gitignore").write_text("*.log\n")
        (folder / ".git").mkdir()
        assert rules.verdict(folder / "a.log").ignored


class TestPolicy:
    def test_policy_is_above_everybody(self, folder: Path, home: Path, write: Write) -> None:
        write(FILE_NAME, "!*\n")
        rules = IgnoreRules(
            folder, policy_patterns=("finance/*.xls",), personal_allow=("*",), home=home
        )
        verdict = rules.verdict(folder / "finance" / "Q1.XLS")
        assert (verdict.ignored, verdict.source, verdict.pattern, verdict.code) == (
            *(True, "policy", "finance/*.xls"),
            "ignored-by-policy",
        )
        assert verdict.rule == "organisation policy: finance/*.xls"
        assert not rules.verdict(folder / "finance" / "a.py").ignored

    def test_policy_holds_for_the_same_path_in_another_place(
        self, folder: Path, home: Path, tmp_path: Path
    ) -> None:
        rules = IgnoreRules(folder, policy_patterns=("/finance/*.xls",), home=home)
        assert rules.verdict(tmp_path / "copy" / "finance" / "a.xls").ignored
        assert not rules.verdict(folder / "sub" / "finance" / "a.xls").ignored

    def test_what_lies_below_a_folder_of_the_policy_stays_excluded(
        self, folder: Path, home: Path
    ) -> None:
        rules = IgnoreRules(folder, policy_patterns=("legal/", "!legal/a.md"), home=home)
        assert rules.verdict(folder / "legal" / "a.md").ignored

    def test_the_name_of_a_folder_above_the_workspace_is_not_the_policys_business(
        self, folder: Path, home: Path
    ) -> None:
        rules = IgnoreRules(folder, policy_patterns=("home/",), home=home)
        assert not rules.verdict(folder / "a.py").ignored

    def test_a_policy_that_can_not_be_understood_lets_nothing_be_read(
        self, folder: Path, home: Path
    ) -> None:
        rules = IgnoreRules(folder, policy_patterns=("finance[/",), home=home)
        assert rules.verdict(folder / "a.py").code == "ignored-by-policy"
        (problem,) = rules.problems()
        assert problem.source == "organisation policy"


class TestEdits:
    """The next question sees what was written before it."""

    def test_a_new_file_counts_at_once(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        target = folder / "src" / "a.py"
        assert not rules.verdict(target).ignored
        write("src/.codegrexignore", "a.py\n")
        assert rules.verdict(target).ignored
        (folder / "src" / FILE_NAME).unlink()
        assert not rules.verdict(target).ignored

    def test_an_edit_that_the_clock_of_the_file_system_is_too_coarse_to_show_counts(
        self,
        rules: IgnoreRules,
        folder: Path,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(rulefile, "_stamp", lambda status: (status.st_size,))
        for name in ("a.py", "b.py", "c.py"):
            os.utime(write(FILE_NAME, f"{name}\n"), (LONG_AGO, LONG_AGO))
            assert rules.verdict(folder / name).ignored
            assert not rules.verdict(folder / "d.py").ignored

    def test_a_file_that_has_long_been_still_is_not_read_again(
        self, folder: Path, home: Path, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules = IgnoreRules(folder, home=home, now=lambda: time.time_ns() + AN_HOUR)
        write(FILE_NAME, "a.py\n")
        assert rules.verdict(folder / "a.py").ignored
        monkeypatch.setattr(rulefile, "_content", _refuse)
        assert rules.verdict(folder / "a.py").line == 1

    def test_a_file_that_became_a_folder_is_judged_as_one(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "build/\n")
        built = write("build")
        assert not rules.verdict(built).ignored
        built.unlink()
        built.mkdir()
        assert rules.verdict(built).ignored

    @pytest.mark.skipif(portable.WINDOWS, reason="Windows keeps no time of the last change")
    def test_an_edit_counts_also_where_the_file_is_old_and_its_time_set_back(
        self, folder: Path, home: Path, write: Write
    ) -> None:
        rules = IgnoreRules(folder, home=home, now=lambda: time.time_ns() + AN_HOUR)
        os.utime(write(FILE_NAME, "a.py\n"), (LONG_AGO, LONG_AGO))
        assert rules.verdict(folder / "a.py").ignored
        time.sleep(0.05)  # more than the tick of file times, which is 10 ms at most
        os.utime(write(FILE_NAME, "b.py\n"), (LONG_AGO, LONG_AGO))
        assert not rules.verdict(folder / "a.py").ignored

    def test_a_replaced_file_counts(self, rules: IgnoreRules, folder: Path, write: Write) -> None:
        write(FILE_NAME, "a.py\n")
        assert rules.verdict(folder / "a.py").ignored
        write("new", "b.py\n").replace(folder / FILE_NAME)
        assert not rules.verdict(folder / "a.py").ignored
        assert rules.verdict(folder / "b.py").ignored

    def test_a_repository_that_appears_counts(
        self, folder: Path, home: Path, rules: IgnoreRules
    ) -> None:
        (home / ".gitignore").write_text("*.log\n")
        assert not rules.verdict(folder / "a.log").ignored
        _repository(home)
        assert rules.verdict(folder / "a.log").ignored

    @settings(
        max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([".", "src", "src/a"]),
                st.sampled_from([None, "x\n", "!x\n", "a/\n", "*\n"]),
            ),
            max_size=12,
        )
    )
    def test_an_old_instance_always_agrees_with_a_new_one(
        self, folder: Path, home: Path, edits: list[tuple[str, str | None]]
    ) -> None:
        (folder / "src" / "a").mkdir(exist_ok=True)
        old = IgnoreRules(folder, home=home)
        for where, text in edits:
            path = folder / where / FILE_NAME
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text)
            for asked in ("x", "src/x", "src/a/x", "src/a"):
                new = IgnoreRules(folder, home=home)
                assert old.verdict(folder / asked) == new.verdict(folder / asked)


class TestRulesThatCanNotBeRead:
    """Whatever such a file governs is ignored, and nothing else."""

    def _assert_closed(self, rules: IgnoreRules, folder: Path, says: str) -> None:
        verdict = rules.verdict(folder / "src" / "a.py")
        assert (verdict.ignored, verdict.code) == (True, "ignored-unreadable-rules")
        assert (verdict.source, verdict.line, verdict.pattern) == (
            *("src/.codegrexignore", None),
            None,
        )
        assert says in verdict.rule
        (problem,) = rules.problems()
        assert problem.source == "src/.codegrexignore"
        assert says in problem.reason
        assert not rules.verdict(folder / "b.py").ignored

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"a\0b", "not a text file"),
            (b"caf\xe9\n", "not UTF-8"),
            ("a.txt\n".encode("utf-16"), "not a text file"),
            (b"#" * (1024 * 1024 + 1), "larger than 1 MiB"),
            (b"a\n" * 20_001, "more than 20,000 patterns"),
            (b"a*b*c*d*e\n" * 11_112, "100,000 characters in patterns with wildcards"),
        ],
    )
    def test_content_that_is_no_rules(
        self, rules: IgnoreRules, folder: Path, content: bytes, says: str
    ) -> None:
        (folder / "src" / FILE_NAME).write_bytes(content)
        self._assert_closed(rules, folder, says)
        (folder / "src" / FILE_NAME).write_bytes(b"")
        assert not rules.verdict(folder / "src" / "a.py").ignored

    def test_exactly_one_mebibyte_is_read(self, rules: IgnoreRules, folder: Path) -> None:
        (folder / FILE_NAME).write_bytes(b"a.py\n#".ljust(1024 * 1024, b"x"))
        assert rules.verdict(folder / "a.py").line == 1
        assert not rules.verdict(folder / "b.py").ignored

    def test_a_folder_in_its_place(self, rules: IgnoreRules, folder: Path) -> None:
        (folder / "src" / FILE_NAME).mkdir()
        self._assert_closed(rules, folder, "a folder or a device")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    @pytest.mark.timeout(30)
    def test_a_pipe_in_its_place_is_not_waited_for(self, rules: IgnoreRules, folder: Path) -> None:
        os.mkfifo(folder / "src" / FILE_NAME)
        self._assert_closed(rules, folder, "a folder or a device")

    def test_a_link_that_leads_out(self, rules: IgnoreRules, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").write_text("!*\n")
        (folder / "src" / FILE_NAME).symlink_to(tmp_path / "elsewhere")
        self._assert_closed(rules, folder, "leads out of")

    def test_a_link_that_leads_nowhere(self, rules: IgnoreRules, folder: Path) -> None:
        (folder / "src" / FILE_NAME).symlink_to(folder / "missing")
        self._assert_closed(rules, folder, "leads nowhere")

    def test_a_link_in_a_circle(self, rules: IgnoreRules, folder: Path) -> None:
        (folder / "src" / FILE_NAME).symlink_to(folder / "src" / FILE_NAME)
        self._assert_closed(rules, folder, "leads nowhere")

    def test_a_link_that_stays_inside_is_followed(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        shared = write("shared-rules", "a.py\n")
        (folder / "src" / FILE_NAME).symlink_to(shared)
        assert rules.verdict(folder / "src" / "a.py").ignored
        shared.write_text("b.py\n")
        assert not rules.verdict(folder / "src" / "a.py").ignored

    def test_a_file_that_may_not_be_read(
        self, rules: IgnoreRules, folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write("src/.codegrexignore", "a.py\n")
        really = os.open

        def guarded(name: str, *args: int) -> int:
            if name == str(path):
                raise PermissionError
            return really(name, *args)

        monkeypatch.setattr(os, "open", guarded)
        self._assert_closed(rules, folder, "can not be read")

    @pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions work otherwise here")
    @pytest.mark.parametrize("closed", ["src/.codegrexignore", "src"])
    def test_permissions_of_the_file_and_of_its_folder(
        self, closed: str, home: Path, write: Write, folder: Path
    ) -> None:
        write("src/.codegrexignore", "a.py\n")
        rules = IgnoreRules(folder, home=home)
        with _without_privilege(folder), _mode(folder / closed, 0):
            verdict = rules.verdict(folder / "src" / "b.py")
        assert verdict.code == "ignored-unreadable-rules"
        assert not rules.verdict(folder / "src" / "b.py").ignored

    def test_a_broken_git_file_is_not_brought_back_by_ours(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        (folder / ".gitignore").write_bytes(b"\0")
        write(FILE_NAME, "!*\n")
        verdict = rules.verdict(folder / "a.py")
        assert (verdict.source, verdict.code) == ("gitignore", "ignored-unreadable-rules")
        assert verdict.rule.startswith(".gitignore: ")


@contextmanager
def _mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


@contextmanager
def _without_privilege(folder: Path) -> Iterator[None]:
    """Root may read everything, so a test that runs as root steps down for a while."""
    if os.geteuid() != 0:
        yield
        return
    above = [path for path in folder.parents if path.stat().st_uid == 0 and path.stat().st_mode]
    before = {path: path.stat().st_mode for path in above}
    for path in above:
        path.chmod(path.stat().st_mode | 0o711)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in before.items():
            path.chmod(mode)


class TestWaysAround:
    def test_dots(self, rules: IgnoreRules, folder: Path, write: Write) -> None:
        write(FILE_NAME, "secrets/\n")
        assert rules.verdict(folder / "src" / ".." / "secrets" / "a").ignored
        assert rules.verdict(folder / "src" / "." / ".." / "." / "secrets" / "a").ignored
        assert not rules.verdict(folder / "secrets" / ".." / "src" / "a").ignored
        assert rules.verdict(Path("src/../secrets/a")).ignored

    def test_a_link_to_an_ignored_file(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(".env", "A=1\n")
        (folder / "notes.txt").symlink_to(folder / ".env")
        assert rules.verdict(folder / "notes.txt").code == "ignored-builtin"

    def test_a_link_with_an_ignored_name(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write("plain.txt", "")
        (folder / ".env").symlink_to(folder / "plain.txt")
        assert rules.verdict(folder / ".env").ignored
        assert not rules.verdict(folder / "plain.txt").ignored

    def test_a_link_to_a_folder_above_an_ignored_file(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write("secrets/prod/db.txt", "")
        write(FILE_NAME, "secrets/\n")
        (folder / "open").symlink_to(folder / "secrets" / "prod")
        verdict = rules.verdict(folder / "open" / "db.txt")
        assert (verdict.ignored, verdict.pattern) == (True, "secrets/")

    def test_dots_after_a_link_are_read_both_ways(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write("secrets/prod/x", "")
        write(FILE_NAME, "secrets/\n")
        (folder / "open").symlink_to(folder / "secrets" / "prod")
        assert rules.verdict(folder / "open" / ".." / "db.txt").ignored

    def test_a_link_out_of_the_workspace_is_judged_by_its_real_name(
        self, rules: IgnoreRules, folder: Path, tmp_path: Path, write: Write
    ) -> None:
        outside = tmp_path / "outside"
        (outside / ".aws").mkdir(parents=True)
        (outside / "open").mkdir()
        (folder / "a").symlink_to(outside / ".aws")
        (folder / "b").symlink_to(outside / "open")
        assert rules.verdict(folder / "a" / "x").code == "ignored-builtin"
        assert not rules.verdict(folder / "b" / "x").ignored

    def test_and_by_the_rules_of_the_folder_that_it_appears_in(
        self, rules: IgnoreRules, folder: Path, tmp_path: Path, write: Write
    ) -> None:
        (tmp_path / "outside").mkdir()
        (folder / "linked").symlink_to(tmp_path / "outside")
        write(FILE_NAME, "linked/*.csv\n")
        assert rules.verdict(folder / "linked" / "a.csv").ignored
        assert not rules.verdict(folder / "linked" / "a.py").ignored

    def test_and_by_the_rules_of_the_place_that_it_leads_to(
        self, rules: IgnoreRules, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / FILE_NAME).write_text("*.csv\n")
        (tmp_path / "outside" / "a.csv").touch()
        (folder / "table.txt").symlink_to(tmp_path / "outside" / "a.csv")
        assert rules.verdict(folder / "table.txt").ignored

    def test_a_link_in_a_circle_is_ignored(self, rules: IgnoreRules, folder: Path) -> None:
        (folder / "one").symlink_to(folder / "two")
        (folder / "two").symlink_to(folder / "one")
        for path in (folder / "one", folder / "one" / "a.py"):
            assert rules.verdict(path).code == "ignored-bad-path"

    @pytest.mark.parametrize("name", ["a\0b", "\0", "\ud800", "x" * 300 + "/a", "y/" * 3000])
    def test_a_path_that_can_not_be_one_is_ignored(
        self, rules: IgnoreRules, folder: Path, name: str
    ) -> None:
        verdict = rules.verdict(folder / name)
        assert (verdict.ignored, verdict.code) == (True, "ignored-bad-path")
        assert "no rule can be applied" in verdict.rule

    def test_a_name_that_is_not_utf8_is_judged_like_any_other(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "*.csv\n")
        odd = os.fsdecode(b"\xff.csv")
        assert rules.verdict(folder / odd).ignored or os.name == "nt"

    def test_a_workspace_folder_that_is_a_link(
        self, folder: Path, home: Path, tmp_path: Path, write: Write
    ) -> None:
        write(FILE_NAME, "/a.py\n")
        write(".gitignore", "/b.py\n")
        link = tmp_path / "link"
        link.symlink_to(folder)
        for root in (link, folder):
            rules = IgnoreRules(root, home=home)
            for asked in (link, folder):
                assert rules.verdict(asked / "a.py").ignored
                assert rules.verdict(asked / "b.py").ignored
                assert not rules.verdict(asked / "c.py").ignored

    def test_a_link_that_is_turned_round_counts_at_once(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write("plain.txt", "")
        write(".env", "")
        link = folder / "notes.txt"
        link.symlink_to(folder / "plain.txt")
        assert not rules.verdict(link).ignored
        link.unlink()
        link.symlink_to(folder / ".env")
        assert rules.verdict(link).ignored

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    @pytest.mark.parametrize("written", ["NFC", "NFD"])
    def test_unicode_forms(
        self,
        rules: IgnoreRules,
        folder: Path,
        write: Write,
        form: unicodedata._NormalizationForm,
        written: unicodedata._NormalizationForm,
    ) -> None:
        write(FILE_NAME, unicodedata.normalize(written, "café/\n/naïve.txt\n"))
        for name in ("café/a.py", "naïve.txt"):
            assert rules.verdict(folder / unicodedata.normalize(form, name)).ignored

    @pytest.mark.parametrize(
        "name", ["secrets\\a", "src\\..\\secrets\\a", "secrets./a", "secrets /a", "src/x.csv:s"]
    )
    def test_windows_spellings(
        self, rules: IgnoreRules, folder: Path, write: Write, name: str
    ) -> None:
        write(FILE_NAME, "/secrets/\n*.csv\n")
        assert rules.verdict(folder / name).ignored

    def test_case_where_the_file_system_folds_it(
        self, folder: Path, home: Path, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(FILE_NAME, "Secrets/\n*.csv\n!Public.csv\n")
        assert not IgnoreRules(folder, home=home).verdict(folder / "secrets" / "a").ignored
        monkeypatch.setattr(portable, "case_insensitive", lambda _: True)
        rules = IgnoreRules(folder, home=home)
        assert rules.verdict(folder / "SECRETS" / "a").ignored
        assert rules.verdict(folder / "A.CSV").ignored
        assert not rules.verdict(folder / "public.csv").ignored

    def test_a_deleted_file_is_still_decided(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        write(FILE_NAME, "gone/\n")
        assert rules.verdict(folder / "gone" / "deep" / "a.py").ignored


class TestAboveAndOutside:
    def test_a_file_in_the_home_folder_governs_all_below(
        self, rules: IgnoreRules, folder: Path, home: Path
    ) -> None:
        (home / FILE_NAME).write_text("*.csv\nwork/private/\n")
        verdict = rules.verdict(folder / "a.csv")
        assert (verdict.ignored, verdict.source) == (True, "~/.codegrexignore")
        assert rules.verdict(folder / "private" / "a.py").ignored

    def test_a_file_above_home_says_nothing_of_what_is_below(
        self, rules: IgnoreRules, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / FILE_NAME).write_text("*\n")
        assert not rules.verdict(folder / "a.py").ignored

    def test_a_file_above_the_workspace_brings_back_nothing_of_gits(
        self, rules: IgnoreRules, folder: Path, home: Path, write: Write
    ) -> None:
        (home / FILE_NAME).write_text("*.csv\n!public.csv\n!*.log\n")
        write(".gitignore", "*.log\n")
        assert rules.verdict(folder / "a.log").ignored
        assert not rules.verdict(folder / "public.csv").ignored

    def test_outside_any_workspace_the_built_in_list_and_parents_hold(self, home: Path) -> None:
        (home / "notes").mkdir()
        (home / FILE_NAME).write_text("diary.md\n")
        rules = IgnoreRules(None, home=home)
        assert rules.verdict(home / ".ssh" / "config").code == "ignored-builtin"
        assert rules.verdict(home / "notes" / "diary.md").code == "ignored-by-file"
        assert not rules.verdict(home / "notes" / "todo.md").ignored

    def test_outside_home_parents_up_to_the_root_hold(self, home: Path, tmp_path: Path) -> None:
        (tmp_path / FILE_NAME).write_text("*.csv\n")
        (tmp_path / "deep" / "er").mkdir(parents=True)
        rules = IgnoreRules(None, home=home)
        assert rules.verdict(tmp_path / "deep" / "er" / "a.csv").ignored

    def test_outside_any_workspace_a_repository_is_obeyed(self, home: Path, tmp_path: Path) -> None:
        repository = tmp_path / "other"
        _repository(repository)
        (repository / ".gitignore").write_text("*.log\n")
        (tmp_path / ".gitignore").write_text("*\n")
        rules = IgnoreRules(None, home=home)
        assert rules.verdict(repository / "a.log").ignored
        assert not rules.verdict(repository / "a.py").ignored

    def test_a_home_folder_that_is_a_link_is_home_under_both_names(
        self, home: Path, tmp_path: Path
    ) -> None:
        link = tmp_path / "link"
        link.symlink_to(home)
        (home / ".aws").mkdir()
        (tmp_path / FILE_NAME).write_text("*\n")  # above home, so without a say
        for here in (home, link):
            rules = IgnoreRules(None, personal_allow=("~/.aws/config",), home=here)
            assert not rules.verdict(here / ".aws" / "config").ignored
            assert rules.verdict(here / ".aws" / "sso").ignored

    def test_where_there_is_no_home_all_parents_count(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_home() -> Path:
            raise RuntimeError

        monkeypatch.setattr(Path, "home", no_home)
        (tmp_path / FILE_NAME).write_text("*.csv\n")
        assert IgnoreRules(folder).verdict(folder / "a.csv").ignored

    def test_the_root_folder_can_be_a_workspace(self, home: Path) -> None:
        rules = IgnoreRules(Path("/"), home=home)
        assert not rules.verdict(Path("/nowhere/a.py")).ignored
        assert rules.verdict(Path("/nowhere/.env")).ignored
        assert not rules.verdict(Path("/")).ignored


class TestWhatIsInForce:
    def test_files_lists_what_the_watcher_should_watch(
        self, rules: IgnoreRules, folder: Path, write: Write
    ) -> None:
        root = write(FILE_NAME, "a\n")
        git = write(".gitignore", "b\n")
        deep = write("src/.codegrexignore", "c\n")
        assert set(rules.files()) == {root, git}
        rules.verdict(folder / "src" / "x.py")
        assert set(rules.files()) == {root, git, deep}
        deep.unlink()
        assert set(rules.files()) == {root, git}

    def test_problems_end_when_they_are_mended(self, rules: IgnoreRules, folder: Path) -> None:
        (folder / FILE_NAME).write_bytes(b"\0")
        assert [problem.source for problem in rules.problems()] == [".codegrexignore"]
        (folder / FILE_NAME).write_bytes(b"a\n")
        assert rules.problems() == ()

    def test_no_verdict_or_problem_names_a_path_below_home_in_full(
        self, rules: IgnoreRules, home: Path, folder: Path
    ) -> None:
        (home / FILE_NAME).write_bytes(b"\0")
        verdict = rules.verdict(folder / "a.py")
        assert verdict.rule.startswith("~/.codegrexignore: ")
        assert str(home) not in repr((verdict, rules.problems()))
