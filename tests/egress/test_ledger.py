"""The ledger under crashes, crowds, full disks and meddling."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp import portable
from codegrex_lsp.egress.ledger import Entry, Ledger, Receipt
from codegrex_lsp.errors import LedgerError
from codegrex_lsp.values.mode import Destination, Mode, Task

KEY = b"k" * 32
NOON = 1_800_000_000.0


def entry(body: bytes = b"{}", destination: Destination = Destination.LOCAL) -> Entry:
    return Entry(
        Task.COMPLETION, Mode.NORMAL, destination, "ollama", "127.0.0.1:11434", "m", body, 2, 1, 0
    )


def ledger(folder: Path, **limits: int) -> Ledger:
    return Ledger(folder / "ledger", KEY, lambda: NOON, **limits)


def segment(folder: Path, number: int = 1) -> Path:
    return folder / "ledger" / f"{number:06d}.jsonl"


def filled(folder: Path, count: int = 5) -> Ledger:
    made = ledger(folder)
    for _ in range(count):
        made.outcome(made.record(entry()), "answered")
    return made


def rewrite(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


# ---- what it says


def test_a_line_has_the_fields_that_show_promises(tmp_path: Path) -> None:
    made = ledger(tmp_path)
    receipt = made.record(entry(b"12345"))
    made.outcome(receipt, "answered")
    (line,) = made.lines()
    assert list(line) == [
        *("seq", "time", "task", "mode", "destination", "provider", "host", "model", "bytes"),
        *("pieces", "redactions", "withheld", "bodySha256", "policy", "prev", "hash", "outcome"),
    ]
    assert (line["seq"], line["bytes"], line["outcome"]) == (1, 5, "answered")
    assert line["time"] == "2027-01-15T08:00:00.000Z"


def test_a_request_whose_end_nobody_saw_has_no_outcome(tmp_path: Path) -> None:
    made = ledger(tmp_path)
    made.record(entry())
    assert made.lines()[0]["outcome"] is None


def test_an_outcome_that_is_no_code_could_be_text_and_is_not_written(tmp_path: Path) -> None:
    made = ledger(tmp_path)
    made.outcome(made.record(entry()), "The server said: canary")
    assert made.lines()[0]["outcome"] == "other"
    assert b"canary" not in segment(tmp_path).read_bytes()


def test_the_mark_of_a_body_is_worthless_without_the_machines_key(tmp_path: Path) -> None:
    first = ledger(tmp_path / "a")
    other = Ledger(tmp_path / "b" / "ledger", b"x" * 32, lambda: NOON)
    marks = []
    for made in (first, first, other):
        made.record(entry(b"password1"))
        marks.append(made.lines()[-1]["bodySha256"])
    assert marks[0] == marks[1] != marks[2]


def test_nothing_older_than_since_is_shown(tmp_path: Path) -> None:
    now = [NOON]
    made = Ledger(tmp_path / "ledger", KEY, lambda: now[0])
    made.record(entry())
    now[0] += 60
    made.record(entry())
    assert [line["seq"] for line in made.lines(since=NOON + 30)] == [2]
    assert [line["seq"] for line in made.lines(since=NOON)] == [1, 2]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    filled(tmp_path)
    assert (tmp_path / "ledger").stat().st_mode & 0o077 == 0
    for path in (tmp_path / "ledger").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_no_ledger_yet_is_a_whole_and_empty_one(tmp_path: Path) -> None:
    made = ledger(tmp_path)
    assert made.lines() == []
    assert made.verify().ok
    assert not (tmp_path / "ledger").exists()


def test_asking_whether_it_can_be_written_writes_no_request(tmp_path: Path) -> None:
    made = ledger(tmp_path)
    assert made.check() == ""
    assert made.lines() == []
    assert made.verify().ok


# ---- meddling


def test_an_untouched_chain_is_whole(tmp_path: Path) -> None:
    verification = filled(tmp_path, 7).verify()
    assert (verification.ok, verification.requests, verification.broken) == (True, 7, "")


@given(line=st.integers(0, 10), position=st.integers(0, 10_000), byte=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_any_changed_byte_is_named_by_its_line(
    tmp_path_factory: pytest.TempPathFactory, line: int, position: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("meddled")
    made = filled(folder)
    content = segment(folder).read_bytes().splitlines(keepends=True)
    target = bytearray(content[line])
    position %= len(target)
    if target[position] == byte:
        byte ^= 1
    target[position] = byte
    segment(folder).write_bytes(b"".join([*content[:line], bytes(target), *content[line + 1 :]]))
    verification = made.verify()
    assert not verification.ok
    name, number = verification.broken.split(":")
    assert name == "000001.jsonl"
    assert int(number) == line + 1


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda lines: lines[:3] + lines[4:], 4),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3),
        (lambda lines: lines[:3] + lines[2:], 4),
        (lambda lines: lines[1:], 1),
        (lambda lines: lines[:-1], 11),
        (lambda lines: lines[:-2], 10),
        (lambda lines: [*lines[:-1], lines[-1][:20]], 11),
        (lambda lines: [*lines[:-1], lines[-1].rstrip(b"\n")], 11),
        (lambda lines: [], 1),
    ],
    ids=[
        *("dropped", "swapped", "doubled", "first dropped", "last dropped", "two dropped"),
        *("last cut", "last newline cut", "emptied"),
    ],
)
def test_the_first_broken_line_is_named(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], broken: int
) -> None:
    made = filled(tmp_path)
    rewrite(segment(tmp_path), change)
    verification = made.verify()
    assert not verification.ok
    assert verification.broken == f"000001.jsonl:{broken}"
    assert verification.broken in verification.message


def test_a_chain_rewritten_from_end_to_end_does_not_fit_its_head(tmp_path: Path) -> None:
    from codegrex_lsp.egress import chain

    made = filled(tmp_path)

    def forge(lines: list[bytes]) -> list[bytes]:
        prev, forged = chain.GENESIS, []
        for raw in lines:
            fields = {k: v for k, v in json.loads(raw).items() if k not in ("prev", "hash")}
            if fields.get("seq") == 3:
                fields["host"] = "innocent.example"
            forged.append(chain.seal(fields, prev))
            prev = json.loads(forged[-1])["hash"]
        return forged

    rewrite(segment(tmp_path), forge)
    assert not made.verify().ok


def test_a_lost_head_shows_and_goes_on_showing(tmp_path: Path) -> None:
    made = filled(tmp_path)
    (tmp_path / "ledger" / "head.json").unlink()
    assert made.verify().broken == "head.json:1"
    made.record(entry())
    assert made.verify().broken == "000002.jsonl:1"
    assert [line["seq"] for line in made.lines()] == [1, 2, 3, 4, 5, 6]


def test_a_head_sealed_with_another_key_is_no_head(tmp_path: Path) -> None:
    filled(tmp_path)
    other = Ledger(tmp_path / "ledger", b"x" * 32, lambda: NOON)
    assert other.verify().broken == "head.json:1"


def test_an_end_cut_off_is_not_covered_by_what_is_written_later(tmp_path: Path) -> None:
    made = filled(tmp_path)
    rewrite(segment(tmp_path), lambda lines: lines[:-4])
    made.record(entry())
    assert made.verify().broken == "000002.jsonl:1"  # where the gap is
    assert made.record(entry()).seq == 7  # the numbers go on, so the gap can be seen


def test_a_missing_segment_is_named(tmp_path: Path) -> None:
    made = ledger(tmp_path, limit_bytes=8_000, keep_segments=8)
    for _ in range(8):
        made.record(entry())
    segment(tmp_path, 2).unlink()
    assert made.verify().broken == "000002.jsonl:1"


# ---- crashes


@given(cut=st.integers(0, 400), more=st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_a_line_torn_by_a_crash_is_an_accident_and_the_chain_goes_on(
    tmp_path_factory: pytest.TempPathFactory, cut: int, more: int
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    made = filled(folder, 2)
    head = (folder / "ledger" / "head.json").read_bytes()
    whole = segment(folder).stat().st_size
    made.record(entry())
    content = segment(folder).read_bytes()
    end = min(whole + cut, len(content))
    segment(folder).write_bytes(content[:end])  # as if the write had stopped here ...
    (folder / "ledger" / "head.json").write_bytes(head)  # ... before the head was renamed
    lines_before = made.verify()
    assert lines_before.ok
    for _ in range(more):
        made.record(entry())
    verification = made.verify()
    assert verification.ok, verification.message
    assert verification.torn == (0 if end in (whole, len(content)) else 1)
    taken_up = 1 if end == len(content) else 0
    assert [line["seq"] for line in made.lines()] == list(range(1, 3 + taken_up + more))


def test_a_torn_line_can_not_be_made_of_a_whole_one(tmp_path: Path) -> None:
    """The head vouches for whole lines, so calling one an accident is seen."""
    made = filled(tmp_path)
    rewrite(segment(tmp_path), lambda lines: [*lines[:-1], lines[-1][:-9]])
    made.record(entry())
    assert not made.verify().ok


def test_a_torn_fragment_can_not_be_exchanged_later(tmp_path: Path) -> None:
    made = filled(tmp_path)
    with segment(tmp_path).open("ab") as file:
        file.write(b'{"bodySha256":"12')
    made.record(entry())
    assert made.verify().ok
    content = segment(tmp_path).read_bytes()
    segment(tmp_path).write_bytes(content.replace(b'"bodySha256":"12\n', b'"bodySha256":"13\n'))
    assert made.verify().broken == "000001.jsonl:12"


WRITER = """
import sys
from pathlib import Path
from codegrex_lsp.egress.ledger import Entry, Ledger
from codegrex_lsp.values.mode import Destination, Mode, Task
ledger = Ledger(Path(sys.argv[1]), b"k" * 32, lambda: 1.8e9, int(sys.argv[3]), 4)
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    entry = Entry(Task.CHAT, Mode.NORMAL, Destination.LOCAL, "p" * 150, "h", "m", b"x", 1, 0, 0)
    ledger.outcome(ledger.record(entry), "answered")
"""


def writer(folder: Path, count: int, limit: int = 10**7) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(folder), str(count), str(limit)],
        stdout=subprocess.PIPE,
        text=True,
    )


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def finish(process: subprocess.Popen[str]) -> int:
    with process:
        return process.wait(60)


def test_several_servers_write_one_chain(tmp_path: Path) -> None:
    writers = [writer(tmp_path / "ledger", 40) for _ in range(4)]
    assert [finish(process) for process in writers] == [0] * 4
    made = ledger(tmp_path)
    verification = made.verify()
    assert verification.ok, verification.message
    lines = made.lines()
    assert [line["seq"] for line in lines] == list(range(1, 161))
    assert {line["outcome"] for line in lines} == {"answered"}


def test_a_killed_server_leaves_a_chain_that_others_continue(tmp_path: Path) -> None:
    made = ledger(tmp_path, limit_bytes=60_000, keep_segments=4)
    for _ in range(5):
        process = writer(tmp_path / "ledger", 100_000, 60_000)
        ready(process)
        before = made.record(entry()).seq
        while made.record(entry()).seq < before + 10:  # others write between ours
            pass
        process.send_signal(signal.SIGKILL)
        assert finish(process) == -signal.SIGKILL
        made.record(entry())
        verification = made.verify()
        assert verification.ok, verification.message


# ---- size


def test_old_segments_go_and_the_rest_stays_checkable(tmp_path: Path) -> None:
    made = ledger(tmp_path, limit_bytes=8_000, keep_segments=4)
    for _ in range(60):
        made.outcome(made.record(entry()), "answered")
    files = sorted((tmp_path / "ledger").glob("*.jsonl"))
    assert len(files) == 4
    assert sum(path.stat().st_size for path in files) < 8_000 + 4 * 600
    verification = made.verify()
    assert verification.ok, verification.message
    lines = made.lines()
    assert lines[-1]["seq"] == 60
    assert 0 < verification.requests < 60


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_any_number_of_segments_may_be_kept(tmp_path: Path, keep: int) -> None:
    made = ledger(tmp_path, limit_bytes=900 * keep, keep_segments=keep)
    for _ in range(12):
        made.record(entry())
        assert made.verify().ok
    assert len(list((tmp_path / "ledger").glob("*.jsonl"))) == keep


def test_damage_in_the_oldest_segment_does_not_stop_the_cap_nor_pass_for_whole(
    tmp_path: Path,
) -> None:
    made = ledger(tmp_path, limit_bytes=4_000, keep_segments=4)
    for _ in range(10):
        made.record(entry())
    for path in (tmp_path / "ledger").glob("*.jsonl"):
        rewrite(path, lambda lines: [b"damaged\n", *lines[1:]])
    for _ in range(4):
        made.record(entry())
    assert not made.verify().ok
    assert len(list((tmp_path / "ledger").glob("*.jsonl"))) == 4


# ---- disks


def refused(made: Ledger) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        made.record(entry())
    assert made.problem == caught.value.message
    return caught.value


def test_a_file_size_limit_is_a_sentence_and_leaves_no_half_line(tmp_path: Path) -> None:
    made = filled(tmp_path, 3)
    before = segment(tmp_path).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, hard))
    try:
        error = refused(made)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error.message == "The ledger can not be written: the file size limit is reached."
    assert segment(tmp_path).read_bytes() == before
    made.record(entry())
    assert made.problem == ""
    assert made.verify().ok


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "its folder is on a read-only disk"),
        (errno.EACCES, "its folder may not be written to"),
        (errno.EIO, "the system says EIO"),
    ],
)
def test_a_disk_that_refuses_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    made = filled(tmp_path, 1)

    def refuse(*_: object) -> int:
        raise OSError(number, "canary/path")

    monkeypatch.setattr(os, "write", refuse)
    error = refused(made)
    assert words in error.message
    assert "canary" not in error.message + error.fix
    assert made.check() == error.message


def test_a_suspended_server_does_not_hold_up_the_others_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = filled(tmp_path, 1)
    monkeypatch.setattr(portable, "LOCK_SECONDS", 0.02)
    with portable.locked(tmp_path / "ledger" / ".lock"):
        assert "another server holds it" in refused(made).message
        assert made.verify().ok  # reading needs no lock
    made.record(entry())
    assert made.problem == ""


def test_a_write_that_stops_half_way_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = filled(tmp_path, 1)
    before = segment(tmp_path).read_bytes()
    write, parts = os.write, [30]

    def half(handle: int, data: bytes) -> int:
        if not parts:
            raise OSError(errno.ENOSPC, "no room")
        return write(handle, data[: parts.pop()])

    monkeypatch.setattr(os, "write", half)
    assert "disk is full" in refused(made).message
    assert segment(tmp_path).read_bytes() == before


def test_a_line_whose_head_can_not_be_written_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = filled(tmp_path, 1)
    before = segment(tmp_path).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _no_room)
        refused(made)
    assert segment(tmp_path).read_bytes() == before
    made.record(entry())
    assert made.verify().ok


def _no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "no room")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("this machine does not let root mount a disk")
    try:
        made = ledger(disk)
        with pytest.raises(LedgerError, match="the disk is full"):
            for _ in range(1_000):
                made.record(entry())
        assert made.verify().ok
        if not subprocess.run(["mount", "-o", "remount,ro", str(disk)]).returncode:
            assert "read-only" in refused(made).message
            assert made.verify().ok
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_cloud_line_waits_for_the_disk_and_a_local_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = filled(tmp_path, 1)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    made.record(entry(destination=Destination.LOCAL))
    assert synced == []
    made.record(entry(destination=Destination.CLOUD))
    assert len(synced) == 1


def test_an_entry_and_a_receipt_print_without_the_body() -> None:
    assert "canary" not in repr(entry(b"canary"))
    assert repr(Receipt(3)) == "Receipt(seq=3)"
