"""Credentials of this person and workspace, read so that their values can be masked.

The ignore rules forbid reading such files *for a request*, and this is the one exception: what is
read here goes to the detector of known secrets and nowhere else. Nothing of it is written, logged
or shown, and a file that can not be read is as good as absent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from codegrex_lsp.privacy.detect.keys import Key, judge_key
from codegrex_lsp.privacy.detect.known import SHORTEST, KnownSecret, counts
from codegrex_lsp.settings.files import Stamp, Unreadable, read_bytes, stamp
from codegrex_lsp.state import credential_formats as formats
from codegrex_lsp.values.apikey import ApiKey

LARGEST: Final = 256 * 1024
"""Bytes of a file that is read; credential files are small."""

MOST_FILES: Final = 64
"""`.env` files of one workspace folder that are read."""

ALL_TOGETHER: Final = 256 * 1024
"""Bytes of all `.env` files of one workspace folder; those deepest down are left out first."""

MOST_FOLDERS: Final = 256
"""Folders of a workspace that are looked into for `.env` files."""

DEPTH: Final = 2
"""Levels below the workspace folder, as in `packages/api/.env`."""

LOOK_EVERY_S: Final = 1.0
"""Seconds between two looks at the stamps of files."""

LIST_EVERY_S: Final = 15.0
"""Seconds between two looks for new `.env` files."""

_EXAMPLES: Final = (".example", ".sample", ".template", ".dist", ".tmpl", ".defaults")
_PASSED_OVER: Final = frozenset(
    {"node_modules", "vendor", "venv", "dist", "build", "target", "__pycache__", "site-packages"}
)

Parser = Callable[[str], Iterable[formats.Pair]]


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    source: str
    parse: Parser
    any_key: bool = False
    within: Path | None = None
    """The folder that the real file must stand in, or None."""


@dataclass(slots=True)
class _Kept:
    stamp: Stamp
    secrets: frozenset[KnownSecret] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found at one moment, and for what."""

    at: float
    folders: frozenset[Path]
    own: tuple[ApiKey, ...]
    found: frozenset[KnownSecret] = field(repr=False)


class Credentials:
    """What is known now. One for the process; cheap between changes.

    Args:
        home: The person's home folder.
        environ: The environment, whose variables say where some files are.
        clock: Monotonic, in seconds.
        own: The person's own keys of providers; the same object while nothing changes.
    """

    def __init__(
        self,
        home: Path,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
        own: Callable[[], tuple[ApiKey, ...]] = tuple,
    ) -> None:
        self._home = tuple(_personal(home, environ))
        self._environ = frozenset(_of_environment(environ))
        self._clock = clock
        self._own = own
        self._listed: dict[Path, tuple[float, tuple[_Place, ...]]] = {}
        self._kept: dict[Path, _Kept] = {}
        self._last: _Look | None = None

    def __repr__(self) -> str:
        return f"<credentials from {len(self._kept)} files>"

    def current(self, folders: Iterable[Path]) -> frozenset[KnownSecret]:
        """Every value that counts. Never raises; the same object while nothing changes.

        Args:
            folders: Workspace folders whose `.env` files count.
        """
        now, wanted, own = self._clock(), frozenset(folders), self._own()
        last = self._last
        same = last is not None and (last.folders, last.own) == (wanted, own)
        if last is not None and same and now - last.at < LOOK_EVERY_S:
            return last.found
        places = [*self._home, *(p for f in sorted(wanted) for p in _few(self._env_files(f, now)))]
        found = self._environ.union(_keys(own), *(self._read(place) for place in places))
        if last is not None and found == last.found:
            found = last.found
        self._last = _Look(now, wanted, own, found)
        return found

    def _env_files(self, folder: Path, now: float) -> tuple[_Place, ...]:
        listed = self._listed.get(folder)
        if listed is None or now - listed[0] >= LIST_EVERY_S:
            places = tuple(
                _Place(path, "env-file", formats.lines, any_key=True, within=folder)
                for path in _env_files(folder)
            )
            listed = self._listed[folder] = (now, places)
        return listed[1]

    def _read(self, place: _Place) -> frozenset[KnownSecret]:
        # The stamp is taken before the file is read: a change in between is seen next time.
        now = stamp(place.path)
        kept = self._kept.get(place.path)
        if kept is None or kept.stamp != now:
            secrets = frozenset[KnownSecret]()
            with suppress(OSError, ValueError, Unreadable, RecursionError):
                secrets = frozenset(_secrets(place))
            kept = self._kept[place.path] = _Kept(now, secrets)
        return kept.secrets


def _secrets(place: _Place) -> Iterator[KnownSecret]:
    if place.within is not None and not _stays_within(place.path, place.within):
        return
    content = read_bytes(place.path, LARGEST)
    if content is None:
        return
    for key, value in place.parse(content.decode("utf-8-sig", "replace")):
        for name, part in formats.values(key, value):
            if counts(name, part, any_key=place.any_key):
                yield KnownSecret(part, place.source)


def _stays_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _keys(own: Iterable[ApiKey]) -> Iterator[KnownSecret]:
    """Keys of providers, however they were given to us. They are secret whatever they look like."""
    for key in own:
        if len(value := key.disclose()) >= SHORTEST:
            yield KnownSecret(value, "api-key")


def _of_environment(environ: Mapping[str, str]) -> Iterator[KnownSecret]:
    """Variables whose name, or whose URL's password, says that they are secret."""
    for name, whole in environ.items():
        for key, value in formats.values(name, whole):
            sure = judge_key(key) in (Key.HUMAN, Key.PHRASE, Key.SECRET, Key.MACHINE)
            if sure and counts(key, value, any_key=False):
                yield KnownSecret(value, "environment")


def _env_files(folder: Path) -> list[Path]:
    """`.env`, `.env.local`, `.envrc` and their like, in the folder and just below it."""
    found: list[Path] = []
    waiting = [(folder, 0)]
    for looked_into in range(MOST_FOLDERS):
        if looked_into >= len(waiting) or len(found) >= MOST_FILES:
            break
        here, depth = waiting[looked_into]
        with suppress(OSError), os.scandir(here) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = entry.name.lower()
                if name.startswith(".env") and not name.endswith(_EXAMPLES):
                    found.append(Path(entry.path))
                elif depth < DEPTH and _is_looked_into(entry):
                    waiting.append((Path(entry.path), depth + 1))
    return found[:MOST_FILES]


def _few(places: Iterable[_Place]) -> Iterator[_Place]:
    """Those whose files are small enough to be read all together."""
    room = ALL_TOGETHER
    for place in places:
        size = stamp(place.path)[2]
        if size <= room:
            room -= size
            yield place


def _is_looked_into(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name.lower() in _PASSED_OVER:
        return False
    return entry.is_dir(follow_symlinks=False)


def _personal(home: Path, environ: Mapping[str, str]) -> Iterator[_Place]:
    def at(variable: str, otherwise: Path) -> Path:
        return Path(environ[variable]) if environ.get(variable) else otherwise

    config = at("XDG_CONFIG_HOME", home / ".config")
    roaming = at("APPDATA", config)
    gh = at("GH_CONFIG_DIR", config / "gh")
    gcloud = at("CLOUDSDK_CONFIG", config / "gcloud")
    aws = at("AWS_SHARED_CREDENTIALS_FILE", home / ".aws" / "credentials")
    yield _Place(at("NETRC", home / ".netrc"), "netrc", formats.netrc)
    yield _Place(home / "_netrc", "netrc", formats.netrc)
    yield _Place(at("NPM_CONFIG_USERCONFIG", home / ".npmrc"), "npmrc", formats.lines)
    yield _Place(home / ".pypirc", "pypirc", formats.lines)
    yield _Place(aws, "aws", formats.lines)
    docker = at("DOCKER_CONFIG", home / ".docker") / "config.json"
    yield _Place(docker, "docker", formats.tree)
    for folder in dict.fromkeys((gh, roaming / "GitHub CLI")):
        yield _Place(folder / "hosts.yml", "gh", formats.lines)
    for folder in dict.fromkeys((gcloud, roaming / "gcloud")):
        yield _Place(folder / "application_default_credentials.json", "gcloud", formats.tree)
