"""The one table of settings: key, type, default, sentence, scope, strictness, who may state it.

The JSON schema, the settings page, `config show` and the VS Code manifest are all made from here.
Names are the same everywhere: dotted in TOML, `codegrex.` + key in an editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.settings import checks, patterns
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.settings.shapes import (
    AutoOr,
    Bool,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Shape,
    Text,
)
from codegrex_lsp.settings.strictness import AnyOff, Lower, Ranked, Strictness, Union
from codegrex_lsp.values.mode import Mode


class Scope(StrEnum):
    """Who an editor lets state a key: `machine` only the person, `resource` a workspace too."""

    MACHINE = "machine"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Key:
    """One setting.

    Attributes:
        name: Dotted; `<id>` stands for any provider's id.
        type: What values look like.
        default: In wire form.
        sentence: What it does, for people.
        scope: Which of an editor's settings files may state it.
        stricter: How to take the strictest of several values; None where the last source wins.
        repository: Whether a repository's own file may state it, and then only to tighten.
        environment: Variable that states it, or empty.
        private: Whether its value is never shown.
    """

    name: str
    type: Shape
    default: Any
    sentence: str
    scope: Scope = Scope.RESOURCE
    stricter: Strictness | None = None
    repository: bool = False
    environment: str = ""
    private: bool = False

    @property
    def told(self) -> str:
        """The sentence, and whether the key has an effect in this version."""
        return f"{self.sentence} *{LATER[self.name]}*" if self.name in LATER else self.sentence


_NOTHING: Final = "Has no effect in this version."
LATER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chat.history": "In this version nothing is kept on disk: `persistent` means `session`.",
        "chat.historyDays": _NOTHING,
        "terminal.capture": _NOTHING,
        "terminal.maxLines": _NOTHING,
    }
)
"""Keys that are read and checked although what they steer is not all built yet: nobody is told of
protection that is not there."""

_ON = Ranked((False, True))
_OFF = Ranked((True, False))
_GLOB = Text("pattern", checks.glob)
_ROUTES = ListOf(Text("provider id", checks.provider_id))
_TIMEOUTS = Record(
    (
        ("connect", Number(0.1, 120, whole=False)),
        ("firstToken", Number(0.1, 600, whole=False)),
        ("idle", Number(0.1, 600, whole=False)),
        ("total", Number(0.1, 3600, whole=False)),
    )
)

KEYS: Final[tuple[Key, ...]] = (
    Key(
        "privacy.mode",
        OneOf(tuple(mode.value for mode in Mode)),
        Mode.SENSITIVE.value,
        "How much may leave this machine. `normal`: local and cloud models. `sensitive`: code and "
        "prompts go to local models only. `offline`: no connection but to local models.",
        stricter=Ranked(tuple(mode.value for mode in Mode)),
        repository=True,
        environment="CODEGREX_MODE",
    ),
    Key(
        "privacy.redactLocal",
        OneOf(("off", "secrets", "all")),
        "secrets",
        "What is masked before text goes to a local model. For the cloud it is always `all`.",
        stricter=Ranked(("off", "secrets", "all")),
        repository=True,
    ),
    Key(
        "privacy.names",
        Bool(),
        True,
        "Mask names of persons and places that only a language model finds in comments and "
        "strings, where it is installed (`codegrex-lsp doctor` says so): as far as it has read "
        "them by then.",
        stricter=_ON,
        repository=True,
    ),
    Key(
        "privacy.useGitignore",
        Bool(),
        True,
        "Do not read files that git ignores.",
        stricter=_ON,
        repository=True,
    ),
    Key(
        "privacy.pathPolicies",
        ListOf(
            Record(
                (
                    ("glob", _GLOB),
                    ("level", OneOf(("never", "local", "redact", "normal"), otherwise="never")),
                ),
                required=("glob", "level"),
            )
        ),
        [],
        "What may happen to files that match a pattern: `never` read, `local` models only, "
        "`redact` also for local models, or `normal`. The strictest that matches wins. Patterns "
        "are written as in .gitignore, with at most two `*` between a `**/` in front and a `*` or "
        "`/**` at the end, and without classes such as `[[:alpha:]]`.",
        stricter=Union(),
        repository=True,
    ),
    Key(
        "privacy.customPatterns",
        ListOf(
            Record(
                (
                    ("name", Text("name", checks.short_name)),
                    ("pattern", Text("regular expression", patterns.why_unsafe)),
                    ("kind", OneOf(("secret", "pii"))),
                ),
                required=("name", "pattern"),
            )
        ),
        [],
        "Further values to mask, as regular expressions. One that could be slow is refused.",
        stricter=Union(),
        repository=True,
    ),
    Key(
        "privacy.allow",
        ListOf(Text("keyed hash", checks.keyed_hash)),
        [],
        "Values that you marked as not secret, as hashes that mean nothing on another machine.",
        scope=Scope.MACHINE,
    ),
    Key(
        "privacy.knownSecrets",
        Bool(),
        True,
        "Mask the values found in `.env` files, well-known credential files and secret-looking "
        "environment variables wherever they occur.",
        stricter=_ON,
        repository=True,
    ),
    Key(
        "privacy.privateHosts",
        ListOf(Text("host or network", checks.private_host)),
        [],
        "Model servers on your own private network that count as local.",
        scope=Scope.MACHINE,
    ),
    Key(
        "privacy.readAnyway",
        ListOf(_GLOB),
        [],
        "Files to read although the built-in list of credential files excludes them.",
        scope=Scope.MACHINE,
    ),
    Key(
        "completion.enabled",
        Bool(),
        True,
        "Suggest code while you type.",
        stricter=_OFF,
        repository=True,
    ),
    Key(
        "completion.languages",
        MapOf(Bool(), "language id", checks.language),
        {},
        "Switch suggestions on or off by language; a language that is not named is on.",
        stricter=AnyOff(),
        repository=True,
    ),
    Key(
        "completion.routes",
        _ROUTES,
        ["ollama", "embedded"],
        "Providers for suggestions, in order of preference; the mode decides which may be used.",
    ),
    Key(
        "completion.debounceMs",
        AutoOr(Number(0, 10_000, "ms")),
        "auto",
        "How long to wait after a keystroke; `auto` follows your typing.",
    ),
    Key(
        "completion.maxTokens",
        Number(1, 4096, "tokens"),
        128,
        "Longest suggestion.",
    ),
    Key(
        "completion.contextTokens",
        Number(64, 131_072, "tokens"),
        2048,
        "How much text around the cursor, and from other files, a request may hold.",
    ),
    Key(
        "completion.multiline",
        OneOf(("auto", "always", "never")),
        "auto",
        "Whether a suggestion may have several lines.",
    ),
    Key(
        "completion.neighbours",
        Bool(),
        True,
        "Use parts of other open files as context.",
        stricter=_OFF,
        repository=True,
    ),
    Key(
        "completion.classic",
        OneOf(("auto", "on", "off")),
        "auto",
        "Offer suggestions in the completion menu; `auto` where the editor has no ghost text.",
    ),
    Key(
        "completion.preload",
        Bool(),
        True,
        "Have the model loaded when the first document is opened, where it runs on this machine.",
    ),
    Key(
        "chat.routes",
        _ROUTES,
        ["ollama", "embedded"],
        "Providers for chat, in order of preference; the mode decides which may be used.",
    ),
    Key(
        "chat.history",
        OneOf(("persistent", "session", "off")),
        "persistent",
        "Keep conversations on this machine, for this session only, or not at all.",
        stricter=Ranked(("persistent", "session", "off")),
        repository=True,
    ),
    Key(
        "chat.historyDays",
        Number(0, 3650, "days"),
        30,
        "How long conversations are kept.",
        stricter=Lower(),
        repository=True,
    ),
    Key(
        "terminal.capture",
        Bool(),
        False,
        "Let chat see the terminal's recent output when you attach it.",
        scope=Scope.MACHINE,
        stricter=_OFF,
        repository=True,
    ),
    Key(
        "terminal.maxLines",
        Number(1, 10_000, "lines"),
        200,
        "How much of the terminal's output is kept in memory.",
        scope=Scope.MACHINE,
    ),
    Key(
        "telemetry.enabled",
        Bool(),
        False,
        "Send anonymous usage counts to the managed cloud, in `normal` mode and never with text; "
        "`codegrex-lsp telemetry show` prints every one.",
        scope=Scope.MACHINE,
        stricter=_OFF,
        repository=True,
    ),
    Key(
        "telemetry.inSensitive",
        Bool(),
        False,
        "Send them in `sensitive` mode too. Never in `offline`.",
        scope=Scope.MACHINE,
        stricter=_OFF,
        repository=True,
    ),
    Key(
        "telemetry.sampleRate",
        Number(0, 1, whole=False),
        0.1,
        "Share of sessions that send usage counts.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.kind",
        OneOf(tuple(KINDS)),
        None,
        "The wire that the provider speaks; for a built-in id it is the id.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.baseUrl",
        Text("address", checks.base_url),
        None,
        "Where the provider answers. https, save on this machine and on private hosts.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.model",
        Text("model name"),
        None,
        "Model for suggestions; for `embedded` the path of a GGUF file.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.chatModel",
        Text("model name"),
        None,
        "Model for chat, where it is another one; `embedded` has one for everything.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.fim",
        Text("`auto`, `off` or a template's name"),
        None,
        "How the model is asked to fill a hole.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.numCtx",
        Number(0, 1_048_576, "tokens"),
        None,
        "Context size, one for all tasks; 0 leaves it to the server.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.keepAlive",
        Text("duration", checks.duration),
        None,
        "How long Ollama keeps the model loaded: `10m`, `-1` for always, `0` to unload it at once. "
        "Without it the server decides.",
        scope=Scope.MACHINE,
    ),
    Key(
        "providers.<id>.headers",
        MapOf(Text(), "header", checks.header_name),
        None,
        "Extra headers. Not for keys: those belong in the keychain.",
        scope=Scope.MACHINE,
        private=True,
    ),
    Key(
        "providers.<id>.timeouts",
        _TIMEOUTS,
        None,
        "Limits for this provider, in seconds, where they differ from `network.timeouts`.",
        scope=Scope.MACHINE,
    ),
    Key(
        "keys.file",
        Text("path below the config folder", checks.below),
        "",
        "File with provider keys below the config folder, e.g. `keys.toml`, for systems without a "
        "keychain. It is used only while nobody but you can read it.",
        scope=Scope.MACHINE,
    ),
    Key(
        "network.proxy",
        Text("address, or `env`", checks.proxy),
        "",
        "Proxy for cloud providers; `env` takes the environment's. Local models never use one.",
        scope=Scope.MACHINE,
        environment="CODEGREX_PROXY",
        private=True,
    ),
    Key(
        "network.caBundle",
        Text("path"),
        "",
        "File with certificates to trust beside the system's.",
        scope=Scope.MACHINE,
        environment="CODEGREX_CA_BUNDLE",
    ),
    Key(
        "network.timeouts",
        _TIMEOUTS,
        {"connect": 3, "firstToken": 30, "idle": 15, "total": 120},
        "Limits in seconds: to connect, to the first token, between chunks, and in all.",
        scope=Scope.MACHINE,
    ),
)

BY_NAME: Final[Mapping[str, Key]] = MappingProxyType({key.name: key for key in KEYS})
NAMES: Final = tuple(BY_NAME)
DIRECTIONAL: Final = tuple(key for key in KEYS if key.stricter is not None)


def find(name: str) -> Key | None:
    """The row for a dotted name, `providers.work.model` included; None where there is none."""
    return BY_NAME.get(_general(name))


def is_group(name: str) -> bool:
    """Whether `name` is a table of keys, such as `privacy` or `providers.work`."""
    return _general(name) in _GROUPS


def _general(name: str) -> str:
    """`name` with a provider's id replaced by `<id>`."""
    parts = name.split(".")
    if parts[0] == "providers" and len(parts) > 1 and checks.PROVIDER_ID.fullmatch(parts[1]):
        parts[1] = "<id>"
    return ".".join(parts)


_GROUPS: Final = frozenset(
    ".".join(parts[:depth])
    for parts in (name.split(".") for name in NAMES)
    for depth in range(1, len(parts))
)
