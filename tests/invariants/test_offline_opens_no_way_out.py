"""Invariants 1 and 4, proved from outside: the real server and the real model with no network.

Once in a network namespace that has loopback and nothing else, where it must work; once under a
trace of connect, sendto and sendmsg, which also shows attempts that would have failed silently.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.model import home_with_starter
from tests.support.talk import SERVER, talk

CODE = "def add(a, b):\n    return \n"
DRIVE = Path(__file__).parents[1] / "support" / "offline_drive.py"

WITHOUT_NETWORK = ("unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")

_CALL = re.compile(r"\b(connect|sendto|sendmsg)\(")
_LOCAL = re.compile(
    r"sa_family=AF_UNIX|sa_family=AF_NETLINK|AF_UNSPEC"
    r'|inet_addr\("127\.\d+\.\d+\.\d+"\)|inet_pton\(AF_INET6, "::1"'
)


def namespaces_work() -> str:
    """Empty where a namespace without network can be made here, else the reason why not."""
    for tool in ("unshare", "ip"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    done = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, text=True)
    return "" if done.returncode == 0 else "this machine does not let us make a network namespace"


async def use(command: tuple[str, ...], home: Path, model: Path, folder: Path) -> list[object]:
    """Every item that an offline session gets."""
    folder.mkdir()
    file = folder / "main.py"
    file.write_text(CODE)
    environ = home_with_starter(home, model)
    async with talk(environ, command) as editor:
        await editor.start(folder, {"privacy": {"mode": "offline"}})
        await editor.open(file, CODE)
        status = await editor.request("codegrex/status", {})
        assert status["mode"] == "offline"
        items = []
        for line, column in ((1, 11), (0, 14), (1, 4)):
            items += await editor.ghost(file, line, column) or []
        assert await editor.end() == 0
    return items


async def test_everything_works_where_there_is_no_network(
    tmp_path: Path, starter_model: Path
) -> None:
    if reason := namespaces_work():
        pytest.skip(reason)
    items = await use((*WITHOUT_NETWORK, *SERVER), tmp_path / "h", starter_model, tmp_path / "w")
    assert items, "the model had nothing to say at three places"


async def test_nothing_but_this_machine_is_called(tmp_path: Path, starter_model: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    probe = subprocess.run(["strace", "-o", str(trace), "true"], capture_output=True)
    if probe.returncode != 0:
        pytest.skip("this machine does not let us trace processes")
    command = (
        "strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace),
    )  # fmt: skip
    items = await use((*command, *SERVER), tmp_path / "h", starter_model, tmp_path / "w")
    assert items
    calls = [line for line in trace.read_text().splitlines() if _CALL.search(line)]
    assert any("127.0.0.1" in call for call in calls), "the trace shows not even the model server"
    strangers = [call for call in calls if "sa_family" in call and not _LOCAL.search(call)]
    assert strangers == []


def test_the_trace_would_show_a_stranger(tmp_path: Path) -> None:
    """The pattern that judges the trace does see a public address, v4 and v6."""
    public = 'connect(5, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("9.9.9.9")}'
    public6 = 'connect(5, {sa_family=AF_INET6, inet_pton(AF_INET6, "2620:fe::9", &sin6_addr)}'
    for call in (public, public6):
        assert _CALL.search(call) and not _LOCAL.search(call)
    assert sys.platform
