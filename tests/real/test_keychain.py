"""A real Secret Service, GNOME Keyring on a bus of its own: found, locked, missing, lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
KEY = "-".join(("sk", "not", "a", "real", "one", "4711"))
VENDOR = "https://api.openai.com"
PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)),
    reason="dbus and gnome-keyring are not installed; run: python -m tools.setup",
)


@dataclass(frozen=True)
class Desk:
    """Runs programs of a person whose session has this message bus."""

    home: Path
    bus: str

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "DBUS_SESSION_BUS_ADDRESS": self.bus,
            "CODEGREX_HOME": str(self.home / "codegrex"),
            "PYTHONPATH": str(ROOT),
        }

    def keys(self, *arguments: str, enter: str = "") -> subprocess.CompletedProcess[str]:
        return self.python("-m", "codegrex_lsp", "--verbose", "keys", *arguments, enter=enter)

    def python(self, *arguments: str, enter: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.home,
            env=self.environ,
            input=enter,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def listed(self, provider: str = "openai") -> dict[str, object]:
        told = self.keys("list", "--json")
        assert KEY not in told.stdout + told.stderr
        return next(one for one in json.loads(told.stdout) if one["provider"] == provider)


@contextmanager
def desk(home: Path, *, unlocked: bool = True, service: bool = True) -> Iterator[Desk]:
    """A session with a Secret Service, locked or unlocked, or with none."""
    (home / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
        env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    made = Desk(home, bus.stdout.readline().strip())
    daemon = _daemon(made, unlocked=unlocked) if service else None
    try:
        yield made
    finally:
        for process in (daemon, bus):
            if process is not None:
                process.terminate()
                process.wait(20)
        bus.stdout.close()


def _daemon(made: Desk, *, unlocked: bool) -> subprocess.Popen[bytes]:
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    daemon = subprocess.Popen(
        [*command, "--unlock"] if unlocked else command,
        env=made.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert daemon.stdin is not None
    daemon.stdin.write(b"a password" if unlocked else b"")
    daemon.stdin.close()
    there = "from keyring.backends.SecretService import Keyring; print(Keyring.priority)"
    for _ in range(100):
        if made.python("-c", there).returncode == 0:
            return daemon
        time.sleep(0.1)
    raise AssertionError("the Secret Service did not come up")


def test_a_key_is_kept_found_for_its_origin_and_removed(tmp_path: Path) -> None:
    with desk(tmp_path) as person:
        done = person.keys("set", "openai", enter=KEY)
        assert done.returncode == 0, done.stderr
        assert KEY not in done.stdout + done.stderr
        assert person.listed()["source"] == "keychain"
        stored = (
            "import keyring.core as c, sys; "
            "k = c.load_keyring('keyring.backends.SecretService.Keyring'); "
            f"print(k.get_password('codegrex {VENDOR}', 'openai'))"
        )
        assert person.python("-c", stored).stdout.strip() == KEY
        moved = person.home / "codegrex/config/config.toml"
        moved.parent.mkdir(exist_ok=True)
        moved.write_text('[providers.openai]\nbaseUrl = "https://elsewhere.example.test"\n')
        assert person.listed()["source"] is None
        assert person.listed()["elsewhere"] == [VENDOR]
        gone = person.keys("delete", "openai")
        assert gone.stdout == f"removed: keychain, for {VENDOR}\n"
        assert person.python("-c", stored).stdout.strip() == "None"
        assert person.listed()["elsewhere"] == []


def test_a_locked_keychain_is_named_and_the_next_source_is_used(tmp_path: Path) -> None:
    with desk(tmp_path) as person:
        assert person.keys("set", "openai", enter=KEY).returncode == 0
    with desk(tmp_path, unlocked=False) as person:
        locked = person.listed()
        assert locked["source"] is None
        assert locked["troubles"] in (
            ["The keychain is locked."],
            ["The keychain does not answer; it may wait for its password."],
        )
        done = person.keys("set", "openai", enter=KEY)
        assert done.returncode == 3
        assert "keychain" in done.stderr and KEY not in done.stderr
    with desk(tmp_path) as person:
        assert person.listed()["source"] == "keychain"


def test_an_entry_that_another_program_removed_is_said_to_be_lost(tmp_path: Path) -> None:
    with desk(tmp_path) as person:
        assert person.keys("set", "openai", enter=KEY).returncode == 0
        remove = (
            "import keyring.core as c; "
            "k = c.load_keyring('keyring.backends.SecretService.Keyring'); "
            f"k.delete_password('codegrex {VENDOR}', 'openai')"
        )
        assert person.python("-c", remove).returncode == 0
        assert person.listed()["troubles"] == ["The keychain no longer holds the key of openai."]


def test_without_a_secret_service_the_way_out_is_told(tmp_path: Path) -> None:
    with desk(tmp_path, service=False) as person:
        done = person.keys("set", "openai", enter=KEY)
    assert done.returncode == 3
    assert "no keychain" in done.stderr and "keys.file" in done.stderr
    assert KEY not in done.stdout + done.stderr


def test_nothing_that_any_library_logs_holds_the_key(tmp_path: Path) -> None:
    code = f"""
import asyncio, logging, sys
logging.basicConfig(level=logging.DEBUG)
from pathlib import Path
from codegrex_lsp.settings.keychain import Keychain
async def main():
    chain = Keychain(Path("keys.json"), seconds=20)
    key = sys.stdin.read()
    await chain.put("openai", "{VENDOR}", key)
    assert await chain.get("openai", "{VENDOR}") == key
    await chain.remove("openai", "{VENDOR}")
asyncio.run(main())
"""
    with desk(tmp_path) as person:
        done = person.python("-c", code, enter=KEY)
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
