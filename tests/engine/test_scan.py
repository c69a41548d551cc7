"""Scanning trees, staged changes and contents: what is looked at, what is not, and where it is."""

from __future__ import annotations

import os
import pickle
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.engine import scan, search, staged, workers
from codegrex_lsp.engine.scan import FileScan
from codegrex_lsp.engine.search import Looked, Plan, Searcher, decoded
from codegrex_lsp.engine.tree import Target, walk
from codegrex_lsp.errors import ConfigurationError, DetectorFailed
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.titles import shape
from tests.support.planted import AWS, EMAIL, GITHUB, PASSWORD

LINE = f'key = "{AWS}"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setenv("HOME", str(tmp_path))  # no credentials of whoever runs this
    return Plan(portable.folders({"CODEGREX_HOME": str(tmp_path / "home")}), level="secrets")


@pytest.fixture
def searcher(plan: Plan) -> Searcher:
    return Searcher(plan)


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def look(searcher: Searcher, tree: Path, *, processes: int = 1) -> Looked:
    """Everything of a tree in one answer."""
    return joined(FileScan(searcher, [Target("", str(tree), tree)], processes=processes))


def joined(answers: Iterator[Looked] | FileScan) -> Looked:
    parts = list(answers)
    return Looked(
        tuple(one for part in parts for one in part.findings),
        tuple(one for part in parts for one in part.skipped),
        sum(part.files for part in parts),
        sum(part.bytes for part in parts),
        sum(part.passed for part in parts),
    )


def skipped(looked: Looked) -> dict[str, str]:
    return {one.path: one.reason for one in looked.skipped}


def places(looked: Looked) -> list[tuple[int, int, int, int]]:
    return [(one.line, one.column, one.end_line, one.end_column) for one in looked.findings]


def content(searcher: Searcher, text: str | bytes, name: str = "a.py", **more: Any) -> Looked:
    raw = text if isinstance(text, bytes) else text.encode()
    return searcher.content(raw, Target(name, f"/x/{name}", None), **more)


# -- where --------------------------------------------------------------------------------------


def test_lines_and_columns_count_characters_from_one_and_the_end_is_exclusive(
    searcher: Searcher,
) -> None:
    looked = content(searcher, f'\n\tx = "é👍 {AWS}"\n')
    assert places(looked) == [(2, 10, 2, 10 + len(AWS))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_counts_as_one_line(searcher: Searcher, end: str) -> None:
    looked = content(searcher, f"a = 1{end}b = 2{end}{LINE}")
    assert places(looked) == [(3, 8, 3, 8 + len(AWS))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"], ids=str)
def test_a_text_is_read_in_the_encoding_it_has(searcher: Searcher, encoding: str) -> None:
    looked = content(searcher, f"# gré\n{LINE}".encode(encoding))
    assert places(looked) == [(2, 8, 2, 8 + len(AWS))]


def test_a_nul_makes_a_file_binary() -> None:
    assert decoded(b"MZ\0\0") is None
    assert decoded(b"text " * 2000 + b"\0") is not None


# -- what is told -------------------------------------------------------------------------------


def test_a_value_is_told_by_its_length_and_the_beginning_of_its_form() -> None:
    span = Span(0, 40, "secret", "github-token", "rules/github-token")
    assert shape(GITHUB, span) == f"{GITHUB[:4]}…(40)"


def test_nothing_is_shown_of_a_value_that_a_person_chose() -> None:
    assert shape(PASSWORD, Span(0, 10, "secret", "password", "assignment")) == "…(10)"
    assert shape(EMAIL, Span(0, 9, "pii", "email", "presidio/email")) == f"…({len(EMAIL)})"


def test_no_value_is_in_what_a_process_hands_over(searcher: Searcher) -> None:
    looked = content(searcher, f'{LINE}password = "{PASSWORD}"\n')
    assert len(looked.findings) == 2
    handed = pickle.dumps(looked)
    assert AWS.encode() not in handed
    assert PASSWORD.encode() not in handed


def test_personal_data_is_looked_for_at_the_level_that_asks_for_it(
    plan: Plan, searcher: Searcher
) -> None:
    everything = Searcher(Plan(plan.folders, level="all"))
    line = f"# written by {EMAIL}\n"
    assert content(searcher, line).findings == ()
    assert [one.kind for one in content(everything, line).findings] == ["pii"]


def test_a_detector_that_fails_leaves_the_file_among_the_skipped(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def spans(self, text: str, **_: object) -> tuple[Span, ...]:
            raise DetectorFailed("no")

    monkeypatch.setattr(searcher.house, "bulk_scanner", lambda folder: Failing())
    assert skipped(content(searcher, LINE)) == {"a.py": "detector-failed"}


# -- trees --------------------------------------------------------------------------------------


def test_files_are_met_by_name_and_shown_as_the_person_would_write_them(
    searcher: Searcher, tree: Path
) -> None:
    for name in ("b.py", "a.py", "c/d.py", "c/a/z.py"):
        write(tree / name, LINE)
    found = [one.path for one in look(searcher, tree).findings]
    assert found == ["a.py", "b.py", "c/d.py", "c/a/z.py"]
    root = Target("src", str(tree), tree)
    assert joined(FileScan(searcher, [root])).findings[0].path == os.path.join("src", "a.py")


def test_what_is_not_looked_at_is_named_with_its_reason(
    searcher: Searcher, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LARGEST", 2000)
    write(tree / "good.py", LINE)
    write(tree / "large.py", LINE * 100)
    write(tree / "image.png", b"\x89PNG\0\0")
    write(tree / ".env", LINE)
    write(tree / ".codegrexignore", "private/\n")
    write(tree / "private/a.py", LINE)
    write(tree / ".git/config", LINE)
    (tree / "link.py").symlink_to(tree / "good.py")
    (tree / "loop").symlink_to(tree)
    os.mkfifo(tree / "pipe")
    looked = look(searcher, tree)
    assert [one.path for one in looked.findings] == ["good.py"]
    assert looked.files == 2  # the rule file is text like any other
    assert skipped(looked) == {
        "large.py": "too-large",
        "image.png": "binary",
        ".env": "ignored-builtin",
        "private/": "ignored-by-file",
        ".git/": "version-control",
        "link.py": "symlink",
        "loop": "symlink",
        "pipe": "not-a-file",
    }


def test_a_file_that_has_grown_since_its_size_was_asked_for_is_read_whole(
    searcher: Searcher, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tree / "a.py", "x = 1\n" * 500 + LINE)

    def before(path: str) -> os.stat_result:
        return os.stat_result((0o100644, *[0] * 5, 7, *[0] * 3))  # 7 bytes

    monkeypatch.setattr(search, "os", SimpleNamespace(**{**vars(os), "stat": before}))

    assert search._read(str(file)) == (file.read_bytes(), "")
    monkeypatch.setattr(search, "LARGEST", 2000)
    assert search._read(str(file)) == (b"", "too-large")


def test_an_ignored_folder_is_never_entered(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree / "kept/a.py", LINE)
    write(tree / "node_modules/deep/b.py", LINE)
    entered: list[str] = []
    listing = os.scandir

    def noted(path: str) -> Any:
        entered.append(os.path.basename(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", noted)

    def kept_out(path: str, folder: Path | None) -> str:
        return "ignored" if path.endswith("node_modules") else ""

    list(walk(Target("", str(tree), tree), kept_out))
    assert entered == ["tree", "kept"]


def test_a_path_policy_that_says_never_is_obeyed(plan: Plan, tree: Path) -> None:
    write(tree / "a.py", LINE)
    (plan.folders.config).mkdir(parents=True)
    (plan.folders.config / "config.toml").write_text(
        '[[privacy.pathPolicies]]\nglob = "a.py"\nlevel = "never"\n'
    )
    assert skipped(look(Searcher(plan), tree)) == {"a.py": "path-never"}


def test_without_ignoring_ignored_files_are_looked_at(plan: Plan, tree: Path) -> None:
    write(tree / ".env", LINE)
    searcher = Searcher(Plan(plan.folders, level="secrets", ignoring=False))
    assert [one.path for one in look(searcher, tree).findings] == [".env"]


def test_a_deep_tree_does_not_end_the_walk(searcher: Searcher, tree: Path) -> None:
    deep = tree
    for _ in range(300):
        deep = deep / "d"
    write(deep / "a.py", LINE)
    assert len(look(searcher, tree).findings) == 1


# -- processes ----------------------------------------------------------------------------------

# From 3.12 on, Python warns where a process with threads forks. Libraries that other tests loaded
# have some; they are not used below the fork.
forks = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture
def wide(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree that is worth several processes."""
    monkeypatch.setattr(scan, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(scan, "BATCH_FILES", 3)
    for number in range(20):
        write(tree / f"{number:02}.py", f"# {number}\n" * (number + 1) + LINE)
    write(tree / "x.bin", b"\0")
    return tree


@forks
def test_several_processes_find_the_same_in_the_same_order_as_one(
    searcher: Searcher, wide: Path
) -> None:
    alone = look(searcher, wide, processes=1)
    assert len(alone.findings) == 20
    assert look(searcher, wide, processes=3) == alone


@forks
def test_other_processes_do_the_looking(
    searcher: Searcher, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searcher, "files", lambda *_: pytest.fail("looked here"))
    # A forked process inherits the stand-in too, so it is given a searcher of its own.
    monkeypatch.setattr(workers, "_begin", _begin_afresh)
    assert len(look(searcher, wide, processes=2).findings) == 20


def _begin_afresh(plan: Plan) -> None:
    workers._searcher = Searcher(plan)


def test_where_no_process_can_be_started_this_one_does_it_all(
    searcher: Searcher, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("concurrent.futures.process.ProcessPoolExecutor", refuse)
    assert len(look(searcher, wide, processes=2).findings) == 20


@forks
def test_a_process_that_dies_ends_the_scan_with_an_error_and_not_with_less(
    searcher: Searcher, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_begin", _die)
    with pytest.raises(DetectorFailed, match="ended early"):
        look(searcher, wide, processes=2)


def _die(plan: Plan) -> None:
    os._exit(9)


def test_a_plan_can_be_handed_to_a_process_that_shares_nothing(plan: Plan) -> None:
    again = pickle.loads(pickle.dumps(plan))
    assert content(Searcher(again), LINE).findings[0].type == "aws-access-key"


# -- staged -------------------------------------------------------------------------------------

Git = Callable[..., str]


@pytest.fixture
def git(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    def run(*arguments: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=tree, capture_output=True, text=True, check=True
        )
        return done.stdout

    run("init", "-q")
    return run


def look_staged(searcher: Searcher, here: Path, *paths: str) -> Looked:
    return joined(staged.look(searcher, here, staged.staged(here, paths), here))


def test_the_staged_content_counts_and_not_the_file(
    searcher: Searcher, tree: Path, git: Git
) -> None:
    write(tree / "a.py", LINE)
    write(tree / "b.py", "x = 1\n")
    git("add", ".")
    write(tree / "a.py", "clean = 1\n")
    write(tree / "b.py", LINE)
    assert [one.path for one in look_staged(searcher, tree).findings] == ["a.py"]


def test_what_is_committed_already_or_deleted_is_not_staged(
    searcher: Searcher, tree: Path, git: Git
) -> None:
    write(tree / "old.py", LINE)
    write(tree / "gone.py", LINE)
    git("add", ".")
    git("commit", "-qm", "x")
    git("rm", "-q", "gone.py")
    write(tree / "new.py", LINE)
    git("add", ".")
    looked = look_staged(searcher, tree)
    assert ([one.path for one in looked.findings], looked.files) == (["new.py"], 1)


def test_names_of_staged_files_may_hold_anything(searcher: Searcher, tree: Path, git: Git) -> None:
    names = ['quo"te\n.py', "sp ace.py", ":(top)x.py", "-dash.py", "übergröße.py", ":0:a.py"]
    for name in names:
        write(tree / name, LINE)
    git("add", ".")
    assert sorted(one.path for one in look_staged(searcher, tree).findings) == sorted(names)


def test_staged_files_are_shown_from_the_folder_one_is_in_and_may_be_chosen(
    searcher: Searcher, tree: Path, git: Git
) -> None:
    write(tree / "a.py", LINE)
    write(tree / "sub/b.py", LINE)
    git("add", ".")
    here = tree / "sub"
    shown = [one.path for one in look_staged(searcher, here).findings]
    assert shown == [os.path.join("..", "a.py"), "b.py"]
    assert [one.path for one in look_staged(searcher, here, "b.py").findings] == ["b.py"]


def test_links_submodules_ignored_and_large_files_are_skipped_by_name(
    searcher: Searcher, tree: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staged, "LARGEST", 2000)
    write(tree / ".env", LINE)
    write(tree / "large.py", "# long\n" * 1000)
    write(tree / "small.py", LINE)
    (tree / "link").symlink_to("small.py")
    git("add", "-f", ".")
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    looked = look_staged(searcher, tree)
    assert skipped(looked) == {
        ".env": "ignored-builtin",
        "large.py": "too-large",
        "link": "symlink",
        "module": "submodule",
    }
    assert [one.path for one in looked.findings] == ["small.py"]  # after the large one


def test_nothing_that_the_repository_configures_is_run(
    searcher: Searcher, tree: Path, git: Git
) -> None:
    trap = write(tree / "trap.sh", '#!/bin/sh\ntouch "$(dirname "$0")/sprung"\n')
    trap.chmod(0o755)
    write(tree / "a.py", LINE)
    write(tree / ".gitattributes", "*.py diff=trap filter=trap\n")
    git("add", ".")
    for key in ("core.fsmonitor", "diff.external", "diff.trap.textconv", "diff.trap.command"):
        git("config", key, str(trap))
    git("config", "filter.trap.smudge", str(trap))
    assert "a.py" in [one.path for one in look_staged(searcher, tree).findings]
    assert not (tree / "sprung").exists()


def test_a_git_that_lies_in_the_folder_is_not_run(
    searcher: Searcher, tree: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = write(tree / "git", '#!/bin/sh\ntouch "$(dirname "$0")/sprung"\n')
    trap.chmod(0o755)
    write(tree / "a.py", LINE)
    git("add", ".")
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tree)

    assert "a.py" in [one.path for one in look_staged(searcher, tree).findings]
    assert not (tree / "sprung").exists()


def test_a_staged_object_that_is_missing_is_not_fetched(
    searcher: Searcher, tree: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree / "a.py", LINE)
    git("add", ".")
    (file,) = staged.staged(tree)
    (tree / ".git" / "objects" / file.blob[:2] / file.blob[2:]).unlink()
    for key, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "trap"),
        ("remote.trap.promisor", "true"),
        ("protocol.ext.allow", "always"),
        ("remote.trap.url", f"ext::sh -c touch% {tree / 'sprung'}"),
    ):
        git("config", key, value)
    everything = staged._environ()
    everything.pop("GIT_NO_LAZY_FETCH")  # as a git that does not know it
    monkeypatch.setattr(staged, "_environ", lambda: everything)

    with pytest.raises(ConfigurationError):
        look_staged(searcher, tree)
    assert not (tree / "sprung").exists()


def test_outside_a_work_tree_staged_is_a_configuration_error(
    searcher: Searcher, tree: Path
) -> None:
    with pytest.raises(ConfigurationError, match="git"):
        staged.staged(tree)


def test_without_git_staged_is_a_configuration_error(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tree))
    with pytest.raises(ConfigurationError, match="not installed"):
        staged.staged(tree)
