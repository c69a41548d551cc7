"""The keychain: within its limit, for our own entries, and through no back end that is none."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings import keychain as module
from codegrex_lsp.settings.keychain import Keychain
from tests.support.keychains import MemoryKeychain

HERE = "https://api.openai.com"
ENTRY = ("openai", HERE)
SECRET = "-".join(("k", "chain", "4711"))
ROOT = Path(module.__file__).parents[2]


@pytest.fixture
def memory() -> MemoryKeychain:
    return MemoryKeychain()


@pytest.fixture
def chain(tmp_path: Path, memory: MemoryKeychain) -> Keychain:
    return Keychain(tmp_path / "state/keys.json", seconds=memory.seconds, load=memory.load)


async def test_what_was_put_there_is_found_and_removed(
    chain: Keychain, memory: MemoryKeychain
) -> None:
    await chain.put(*ENTRY, SECRET)
    assert memory.kept == {(f"codegrex {HERE}", "openai"): SECRET}
    assert await chain.get(*ENTRY) == SECRET
    assert await chain.get("openai", "https://elsewhere.example.test") is None
    assert await chain.remove(*ENTRY)
    assert await chain.get(*ENTRY) is None
    assert not await chain.remove(*ENTRY)


async def test_a_keychain_without_an_entry_of_ours_is_not_opened(
    chain: Keychain, memory: MemoryKeychain
) -> None:
    assert await chain.get(*ENTRY) is None
    assert memory.opened == 0


async def test_the_index_names_entries_and_holds_no_key(chain: Keychain, tmp_path: Path) -> None:
    await chain.put(*ENTRY, SECRET)
    index = tmp_path / "state/keys.json"
    assert SECRET not in index.read_text() and "openai" in index.read_text()
    assert index.stat().st_mode & 0o077 == 0


async def test_an_entry_that_somebody_removed_is_said_to_be_lost(
    chain: Keychain, memory: MemoryKeychain
) -> None:
    await chain.put(*ENTRY, SECRET)
    memory.kept.clear()
    with pytest.raises(ConfigurationError, match="no longer holds the key of openai") as caught:
        await chain.get(*ENTRY)
    assert "keys set openai" in caught.value.fix
    assert not await chain.remove(*ENTRY)
    assert chain.entries() == frozenset()


@pytest.mark.parametrize("spoiled", ["", "{", "5", '{"a": 1}', "[5]", '[["a"]]', "[[1, 2]]"])
async def test_a_spoiled_index_is_an_empty_one(
    chain: Keychain, tmp_path: Path, spoiled: str
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/keys.json").write_text(spoiled)
    assert chain.entries() == frozenset()
    await chain.put(*ENTRY, SECRET)
    assert chain.entries() == {ENTRY}


async def test_an_index_that_can_not_be_written_is_named(chain: Keychain, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="can not be written"):
        await chain.put(*ENTRY, SECRET)


class Locked(keyring.errors.KeyringLocked):
    """Stands for what a real back end raises; its words quote the entry."""


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (Locked(SECRET), "keychain-locked"),
        (keyring.errors.InitError(SECRET), "keychain-missing"),
        (keyring.errors.NoKeyringError(SECRET), "keychain-missing"),
        (keyring.errors.PasswordSetError(SECRET), "keychain-failed"),
        (OSError(SECRET), "keychain-failed"),
        (SystemExit(SECRET), "keychain-failed"),
    ],
)
async def test_what_goes_wrong_is_a_sentence_without_its_words(
    chain: Keychain, memory: MemoryKeychain, raised: BaseException, code: str
) -> None:
    def fail() -> None:
        raise raised

    await chain.put(*ENTRY, SECRET)
    memory.trouble = fail
    with pytest.raises(ConfigurationError) as caught:
        await chain.get(*ENTRY)
    assert caught.value.code == code
    assert SECRET not in caught.value.message + caught.value.fix


async def test_a_keychain_that_drops_what_it_is_given_is_noticed(
    chain: Keychain, memory: MemoryKeychain
) -> None:
    memory.trouble = memory.kept.clear
    with pytest.raises(ConfigurationError, match="failed"):
        await chain.put(*ENTRY, SECRET)
    assert chain.entries() == frozenset()


async def test_a_slow_keychain_is_left_and_not_asked_twice_at_once(
    tmp_path: Path, memory: MemoryKeychain
) -> None:
    chain = Keychain(tmp_path / "keys.json", load=memory.load, seconds=5)
    await chain.put(*ENTRY, SECRET)
    asked = 0
    answer = memory.hang()
    waiting = memory.trouble

    def count() -> None:
        nonlocal asked
        asked += 1
        waiting()

    memory.trouble = count
    chain._seconds = 0.01
    for _ in range(3):
        with pytest.raises(ConfigurationError) as caught:
            await chain.get(*ENTRY)
        assert caught.value.code == "keychain-slow"
    assert asked == 1
    answer.set()
    chain._seconds = 5
    while not chain._last.done():  # type: ignore[union-attr]
        await asyncio.sleep(0.001)
    assert await chain.get(*ENTRY) == SECRET


def test_a_keychain_that_hangs_does_not_hold_up_the_end_of_the_program(tmp_path: Path) -> None:
    code = """
import asyncio, sys, time
from pathlib import Path
from codegrex_lsp.settings.keychain import Keychain
chain = Keychain(Path(sys.argv[1]), seconds=0.05, load=lambda: time.sleep(3600))
try:
    asyncio.run(chain.name())
except Exception as error:
    print(error.code)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "keys.json")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    assert (run.stdout, run.stderr) == ("keychain-slow\n", "")


# -- which back end -------------------------------------------------------------------------------


@pytest.fixture
def plain_text(monkeypatch: pytest.MonkeyPatch) -> str:
    """A back end like those of keyrings.alt, installed."""
    package, file = types.ModuleType("keyrings.alt"), types.ModuleType("keyrings.alt.file")

    class PlaintextKeyring(KeyringBackend):
        priority = 9  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> None:
            raise AssertionError("plain text was read")

        def set_password(self, service: str, username: str, password: str) -> None:
            raise AssertionError("plain text was written")

    PlaintextKeyring.__module__ = "keyrings.alt.file"
    file.PlaintextKeyring = PlaintextKeyring  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyrings", types.ModuleType("keyrings"))
    monkeypatch.setitem(sys.modules, "keyrings.alt", package)
    monkeypatch.setitem(sys.modules, "keyrings.alt.file", file)
    return "keyrings.alt.file.PlaintextKeyring"


@pytest.fixture(autouse=True)
def no_keychain_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")


@pytest.mark.parametrize(
    "name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring",
             "keyring.backends.chainer.ChainerBackend"]
)  # fmt: skip
def test_a_back_end_that_is_no_keychain_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(ConfigurationError, match=name.rpartition(".")[0]) as caught:
        module.backend()
    assert caught.value.code in ("keychain-refused", "keychain-missing")


def test_plain_text_is_refused_where_it_is_named_and_never_chosen(
    monkeypatch: pytest.MonkeyPatch, plain_text: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        module.backend()
    assert caught.value.code == "keychain-missing"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", plain_text)
    with pytest.raises(ConfigurationError, match="plain text") as caught:
        module.backend()
    assert caught.value.code == "keychain-refused"


@pytest.mark.parametrize("name", ["nowhere.Keyring", "os.path", "no-dots", "json.JSONDecoder", ""])
def test_a_named_back_end_that_can_not_be_loaded_is_no_crash(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(ConfigurationError, match="PYTHON_KEYRING_BACKEND"):
        module.backend()


def test_a_back_end_that_the_person_names_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Own(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> None:
            return None

        def set_password(self, service: str, username: str, password: str) -> None:
            return None

    own: Any = types.ModuleType("own_chain")
    own.Own = Own
    monkeypatch.setitem(sys.modules, "own_chain", own)
    config = tmp_path / "config/python_keyring/keyringrc.cfg"
    config.parent.mkdir(parents=True)
    config.write_text("[backend]\ndefault-keyring=own_chain.Own\n")
    assert isinstance(module.backend(), Own)


HOSTILE = "from pathlib import Path\nPath({mark!r}).touch()\nraise ImportError\n"


@pytest.mark.parametrize("start", ["-m", "PYTHONPATH with an empty entry"])
def test_nothing_is_imported_from_the_repository_in_the_current_folder(
    tmp_path: Path, start: str
) -> None:
    """Neither modules that shadow the keychain's, nor back ends that a repository 'installs'."""
    here, mark = tmp_path / "repository", tmp_path / "imported"
    here.mkdir()
    for name in ("keyring", "secretstorage", "jeepney", "evil_chain", "truststore"):
        (here / f"{name}.py").write_text(HOSTILE.format(mark=str(mark)))
    info = here / "evil-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nevil = evil_chain\n")
    main = "import sys; from codegrex_lsp.__main__ import main; sys.exit(main())"
    command = ["-m", "codegrex_lsp"] if start == "-m" else ["-c", main]
    environ = {**os.environ, "CODEGREX_HOME": str(tmp_path / "home")}
    environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([] if start == "-m" else [""])])
    run = subprocess.run(
        [sys.executable, *command, "keys", "set", "openai"],
        cwd=here,
        env=environ,
        input=SECRET,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 3 and "no keychain" in run.stderr, run.stderr
    assert not mark.exists()
