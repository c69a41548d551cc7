"""Invariant 4: offline means local by the address actually used.

And local means local in every mode: what a name, a redirect, a proxy variable or a daemon that
forwards would make of it does not count, only the address that is connected to.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from codegrex_lsp.egress import transport
from codegrex_lsp.egress.address import parse
from codegrex_lsp.errors import AddressRefused, BadAnswer, CodegrexError, RefusedError
from codegrex_lsp.settings.model import Network
from codegrex_lsp.values.mode import Destination, Mode
from tests.fakes.http import FakeServer, Reply
from tests.support.doors import bench, provider

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Names:
    """A name server of our own, in place of the event loop's look-up."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def getaddrinfo(self, host: str, port: int, **_: object) -> list[object]:
        self.asked.append(host)
        found = self.answers.pop(0)
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in found]

    def answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.getaddrinfo)


@pytest.mark.parametrize(
    ("url", "kind", "hosts"),
    [
        ("https://api.example.com", "openai", []),
        ("http://127.0.0.1:9", "openai", []),
        ("http://gpu.corp:9", "ollama", ["gpu.corp"]),
        ("http://api.example.com", "ollama", []),
        ("http://10.0.0.7:9", "ollama", []),
        ("http://localhost.example.com", "ollama", []),
    ],
)
async def test_offline_asks_nobody_and_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, kind: str, hosts: list[str]
) -> None:
    names = Names(["127.0.0.1"])
    names.answer(monkeypatch)
    for destination in Destination:
        async with bench(tmp_path, mode=Mode.OFFLINE, private_hosts=hosts) as b:
            with pytest.raises(RefusedError):
                await b.read(provider=provider(url, kind), destination=destination)
            assert b.ledger.lines() == []
    assert names.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST.", "[::ffff:127.0.0.1]"])
async def test_offline_reaches_a_model_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    names = Names()
    names.answer(monkeypatch)
    async with FakeServer() as server, bench(tmp_path, mode=Mode.OFFLINE) as b:
        assert await b.read(provider=provider(f"http://{host}:{server.port}")) == b"ok"
    assert names.asked == []


async def test_a_private_name_that_leads_to_the_internet_is_not_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(["93.184.216.34"], ["127.0.0.1", "93.184.216.34"])
    names.answer(monkeypatch)
    async with FakeServer() as server, bench(tmp_path, private_hosts=["gpu.corp"]) as b:
        for _ in range(2):
            with pytest.raises(AddressRefused):
                await b.read(provider=provider(f"http://gpu.corp:{server.port}"))
        assert await b.outcomes() == ["address-refused"] * 2
    assert server.connections == 0


async def test_the_address_that_was_looked_at_is_the_address_that_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its answer between look and leap (DNS rebinding) gains nothing."""
    names = Names(["127.0.0.1"], ["93.184.216.34"])
    names.answer(monkeypatch)
    async with FakeServer() as server, bench(tmp_path, private_hosts=["gpu.corp"]) as b:
        to = provider(f"http://gpu.corp:{server.port}")
        assert await b.read(provider=to) == b"ok"
        assert await b.read(provider=to) == b"ok"  # over the same connection: nobody is asked
    assert names.asked == ["gpu.corp"]
    assert server.requests[0].header("host") == f"gpu.corp:{server.port}"


async def test_a_host_that_is_no_longer_named_loses_its_open_connection_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(["127.0.0.1"]).answer(monkeypatch)
    async with FakeServer() as server, bench(tmp_path, private_hosts=["gpu.corp"]) as b:
        to = provider(f"http://gpu.corp:{server.port}")
        await b.read(provider=to)
        b.private_hosts = []
        with pytest.raises(AddressRefused):
            await b.read(provider=to)
    assert len(server.requests) == 1


async def test_offline_does_not_use_a_connection_that_a_name_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(["127.0.0.1"]).answer(monkeypatch)
    async with FakeServer() as server, bench(tmp_path, private_hosts=["gpu.corp"]) as b:
        to = provider(f"http://gpu.corp:{server.port}")
        await b.read(provider=to)
        b.mode = Mode.OFFLINE
        with pytest.raises(AddressRefused) as caught:
            await b.read(provider=to)
    assert caught.value.code == "offline-name"
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", Mode)
async def test_a_local_model_can_not_send_us_elsewhere(tmp_path: Path, mode: Mode) -> None:
    async with FakeServer() as elsewhere:
        reply = Reply(status=302, headers=[("location", elsewhere.base_url)])
        async with FakeServer(reply) as server, bench(tmp_path, mode=mode) as b:
            with pytest.raises(BadAnswer):
                await b.read(provider=provider(server.base_url))
    assert elsewhere.connections == 0


@pytest.mark.parametrize("mode", Mode)
async def test_no_proxy_of_the_environment_carries_local_traffic_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    async with FakeServer() as proxy, FakeServer() as server:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url)
        for setting in ("", "env", proxy.base_url):
            async with bench(tmp_path, mode=mode, network=Network(proxy=setting)) as b:
                assert await b.read(provider=provider(server.base_url)) == b"ok"
    assert proxy.connections == 0
    assert len(server.requests) == 3


def test_a_way_to_a_local_model_never_has_a_proxy() -> None:
    network = Network(proxy="http://proxy.example:3128")
    for url in ("http://127.0.0.1:1", "http://[::1]:1", "http://gpu.corp:1", "unix:/s"):
        way = transport.way_to(
            parse(url), Destination.LOCAL, ["gpu.corp"], network, may_resolve=True
        )
        assert way.proxy == ""


async def test_the_transport_itself_looks_up_no_name_where_it_may_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second line of defence, below the door's own refusal."""
    names = Names(["127.0.0.1"])
    names.answer(monkeypatch)
    way = transport.way_to(
        parse("http://gpu.corp:1"), Destination.LOCAL, ["gpu.corp"], Network(), may_resolve=False
    )
    with pytest.raises(AddressRefused):
        await transport.PinnedBackend(way).connect_tcp("gpu.corp", 1)
    assert names.asked == []


OFFLINE_RUN = """
import asyncio, sys, tempfile
from pathlib import Path
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.values.mode import Destination, Mode
from tests.fakes.http import FakeServer
from tests.support.doors import bench, provider

async def main():
    folder = Path(tempfile.mkdtemp())
    async with FakeServer() as server, bench(folder, mode=Mode.OFFLINE) as b:
        assert await b.read(provider=provider(server.base_url)) == b"ok"
        for url, kind in [("https://api.openai.com", "openai"), ("http://93.184.216.34", "ollama")]:
            for destination in Destination:
                try:
                    await b.read(provider=provider(url, kind), destination=destination)
                except CodegrexError as error:
                    assert error.exit_code == 4, error
                else:
                    raise SystemExit("it went")
    print("done")

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other platform: network namespaces")
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.skipif(not shutil.which("unshare"), reason="unshare is not installed")
def test_without_any_network_it_works_and_does_not_even_try(tmp_path: Path) -> None:
    """A namespace alone hides attempts, a trace alone does not stop them: both at once."""
    trace = tmp_path / "trace"
    inside = (
        f"ip link set lo up && strace -f -qq -e trace=connect,sendto,sendmsg -o {trace} "
        f'{sys.executable} -c "$SCRIPT"'
    )
    root = Path(__file__).parents[2]
    result = subprocess.run(
        ["unshare", "-n" if os.geteuid() == 0 else "-rn", "sh", "-c", inside],
        env={
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
            "SCRIPT": textwrap.dedent(OFFLINE_RUN),
            "PYTHONPATH": str(root),
        },
        cwd=root,
        capture_output=True,
        text=True,
    )
    if "Operation not permitted" in result.stderr:
        pytest.skip("this machine forbids network namespaces")
    assert result.stdout.strip() == "done", result.stderr
    calls = trace.read_text().splitlines()
    connects = [call for call in calls if "connect(" in call and "AF_INET" in call]
    assert connects, "the trace saw the local connection, so it would have seen another"
    assert all('inet_addr("127.0.0.1")' in call for call in connects), connects
    assert not [call for call in calls if "htons(53)" in call]


def test_every_refusal_here_is_one_that_people_understand() -> None:
    assert issubclass(AddressRefused, CodegrexError)
    assert AddressRefused("x").exit_code == 4
