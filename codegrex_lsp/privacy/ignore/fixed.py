"""Rules that no file in a workspace can change: policy, the built-in list, the person's own word.

Policy wins over everything. The built-in list yields only to the person's own settings.
"""

from __future__ import annotations

from collections.abc import Sequence

from codegrex_lsp.privacy.ignore import builtin, verdict
from codegrex_lsp.privacy.ignore.spelling import Place, depth_below, plain
from codegrex_lsp.privacy.ignore.verdict import Verdict
from codegrex_lsp.privacy.ignore.wildmatch import BadPattern, Pattern, parse
from codegrex_lsp.settings.model import Problem


class FixedRules:
    """Policy patterns, the built-in list, and what the person lets be read all the same.

    Args:
        home: The person's home folder, in each of its spellings.
        policy_patterns: gitignore syntax, anchored at the workspace folder. One that can not be
            understood excludes everything, since nobody knows what it was to protect.
        personal_allow: gitignore syntax, anchored at the workspace folder, or at home where it
            begins with `~/`. Names matter to the letter here. A bad one is dropped.
    """

    def __init__(
        self, home: tuple[Place, ...], policy_patterns: Sequence[str], personal_allow: Sequence[str]
    ) -> None:
        self._home = home
        self.problems: list[Problem] = []
        self._broken = False
        self._policy: list[tuple[str, Pattern, Pattern]] = []
        self._allowed: list[tuple[bool, Pattern]] = []
        for text in reversed(policy_patterns):
            self._add_policy(text)
        for text in reversed(personal_allow):
            self._add_allowed(text)

    def decide(self, path: Place, base: int | None, *, is_folder: bool) -> Verdict | None:
        """Ignored by policy or by the built-in list; None where neither says so.

        Args:
            path: A spelling of the path.
            base: How deep the workspace folder lies in it, None where the path is outside.
            is_folder: Whether it is a folder.
        """
        return self._by_policy(path, base, is_folder) or self._by_builtin(path, base, is_folder)

    def _by_policy(self, path: Place, base: int | None, is_folder: bool) -> Verdict | None:
        if self._broken:
            note = "a pattern in it can not be understood, so nothing is read; have it corrected"
            return Verdict(True, verdict.POLICY, code=verdict.BY_POLICY, note=note)
        names = path.plain
        start = base or 0
        for depth in range(start + 1, len(names) + 1):
            folder = is_folder or depth < len(names)
            below = "/".join(names[start:depth])
            for text, here, anywhere in self._policy:
                pattern = anywhere if base is None else here
                if pattern.matches(below, names[depth - 1], is_folder=folder):
                    if not pattern.negated:
                        return Verdict(True, verdict.POLICY, pattern=text, code=verdict.BY_POLICY)
                    break
        return None

    def _by_builtin(self, path: Place, base: int | None, is_folder: bool) -> Verdict | None:
        for depth, row in builtin.matches(path, is_folder=is_folder):
            if not any(
                self._is_allowed(path, reached, base, is_folder)
                for reached in range(depth, len(path.names) + 1)
            ):
                return Verdict(
                    *(True, verdict.BUILTIN, None, row.pattern, verdict.BY_BUILTIN),
                    note=row.reason,
                )
        return None

    def _is_allowed(self, path: Place, depth: int, base: int | None, is_folder: bool) -> bool:
        """Whether the person named this component.

        Then what excludes it or a folder above it is set aside; what excludes something further
        down is not.
        """
        name = path.names[depth - 1]
        folder = is_folder or depth < len(path.names)
        at_home = depth_below(path, self._home, folded=False)
        for from_home, pattern in self._allowed:
            start = at_home if from_home else base
            if start is None and (from_home or not pattern.by_name):
                continue
            if depth > (start or 0):
                below = "/".join(path.names[start or 0 : depth])
                if pattern.matches(below, name, is_folder=folder):
                    return not pattern.negated
        return False

    def _add_policy(self, text: str) -> None:
        bang = "!" if text.startswith("!") else ""
        body = text[len(bang) :]
        inner = body.removesuffix("/")
        deep = f"{bang}**/{body.removeprefix('/')}" if "/" in inner else text
        try:
            here, anywhere = parse(plain(text), folded=True), parse(plain(deep), folded=True)
        except BadPattern as trouble:
            self._broken = self._broken or not bang
            reason = f"a pattern can not be understood: {trouble}; have the policy corrected"
            self.problems.append(Problem("organisation policy", "", reason))
            return
        if here and anywhere:
            self._policy.append((text, here, anywhere))

    def _add_allowed(self, text: str) -> None:
        from_home = text.startswith("~/")
        try:
            pattern = parse(text.removeprefix("~") if from_home else text)
        except BadPattern as trouble:
            reason = f"a pattern was dropped: {trouble}"
            self.problems.append(Problem("settings", "privacy.readAnyway", reason))
            return
        if pattern:
            self._allowed.append((from_home, pattern))
