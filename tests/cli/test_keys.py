"""`keys`: a key comes in by prompt or standard input, and never comes out."""

from __future__ import annotations

import getpass
import io
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from codegrex_lsp.__main__ import main
from codegrex_lsp.settings import keychain
from tests.support.keychains import MemoryKeychain

KEY = "-".join(("sk", "not", "a", "real", "one", "4711"))
VENDOR = "https://api.openai.com"


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MemoryKeychain:
    """A keychain in memory, and a home and a workspace of our own."""
    chain = MemoryKeychain()
    monkeypatch.setattr(keychain, "backend", chain.load)
    monkeypatch.setattr(keychain, "SECONDS", chain.seconds)
    monkeypatch.setenv("CODEGREX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return chain


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def configure(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "home/config"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


def test_a_key_from_standard_input_is_kept_for_its_origin(
    chain: MemoryKeychain, enter: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    enter(f"{KEY}\n")
    assert main(["keys", "set", "openai"]) == 0
    assert chain.kept == {(f"codegrex {VENDOR}", "openai"): KEY}
    assert f"sent to {VENDOR} only" in capsys.readouterr().err


def test_list_tells_source_and_origin_and_no_key(
    chain: MemoryKeychain,
    enter: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(KEY)
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    main(["keys", "set", "openai"])
    capsys.readouterr()
    assert main(["keys", "list", "--json"]) == 0
    said = capsys.readouterr()
    told = {state["provider"]: state for state in json.loads(said.out)}
    assert told["openai"]["source"] == "keychain" and told["openai"]["origin"] == VENDOR
    assert told["groq"]["source"] == "environment"
    assert told["anthropic"]["source"] is None and told["anthropic"]["needed"]
    assert told["ollama"]["uses"] == ["completion", "chat"]
    assert main(["keys"]) == 0
    table = capsys.readouterr()
    assert "from the keychain" in table.out
    assert KEY not in said.out + said.err + table.out + table.err


def test_delete_says_what_it_removed_and_what_remains(
    chain: MemoryKeychain,
    enter: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(KEY)
    main(["keys", "set", "openai"])
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert main(["keys", "delete", "openai"]) == 0
    said = capsys.readouterr()
    assert said.out == f"removed: keychain, for {VENDOR}\n"
    assert "The variable OPENAI_API_KEY still gives a key" in said.err
    assert chain.kept == {}
    assert main(["keys", "delete", "openai"]) == 0
    assert "Nothing was kept" in capsys.readouterr().err


def test_a_key_for_another_address_is_told_of(
    chain: MemoryKeychain,
    enter: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    enter(KEY)
    main(["keys", "set", "openai"])
    configure(tmp_path, '[providers.openai]\nbaseUrl = "https://elsewhere.example.test"\n')
    capsys.readouterr()
    main(["keys"])
    assert f"the keychain has a key for {VENDOR} too" in capsys.readouterr().err


def test_the_file_is_written_where_it_was_chosen(
    chain: MemoryKeychain, enter: Callable[[str], None], tmp_path: Path
) -> None:
    configure(tmp_path, '[keys]\nfile = "keys.toml"\n')
    enter(KEY)
    assert main(["keys", "set", "openai", "--file"]) == 0
    written = tmp_path / "home/config/keys.toml"
    assert KEY in written.read_text() and VENDOR in written.read_text()
    assert chain.kept == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["keys", "set", "openai", KEY],
        ["keys", "set", KEY],
        ["keys", KEY],
        ["keys", "set", "openai", f"--key={KEY}"],
        ["keys", "set", "openai", "--key", KEY],
        ["keys", "set", "openai", f"-k{KEY}"],
    ],
)
def test_a_key_as_an_argument_is_refused_and_not_repeated(
    chain: MemoryKeychain,
    enter: Callable[[str], None],
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    enter("")
    try:
        code: object = main(arguments)
    except SystemExit as leaving:
        code = leaving.code
    said = capsys.readouterr()
    assert code == 2
    assert KEY not in said.out + said.err
    assert chain.kept == {}


@pytest.mark.parametrize("text", ["", " \n", f"{KEY}\n{KEY}\n", f"Bearer {KEY}"])
def test_what_is_no_key_changes_nothing(
    chain: MemoryKeychain,
    enter: Callable[[str], None],
    text: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    enter(text)
    assert main(["keys", "set", "openai"]) in (2, 3)
    assert KEY not in capsys.readouterr().err
    assert chain.kept == {}


def test_a_provider_without_an_address_is_asked_for_one_first(
    chain: MemoryKeychain, enter: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    enter(KEY)
    assert main(["keys", "set", "azure-openai"]) == 2
    assert "baseUrl first" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_key_is_asked_for_without_echo(
    chain: MemoryKeychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(question: str, stream: object) -> str:
        asked.append(question)
        return KEY

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ask)
    assert main(["keys", "set", "openai"]) == 0
    assert asked == ["Key for openai (it is not shown): "]
    assert KEY in chain.kept.values()


def test_a_terminal_that_would_show_the_key_is_not_used(
    chain: MemoryKeychain, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(question: str, stream: object) -> str:
        warnings.warn("echo", getpass.GetPassWarning, stacklevel=1)
        return KEY

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ask)
    assert main(["keys", "set", "openai"]) == 2
    assert "would show the key" in capsys.readouterr().err
    assert chain.kept == {}
