"""Our reading of gitignore syntax is Git's own, on trees and patterns that nobody would write."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codegrex_lsp.privacy.ignore import IgnoreRules, Verdict

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

NAMES = ("a", "b", "ab", "B", "a b", ".x", "a]", "c-d", "1")
PATHS = tuple(
    "/".join(names) for deep in (1, 2, 3) for names in itertools.product("ab", repeat=deep)
)

pieces = st.sampled_from(
    [
        *("a", "b", "ab", "B", "c-d", ".x", "1", "/", "/", "*", "**", "?", "**/", "/**", "/**/"),
        *("[ab]", "[!a]", "[^b]", "[a-c]", "[c-a]", "[]a]", "[[:alpha:]]", "[![:digit:]]", "[-a]"),
        *("[a-]", "[\\]a]", "[[:]", "[[:x]a]", "[[:nope:]]", "[", "[a", "\\a", "\\*", "\\", "\\/"),
        *(" ", "\\ ", "!", "#", "]", "-", "\t", "***", "*a*b", "[/]", "[!/]"),
    ]
)
lines = st.lists(pieces, min_size=1, max_size=5).map("".join)
plain_lines = st.lists(
    st.sampled_from(["a", "b", "ab", "*", "/", "**/", "!", "?"]), min_size=1, max_size=4
).map("".join)
negated_lines = plain_lines.map(lambda line: f"!{line.lstrip('!')}")
rule_texts = st.lists(st.one_of(plain_lines, negated_lines, lines), max_size=6).map(
    lambda found: "".join(f"{line}\n" for line in found)
)
trees = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join),
    min_size=1,
    max_size=8,
    unique=True,
)
rule_files = st.dictionaries(
    st.sampled_from([".gitignore", "a/.gitignore", "a/b/.gitignore", "b/.gitignore"]),
    rule_texts,
    min_size=1,
)


@pytest.fixture(scope="module")
def work_tree() -> Iterator[Path]:
    """One repository for all examples: starting git is what costs."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(os.path.realpath(made)) / "work"
        _git(root.parent, "init", "-q", str(root))
        yield root


def _git(folder: Path, *args: str, text: str | None = None) -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "HOME": str(folder),
        "LC_ALL": "C",
    }
    done = subprocess.run(
        ["git", *args],
        cwd=folder,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def _empty(root: Path) -> None:
    for entry in root.iterdir():
        if entry.name == ".git":
            (entry / "info" / "exclude").write_text("")
        elif entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _plant(root: Path, tree: list[str], rules: dict[str, str]) -> None:
    _empty(root)
    for path in tree:
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
        except OSError:
            continue  # a file already stands where a folder would
    for name, text in rules.items():
        target = root / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, newline="")
        except OSError:
            continue


def _as_git_says(root: Path, paths: list[str]) -> dict[str, tuple[str, str, str]]:
    asked = "".join(f"{path}\0" for path in paths)
    answer = _git(root, "check-ignore", "-z", "-v", "-n", "--no-index", "--stdin", text=asked)
    fields = answer.split("\0")[:-1]
    return {path: (file, line, pattern) for file, line, pattern, path in _fours(fields)}


def _fours(fields: list[str]) -> Iterator[tuple[str, str, str, str]]:
    for at in range(0, len(fields), 4):
        file, line, pattern, path = fields[at : at + 4]
        yield file, line, pattern, path


def _as_we_say(verdict: Verdict) -> tuple[str, str, str]:
    line = "" if verdict.line is None else str(verdict.line)
    return verdict.file, line, verdict.pattern or ""


def _assert_same(root: Path) -> None:
    found = [str(path.relative_to(root)) for path in root.rglob("*")]
    paths = [path for path in found if not path.startswith(".git/") and path != ".git"]
    rules = IgnoreRules(root, home=root)
    for path, theirs in _as_git_says(root, paths).items():
        verdict = rules.verdict(root / path)
        assert _as_we_say(verdict) == theirs, path
        assert verdict.ignored == bool(theirs[2] and not theirs[2].startswith("!")), path


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(["a/b", "ab"], {".gitignore": "a**/b\n"})
@example(["a/b/ab", "a/b/b"], {".gitignore": "a/\n!a/b/ab\n"})
@example(["a/b/ab", "a/b/b"], {".gitignore": "*\n!*/\n!ab\n"})
@example(["a/b"], {".gitignore": "b\n", "a/.gitignore": "!b\n", "a/b/.gitignore": ""})
@example(["a ", "b"], {".gitignore": "a\\ \nb  \n"})
@example(["a b", "a/c-d"], {".gitignore": "a\\ b   \r\nc-d\r\n"})
@given(trees, rule_files)
def test_every_path_of_a_tree_gets_the_file_line_and_pattern_that_git_names(
    work_tree: Path, tree: list[str], rules: dict[str, str]
) -> None:
    _plant(work_tree, tree, rules)
    _assert_same(work_tree)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(lines, min_size=1, max_size=3))
def test_a_strange_line_matches_just_what_git_lets_it_match(
    work_tree: Path, written: list[str]
) -> None:
    _plant(work_tree, [*NAMES, "d/a/b/ab", "d/B/1/a", "e/f/c-d"], {})
    (work_tree / ".gitignore").write_text("".join(f"{line}\n" for line in written), newline="")
    _assert_same(work_tree)


def test_info_exclude_yields_to_every_gitignore(work_tree: Path) -> None:
    _plant(work_tree, ["a/b", "ab", "b"], {".gitignore": "!ab\n"})
    (work_tree / ".git" / "info" / "exclude").write_text("ab\nb\n")
    _assert_same(work_tree)
    verdict = IgnoreRules(work_tree, home=work_tree).verdict(work_tree / "b")
    assert (verdict.source, verdict.file) == ("gitignore", ".git/info/exclude")


def test_a_linked_work_tree_obeys_the_exclude_file_of_its_repository(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    _git(tmp_path, "init", "-q", str(main))
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    _git(main, *author, "commit", "-q", "--allow-empty", "-m", "first")
    _git(main, "worktree", "add", "-q", str(linked))
    (main / ".git" / "info").mkdir(exist_ok=True)
    (main / ".git" / "info" / "exclude").write_text("local.txt\n")
    assert _git(linked, "check-ignore", "local.txt")
    assert IgnoreRules(linked, home=tmp_path).verdict(linked / "local.txt").ignored


def test_rules_of_the_repository_above_the_workspace_folder_count(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", str(tmp_path / "repo"))
    folder = tmp_path / "repo" / "packages" / "ui"
    folder.mkdir(parents=True)
    (tmp_path / "repo" / ".gitignore").write_text("packages/ui/out/\n")
    (tmp_path / ".gitignore").write_text("*\n")  # above the repository: not Git's business
    rules = IgnoreRules(folder, home=tmp_path)
    assert rules.verdict(folder / "out" / "x.js").ignored
    assert not rules.verdict(folder / "x.js").ignored
