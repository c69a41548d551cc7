"""May this path be read: the one question, decided on every spelling of the path.

In order of strength: organisation policy, the built-in list (less what the person's own settings
set aside), `.codegrexignore`, and then Git's files. Among files of one kind a deeper one and a
later line win; what lies below an excluded folder is excluded.

`.codegrexignore` counts in every folder from the home folder down to the file (from the root
where the file is not below home), in a workspace or not. Above the workspace folder it can only
exclude: a line with `!` there takes back earlier lines of such files, and nothing of Git's.
Git's files count from the top of the work tree; in a workspace that is none, from its folder.

Nothing is believed for longer than one question: every file that could hold a rule, present or
absent, is asked for its status each time.
"""

# Plain strings: a Path for each look-up would cost more than the look-up.
# ruff: noqa: PTH100, PTH116, PTH118

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from codegrex_lsp import portable
from codegrex_lsp.privacy.ignore import git, verdict
from codegrex_lsp.privacy.ignore.fixed import FixedRules
from codegrex_lsp.privacy.ignore.rulefile import RuleFile, RuleFiles
from codegrex_lsp.privacy.ignore.spelling import Place, depth_below, place, spellings
from codegrex_lsp.privacy.ignore.verdict import READABLE, Verdict
from codegrex_lsp.privacy.ignore.wildmatch import Pattern
from codegrex_lsp.settings.model import Problem

FILE_NAME: Final = ".codegrexignore"

_REMEMBERED: Final = 20_000
"""Decisions kept per workspace; beyond that all are made anew."""

_OURS: Final = "codegrex"
_GITS: Final = "gitignore"
_EXCLUDE: Final = "exclude"

Source = tuple[int, str, RuleFile]
"""How deep the folder that a rule file governs lies, what sort of file it is, and the file."""


class IgnoreRules:
    """The ignore rules of one workspace folder, or of files outside any.

    Safe to ask from several threads: what is remembered is only ever replaced whole.

    Args:
        folder: The workspace folder, or None for a file outside any.
        use_gitignore: Whether files that Git ignores are ignored, too.
        policy_patterns: The organisation's patterns, in gitignore syntax.
        personal_allow: `privacy.readAnyway`: patterns from the person's own settings (user or
            machine scope, never a repository's) for files that the built-in list would exclude.
        home: The person's home folder.
        now: Wall clock in ns since 1970.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        use_gitignore: bool = True,
        policy_patterns: Sequence[str] = (),
        personal_allow: Sequence[str] = (),
        home: Path | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        home = home or _home()
        self._folder = None if folder is None else os.path.abspath(folder)
        self._home = (place(os.path.abspath(home)), place(os.path.realpath(home)))
        self._use_gitignore = use_gitignore
        self._folded = portable.case_insensitive(Path(self._folder) if self._folder else home)
        self._fixed = FixedRules(self._home, policy_patterns, personal_allow)
        self._files = RuleFiles(folded=self._folded, now=now)
        self._made: dict[tuple[str, bool, int | None], tuple[tuple[Source, ...], Verdict]] = {}

    def verdict(self, path: Path) -> Verdict:
        """Whether `path` may be read. It need not exist; nothing is raised.

        Args:
            path: Absolute, or relative to the workspace folder.
        """
        try:
            given = os.path.join(self._folder or Path.cwd(), path)
            is_folder = _is_folder(given)
            places = [place(text) for text in spellings(given)]
        except (OSError, ValueError):
            return _BAD_PATH
        answers = [self._judge(spelling, is_folder) for spelling in places]
        return next((answer for answer in answers if answer.ignored), answers[0])

    def files(self) -> tuple[Path, ...]:
        """Rule files in force now: those of the workspace folder and those met on the way."""
        return tuple(Path(file.path) for file in self._in_force())

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the rules, and what to do: files, lines, settings, policy."""
        found = list(self._fixed.problems)
        for file in self._in_force():
            name = self._display(file.path)
            if file.broken:
                reason = f"{file.broken}. Until then nothing that it governs is read"
                found.append(Problem(name, "", reason))
            for line, reason in file.complaints:
                found.append(Problem(f"{name}:{line}", "", f"this line matches nothing: {reason}"))
        return tuple(found)

    def _in_force(self) -> tuple[RuleFile, ...]:
        if self._folder is not None:
            self._judge(place(os.path.join(self._folder, "any")), False)
        return self._files.met()

    def _judge(self, path: Place, is_folder: bool) -> Verdict:
        """The verdict on one spelling, from memory where no rule file on its way has changed."""
        base = self._base(path)
        sources = tuple(self._sources(path, base))
        key = (path.folders[-1], is_folder, base)
        made = self._made.get(key)
        if made is not None and made[0] == sources:
            return made[1]
        answer = (
            self._fixed.decide(path, base, is_folder=is_folder)
            or self._by_broken(sources)
            or self._by_files(path, base, is_folder, sources)
        )
        if len(self._made) >= _REMEMBERED:
            self._made.clear()
        self._made[key] = (sources, answer)
        return answer

    def _base(self, path: Place) -> int | None:
        """How deep the workspace folder lies in `path`; None where the path is outside."""
        if self._folder is None:
            return None
        depth = depth_below(path, (place(self._folder),), folded=self._folded)
        if depth is None:
            real = place(os.path.realpath(self._folder))  # asked anew: a link may be turned
            depth = depth_below(path, (real,), folded=self._folded)
        return depth

    def _sources(self, path: Place, base: int | None) -> Iterator[Source]:
        """The rule files that govern `path`, shallowest first."""
        last = len(path.names) - 1
        inside = last if base is None else min(base, last)
        top = min(depth_below(path, self._home, folded=self._folded) or 0, inside)
        gits_top = last + 1
        if self._use_gitignore and last >= 0:
            found = git.top_of_work_tree(path, inside)
            gits_top = found if found is not None else gits_top if base is None else inside
        start = min(top, gits_top)
        for depth in range(start, last + 1):
            folder = path.folders[depth]
            within = path.folders[start if base is None or depth < base else base]
            if depth >= gits_top:
                repository = git.repository(folder)
                if repository and (
                    file := self._files.current(f"{repository}/info/exclude", within)
                ):
                    yield depth, _EXCLUDE, file
                if file := self._files.current(f"{folder}/.gitignore", within):
                    yield depth, _GITS, file
            if depth >= top and (file := self._files.current(f"{folder}/{FILE_NAME}", within)):
                yield depth, _OURS, file

    def _by_broken(self, sources: tuple[Source, ...]) -> Verdict | None:
        for _, sort, file in sources:
            if file.broken:
                name = self._display(file.path)
                source = name if sort == _OURS else verdict.GITIGNORE
                code = verdict.UNREADABLE_RULES
                return Verdict(True, source, code=code, file=name, note=file.broken)
        return None

    def _by_files(
        self, path: Place, base: int | None, is_folder: bool, sources: tuple[Source, ...]
    ) -> Verdict:
        """What the files say: of each folder on the way, and then of the path itself."""
        answer = READABLE
        if not sources:
            return answer
        for depth in range(sources[0][0] + 1, len(path.names) + 1):
            folder = is_folder or depth < len(path.names)
            answer = self._by_files_at(path, depth, folder, base, sources)
            if answer.ignored:
                break
        return answer

    def _by_files_at(
        self,
        path: Place,
        depth: int,
        is_folder: bool,
        base: int | None,
        sources: tuple[Source, ...],
    ) -> Verdict:
        """What the files say of one component, whatever was said of the folders above it."""
        included = None
        for sort in (_OURS, _GITS, _EXCLUDE):
            found = _last_match(path, depth, is_folder, sort, sources)
            if found is None:
                continue
            (above, _, file), line, pattern = found
            name = self._display(file.path)
            source = name if sort == _OURS else verdict.GITIGNORE
            if not pattern.negated:
                code = verdict.BY_FILE if sort == _OURS else verdict.BY_GITIGNORE
                return Verdict(True, source, line, pattern.text, code, name)
            included = included or Verdict(False, source, line, pattern.text, file=name)
            if sort == _GITS or (base is not None and above >= base):
                break
        return included or READABLE

    def _display(self, path: str) -> str:
        """A path for people: from the workspace folder, or from `~`, or whole."""
        shown = place(os.path.normpath(path))
        base = self._base(shown)
        if base is not None:
            return "/".join(shown.names[base:])
        home = depth_below(shown, self._home, folded=False)
        if home is not None:
            return "/".join(("~", *shown.names[home:]))
        return Path(path).as_posix()


_BAD_PATH: Final = Verdict(
    True, code=verdict.BAD_PATH, note="its path can not be followed, so no rule can be applied"
)

_NO_PATH: Final = frozenset({errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL})
"""What the system says of a path that can not be that of a file."""


def _home() -> Path:
    """The person's home folder; the root where there is none, so that all parents count."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.path.abspath(os.sep))


def _is_folder(path: str) -> bool:
    """Whether a folder is there. Raises OSError or ValueError for what can not be a path."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError as trouble:
        if trouble.errno in _NO_PATH:
            raise
        return False


def _last_match(
    path: Place, depth: int, is_folder: bool, sort: str, sources: tuple[Source, ...]
) -> tuple[Source, int, Pattern] | None:
    """The deciding line among files of one sort: the last one of the deepest file that has any."""
    name = path.names[depth - 1]
    for source in reversed(sources):
        if source[1] == sort and source[0] < depth:
            below = "/".join(path.names[source[0] : depth])
            for line, pattern in source[2].patterns:
                if pattern.matches(below, name, is_folder=is_folder):
                    return source, line, pattern
    return None
