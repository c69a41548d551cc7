"""Settings in resolved form: frozen, typed, complete. The wire form is TOML or JSON and differs.

`settings.schema` says what each key means; `settings.load` makes these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from codegrex_lsp.settings.pins import NO_POLICY, Limits, Standing
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.route import ProviderConfig, Timeouts


@dataclass(frozen=True, slots=True)
class PathPolicy:
    """Files that match `glob` are at most as free as `level`."""

    glob: str
    level: Literal["never", "local", "redact", "normal"]


@dataclass(frozen=True, slots=True)
class CustomPattern:
    """A person's own detection rule."""

    name: str
    pattern: str = field(repr=False)
    kind: Literal["secret", "pii"] = "secret"


@dataclass(frozen=True, slots=True)
class Privacy:
    """`privacy.*`."""

    mode: Mode = Mode.SENSITIVE
    redact_local: Literal["off", "secrets", "all"] = "secrets"
    names: bool = True
    use_gitignore: bool = True
    path_policies: tuple[PathPolicy, ...] = ()
    custom_patterns: tuple[CustomPattern, ...] = ()
    allow: frozenset[str] = frozenset()
    known_secrets: bool = True
    private_hosts: tuple[str, ...] = ()
    read_anyway: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """`completion.*`. Lengths in tokens, times in ms; `debounce_ms` None means `auto`."""

    enabled: bool = True
    languages: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    routes: tuple[str, ...] = ("ollama", "embedded")
    debounce_ms: int | None = None
    max_tokens: int = 128
    context_tokens: int = 2048
    multiline: Literal["auto", "always", "never"] = "auto"
    neighbours: bool = True
    classic: Literal["auto", "on", "off"] = "auto"
    preload: bool = True


@dataclass(frozen=True, slots=True)
class Chat:
    """`chat.*`."""

    routes: tuple[str, ...] = ("ollama", "embedded")
    history: Literal["persistent", "session", "off"] = "persistent"
    history_days: int = 30


@dataclass(frozen=True, slots=True)
class Terminal:
    """`terminal.*`."""

    capture: bool = False
    max_lines: int = 200


@dataclass(frozen=True, slots=True)
class Telemetry:
    """`telemetry.*`."""

    enabled: bool = False
    in_sensitive: bool = False
    sample_rate: float = 0.1


@dataclass(frozen=True, slots=True)
class KeyPlaces:
    """`keys.*`. An empty file means none."""

    file: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """`network.*`. An empty proxy means none; `env` means the environment's, for cloud only."""

    proxy: str = field(default="", repr=False)
    ca_bundle: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a request needs to know of the person's wishes, for one workspace folder.

    Attributes:
        limits: What the organisation lets requests use; no key states it.
    """

    privacy: Privacy = Privacy()
    completion: Completion = field(default_factory=Completion)
    chat: Chat = Chat()
    terminal: Terminal = Terminal()
    telemetry: Telemetry = Telemetry()
    keys: KeyPlaces = KeyPlaces()
    network: Network = Network()
    providers: Mapping[str, ProviderConfig] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that was dropped. The rest of its source was kept.

    Attributes:
        source: File or source name, e.g. `user file`.
        key: Dotted key, or empty where the whole source is unreadable.
        reason: One sentence: what is wrong and what to do. No value of a secret-bearing key.
    """

    source: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose with `mode set` or from the status bar; None where they did not.

    Attributes:
        machine: For every workspace without a choice of its own.
        workspace: For this workspace.
        sound: False where stored choices could not all be read; the mode is then never looser
            than the default on their account.
    """

    machine: Mode | None = None
    workspace: Mode | None = None
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Vote:
    """One source's wish for the mode.

    Attributes:
        source: Who said it.
        mode: What they asked for.
        counted: False where the same person said otherwise in a stronger place.
    """

    source: str
    mode: Mode
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Resolved:
    """The outcome of layering.

    Attributes:
        settings: Always complete and usable.
        sources: Dotted key → name of the source that won; keys at their default are absent.
        votes: Every source that voted on the mode, in order; the effective one is in `settings`.
        mode_source: Name of the source that decided the mode.
        problems: What was dropped and why.
        policy: How things stand with the organisation's policy.
    """

    settings: Settings
    sources: Mapping[str, str]
    votes: tuple[Vote, ...]
    mode_source: str
    problems: tuple[Problem, ...]
    policy: Standing = NO_POLICY
