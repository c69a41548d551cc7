"""The machine's secret: made once, for its owner only, never shown."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import codegrex_lsp
from codegrex_lsp.state import secret
from codegrex_lsp.state.secret import LENGTH, NAME, MachineSecret


def test_the_same_machine_derives_the_same_keys(tmp_path: Path) -> None:
    first, second = secret.load(tmp_path / "state"), secret.load(tmp_path / "state")
    assert first.persistent and second.persistent
    assert first.derive("ledger", "x") == second.derive("ledger", "x")
    assert len(first.derive("ledger")) == 32


def test_two_machines_derive_different_keys(tmp_path: Path) -> None:
    assert secret.load(tmp_path / "a").derive("x") != secret.load(tmp_path / "b").derive("x")


@given(first=st.tuples(st.text(), st.text()), second=st.tuples(st.text(), st.text()))
def test_no_two_purposes_or_scopes_share_a_key(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    ours = MachineSecret(b"k" * LENGTH, persistent=False)
    assert (ours.derive(*first) == ours.derive(*second)) == (first == second)


def test_moving_a_letter_from_purpose_to_scope_changes_the_key() -> None:
    ours = MachineSecret(b"k" * LENGTH, persistent=False)
    assert len({ours.derive("ab", "c"), ours.derive("a", "bc"), ours.derive("abc")}) == 3


def test_a_scope_may_be_a_path_that_is_not_text() -> None:
    MachineSecret(b"k" * LENGTH, persistent=False).derive("vault", os.fsdecode(b"/caf\xe9"))


@pytest.mark.skipif(os.name != "posix", reason="other platform: no owner-only bits")
def test_the_file_is_for_its_owner_only_even_where_it_was_not(tmp_path: Path) -> None:
    secret.load(tmp_path)
    file = tmp_path / NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    secret.load(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_file_of_the_wrong_length_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert secret.load(tmp_path).persistent
    assert len((tmp_path / NAME).read_bytes()) == LENGTH


def test_without_a_disk_it_lasts_as_long_as_the_process(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    first, second = secret.load(tmp_path / "state"), secret.load(tmp_path / "state")
    assert not first.persistent
    assert first.derive("x") != second.derive("x")


def test_a_folder_in_its_place_does_not_stop_anything(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    assert not secret.load(tmp_path).persistent


def test_it_never_shows(tmp_path: Path) -> None:
    ours = secret.load(tmp_path)
    raw = (tmp_path / NAME).read_bytes()
    assert repr(ours) == str(ours) == f"{ours}" == "<machine secret, on disk>"
    assert raw.hex() not in repr(vars(secret)) and repr(raw) not in repr(vars(secret))
    with pytest.raises(TypeError):
        pickle.dumps(ours)


def test_servers_that_start_at_once_agree(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from codegrex_lsp.state import secret\n"
        "print(secret.load(Path(sys.argv[1])).derive('race').hex())\n"
    )
    home = str(Path(codegrex_lsp.__file__).parents[1])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "state")],
            env={**os.environ, "PYTHONPATH": home},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in running}) == 1
