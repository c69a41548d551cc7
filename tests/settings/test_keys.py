"""Where a key is looked for, in which order, and for which origin it is given."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.egress import address
from codegrex_lsp.errors import ConfigurationError
from codegrex_lsp.settings import checks
from codegrex_lsp.settings import keys as module
from codegrex_lsp.settings.keychain import Keychain
from codegrex_lsp.settings.keys import Keys, Source
from codegrex_lsp.settings.keysources import Origin, without_keys
from codegrex_lsp.settings.model import KeyPlaces, Settings
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.route import ProviderConfig
from tests.support.keychains import MemoryKeychain

VENDOR = "https://api.openai.com"
OPENAI = ProviderConfig("openai", "openai", f"{VENDOR}/v1")
MOVED = ProviderConfig("openai", "openai", "https://elsewhere.example.test/v1")
ANTHROPIC = ProviderConfig("anthropic", "anthropic", "https://api.anthropic.com")
WORK = ProviderConfig("my-work", "openai-compatible", "https://models.example.test:8443/v1")


def key(name: str) -> str:
    """A key that no scanner finds in this file."""
    return "-".join(("k", name, "4711"))


def origin(base_url: str) -> Origin:
    target = address.parse(base_url)
    return Origin(target.origin, target.loopback)


class Bench:
    """Keys over a keychain in memory, an environment and a folder."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.folders = portable.folders({"CODEGREX_HOME": str(home)})
        self.environ = environ
        self.now = 0.0
        self.file = ""
        self.providers = [OPENAI, ANTHROPIC, WORK]
        self.chain = MemoryKeychain()
        keychain = Keychain(
            self.folders.state / "keys.json", seconds=self.chain.seconds, load=self.chain.load
        )
        self.keys = Keys(
            self.folders,
            self.settings,
            self.environ,
            origin,
            keychain=keychain,
            clock=lambda: self.now,
        )

    def settings(self) -> Settings:
        providers = MappingProxyType({one.id: one for one in self.providers})
        return Settings(keys=KeyPlaces(self.file), providers=providers)

    def listen(self, *answers: Any) -> list[tuple[str, str]]:
        """An editor that gives these answers in turn; what it was asked."""
        asked: list[tuple[str, str]] = []
        left = list(answers)

        async def ask(provider: str, where: str) -> object:
            asked.append((provider, where))
            answer = left.pop(0)
            return await answer if asyncio.iscoroutine(answer) else answer

        self.keys.listen(ask)
        return asked

    def write(self, text: str, mode: int = 0o600) -> Path:
        self.file = "keys.toml"
        path = self.folders.config / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    async def trouble(self, provider: ProviderConfig = OPENAI) -> str:
        try:
            await self.keys.require(provider)
        except ConfigurationError as error:
            assert error.code == "no-key"
            return error.message
        return ""

    async def sent(self, provider: ProviderConfig = OPENAI) -> str:
        header = await self.keys.header(provider)
        return "" if header is None else header[1]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.keys.close()


async def test_the_order_is_editor_keychain_environment_file(bench: Bench) -> None:
    bench.write(f'[openai]\nkey = "{key("file")}"')
    assert key("file") in await bench.sent()
    bench.environ["OPENAI_API_KEY"] = key("environment")
    bench.keys.forget()
    assert key("environment") in await bench.sent()
    await bench.keys.keep(OPENAI, key("keychain"))
    assert key("keychain") in await bench.sent()
    bench.listen(key("editor"))
    bench.keys.forget()
    assert key("editor") in await bench.sent()
    assert (await bench.keys.state(OPENAI)).source is Source.CLIENT


async def test_the_header_is_that_of_the_kind(bench: Bench) -> None:
    bench.environ.update(OPENAI_API_KEY=key("o"), ANTHROPIC_API_KEY=key("a"))
    assert await bench.keys.header(OPENAI) == ("authorization", f"Bearer {key('o')}")
    assert await bench.keys.header(ANTHROPIC) == ("x-api-key", key("a"))


async def test_a_cloud_provider_without_a_key_says_what_to_do(bench: Bench) -> None:
    with pytest.raises(ConfigurationError, match="codegrex-lsp keys set openai") as caught:
        await bench.keys.header(OPENAI)
    assert caught.value.code == "no-key"
    assert "openai has no key" in await bench.trouble(OPENAI)


@pytest.mark.parametrize(
    "provider",
    [
        ProviderConfig("ollama", "ollama", "http://127.0.0.1:11434"),
        ProviderConfig("embedded", "embedded"),
        ProviderConfig("openai", "openai", "http://127.0.0.1:4000"),
        WORK,
    ],
    ids=["local kind", "embedded", "forwarding proxy on this machine", "may have none"],
)
async def test_who_may_need_no_key_goes_without(bench: Bench, provider: ProviderConfig) -> None:
    assert await bench.keys.header(provider) is None
    assert await bench.trouble(provider) == ""


# -- origins ------------------------------------------------------------------------------------


async def test_a_vendors_variable_goes_to_the_vendor_only(bench: Bench) -> None:
    bench.environ["OPENAI_API_KEY"] = key("o")
    with pytest.raises(ConfigurationError, match="and is not sent to https://elsewhere"):
        await bench.keys.header(MOVED)
    for moved in ("http://api.openai.com/v1", "https://api.openai.com:8443", "https://openai.com"):
        assert await bench.trouble(ProviderConfig("openai", "openai", moved))
    assert key("o") in await bench.sent(
        ProviderConfig("openai", "openai", "https://API.OpenAI.com")
    )


async def test_a_sockets_path_stands_in_no_sentence(bench: Bench) -> None:
    bench.environ["OPENAI_API_KEY"] = key("o")
    socket = ProviderConfig("openai", "openai", "unix:/home/ada/model.sock")
    (told,) = (await bench.keys.state(socket)).troubles
    assert "a Unix socket" in told and "ada" not in told


async def test_a_foreign_id_or_kind_never_takes_a_vendors_variable(bench: Bench) -> None:
    bench.environ["OPENAI_API_KEY"] = key("o")
    for impostor in (
        ProviderConfig("openai", "openai-compatible", "https://evil.example.test"),
        ProviderConfig("openai", "anthropic", f"{VENDOR}/v1"),
        ProviderConfig("second", "openai", f"{VENDOR}/v1"),
    ):
        with contextlib.suppress(ConfigurationError):
            assert await bench.keys.header(impostor) is None


async def test_any_other_id_has_a_variable_of_its_own(bench: Bench) -> None:
    bench.environ["CODEGREX_KEY_MY_WORK"] = key("w")
    assert key("w") in await bench.sent(WORK)
    twin = ProviderConfig("my_work", "openai-compatible", "https://twin.example.test")
    bench.providers.append(twin)
    bench.keys.forget()
    assert await bench.sent(WORK) == ""
    assert "my-work or my_work" in (await bench.keys.state(twin)).troubles[0]


async def test_a_keychain_entry_is_for_its_origin_and_is_told_of_elsewhere(bench: Bench) -> None:
    assert await bench.keys.keep(OPENAI, key("k")) == VENDOR
    assert key("k") in await bench.sent()
    assert await bench.trouble(MOVED)
    assert (await bench.keys.state(MOVED)).elsewhere == (VENDOR,)
    assert (await bench.keys.state(OPENAI)).elsewhere == ()


async def test_the_editor_is_told_the_origin_and_asked_once_for_each(bench: Bench) -> None:
    asked = bench.listen(key("e"), None)
    for _ in range(3):
        assert key("e") in await bench.sent()
        bench.now += module.FRESH_S + 1
    assert await bench.trouble(MOVED)
    assert asked == [("openai", VENDOR), ("openai", "https://elsewhere.example.test")]


async def test_the_editor_is_not_asked_for_a_key_of_ollama_here(bench: Bench) -> None:
    asked = bench.listen()
    assert await bench.sent(ProviderConfig("ollama", "ollama", "http://127.0.0.1:11434")) == ""
    assert asked == []


async def test_an_entry_of_the_file_is_for_its_origin(bench: Bench) -> None:
    bench.write(f'[openai]\nkey = "{key("f")}"\n[my-work]\nkey = "{key("w")}"\n')
    assert key("f") in await bench.sent()
    assert "keys.file has a key of openai for" in await bench.trouble(MOVED)
    assert await bench.sent(WORK) == ""
    bench.write(f'[my-work]\nkey = "{key("w")}"\norigin = "https://models.example.test:8443"')
    bench.keys.forget()
    assert key("w") in await bench.sent(WORK)


# -- keys that are none ---------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["a b", "x\r\nhost: evil", "ключ", "x" * 9000, "a\x00b", "é"])
async def test_what_can_not_stand_in_a_header_is_no_key(bench: Bench, bad: str) -> None:
    bench.environ["OPENAI_API_KEY"] = bad
    with pytest.raises(ConfigurationError, match="other characters that no key has") as caught:
        await bench.keys.header(OPENAI)
    assert bad not in caught.value.message + caught.value.fix
    with pytest.raises(ConfigurationError, match="no key has"):
        await bench.keys.keep(OPENAI, bad)


async def test_spaces_round_a_key_do_not_count(bench: Bench) -> None:
    await bench.keys.keep(OPENAI, f"  {key('k')}\n")
    assert await bench.sent() == f"Bearer {key('k')}"


@pytest.mark.parametrize("answer", [None, "", 4, ["x"], {"key": "x"}])
async def test_an_editor_that_has_none_leaves_it_to_the_others(bench: Bench, answer: Any) -> None:
    bench.environ["OPENAI_API_KEY"] = key("o")
    bench.listen(answer)
    assert key("o") in await bench.sent()


# -- time -----------------------------------------------------------------------------------------


async def test_an_editor_that_is_slow_is_not_waited_for_and_its_answer_counts_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CLIENT_S", 0.01)
    bench.environ["OPENAI_API_KEY"] = key("o")
    answered = asyncio.Event()

    async def late() -> str:
        await answered.wait()
        return key("e")

    asked = bench.listen(late())
    assert key("o") in await bench.sent()
    answered.set()
    await asyncio.sleep(0.01)
    assert key("e") in await bench.sent()
    assert len(asked) == 1


async def test_many_requests_at_once_look_once(bench: Bench) -> None:
    asked = bench.listen(key("e"))
    assert set(await asyncio.gather(*(bench.sent() for _ in range(20)))) == {f"Bearer {key('e')}"}
    assert len(asked) == 1


async def test_who_is_cancelled_does_not_stop_the_looking(bench: Bench) -> None:
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return key("e")

    bench.listen(slow())
    task = asyncio.create_task(bench.sent())
    await asyncio.sleep(0.01)
    task.cancel()
    gate.set()
    assert key("e") in await bench.sent()


async def test_a_key_that_was_refused_is_looked_for_anew(bench: Bench) -> None:
    asked = bench.listen(key("old"), key("new"))
    assert key("old") in await bench.sent()
    bench.keys.refused(ANTHROPIC)
    assert key("old") in await bench.sent()
    bench.keys.refused(OPENAI)
    assert key("new") in await bench.sent()
    assert len(asked) == 2


async def test_a_keychain_is_asked_each_minute_and_not_each_time(bench: Bench) -> None:
    await bench.keys.keep(OPENAI, key("k"))
    await bench.sent()
    bench.chain.kept[f"codegrex {VENDOR}", "openai"] = key("new")
    assert key("k") in await bench.sent()
    bench.now += module.FRESH_S
    assert key("new") in await bench.sent()


async def test_what_was_looked_for_before_the_settings_changed_is_not_kept(bench: Bench) -> None:
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()

    bench.listen(slow(), key("e"))
    bench.environ["OPENAI_API_KEY"] = key("o")
    first = asyncio.create_task(bench.sent())
    await asyncio.sleep(0.01)
    bench.keys.forget()
    gate.set()
    assert key("o") in await first
    bench.keys.forget()
    assert key("e") in await bench.sent()


# -- removing -------------------------------------------------------------------------------------


async def test_removing_takes_all_that_we_keep_and_names_what_stays(bench: Bench) -> None:
    bench.providers = [OPENAI]
    bench.write("# mine\n[anthropic]\nkey = 'x'\n")
    await bench.keys.keep(OPENAI, key("k"))
    await bench.keys.keep(MOVED, key("m"))
    await bench.keys.keep(OPENAI, key("f"), file=True)
    bench.environ["OPENAI_API_KEY"] = key("o")
    gone = await bench.keys.remove("openai")
    assert gone == (
        "keychain, for https://api.openai.com",
        "keychain, for https://elsewhere.example.test",
        "file of keys.file",
    )
    assert bench.chain.kept == {}
    assert bench.keys.keychain.entries() == frozenset()
    written = (bench.folders.config / "keys.toml").read_text()
    assert "# mine" in written and "openai" not in written
    assert bench.keys.variable("openai") == "OPENAI_API_KEY"
    assert key("o") in await bench.sent()
    assert await bench.keys.remove("openai") == ()


# -- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o620])
async def test_a_file_that_others_can_read_is_refused(bench: Bench, mode: int) -> None:
    bench.write(f'[openai]\nkey = "{key("f")}"', mode)
    assert "chmod 600" in await bench.trouble(OPENAI)


async def test_a_file_that_is_a_link_is_refused(bench: Bench, tmp_path: Path) -> None:
    real = bench.write(f'[openai]\nkey = "{key("f")}"')
    real.rename(tmp_path / "real.toml")
    real.symlink_to(tmp_path / "real.toml")
    assert "is a link" in await bench.trouble(OPENAI)


async def test_a_file_of_somebody_else_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(f'[openai]\nkey = "{key("f")}"')
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert "belongs to somebody else" in await bench.trouble(OPENAI)


@pytest.mark.parametrize("name", ["../keys.toml", "a/../../keys.toml", "/etc/keys.toml", "link/k"])
async def test_a_file_outside_the_config_folder_is_refused(
    bench: Bench, name: str, tmp_path: Path
) -> None:
    bench.write("")
    (bench.folders.config / "link").symlink_to(tmp_path)
    bench.file = name
    assert "below the config folder" in await bench.trouble(OPENAI)


async def test_a_file_that_is_not_toml_is_named_without_its_words(bench: Bench) -> None:
    bench.write(f"[openai]\nkey = {key('f')}")
    told = await bench.trouble(OPENAI)
    assert "is not TOML" in told and key("f") not in told


async def test_what_is_written_into_the_file_is_the_owners_alone(bench: Bench) -> None:
    bench.file = "keys.toml"
    await bench.keys.keep(OPENAI, key("f"), file=True)
    assert (bench.folders.config / "keys.toml").stat().st_mode & 0o777 == 0o600
    assert key("f") in await bench.sent()


async def test_without_the_setting_there_is_no_file(bench: Bench) -> None:
    bench.write(f'[openai]\nkey = "{key("f")}"')
    bench.file = ""
    assert "openai has no key" in await bench.trouble(OPENAI)
    with pytest.raises(ConfigurationError, match=r"keys\.file"):
        await bench.keys.keep(OPENAI, key("f"), file=True)


# -- children -------------------------------------------------------------------------------------


def test_no_child_gets_a_variable_with_a_key() -> None:
    kept = {"PATH": "/bin", "HTTPS_PROXY": "http://p", "MY_API_KEY": "x"}
    keys = {"OPENAI_API_KEY": "x", "CODEGREX_KEY_WORK": "x", "codegrex_key_a": "x"}
    keys |= {"AZURE_OPENAI_API_KEY": "x", "CODEGREX_TOKEN": "x"}
    assert without_keys({**kept, **keys}) == kept


@pytest.mark.parametrize("name", ["/keys", "a//b", "../k", "a/../b", "C:\\k", "\\k", "a\x00b", "."])
def test_the_setting_takes_a_path_below_a_folder_and_nothing_else(name: str) -> None:
    assert checks.below(name)
    assert not checks.below("") and not checks.below("keys.toml") and not checks.below("a/b.toml")


async def test_a_key_that_another_process_keeps_is_used_at_once(bench: Bench) -> None:
    await bench.keys.keep(OPENAI, key("first"))
    assert key("first") in await bench.sent()
    before = bench.keys.mark()
    other = Keychain(bench.folders.state / "keys.json", seconds=5, load=bench.chain.load)
    await other.put("openai", VENDOR, key("second"))
    assert bench.keys.mark() != before
    assert key("second") in await bench.sent()


async def test_a_key_that_is_written_into_the_file_is_used_at_once(bench: Bench) -> None:
    bench.write(f'[openai]\nkey = "{key("first")}"')
    assert key("first") in await bench.sent()
    bench.write(f'[openai]\nkey = "{key("another")}"')
    assert key("another") in await bench.sent()


async def test_the_keys_of_a_session_are_remembered_to_be_masked(bench: Bench) -> None:
    assert bench.keys.own() == ()
    await bench.keys.keep(OPENAI, key("one"))
    await bench.sent()
    found = bench.keys.own()
    bench.keys.forget()
    await bench.sent()
    assert bench.keys.own() is found and key("one") not in repr(found)
    await bench.keys.keep(OPENAI, key("two"))
    await bench.sent()
    assert bench.keys.own() == (ApiKey(key("one")), ApiKey(key("two")))
