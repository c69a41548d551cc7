"""The organisation's policy asked for at every request: cached by file stamp, judged anew in time.

    machine folder   policy.pub            keys that may sign; without it there is no policy
                     policy.signed.json    the policy, put there by the administrator
    state folder     managed-policy.json   the policy, as last fetched from the managed cloud
                     policy-seen.json      highest serial ever in force, latest time ever seen

Only the machine's folder is trusted. Whoever can write to the state folder can make a policy look
older, and is then closed out, or make it forget what it saw; docs/policy.md says what that means.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegrex_lsp import portable
from codegrex_lsp.settings.files import LONGEST, Stamp, Unreadable, read_bytes, stamp
from codegrex_lsp.settings.pins import NO_POLICY, Standing

if TYPE_CHECKING:  # most machines pin no policy, and an editor waits for the server's start
    from codegrex_lsp.settings.policy import Offer

KEY_FILE: Final = "policy.pub"
MACHINE_FILE: Final = "policy.signed.json"
MANAGED_FILE: Final = "managed-policy.json"
SEEN_FILE: Final = "policy-seen.json"

MACHINE: Final = "machine file"
MANAGED: Final = "managed cloud"

_NOTE_EVERY_S: Final = 3600.0
"""How much time passes before it is noted again."""

_PATIENCE_S: Final = 0.2
"""How long to wait for another process that notes something; a keystroke may be waiting here."""

_END_OF_TIME: Final = 253_402_300_800
"""The year 10000, in seconds since 1970: beyond, a date can not be told."""

_SETTLED_NS: Final = 2_000_000_000
"""A file changed less than 2 s ago may change again under the same stamp."""


@dataclass(frozen=True, slots=True)
class _Kept:
    stamps: tuple[Stamp, ...]
    contents: tuple[object, ...]
    standing: Standing


class PolicyReader:
    """How things stand with the organisation's policy, now.

    Args:
        machine: The machine's folder. It must not depend on anything that a person can set.
        state: The person's folder for state.
        clock: Seconds since 1970.
    """

    def __init__(
        self, machine: Path, state: Path, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = machine / KEY_FILE
        self._files = (machine / MACHINE_FILE, state / MANAGED_FILE)
        self._memory = _Memory(state / SEEN_FILE)
        self._clock = clock
        self._kept: _Kept | None = None

    def current(self) -> Standing:
        """The policy as files and clock stand at this moment. Never raises.

        The same object comes back while nothing changes, so it can be compared by identity.
        """
        if not _exists(self._key):
            self._kept = None
            return NO_POLICY
        now = self._memory.latest(self._clock())
        stamps = tuple(map(stamp, (self._key, *self._files)))
        kept = self._kept
        if kept is not None and now < kept.standing.until:
            if kept.stamps == stamps and _settled(stamps, self._clock()):
                return kept.standing
            contents = self._contents()
            if kept.contents == contents:
                self._kept = _Kept(stamps, contents, kept.standing)
                return kept.standing
        contents = self._contents()
        standing = self._judge(contents, stamps[2], now)
        if standing.policy is not None and not standing.code:
            self._memory.accept(standing.policy.serial)
        self._kept = _Kept(stamps, contents, standing)
        return standing

    def verify(self, content: bytes, keys: bytes | None = None) -> Standing:
        """How things would stand with this envelope alone, and what was seen so far.

        Args:
            content: An envelope.
            keys: Public keys in PEM form to verify with, in place of those that are pinned.
        """
        from codegrex_lsp.settings.policy import Offer

        found: bytes | str | None = keys if keys is not None else _content(self._key)
        return self._judged(found, [Offer(MACHINE, content)], self._memory.latest(self._clock()))

    def keep(self, content: bytes) -> Standing:
        """Keep a policy that was fetched from the managed cloud, where it could be in force.

        Anything else leaves the copy that is there: a bad answer must not close a good policy.

        Args:
            content: An envelope.

        Returns:
            How things would stand with it alone; `pinned` is False where this machine pins no key,
            and nothing is kept then.

        Raises:
            OSError: It can not be written.
        """
        if not _exists(self._key):
            return NO_POLICY
        standing = self.verify(content)
        if not standing.code:
            portable.write_private(self._files[1], content)
        return standing

    def _contents(self) -> tuple[bytes | str | None, ...]:
        return tuple(map(_content, (self._key, *self._files)))

    def _judge(
        self, contents: Sequence[bytes | str | None], managed: Stamp, now: float
    ) -> Standing:
        from codegrex_lsp.settings.policy import Offer

        key, *files = contents
        offers = []
        for origin, content in zip((MACHINE, MANAGED), files, strict=True):
            fetched = min(managed[0] / 1e9, now) if origin == MANAGED else None
            if isinstance(content, bytes):
                offers.append(Offer(origin, content, fetched=fetched))
            elif content is not None:
                offers.append(Offer(origin, None, trouble=content))
        return self._judged(key, offers, now)

    def _judged(self, key: bytes | str | None, offers: Sequence[Offer], now: float) -> Standing:
        from codegrex_lsp.settings import dsse, policy

        if not isinstance(key, bytes):
            return policy.bad_key(key or "is not there")
        try:
            standing = policy.judge(offers, dsse.public_keys(key), self._memory.serial, now)
        except dsse.Refused as trouble:
            return policy.bad_key(str(trouble))
        except ImportError:
            return policy.bad_key("can not be used: the package cryptography does not load")
        if standing.code == "policy-expired" and now > self._clock() + policy.DAY_S:
            fix = f"{standing.fix}; it was later once, which {SEEN_FILE} in the state folder notes"
            return replace(standing, fix=fix)
        return standing


def _exists(path: Path) -> bool:
    """Whether a file is there, were it a link to nowhere or one that can not be asked about."""
    try:
        os.lstat(path)  # on every request, as in `files.stamp`
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _content(path: Path) -> bytes | str | None:
    """A file's bytes, why it can not be read, or None where there is none."""
    try:
        return read_bytes(path, LONGEST)
    except Unreadable as trouble:
        return str(trouble)


def _settled(stamps: Sequence[Stamp], now: float) -> bool:
    return now * 1e9 - max(max(each[:2]) for each in stamps) >= _SETTLED_NS


class _Memory:
    """What was seen: the highest serial in force, and the latest time, over all processes.

    It is the person's own file. Where it can not be read or written, what this process saw counts.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = False
        self._serial = 0
        self._latest = 0.0

    @property
    def serial(self) -> int:
        """The highest serial that was in force, or 0."""
        self._load()
        return self._serial

    def latest(self, now: float) -> float:
        """`now`, or the latest time seen where the clock was set back."""
        self._load()
        if now > self._latest + _NOTE_EVERY_S:
            self._latest = now
            self._store()
        return max(now, self._latest)

    def accept(self, serial: int) -> None:
        """A policy with this serial is in force."""
        if serial > self.serial:
            self._serial = serial
            self._store()

    def _load(self) -> None:
        if self._read:
            return
        self._read = True
        with suppress(Unreadable, ValueError, RecursionError, AttributeError):
            raw = json.loads(read_bytes(self._path, 4096) or b"{}")
            serial, latest = raw.get("serial"), raw.get("latest")
            if type(serial) is int and serial > 0:
                self._serial = max(self._serial, serial)
            if type(latest) is int and 0 < latest < _END_OF_TIME:
                self._latest = max(self._latest, float(latest))

    def _store(self) -> None:
        with suppress(OSError):
            portable.make_private(self._path.parent)
            with portable.locked(self._path.with_suffix(".lock"), seconds=_PATIENCE_S):
                self._read = False  # another process may have seen more
                self._load()
                shape = {"serial": self._serial, "latest": int(self._latest)}
                portable.write_private(self._path, json.dumps(shape).encode())
