"""What holds, folder by folder: settings, mode, the organisation's policy, ignore rules.

The part of the house that everything else asks. Nothing here opens a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from codegrex_lsp.errors import RefusedError
from codegrex_lsp.portable import Folders
from codegrex_lsp.privacy.ignore import IgnoreRules, Verdict
from codegrex_lsp.settings import SettingsReader, Sources
from codegrex_lsp.settings.model import Resolved, Settings
from codegrex_lsp.settings.pins import Limits, Standing
from codegrex_lsp.settings.policyreader import KEY_FILE, MACHINE_FILE, PolicyReader
from codegrex_lsp.state.choices import Choices
from codegrex_lsp.values.mode import Mode, strictest


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the outside of this process asks for: flags, environment, and the editor's settings.

    Attributes:
        flags: Dotted key → value, from the command line.
        environ: The environment.
        editor: The editor's settings, nested or flat, without the `codegrex.` prefix.
        trusted: Whether the editor trusts the workspace.
        folders: The open workspace folders.
    """

    flags: Mapping[str, object] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    editor: Mapping[str, object] = field(default_factory=dict, repr=False)
    trusted: bool = True


class Governance:
    """Reads what was decided, at the moment it is asked for.

    Args:
        folders: Where things are kept.
        wishes: What the outside asks for.
    """

    def __init__(self, folders: Folders, wishes: Wishes) -> None:
        self.folders = folders
        self._choices = Choices(folders.state)
        self._policy = PolicyReader(folders.machine, folders.state)
        self._reader = SettingsReader(
            Sources(
                machine=folders.machine / "config.toml",
                user=folders.config / "config.toml",
                environ=wishes.environ,
                flags=wishes.flags,
                editor=wishes.editor,
                editor_workspace_trusted=wishes.trusted,
            ),
            choice=self._choices.choice,
            policy=self._policy.current,
        )
        self.open_folders: Callable[[], Sequence[Path]] = tuple
        """Folders that are open in the editor; what goes out unasked heeds the modes of all."""
        self._env_folders: set[Path] = set()
        self._rules: dict[tuple[object, ...], IgnoreRules] = {}

    def _tightened(self) -> None:
        """Mode or policy may be stricter now: what is under way is looked at again."""

    # -- settings and policy ----------------------------------------------------------------

    def resolved(self, folder: Path | None) -> Resolved:
        """Settings in force for `folder`. Cheap; re-reads what changed on disk."""
        resolved = self._reader.current(folder)
        if folder is not None:
            known = resolved.settings.privacy.known_secrets
            (self._env_folders.add if known else self._env_folders.discard)(folder)
        spoiled = self._choices.problems()
        return replace(resolved, problems=(*resolved.problems, *spoiled)) if spoiled else resolved

    def choose_mode(self, mode: Mode, folder: Path | None) -> Resolved:
        """Keep the person's choice for `folder` (None: for the machine).

        Raises:
            RefusedError: Another source pins a stricter mode; nothing is kept.
            ConfigurationError: The choice can not be written.
        """
        # Asked before it is stored: another server, where nothing pins the mode, would obey it.
        made = self._reader.supposing(mode, folder)
        pinned = made.settings.privacy.mode
        if pinned.strictness > mode.strictness:
            raise RefusedError(
                f"{mode} is not possible here: {made.mode_source} asks for {pinned}",
                code="mode-pinned",
                fix="`codegrex-lsp mode` shows every source that has a say",
            )
        self._choices.set(mode, folder)
        self._tightened()
        return self.resolved(folder)

    def policy(self) -> Standing:
        """How things stand with the organisation's policy. Cheap; re-reads what changed on disk."""
        return self._policy.current()

    def policy_files(self) -> tuple[Path, ...]:
        """The machine's files that make a policy, as far as they are there, and their folder."""
        names = ("", KEY_FILE, MACHINE_FILE)
        return tuple(p for name in names if (p := self.folders.machine / name).exists())

    def verify_policy(self, envelope: bytes, keys: bytes | None = None) -> Standing:
        """How things would stand with this policy alone; nothing is put in force.

        Args:
            envelope: A signed policy.
            keys: Public keys in PEM form, in place of those that this machine pins.
        """
        return self._policy.verify(envelope, keys)

    def keep_policy(self, envelope: bytes) -> Standing:
        """Keep a policy that was fetched, where it could be in force; running requests are checked.

        Raises:
            OSError: It can not be written.
        """
        standing = self._policy.keep(envelope)
        self._tightened()
        return standing

    def without_policy(self, folder: Path | None) -> Resolved:
        """The settings as they would be, were there no organisation policy. For showing only."""
        return self._reader.without_policy(folder)

    def _settings(self, folder: Path | None) -> Settings:
        return self.resolved(folder).settings

    def _settings_everywhere(self) -> Settings:
        """Machine-wide settings, with mode and telemetry as strict as in any open folder."""
        settings = self._settings(None)
        for folder in self.open_folders():
            there = self._settings(folder)
            mode = strictest(settings.privacy.mode, there.privacy.mode)
            counted = settings.telemetry
            counted = replace(counted, enabled=counted.enabled and there.telemetry.enabled)
            privacy = replace(settings.privacy, mode=mode)
            settings = replace(settings, privacy=privacy, telemetry=counted)
        return settings

    def _mode_of(self, folder: str) -> Mode:
        return self._settings(Path(folder) if folder else None).privacy.mode

    def _private_hosts(self) -> tuple[str, ...]:
        return self._settings(None).privacy.private_hosts

    def _limits(self) -> Limits:
        return self._settings(None).limits

    # -- ignore rules -----------------------------------------------------------------------

    def explain_ignore(self, path: Path, folder: Path | None) -> Verdict:
        """Whether `path` may be read, and which line of which file decides."""
        return self.ignore_rules(folder).verdict(path)

    def ignore_rules(self, folder: Path | None) -> IgnoreRules:
        """The rules in force below `folder`."""
        resolved = self.resolved(folder)
        privacy, pinned = resolved.settings.privacy, resolved.policy.pins.ignore
        key = (folder, privacy.use_gitignore, pinned, privacy.read_anyway)
        rules = self._rules.get(key)
        if rules is None:
            rules = self._rules[key] = IgnoreRules(
                folder,
                use_gitignore=privacy.use_gitignore,
                policy_patterns=pinned,
                personal_allow=privacy.read_anyway,
            )
        return rules
