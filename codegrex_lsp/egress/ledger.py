"""The ledger: everything that left, one metadata line each, written before the bytes go.

It holds no text, and no hash of text that could be guessed back. The format and what it proves
are in `egress.chain`. Several servers may write at once: each line is written under a lock
between processes, after reading where the others left the chain.

A cloud request's line is flushed to the disk itself before the request goes (`fsync`), so that
after a power cut everything that left is still listed; next to a journey over the internet the
time does not count. A local request's line is handed to the system only: it survives the end of
this process, `kill -9` included, and a keystroke does not wait for a disk.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from codegrex_lsp.egress import chain
from codegrex_lsp.egress.chain import Head, Verification
from codegrex_lsp.egress.segments import Segments
from codegrex_lsp.errors import LedgerError
from codegrex_lsp.values.mode import Destination, Mode, Task

LIMIT_BYTES: Final = 32 * 2**20
"""All segments together: some 50,000 requests."""

KEEP_SEGMENTS: Final = 8

_OUTCOME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME: Final = 200
_SHOWN: Final = (
    "seq", "time", "task", "mode", "destination", "provider", "host", "model", "bytes", "pieces",
    "redactions", "withheld", "bodySha256", "policy", "prev", "hash", "outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What is about to leave.

    Attributes:
        task: Why it is sent.
        mode: The mode at the door.
        destination: Where it goes.
        provider: Provider id.
        host: `Target.label`.
        model: Model name, a file's name without its folder.
        body: The exact bytes; their length and keyed hash are kept, they are not.
        pieces: How many pieces of text it holds.
        redactions: How many values were masked in them.
        withheld: How many pieces were left out.
        policy: Id of the organisation policy in force, or empty.
    """

    task: Task
    mode: Mode
    destination: Destination
    provider: str
    host: str
    model: str
    body: bytes = field(repr=False)
    pieces: int = 0
    redactions: int = 0
    withheld: int = 0
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a line was written; the outcome is reported against it."""

    seq: int


class Ledger:
    """The ledger of one machine account.

    Args:
        folder: Where it is kept; made on the first write.
        key: Per-machine secret, for the head's seal and the hashes of bodies.
        clock: Seconds since 1970.
        limit_bytes: All segments together, roughly.
        keep_segments: How many segments share the limit; the oldest is dropped.
        keyless: Why `key` is not the one on the disk, if so. A chain sealed with a key that is
            gone tomorrow would count as broken, so nothing is written then.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        clock: Callable[[], float],
        limit_bytes: int = LIMIT_BYTES,
        keep_segments: int = KEEP_SEGMENTS,
        keyless: OSError | None = None,
    ) -> None:
        size = max(1, limit_bytes // keep_segments)
        self._segments = Segments(folder, key, size, keep_segments)
        self._key = key
        self._keyless = keyless
        self._clock = clock
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why the last write failed, as a sentence; empty where it did not."""
        return self._problem

    def record(self, entry: Entry) -> Receipt:
        """Write one line. When this returns, the line survives the end of this process.

        Raises:
            LedgerError: It can not be written; no part of the line is left behind.
        """
        fields = {
            "kind": "request",
            "time": _time(self._clock()),
            "task": entry.task.value,
            "mode": entry.mode.value,
            "destination": entry.destination.value,
            "provider": entry.provider[:_LONGEST_NAME],
            "host": entry.host[:_LONGEST_NAME],
            "model": entry.model[:_LONGEST_NAME],
            "bytes": len(entry.body),
            "pieces": entry.pieces,
            "redactions": entry.redactions,
            "withheld": entry.withheld,
            "bodySha256": chain.body_mark(self._key, entry.body),
            "policy": entry.policy,
        }
        head = self._append(fields, durable=entry.destination is Destination.CLOUD)
        return Receipt(head.seq)

    def outcome(self, receipt: Receipt, outcome: str) -> None:
        """Add how a request ended, as a line of its own: nothing written is ever changed.

        Args:
            receipt: From `record`.
            outcome: A reason code. Anything else could be text and is written as `other`.

        Raises:
            LedgerError: It can not be written.
        """
        code = outcome if len(outcome) <= 64 and _OUTCOME.fullmatch(outcome) else "other"
        self._append({"kind": "outcome", "of": receipt.seq, "outcome": code}, durable=False)

    def check(self) -> str:
        """Whether a line could be written now: empty, or a sentence. Writes no line."""
        try:
            self._hold_to_key()
            self._segments.touch()
            self._problem = ""
        except LedgerError as error:
            self._problem = error.message
        except OSError as error:
            self._problem = _sentence(error)
        return self._problem

    def lines(self, since: float | None = None) -> list[Mapping[str, object]]:
        """Requests in the shape of `ledger show --json`, oldest first.

        Args:
            since: Seconds since 1970; older ones are left out.

        Raises:
            LedgerError: The ledger is there and can not be read.
        """
        requests: dict[object, dict[str, object]] = {}
        earliest = "" if since is None else _time(since)
        try:
            for _, path in sorted(self._segments.paths().items()):
                for line in chain.lines(path.read_bytes()):
                    if line["kind"] == "request" and str(line.get("time")) >= earliest:
                        requests[line.get("seq")] = {**line, "outcome": None}
                    elif line["kind"] == "outcome" and line.get("of") in requests:
                        requests[line.get("of")]["outcome"] = line.get("outcome")
        except OSError as error:
            raise _unreadable(error) from None
        return [{name: line.get(name) for name in _SHOWN} for line in requests.values()]

    def verify(self) -> Verification:
        """Recompute the whole chain and name the first broken line.

        Raises:
            LedgerError: The ledger is there and can not be read, or the key can not.
        """
        if self._segments.paths():
            self._hold_to_key()
        try:
            with self._segments.still():
                return chain.verify(self._segments.paths(), self._segments.head())
        except OSError as error:
            raise _unreadable(error) from None

    def _hold_to_key(self) -> None:
        if self._keyless is not None:
            self._problem = f"{_sentence(self._keyless)} It has no machine.key to be sealed with."
            raise LedgerError(
                self._problem,
                fix="Make the state folder and machine.key in it writable, and start again.",
            )

    def _append(self, fields: Mapping[str, object], *, durable: bool) -> Head:
        self._hold_to_key()
        try:
            head = self._segments.append(fields, durable=durable)
        except OSError as error:
            self._problem = _sentence(error)
            raise LedgerError(
                self._problem,
                fix="Make room or make the folder writable; local models can be used meanwhile.",
            ) from None
        self._problem = ""
        return head


_REASONS: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file size limit is reached",
    errno.EROFS: "its folder is on a read-only disk",
    errno.EACCES: "its folder may not be written to",
    errno.EPERM: "its folder may not be written to",
    errno.ENOTDIR: "a file is in the way of its folder",
    errno.EEXIST: "a file is in the way of its folder",
    errno.EISDIR: "a folder is in the way of a file",
    errno.ETIMEDOUT: "another server holds it and does not let go",
}


def _sentence(error: OSError) -> str:
    reason = _REASONS.get(error.errno or 0, f"the system says {_name(error)}")
    return f"The ledger can not be written: {reason}."


def _unreadable(error: OSError) -> LedgerError:
    return LedgerError(
        f"The ledger can not be read: the system says {_name(error)}.", code="ledger-unreadable"
    )


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "an unknown error")


def _time(seconds: float) -> str:
    """UTC, to the millisecond, of a form that sorts as text."""
    stamp = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")
