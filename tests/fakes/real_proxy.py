"""A proxy that many use (`proxy.py`), as a process of its own, to which every name is this machine.

async with real_proxy(folder, password="...") as proxy:
    ...                      # proxy.port, proxy.sent: what it was sent, byte for byte
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

ROOT = Path(__file__).parent.parent.parent


@dataclass
class RealProxy:
    """A running proxy, with a wire tap before it."""

    port: int = 0
    sent: bytearray = field(default_factory=bytearray)


@asynccontextmanager
async def real_proxy(
    folder: Path, *, user: str = "", tls: trustme.LeafCert | None = None
) -> AsyncIterator[RealProxy]:
    """Run the proxy while the block runs.

    Args:
        folder: For its port and certificate.
        user: `name:password` that it asks for, or empty.
        tls: What it shows, where it speaks TLS itself.
    """
    port_file = folder / "proxy-port"
    command = [sys.executable, "-m", "tests.fakes.real_proxy", "--port-file", str(port_file)]
    command += ["--basic-auth", user] if user else []
    if tls is not None:
        tls.private_key_pem.write_to_path(folder / "proxy.key")
        tls.cert_chain_pems[0].write_to_path(folder / "proxy.pem")
        command += ["--key-file", str(folder / "proxy.key"), "--cert-file"]
        command += [str(folder / "proxy.pem")]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, "HOME": str(folder)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            while not port_file.exists() or not port_file.read_text().strip():
                assert process.returncode is None, "the proxy did not start"
                await asyncio.sleep(0.02)
        async with _tapped(int(port_file.read_text().split()[0])) as proxy:
            yield proxy
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def _tapped(behind: int) -> AsyncIterator[RealProxy]:
    proxy = RealProxy()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, orders = await asyncio.open_connection("127.0.0.1", behind)
        await asyncio.gather(_pump(reader, orders, proxy.sent), _pump(answers, writer, bytearray()))

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, tap: bytearray) -> None:
    try:
        while data := await source.read(2**16):
            tap += data
            sink.write(data)
    except OSError:
        pass
    finally:
        sink.close()


def main() -> None:
    """The process."""
    from proxy import Proxy, sleep_loop
    from proxy.http.proxy import HttpProxyBasePlugin

    class EveryNameIsHere(HttpProxyBasePlugin):
        def resolve_dns(self, host: str, port: int) -> tuple[str, None]:
            return "127.0.0.1", None

    fixed = ["--hostname", "127.0.0.1", "--port", "0", "--num-workers", "1"]
    fixed += ["--num-acceptors", "1", "--log-level", "e", "--threaded"]
    with Proxy([*fixed, *sys.argv[1:]], plugins=[EveryNameIsHere]) as running:
        sleep_loop(running)


if __name__ == "__main__":
    main()
