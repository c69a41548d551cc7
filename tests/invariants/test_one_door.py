"""Invariant 1: bytes leave through `egress.door` alone.

The import contracts in pyproject.toml say which room may hold which library. Here the syntax tree
of every module is read for what contracts can not see: parts of packages, calls, and what is
loaded by name. Each exception is one line with its reason, and one that is no longer needed fails.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import codegrex_lsp

ROOT = Path(codegrex_lsp.__file__).parent

DOOR_LIBRARIES = {"httpcore", "httpx", "anyio", "h11", "certifi", "requests", "urllib3", "aiohttp"}
NETWORK = {
    *("socket", "ssl", "http", "urllib.request", "urllib.error", "socketserver", "smtplib"),
    *("ftplib", "poplib", "imaplib", "nntplib", "telnetlib", "xmlrpc", "webbrowser", "wsgiref"),
    *("_socket", "_ssl", "asyncio.streams", "asyncio.sslproto"),
}
PROCESSES = {
    *("subprocess", "multiprocessing", "pty", "_posixsubprocess", "asyncio.subprocess"),
    *("concurrent.futures.process", "ctypes", "cffi", "_ctypes"),
}
OPENERS = {
    *("create_connection", "open_connection", "open_unix_connection", "create_unix_connection"),
    *("create_server", "create_unix_server", "start_server", "start_unix_server", "start_tcp"),
    *("start_ws", "start_websocket", "create_datagram_endpoint", "sock_connect", "sock_sendto"),
    *("getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo", "urlopen", "urlretrieve"),
    *("connect_tcp", "connect_unix", "connect_unix_socket", "socketpair", "connect_ex"),
    *("Popen", "popen", "posix_spawn", "posix_spawnp", "fork", "forkpty", "startfile"),
    *("create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "subprocess_shell"),
    *("CDLL", "WinDLL", "PyDLL", "LoadLibrary", "ProcessPoolExecutor", "connect_write_pipe"),
    *("__import__", "import_module", "run_module", "run_path", "eval"),
}
OS_CALLS = ("system", "exec", "spawn")

ALLOWED = {
    ("egress/transport.py", "httpx"): "the one transport",
    ("egress/transport.py", "httpcore"): "its connections, to addresses that we admit",
    ("egress/proxies.py", "ssl"): "to know a failure of TLS",
    ("egress/proxies.py", "httpx"): "errors on the way through a proxy",
    ("egress/proxies.py", "httpcore"): "describes the proxy to the one transport",
    ("egress/tls.py", "ssl"): "the TLS context of cloud connections",
    ("egress/tls.py", "certifi"): "the certificates that it trusts where the system has none",
    ("egress/transport.py", "connect_tcp"): "to an admitted address",
    ("egress/transport.py", "connect_unix_socket"): "to a socket of this machine",
    ("egress/transport.py", "getaddrinfo"): "the only look-up; what it finds must be admitted",
    ("egress/exchange.py", "httpx"): "the library's response and errors",
    ("egress/llama_child.py", "http.client"): "asks the model server in its own process for health",
    ("egress/modelserver.py", "create_subprocess_exec"): "starts the embedded model server",
    (
        "engine/names_server.py",
        "create_subprocess_exec",
    ): "starts the model that hears names, which is no part of this process; over pipes",
    ("egress/starter.py", "subprocess"): "`models pull starter` runs pip, on command only",
    (
        "engine/workers.py",
        "concurrent.futures.process",
    ): "`scan` of a tree by all cores; over pipes",
    ("engine/workers.py", "ProcessPoolExecutor"): "the same: paths go in, places come out",
    ("engine/staged.py", "subprocess"): "`scan --staged` reads Git's index through git",
    ("engine/staged.py", "Popen"): "the same: one `git cat-file` for all objects",
    ("cli/demo_client.py", "create_subprocess_exec"): "`demo` starts our own server to talk to",
    ("providers/__init__.py", "import_module"): "a translator by its row in the table of kinds",
    ("settings/patterns.py", "import_module"): "the parser of `re`, which has no public name",
    ("portable.py", "ctypes"): "asks Windows about a process, Linux to end a child with us",
    ("portable.py", "CDLL"): "prctl(2), in a child of ours",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def forbidden_imports(tree: ast.Module) -> Iterator[str]:
    forbidden = DOOR_LIBRARIES | NETWORK | PROCESSES
    for name in imported(tree):
        parts = name.split(".")
        prefixes = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
        if prefixes & forbidden:
            yield name


def forbidden_calls(tree: ast.Module) -> Iterator[str]:
    """Whatever is reached by an opener's name, called or only mentioned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_os = isinstance(node.value, ast.Name) and node.value.id in ("os", "posix", "nt")
            if node.attr in OPENERS or (of_os and node.attr.startswith(OS_CALLS)):
                yield node.attr
        elif isinstance(node, ast.Name) and (node.id in OPENERS or node.id == "exec"):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                if name.name in OPENERS or (node.module == "os" and name.name.startswith(OS_CALLS)):
                    yield name.name


def found(file: str, tree: ast.Module) -> set[tuple[str, str]]:
    """(file, name) of everything that could open a connection or start a process."""
    names = set(forbidden_calls(tree))
    for name in forbidden_imports(tree):
        allowed = [kept for where, kept in ALLOWED if where == file and _within(name, kept)]
        names.add(allowed[0] if allowed else name)
    return {(file, name) for name in names}


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_no_module_opens_a_connection_or_a_process_without_a_reason() -> None:
    everything = set().union(*(found(file, tree) for file, tree in modules()))
    assert everything - set(ALLOWED) == set()


def test_no_exception_outlives_its_reason() -> None:
    everything = set().union(*(found(file, tree) for file, tree in modules()))
    assert set(ALLOWED) - everything == set()


@pytest.mark.parametrize(
    "code",
    [
        "import socket",
        "from urllib import request",
        "import urllib.request as r",
        "from http.client import HTTPConnection",
        "from os import execv",
        "import os; os.system('x')",
        "import os; run = os.spawnl",
        "import asyncio\nasync def f(): await asyncio.open_connection('h', 1)",
        "loop.create_connection(P, 'h', 1)",
        "__import__('socket')",
        "from importlib import import_module",
        "server.start_tcp('0.0.0.0', 1)",
        "import ctypes",
        "eval('1')",
    ],
)
def test_the_reading_of_the_tree_sees_each_of_these(code: str) -> None:
    assert found("some/file.py", ast.parse(code))


def test_only_lsp_speaks_the_editors_protocol() -> None:
    speakers = {
        file.split("/")[0]
        for file, tree in modules()
        if any(name.split(".")[0] in ("pygls", "lsprotocol") for name in imported(tree))
    }
    assert speakers <= {"lsp"}


def test_the_http_library_is_loaded_by_the_first_request_and_not_before() -> None:
    libraries = ("httpx", "httpcore", "anyio", "h11", "ssl", "certifi")
    code = f"import sys, codegrex_lsp.egress.door; print(sys.modules.keys() & {set(libraries)})"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT.parent, check=True
    )
    # asyncio brings ssl with it; nothing of ours does.
    assert said.stdout.strip() in ("set()", "{'ssl'}")
