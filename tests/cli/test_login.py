"""`login`, `whoami`, `logout`: a token comes in by prompt, input or code, and never comes out."""

from __future__ import annotations

import asyncio
import getpass
import io
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from codegrex_lsp.__main__ import main
from codegrex_lsp.engine import account
from codegrex_lsp.settings import keychain
from tests.fakes.managed_cloud import ME, ManagedCloud, secret
from tests.support.keychains import MemoryKeychain

IDE = secret("ide", 1)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Person:
    """Runs verbs in a home of their own, and looks at everything that was said."""

    def __init__(
        self, home: Path, chain: MemoryKeychain, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self.chain = chain
        self.said = ""
        self._capsys = capsys

    async def does(self, *arguments: str) -> tuple[int, str, str]:
        try:
            code = await asyncio.to_thread(main, list(arguments))
        except SystemExit as leaving:
            code = int(str(leaving.code))
        captured = self._capsys.readouterr()
        self.said += captured.out + captured.err
        return code, captured.out, captured.err

    def configure(self, text: str) -> None:
        folder = self.home / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(text)


@pytest.fixture
async def cloud() -> AsyncIterator[ManagedCloud]:
    async with ManagedCloud() as made:
        yield made


@pytest.fixture
def person(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    cloud: ManagedCloud,
    capsys: pytest.CaptureFixture[str],
) -> Person:
    chain = MemoryKeychain()
    monkeypatch.setattr(keychain, "backend", chain.load)
    monkeypatch.setattr(keychain, "SECONDS", chain.seconds)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    monkeypatch.setenv("CODEGREX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CODEGREX_TOKEN", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    made = Person(tmp_path / "home", chain, capsys)
    made.configure(f'[providers.codegrex]\nbaseUrl = "{cloud.base_url}"\n')
    return made


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A terminal at which this is typed when a secret is asked for."""

    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr(getpass, "getpass", lambda question, stream: text)

    return give


async def test_in_who_and_out(
    person: Person, cloud: ManagedCloud, enter: Callable[[str], None]
) -> None:
    enter(f"{IDE}\n")
    code, out, err = await person.does("login")
    assert (code, out) == (0, "")
    assert f"Signed in as {ME['email']}" in err and f"sent to {cloud.base_url} only" in err
    code, out, err = await person.does("whoami", "--json")
    assert code == 0
    assert json.loads(out) == {
        **ME,
        "origin": cloud.base_url,
        "source": "keychain",
        "expires": None,
    }
    assert (await person.does("whoami"))[1].startswith(ME["email"])
    code, out, err = await person.does("logout")
    assert (code, out) == (0, f"removed: keychain, for {cloud.base_url}\n")
    assert "ended the sign-in as well" in err
    assert person.chain.kept == {} and IDE not in cloud.ide
    code, out, err = await person.does("whoami")
    assert code == 3 and "codegrex-lsp login" in err
    assert (await person.does("logout"))[0] == 0
    assert IDE not in person.said


async def test_on_a_terminal_a_code_is_shown_and_no_browser_opened(
    person: Person,
    cloud: ManagedCloud,
    terminal: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal("not asked for")
    cloud.device = ["granted"]
    begin = account.account.device_code

    def at_once(answer: bytes) -> object:
        from dataclasses import replace

        return replace(begin(answer), interval=0.0)

    monkeypatch.setattr(account.account, "device_code", at_once)
    code, _, err = await person.does("login")
    assert code == 0
    assert "https://login.example.com/device" in err and "WDJB-MJHT" in err
    said = json.loads((await person.does("whoami", "--json"))[1])
    assert said["expires"] is not None
    (kept,) = person.chain.kept.values()
    assert cloud.grants[0].access in kept and cloud.grants[0].refresh in kept
    for word in (cloud.grants[0].access, cloud.grants[0].refresh, secret("device", 1)):
        assert word not in person.said


@pytest.mark.parametrize("arguments", [["login"], ["login", "--token"]])
async def test_a_terminal_is_asked_for_a_token_where_there_is_no_code(
    person: Person, cloud: ManagedCloud, terminal: Callable[[str], None], arguments: list[str]
) -> None:
    terminal(IDE)
    cloud.offers_codes = False
    assert (await person.does(*arguments))[0] == 0
    assert len(person.chain.kept) == 1
    asked = [request.target for request in cloud.server.requests]
    assert ("/v1/oauth/device" in asked) is ("--token" not in arguments)


async def test_without_an_address_the_setting_is_named(
    person: Person, enter: Callable[[str], None]
) -> None:
    person.configure("")
    enter(IDE)
    for verb in ("login", "whoami"):
        code, _, err = await person.does(verb)
        assert code == 3 and "providers.codegrex.baseUrl" in err
    assert person.chain.kept == {}


@pytest.mark.parametrize(
    "arguments", [["login", IDE], ["login", "--token", IDE], ["login", f"--token={IDE}"]]
)
async def test_a_token_as_an_argument_is_refused_and_not_repeated(
    person: Person, cloud: ManagedCloud, arguments: list[str]
) -> None:
    assert (await person.does(*arguments))[0] == 2
    assert IDE not in person.said
    assert cloud.server.connections == 0


@pytest.mark.parametrize("text", ["", " \n", f"Bearer {IDE}", secret("ide", 2)])
async def test_what_is_no_token_changes_nothing(
    person: Person, enter: Callable[[str], None], text: str
) -> None:
    enter(text)
    code, _, err = await person.does("login")
    assert code in (2, 3, 5) and err.count("\n") <= 2
    assert person.chain.kept == {}
    assert not text.strip() or text not in person.said


async def test_offline_asks_nobody(
    person: Person,
    cloud: ManagedCloud,
    enter: Callable[[str], None],
    terminal: Callable[[str], None],
) -> None:
    terminal(IDE)
    assert (await person.does("login", "--mode", "offline"))[0] == 4
    enter(IDE)
    code, _, err = await person.does("login", "--mode", "offline")
    assert code == 0 and "could not be checked" in err
    assert (await person.does("whoami", "--mode", "offline"))[0] == 4
    code, _, err = await person.does("logout", "--mode", "offline")
    assert code == 0 and "was not told" in err
    assert person.chain.kept == {}
    assert cloud.server.connections == 0


async def test_a_variable_that_remains_is_named(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEGREX_TOKEN", IDE)
    code, _, err = await person.does("logout")
    assert code == 0 and "CODEGREX_TOKEN" in err
    assert IDE not in person.said


async def test_what_the_service_calls_a_person_can_not_move_the_cursor(
    person: Person,
    cloud: ManagedCloud,
    enter: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ME, "email", "\x1b[2Jroot@example.com")
    enter(IDE)
    assert (await person.does("login"))[0] == 0
    assert (await person.does("whoami"))[0] == 0
    assert "\x1b" not in person.said
