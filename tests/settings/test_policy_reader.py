"""The policy on disk: what is pinned where, what counts at the next request, what is remembered."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.settings import policyreader
from codegrex_lsp.settings.pins import NO_POLICY, Standing
from codegrex_lsp.settings.policy import DAY_S
from codegrex_lsp.settings.policyreader import KEY_FILE, MACHINE_FILE, MANAGED_FILE, SEEN_FILE
from tests.support.policies import JANUARY, Signer, body, pin

OURS = Signer()


@dataclass
class Machine:
    """A machine's folder, a person's state, and a clock."""

    root: Path
    now: float = JANUARY + 100 * DAY_S

    @property
    def folder(self) -> Path:
        return self.root / "etc"

    @property
    def state(self) -> Path:
        return self.root / "state"

    def reader(self) -> policyreader.PolicyReader:
        return policyreader.PolicyReader(self.folder, self.state, clock=lambda: self.now)

    def pinned(self, **changes: Any) -> policyreader.PolicyReader:
        pin(self.folder, OURS, body(**changes))
        return self.reader()

    def managed(self, **changes: Any) -> None:
        self.state.mkdir(exist_ok=True)
        (self.state / MANAGED_FILE).write_bytes(OURS.sign(body(**changes)))

    def standing(self) -> Standing:
        return self.reader().current()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_a_pinned_key_there_is_no_policy_whatever_lies_there(machine: Machine) -> None:
    assert machine.standing() is NO_POLICY
    machine.managed(settings={"privacy.mode": "offline"})
    machine.folder.mkdir()
    (machine.folder / MACHINE_FILE).write_bytes(OURS.sign(body()))
    assert machine.standing() is NO_POLICY
    assert not (machine.state / SEEN_FILE).exists()


def test_a_pinned_key_without_a_policy_closes(machine: Machine) -> None:
    pin(machine.folder, OURS)
    assert machine.standing().code == "policy-missing"


def test_the_policy_beside_the_key_is_in_force(machine: Machine) -> None:
    standing = machine.pinned(settings={"privacy.mode": "sensitive"}).current()
    assert standing.word == "in force"
    assert standing.pins.settings == {"privacy.mode": "sensitive"}


def test_what_was_fetched_is_in_force_where_it_is_newer(machine: Machine) -> None:
    reader = machine.pinned()
    machine.managed(serial=9)
    standing = reader.current()
    assert standing.policy is not None
    assert (standing.policy.serial, standing.policy.origin) == (9, "managed cloud")


def test_removing_what_was_fetched_brings_the_older_one_not_back(machine: Machine) -> None:
    machine.pinned()
    machine.managed(serial=9)
    assert machine.standing().word == "in force"
    (machine.state / MANAGED_FILE).unlink()
    assert machine.standing().code == "policy-downgraded"


def test_a_lower_serial_than_the_last_is_refused_by_the_next_process(machine: Machine) -> None:
    assert machine.pinned(serial=5).current().word == "in force"
    assert machine.pinned(serial=4).current().code == "policy-downgraded"
    assert machine.pinned(serial=6).current().word == "in force"


def test_without_its_memory_a_machine_only_knows_what_it_is_given(machine: Machine) -> None:
    machine.pinned(serial=5).current()
    (machine.state / SEEN_FILE).unlink()
    assert machine.pinned(serial=4).current().word == "in force"


def test_a_change_on_disk_counts_at_the_next_look(machine: Machine) -> None:
    reader = machine.pinned()
    first = reader.current()
    assert reader.current() is first
    pin(machine.folder, OURS, body(serial=4, settings={"privacy.mode": "offline"}))
    assert reader.current().pins.settings == {"privacy.mode": "offline"}
    (machine.folder / MACHINE_FILE).unlink()
    assert reader.current().code == "policy-missing"
    (machine.folder / KEY_FILE).unlink()
    assert reader.current() is NO_POLICY


def test_a_change_under_the_same_stamp_counts_too(machine: Machine) -> None:
    reader = machine.pinned(settings={"privacy.mode": "sensitive"})
    file = machine.folder / MACHINE_FILE
    machine.now = file.stat().st_mtime
    reader.current()
    status = file.stat()
    file.write_bytes(OURS.sign(body(settings={"privacy.mode": "sensitiv3"})))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert reader.current().code == "policy-unreadable"


def test_a_settled_policy_is_not_read_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = machine.pinned()
    machine.now = (machine.folder / MACHINE_FILE).stat().st_mtime + 60
    first = reader.current()

    def read(*args: object) -> bytes:
        raise AssertionError("the file was read again")

    monkeypatch.setattr(policyreader, "read_bytes", read)
    assert reader.current() is first


def test_a_policy_expires_while_a_server_runs(machine: Machine) -> None:
    reader = machine.pinned(expires="2026-06-01T00:00:00Z")
    assert reader.current().word == "in force"
    machine.now = JANUARY + 151 * DAY_S
    assert reader.current().code == "policy-expired"


def test_a_clock_that_was_set_back_revives_no_policy(machine: Machine) -> None:
    reader = machine.pinned(expires="2026-06-01T00:00:00Z")
    machine.now = JANUARY + 160 * DAY_S
    assert reader.current().code == "policy-expired"
    machine.now = JANUARY + 100 * DAY_S
    assert reader.current().code == "policy-expired"
    standing = machine.standing()
    assert standing.code == "policy-expired"
    assert SEEN_FILE in standing.fix


def test_a_fetched_copy_grows_old_while_nothing_is_fetched(machine: Machine) -> None:
    pin(machine.folder, OURS)
    machine.managed(offlineDays=7)
    os.utime(machine.state / MANAGED_FILE, (machine.now, machine.now))
    assert machine.standing().word == "in force"
    machine.now += 8 * DAY_S
    assert machine.standing().code == "policy-stale"


def test_a_copy_fetched_in_the_future_was_fetched_now(machine: Machine) -> None:
    pin(machine.folder, OURS)
    machine.managed(offlineDays=7)
    reader = machine.reader()
    ahead = machine.now + 900 * DAY_S
    os.utime(machine.state / MANAGED_FILE, (ahead, ahead))
    assert reader.current().until == machine.now + 7 * DAY_S


def test_what_was_fetched_is_kept_only_where_it_could_be_in_force(machine: Machine) -> None:
    pin(machine.folder, OURS)
    reader, kept = machine.reader(), machine.state / MANAGED_FILE
    assert reader.keep(Signer().sign(body())).code == "policy-unsigned"
    assert not kept.exists()
    good = OURS.sign(body(serial=5))
    assert reader.keep(good).word == "in force"
    assert reader.current().word == "in force"
    for worse in (b"", b"<html>", OURS.sign(body(serial=4)), OURS.sign(body(format=2))):
        assert reader.keep(worse).code
        assert kept.read_bytes() == good
    assert reader.current().word == "in force"


def test_nothing_is_kept_where_no_key_is_pinned(machine: Machine) -> None:
    assert machine.reader().keep(OURS.sign(body())) is NO_POLICY
    assert not machine.state.exists()


def spoil(machine: Machine, name: str, how: str) -> None:
    file = machine.folder / name
    file.unlink()
    match how:
        case "a folder":
            file.mkdir()
        case "a pipe":
            if not hasattr(os, "mkfifo"):
                pytest.skip("other platform: no named pipes")
            os.mkfifo(file)
        case "a link to nowhere":
            file.symlink_to(file.with_name("nowhere"))
        case "a link round and round":
            other = file.with_name("loop")
            file.symlink_to(other)
            other.symlink_to(file)
        case "too large":
            file.write_bytes(b" " * 300_000)
        case "empty":
            file.write_bytes(b"")


@pytest.mark.parametrize(
    "how",
    ["a folder", "a pipe", "a link to nowhere", "a link round and round", "too large", "empty"],
)
@pytest.mark.parametrize("name", [KEY_FILE, MACHINE_FILE])
def test_a_file_closes_that_is(machine: Machine, name: str, how: str) -> None:
    reader = machine.pinned()
    assert reader.current().word == "in force"
    spoil(machine, name, how)
    standing = reader.current()
    assert standing.word == "closed"
    assert standing.code in (
        ("policy-key",)
        if name == KEY_FILE
        else ("policy-unreadable", "policy-unsigned", "policy-missing")
    )


def test_a_key_that_may_not_be_asked_about_closes(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, real = machine.pinned(), os.lstat

    def stat(path: Any, **more: Any) -> os.stat_result:
        if str(path).endswith(KEY_FILE):
            raise PermissionError(13, "Permission denied")
        return real(path, **more)

    def refuse(*args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(policyreader.os, "lstat", stat)
    monkeypatch.setattr(os, "open", refuse)
    assert reader.current().code == "policy-key"


def test_a_link_to_the_policy_is_followed(machine: Machine) -> None:
    machine.pinned()
    real = machine.folder / MACHINE_FILE
    real.rename(machine.root / "store.json")
    real.symlink_to(machine.root / "store.json")
    assert machine.standing().word == "in force"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"serial": "9", "latest": true}',
        b'{"latest": 1e999}',
        b'{"serial": 1e3}',
    ],
)
def test_a_spoiled_memory_is_no_memory(machine: Machine, content: bytes) -> None:
    machine.state.mkdir()
    (machine.state / SEEN_FILE).write_bytes(content)
    assert machine.pinned().current().word == "in force"
    seen = json.loads((machine.state / SEEN_FILE).read_bytes())
    assert seen == {"serial": 3, "latest": int(machine.now)}


def test_a_state_folder_that_can_not_be_written_stops_nothing(machine: Machine) -> None:
    machine.state.write_bytes(b"a file in its way")
    assert machine.pinned().current().word == "in force"


def test_where_the_library_does_not_load_the_way_is_closed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = machine.pinned()
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)
    standing = reader.current()
    assert standing.code == "policy-key"
    assert "cryptography" in standing.reason


def test_a_file_is_verified_with_what_is_pinned_or_given(machine: Machine) -> None:
    reader, other = machine.pinned(), Signer()
    assert reader.verify(OURS.sign(body(serial=8))).word == "in force"
    assert reader.verify(other.sign(body())).code == "policy-unsigned"
    assert reader.verify(other.sign(body()), other.public).word == "in force"
    assert reader.verify(OURS.sign(body(serial=8)), b"no key").code == "policy-key"
    reader.current()
    assert reader.verify(OURS.sign(body(serial=2))).code == "policy-downgraded"


def test_verifying_a_file_puts_nothing_in_force(machine: Machine) -> None:
    reader = machine.pinned()
    assert reader.verify(OURS.sign(body(serial=800))).word == "in force"
    assert reader.current().word == "in force"


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_no_variable_moves_the_machines_folder(
    monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setattr(portable.sys, "platform", system)
    plain = portable.folders({}).machine
    everything = dict.fromkeys(("CODEGREX_HOME", "HOME", "XDG_CONFIG_DIRS"), "/tmp/mine")
    for name, value in everything.items():
        monkeypatch.setenv(name, value)
    assert portable.folders(everything).machine == plain
    assert "tmp" not in plain.parts
