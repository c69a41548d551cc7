"""The ledger's files: appending under a lock, rotation, and putting right what a crash left.

The order of writes is what makes `kill -9` harmless: the line first, whole or taken back, then the
head by renaming. A head that is behind its file is brought up to date by the next writer.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from codegrex_lsp import portable
from codegrex_lsp.egress import chain
from codegrex_lsp.egress.chain import Head


class Segments:
    """The files of one ledger, shared by every server of this machine account.

    Args:
        folder: Made on the first write.
        key: Per-machine secret that seals the head.
        segment_bytes: A segment that has grown to this size is followed by a new one.
        keep: Segments that are kept; the oldest is dropped.
    """

    def __init__(self, folder: Path, key: bytes, segment_bytes: int, keep: int) -> None:
        self._folder = folder
        self._key = key
        self._segment_bytes = segment_bytes
        self._keep = keep

    def append(self, fields: Mapping[str, object], *, durable: bool) -> Head:
        """Write one line, numbered where it is a request; returns the head after it.

        Args:
            fields: The line without `seq`, `prev` and `hash`.
            durable: Also wait until the disk has it.

        Raises:
            OSError: It can not be written; no part of it is left behind.
        """
        with self._writing():
            head = self._reconciled()
            if head.size >= self._segment_bytes:
                head = self._open_segment(head, "full")
            if fields["kind"] == "request":
                fields = {**fields, "seq": head.seq + 1}
            return self._write(head, chain.seal(fields, head.hash), durable=durable)

    def touch(self) -> None:
        """Do all that a write does, without a line. Raises OSError."""
        with self._writing():
            head = self._reconciled()
            with self._path(head.segment).open("ab"):
                self._save(head)

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Keep writers out while the block reads, where the lock can be had at all."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):  # a read-only or absent folder has no writers
                stack.enter_context(self._lock())
            yield

    def head(self) -> Head | None:
        """The head, or None where it is missing or not sealed with this key. Raises OSError."""
        try:
            content = (self._folder / "head.json").read_bytes()
        except FileNotFoundError:
            return None
        return chain.load_head(content, self._key)

    def paths(self) -> dict[int, Path]:
        """Number → file of each segment that is there."""
        found = self._folder.glob("*.jsonl") if self._folder.is_dir() else ()
        return {int(path.stem): path for path in found if path.stem.isdecimal()}

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        portable.make_private(self._folder)
        with self._lock():
            yield

    def _lock(self) -> contextlib.AbstractContextManager[None]:
        return portable.locked(self._folder / ".lock", seconds=portable.LOCK_SECONDS)

    def _reconciled(self) -> Head:
        """The head as it should be, once what a crash left has been put right."""
        head = self.head()
        if head is None:
            present = self.paths()
            if not present:
                return self._open_segment(Head(), "start")
            return self._open_segment(_recovered(present), "head-lost")
        path = self._path(head.segment)
        size = path.stat().st_size if path.exists() else -1
        if size < head.size:
            return self._open_segment(head, "tail-lost")
        if size > head.size:
            head = self._caught_up(head, path)
        return head

    def _caught_up(self, head: Head, path: Path) -> Head:
        with path.open("rb") as file:
            file.seek(head.size)
            head, fragment = chain.follow(file.read(), head)
        if fragment:
            ending = chain.torn(fragment, head.hash)
            _append(path, ending, durable=False)
            newline, line = ending[:1], ending[1:]
            head = replace(head.after(line), size=head.size + len(fragment + newline + line))
        self._save(head)
        return head

    def _open_segment(self, head: Head, why: str) -> Head:
        number = head.segment + 1
        fields = {"kind": "segment", "number": number, "seq": head.seq, "why": why}
        line = chain.seal(fields, head.hash)
        # A crash before the head was saved may have left this very file; nothing can follow it.
        self._path(number).unlink(missing_ok=True)
        head = replace(self._trimmed(head, number), segment=number, size=0)
        head = self._write(head, line, durable=True)
        for old, path in self.paths().items():
            if old < head.first:
                path.unlink(missing_ok=True)
        return head

    def _trimmed(self, head: Head, newest: int) -> Head:
        """Move the start of the chain up, so that at most `keep` segments are kept."""
        first = newest - self._keep + 1
        if first <= head.first:
            return head
        if first == newest:
            return replace(head, first=first, anchor=head.hash)
        opening = None
        with contextlib.suppress(FileNotFoundError), self._path(first).open("rb") as file:
            opening = chain.read(file.readline().removesuffix(b"\n"))
        # Where the opening line is damaged no anchor fits it, and `verify` goes on saying so.
        return replace(head, first=first, anchor=str(opening["prev"]) if opening else "")

    def _write(self, head: Head, line: bytes, *, durable: bool) -> Head:
        path = self._path(head.segment)
        _append(path, line, durable=durable)
        after = head.after(line)
        try:
            self._save(after)
        except OSError:
            with path.open("r+b") as file:
                file.truncate(head.size)
            raise
        return after

    def _save(self, head: Head) -> None:
        # One name is enough for the draft: whoever writes it holds the lock.
        draft = self._folder / "head.new"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
        try:
            _write_all(handle, head.dump(self._key))
        finally:
            os.close(handle)
        draft.replace(self._folder / "head.json")

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.jsonl"


def _recovered(present: Mapping[int, Path]) -> Head:
    """Where a chain without a head seems to end; its next segment says that the head was lost."""
    numbers = sorted(present)
    opening = next(chain.lines(present[numbers[0]].read_bytes()), None)
    anchor = str(opening["prev"]) if opening else ""
    head = Head(first=numbers[0], anchor=anchor, segment=numbers[-1])
    for number in numbers:
        for line in chain.lines(present[number].read_bytes()):
            seq = line.get("seq")
            head = replace(
                head, hash=str(line["hash"]), seq=seq if isinstance(seq, int) else head.seq
            )
    return head


def _append(path: Path, content: bytes, *, durable: bool) -> None:
    """Append all or nothing. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY, 0o600)
    try:
        before = os.fstat(handle).st_size
        try:
            _write_all(handle, content)
            if durable:
                os.fsync(handle)
        except OSError:
            os.ftruncate(handle, before)
            raise
    finally:
        os.close(handle)


def _write_all(handle: int, content: bytes) -> None:
    while content:  # a full disk may take a part; asked again, the system says why
        written = os.write(handle, content)
        if not written:
            raise OSError(errno.ENOSPC, "nothing was written")
        content = content[written:]


_BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows would turn the line ends
