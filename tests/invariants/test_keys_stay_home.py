"""A provider's key stands in the header of its own provider's requests, and nowhere else."""

from __future__ import annotations

import ast
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import codegrex_lsp
from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.settings import describe
from codegrex_lsp.settings.providers import KINDS, key_header
from tests.fakes.http import FakeServer, Reply, Request
from tests.support.houses import wish

ROOT = Path(codegrex_lsp.__file__).parent

DISCLOSE = {
    "settings/keys.py": "for the header, and to be kept in the keychain",
    "settings/keysources.py": "to be kept in the person's file",
    "settings/tokens.py": "to be kept in the keychain",
    "state/credentials.py": "to be masked wherever it is written",
    "providers/account.py": "for the body of the calls that renew, revoke or wait for a sign-in",
    "values/apikey.py": "to compare two",
}
STARTERS = {"create_subprocess_exec", "Popen"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        prefix = f"{owner.id}." if isinstance(owner, ast.Name) else ""
        return prefix + function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_only_these_modules_see_the_characters_of_a_key() -> None:
    seen = {
        file
        for file, tree in modules()
        for call in calls(tree)
        if name_of(call).endswith("disclose")
    }
    assert seen == set(DISCLOSE)


def test_every_child_process_gets_an_environment_of_ours() -> None:
    starting = [
        (file, call)
        for file, tree in modules()
        for call in calls(tree)
        if name_of(call).rpartition(".")[2] in STARTERS
        or (
            name_of(call) in ("subprocess.run", "run")
            and any(word.arg == "cwd" for word in call.keywords)
        )
    ]
    assert len(starting) >= 6
    for file, call in starting:
        assert any(word.arg == "env" for word in call.keywords), f"{file}:{call.lineno}"
        assert "without_keys" in (ROOT / file).read_text(), file


# -- what arrives ---------------------------------------------------------------------------------

KINDS_WITH_KEYS = tuple(sorted(kind for kind in KINDS if kind not in ("embedded", "ollama")))


def key_of(name: str) -> str:
    return "-".join(("k", name, "4711"))


def variable(kind: str) -> str:
    return f"CODEGREX_KEY_OWN_{kind}".upper().replace("-", "_")


ENVIRON = {variable(kind): key_of(kind) for kind in KINDS_WITH_KEYS} | {
    kind.variable: key_of(kind.variable) for kind in KINDS.values() if kind.variable
}


@asynccontextmanager
async def origins(reply: Reply) -> AsyncIterator[dict[str, FakeServer]]:
    """One origin for each kind, on ports of their own; all give the same answer."""
    async with AsyncExitStack() as stack:
        yield {kind: await stack.enter_async_context(FakeServer(reply)) for kind in KINDS_WITH_KEYS}


def settings(servers: Mapping[str, FakeServer]) -> dict[str, object]:
    told: dict[str, object] = {
        "privacy.mode": "normal",
        "privacy.names": False,
        "completion.debounceMs": 0,
        "completion.routes": [f"own-{kind}" for kind in servers],
    }
    for kind, server in servers.items():
        own = {"kind": kind, "baseUrl": server.base_url, "model": "m"}
        told |= {f"providers.own-{kind}.{field}": value for field, value in own.items()}
    return told


@asynccontextmanager
async def house(home: Path, flags: Mapping[str, object], **more: Any) -> AsyncIterator[House]:
    folders = portable.folders({"CODEGREX_HOME": str(home)})
    wishes = Wishes(flags=flags, environ={**ENVIRON, "HOME": str(home)}, **more)
    made = House(folders, wishes)
    try:
        yield made
    finally:
        await made.close()


def everything(request: Request) -> str:
    words = [request.method, request.target, request.body.decode("latin-1")]
    return "\n".join([*words, *(f"{name}: {value}" for name, value in request.headers)])


def holding(text: str) -> set[str]:
    """Which of all keys stand in a text."""
    return {name for name, value in ENVIRON.items() if value in text}


async def test_each_key_arrives_at_its_own_origin_in_its_own_header_once(tmp_path: Path) -> None:
    document = tmp_path / "a.py"
    async with origins(Reply((b"no",), 500)) as servers:
        async with house(tmp_path / "home", settings(servers)) as made:
            await made.complete(wish(document, "def add(a, b):\n    return |"))
            await made.models(tmp_path)
            await made.check_providers(tmp_path)
            told = repr(made.status(tmp_path)) + repr(made.resolved(tmp_path))
        for kind, server in servers.items():
            assert server.requests, f"{kind} was not asked"
            name, value = key_header(kind, key_of(kind))
            for request in server.requests:
                assert [v for n, v in request.headers if n.lower() == name] == [value], kind
                assert everything(request).count(key_of(kind)) == 1
                assert holding(everything(request)) == {variable(kind)}
    assert holding(told) == set()
    for kept in (tmp_path / "home").rglob("*"):
        assert kept.is_dir() or holding(kept.read_bytes().decode("latin-1")) == set(), kept.name


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_carries_no_key_away(tmp_path: Path, status: int) -> None:
    async with FakeServer() as thief:
        headers = (("location", f"{thief.base_url}/v1"),)
        async with origins(Reply((b"",), status, headers)) as servers:
            async with house(tmp_path / "home", settings(servers)) as made:
                await made.complete(wish(tmp_path / "a.py", "x = |"))
            assert any(server.requests for server in servers.values())
        assert thief.connections == 0


@pytest.mark.parametrize("way", ["repository file", "editor of an untrusted workspace"])
async def test_nobody_but_the_person_names_the_address_a_key_goes_to(
    tmp_path: Path, way: str
) -> None:
    (tmp_path / ".git").mkdir()
    async with FakeServer() as thief:
        moved = {"providers.openai.baseUrl": thief.base_url, "completion.routes": ["openai"]}
        more: dict[str, Any] = {"editor": moved, "trusted": False}
        if way == "repository file":
            lines = f'[providers.openai]\nbaseUrl = "{thief.base_url}"\n'
            (tmp_path / ".codegrex.toml").write_text(lines)
            more = {}
        flags = {"privacy.mode": "normal", "privacy.names": False}
        async with house(tmp_path / "home", flags, **more) as made:
            provider = made.resolved(tmp_path).settings.providers["openai"]
            assert provider.base_url == KINDS["openai"].base_url
            await made.complete(wish(tmp_path / "a.py", "x = |"))
        assert thief.connections == 0


async def test_an_address_of_the_persons_own_gets_no_key_of_the_vendor(tmp_path: Path) -> None:
    """`providers.openai.baseUrl` is another server: OPENAI_API_KEY is not for it."""
    async with FakeServer(Reply((b"no",), 500)) as other:
        flags = {
            "privacy.mode": "normal",
            "privacy.names": False,
            "completion.debounceMs": 0,
            "completion.routes": ["openai"],
            "providers.openai.baseUrl": other.base_url,
            "providers.openai.model": "m",
        }
        async with house(tmp_path / "home", flags) as made:
            await made.complete(wish(tmp_path / "a.py", "x = |"))
        assert other.requests
        assert all(holding(everything(request)) == set() for request in other.requests)


async def test_settings_that_are_shown_hold_no_key(tmp_path: Path) -> None:
    async with origins(Reply()) as servers, house(tmp_path / "home", settings(servers)) as made:
        resolved = made.resolved(tmp_path)
        shown = json.dumps([row.value for row in describe(resolved)]) + repr(resolved)
        states = await made.key_states()
    shown += json.dumps([state.as_json() for state in states]) + repr(states)
    assert sum(state.source is not None for state in states) > len(KINDS_WITH_KEYS)
    assert holding(shown) == set()


async def test_no_library_logs_a_key_at_any_level(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    home = tmp_path / "home"
    async with origins(Reply((b"no",), 401)) as servers, house(home, settings(servers)) as made:
        await made.complete(wish(tmp_path / "a.py", "x = |"))
    assert caplog.records
    told = "\n".join(f"{record.getMessage()} {record.__dict__!r}" for record in caplog.records)
    assert holding(told) == set()
