"""The ledger's format: chained lines, segments, and the sealed head. No policy, no clock.

A ledger is a folder of segments `000001.jsonl`, `000002.jsonl`, … and a `head.json`. Every line
is JSON in canonical form (sorted keys, no spaces, ASCII) with `prev`, the hash of the line
before, and `hash`, SHA-256 over the line without it. Kinds of line:

    segment   opens a segment; `why` is `start`, `full`, or a loss: `head-lost`, `tail-lost`
    request   something that left; `seq` counts these without gaps
    outcome   how request number `of` ended
    torn      the bytes before it were cut off by a crash; their length and SHA-256

The head names the last line and is sealed with the machine's key, so that cutting the end off
shows. A line is written before the head, so after a crash the file may be ahead of its head, never
behind it: only there is a torn line believed to be an accident.

What can not be seen: whoever can read the machine's key, or puts back an older copy of the whole
folder, can forge the end. docs/threat-model.md says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

GENESIS: Final = "0" * 64
LOSSES: Final = frozenset({"head-lost", "tail-lost"})

Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends.

    Attributes:
        first: Number of the oldest segment that is kept.
        anchor: Hash of the last line before it.
        segment: Number of the newest segment; 0 before there is one.
        size: Bytes of the newest segment up to and with its last line.
        seq: Number of the last request.
        hash: Hash of the last line.
    """

    first: int = 1
    anchor: str = GENESIS
    segment: int = 0
    size: int = 0
    seq: int = 0
    hash: str = GENESIS

    def after(self, line: bytes) -> Head:
        """The head once `line`, a sealed one, has been written."""
        fields = json.loads(line)
        seq = fields["seq"] if fields["kind"] == "request" else self.seq
        return replace(self, size=self.size + len(line), seq=seq, hash=fields["hash"])

    def dump(self, key: bytes) -> bytes:
        """The head file's content."""
        fields = asdict(self)
        return _canonical({**fields, "mac": _mac(key, b"ledger-head", _canonical(fields))})


def load_head(content: bytes, key: bytes) -> Head | None:
    """The head in a head file, or None where it is damaged or was not sealed with this key."""
    try:
        fields = json.loads(content)
        mac = fields.pop("mac")
        if not hmac.compare_digest(mac, _mac(key, b"ledger-head", _canonical(fields))):
            return None
        return Head(**fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def body_mark(key: bytes, body: bytes) -> str:
    """Keyed SHA-256 of a request body: it can be compared here and guessed at nowhere else."""
    return _mac(key, b"ledger-body", body)


def seal(fields: Mapping[str, object], prev: str) -> bytes:
    """The line that follows the line whose hash is `prev`, with its newline."""
    line = {**fields, "prev": prev}
    return _canonical({**line, "hash": hashlib.sha256(_canonical(line)).hexdigest()}) + b"\n"


def read(raw: bytes, prev: str | None = None) -> Line | None:
    """The fields of a line, or None where it is damaged or does not follow `prev`."""
    try:
        line = json.loads(raw)
        fields = {name: value for name, value in line.items() if name not in ("prev", "hash")}
        if seal(fields, line["prev"]) != raw + b"\n" or not isinstance(line["kind"], str):
            return None
    except (ValueError, KeyError, AttributeError, RecursionError):
        return None
    if prev is not None and line["prev"] != prev:
        return None
    return {str(name): value for name, value in line.items()}


def torn(fragment: bytes, prev: str) -> bytes:
    """What ends a torn line: a newline, and a line that says what was there."""
    fields = {"kind": "torn", "bytes": len(fragment), "sha256": _digest(fragment)}
    return b"\n" + seal(fields, prev)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole chain found.

    Attributes:
        ok: No line is missing or changed. Torn lines are accidents and do not count.
        requests: Requests in the kept segments.
        torn: Lines cut off by a crash.
        last: Hash of the last line; noted elsewhere, it proves an older copy to be one.
        broken: `segment:line` of the first broken line, else empty.
        message: One sentence.
    """

    ok: bool
    requests: int
    torn: int
    last: str
    broken: str
    message: str


def verify(segments: Mapping[int, Path], head: Head | None) -> Verification:
    """Recompute the chain.

    Args:
        segments: Number → file of each segment that is there.
        head: As loaded, or None where it is missing or not sealed with this machine's key.

    Raises:
        OSError: A segment can not be read.
    """
    check = _Check()
    if head is None:
        if segments:
            check.fail("head.json:1", "it is missing, or not sealed with this machine's key")
        return check.result()
    check.hash = head.anchor
    for number in range(head.first, head.segment + 1):
        if number not in segments:
            return check.fail(f"{number:06d}.jsonl:1", "the whole segment is missing").result()
        check.segment(number, segments[number].read_bytes(), head)
        if check.broken:
            break
    return check.result()


class _Check:
    """One walk along the chain; `broken` is set once and for all."""

    def __init__(self) -> None:
        self.hash = GENESIS
        self.seq: int | None = None
        self.requests = self.torn = 0
        self.broken = self.reason = ""

    def fail(self, where: str, reason: str) -> _Check:
        self.broken, self.reason = where, reason
        return self

    def result(self) -> Verification:
        message = f"The chain is whole: {self.requests} requests."
        if self.broken:
            message = f"The chain is broken at {self.broken}: {self.reason}."
        elif self.torn:
            message += f" {self.torn} lines were cut off by a crash."
        return Verification(
            not self.broken, self.requests, self.torn, self.hash, self.broken, message
        )

    def segment(self, number: int, content: bytes, head: Head) -> None:
        name = f"{number:06d}.jsonl"
        last = number == head.segment
        count = content[: head.size].count(b"\n")
        sealed = head.size if last else len(content)  # bytes for which the head vouches
        if last and len(content) < sealed:
            self._lines(name, content, len(content))
            if not self.broken:
                self.fail(f"{name}:{count + 1}", "lines at the end are missing")
            return
        self._lines(name, content[:sealed], sealed)
        if self.broken:
            return
        if last and self.hash != head.hash:
            self.fail(f"{name}:{count}", "it is not the last line written")
            return
        self._lines(name, content[sealed:], 0, first=count + 1)

    def _lines(self, name: str, content: bytes, vouched: int, *, first: int = 1) -> None:
        """Walk `content`; damage in its first `vouched` bytes is never taken for an accident."""
        fragment: list[bytes] = []
        where = ""
        for index, raw in enumerate(content.removesuffix(b"\n").split(b"\n") if content else []):
            line = read(raw, self.hash)
            here = f"{name}:{first + index}"
            if line is None:
                fragment.append(raw)
                where = where or here
                continue
            if fragment and not _explains(line, b"\n".join(fragment)):
                break
            fragment.clear()
            where = ""
            self._accept(line, here, opening=first + index == 1)
            if self.broken:
                return
        if fragment and vouched:
            self.fail(where, "it was changed, or a line before it is missing")
        elif fragment:
            self.torn += 1

    def _accept(self, line: Line, here: str, *, opening: bool) -> None:
        self.hash = str(line["hash"])
        kind = line["kind"]
        if opening != (kind == "segment"):
            self.fail(here, "a segment does not begin here")
        elif kind == "segment" and line.get("why") in LOSSES:
            self.fail(here, "lines were missing when this segment was begun")
        elif kind == "torn":
            self.torn += 1
        elif kind == "request":
            self.requests += 1
            seq = line.get("seq")
            if not isinstance(seq, int) or (self.seq is not None and seq != self.seq + 1):
                self.fail(here, "a request before it is missing")
            else:
                self.seq = seq


def follow(content: bytes, head: Head) -> tuple[Head, bytes]:
    """Take up whole lines that a crash left beyond the head.

    Args:
        content: Bytes of the newest segment beyond `head.size`.
        head: The head that they lie beyond.

    Returns:
        The head after the last whole line, and what is left: a torn line or nothing.
    """
    while True:
        raw, newline, rest = content.partition(b"\n")
        if not newline or read(raw, head.hash) is None:
            return head, content
        head = head.after(raw + newline)
        content = rest


def lines(content: bytes) -> Iterator[Line]:
    """The readable lines of a segment, damaged ones left out."""
    for raw in content.split(b"\n"):
        line = read(raw)
        if line is not None:
            yield line


def _explains(line: Line, fragment: bytes) -> bool:
    return line["kind"] == "torn" and line.get("sha256") == _digest(fragment)


def _canonical(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _mac(key: bytes, label: bytes, content: bytes) -> str:
    own = hmac.digest(key, label, "sha256")
    return hmac.new(own, content, "sha256").hexdigest()
