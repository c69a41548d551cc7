"""The only connections there are: HTTP/1.1 by httpx, to addresses that were looked at first.

Only httpx's transport is used, and none of its clients: a transport follows no redirect, reads no
environment, keeps no cookie, adds no header and unpacks no body, so none of that has to be switched
off. This module is imported when the first request goes, never at start.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpcore
import httpx

from codegrex_lsp import __version__, portable
from codegrex_lsp.egress import proxies, tls
from codegrex_lsp.egress.address import Target, admit, literal_addresses
from codegrex_lsp.egress.watch import timed_out
from codegrex_lsp.errors import (
    AddressRefused,
    BadAnswer,
    CodegrexError,
    ConfigurationError,
    ProviderError,
    Unreachable,
)
from codegrex_lsp.providers.wire import Call
from codegrex_lsp.settings.model import Network
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig

_KEEP_ALIVE_SECONDS: Final = 60.0
_CONNECTIONS: Final = 16


@dataclass(frozen=True, slots=True)
class Way:
    """Everything that decides where a connection leads. Equal ways may share connections.

    Attributes:
        target: The provider's address.
        destination: What the connection is for; a local one reaches local addresses only.
        private_hosts: `privacy.privateHosts` as it was when the way was chosen.
        may_resolve: False in offline mode: no name server is asked.
        proxy: URL of the proxy, or empty. Only a cloud way has one.
        ca_bundle: File of certificates to trust beside the system's, or empty.
        anonymous: Whether no request that says whose it is goes over its connections.
    """

    target: Target
    destination: Destination
    private_hosts: tuple[str, ...]
    may_resolve: bool
    proxy: str = field(default="", repr=False)
    ca_bundle: str = ""
    anonymous: bool = False


def way_to(
    target: Target,
    destination: Destination,
    private_hosts: Iterable[str],
    network: Network,
    *,
    may_resolve: bool,
    anonymous: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Way:
    """The way to a target. A proxy is taken for the cloud only, and never to this machine."""
    proxy = ""
    if destination is Destination.CLOUD and target.scheme == "https" and not target.loopback:
        wished = network.proxy
        proxy = wished if wished != "env" else proxies.from_environment(environ, target.host)
    hosts, bundle = tuple(private_hosts), network.ca_bundle
    return Way(target, destination, hosts, may_resolve, proxy, bundle, anonymous)


class PinnedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over connections for one way; none is made yet.

    The parent's own pool is never built: it could not be given a backend, and would bring a TLS
    context where none is needed.

    Args:
        way: What may be connected to.

    Raises:
        ConfigurationError: The proxy, the certificate file or a Unix socket can not be used.
    """

    def __init__(self, way: Way) -> None:
        if way.target.socket and portable.WINDOWS:
            raise ConfigurationError(
                "Unix sockets are not available on Windows.", fix="Write http://127.0.0.1:PORT."
            )
        self._pool = httpcore.AsyncConnectionPool(
            # Plain HTTP gets no TLS context: making one takes 20 MB and 50 ms.
            ssl_context=tls.context(way.ca_bundle) if way.target.scheme == "https" else None,
            proxy=proxies.proxy(way.proxy, way.ca_bundle) if way.proxy else None,
            max_connections=_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            uds=way.target.socket or None,
            network_backend=PinnedBackend(way),
        )

    @property
    def connected(self) -> bool:
        """Whether it holds a connection, in use or kept for the next request."""
        return bool(self._pool.connections)


async def send(
    pinned: PinnedTransport,
    way: Way,
    call: Call,
    headers: Iterable[tuple[str, str]],
    provider: ProviderConfig,
    still: Callable[[], object],
) -> httpx.Response:
    """Send one request and wait for the head of the answer; the caller closes the response.

    `still` is called once the connection stands, before the first byte of the request, and raises
    where the request may not go any more: a connection may take seconds to be made.

    Raises:
        httpx.TransportError, httpx.InvalidURL: See `our_errors`.
        AddressRefused: The name led somewhere it may not.
        BadAnswer: A kept connection was closed before the answer began; it is `unanswered`.
    """
    target = way.target
    kept, stage = True, ""
    url = httpx.URL(
        scheme="https" if target.scheme == "https" else "http",
        host=target.host or "localhost",
        port=target.port or None,
        raw_path=(target.path + call.path).encode("ascii"),
    )
    own = [
        ("host", _host_header(target)),
        ("user-agent", f"codegrex-lsp/{__version__}"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        ("content-length", str(len(call.body))),
    ]

    async def trace(event: str, _: object) -> None:
        nonlocal kept, stage
        kept = kept and not event.startswith("connection.connect_")
        stage = _stage(stage, event, way)
        if event.endswith(".send_request_headers.started"):
            still()

    request = httpx.Request(
        call.method,
        url,
        headers=[(name.encode(), value.encode()) for name, value in (*own, *headers)],
        stream=httpx.ByteStream(call.body),  # `content=` would add headers of httpx's own
        extensions={"timeout": {"connect": provider.timeouts.connect}, "trace": trace},
    )
    try:
        return await pinned.handle_async_request(request)
    except httpx.TransportError as error:
        if stage == "proxy":
            raise proxies.failure(error, provider.id) from None
        if stage == "tls" and isinstance(error, httpx.ConnectError):
            raise _unproven(provider.id, target.label) from None
        if isinstance(error, _HUNG_UP) and kept and not _spoke(error):
            closed = _cut_short(provider.id)
            closed.unanswered = True
            raise closed from None
        raise


def _stage(before: str, event: str, way: Way) -> str:
    """Who is to blame if it fails now: `proxy`, or `tls` of the provider; empty for the rest.

    Args:
        before: The stage until now.
        event: Of httpcore's trace. TLS to the proxy is `connection`'s, through it is `proxy`'s.
        way: Whether there is a proxy.
    """
    match event:
        case "connection.connect_tcp.started":
            return "proxy" if way.proxy else ""
        case "connection.start_tls.started":
            return before or "tls"
        case "proxy.start_tls.started":
            return "tls"
        case "connection.start_tls.complete" | "proxy.start_tls.complete" if before == "tls":
            return ""
    return before


_HUNG_UP: Final = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


@contextlib.contextmanager
def our_errors(provider: str, host: str) -> Iterator[None]:
    """Turn the HTTP library's errors into ours. Their words may quote headers and are dropped.

    Args:
        provider: Provider id.
        host: `Target.label`.
    """
    try:
        yield
    except CodegrexError:
        raise
    except httpx.ConnectTimeout:
        raise timed_out(provider, "timeout-connect") from None
    except httpx.ConnectError:
        raise _unreachable(provider, host) from None
    except httpx.InvalidURL:
        raise ConfigurationError(
            f"The address of {provider} is too long to be used.",
            code="bad-base-url",
            fix=f"Correct providers.{provider}.baseUrl.",
        ) from None
    except httpx.LocalProtocolError:
        raise ConfigurationError(
            f"A header of {provider} can not be sent.",
            fix=f"Check providers.{provider}.headers and the key for stray characters.",
        ) from None
    except (httpx.TransportError, OSError):
        raise _cut_short(provider) from None


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to exactly the addresses that were admitted, so no second look-up can differ.

    Args:
        way: What may be connected to.
    """

    def __init__(self, way: Way) -> None:
        self._way = way
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, admit, connect: all within `timeout` seconds. Raises AddressRefused too."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._admitted(host, port)
                return await self._first_of(addresses, port, timeout)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except OSError:
            raise httpcore.ConnectError from None

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A Unix socket is on this machine by nature."""
        return await self._inner.connect_unix_socket(path, timeout=timeout)

    async def _admitted(self, host: str, port: int) -> tuple[str, ...]:
        way = self._way
        found = [str(address) for address in literal_addresses(host)]
        if not found:
            if not way.may_resolve:
                raise AddressRefused(
                    "Offline mode asks no name server, so nothing was sent.", code="offline-name"
                )
            answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=_STREAM)
            found = [str(answer[4][0]) for answer in answers]
        admitted = admit(host, found, way.destination, way.private_hosts)
        return tuple(str(address) for address in admitted)

    async def _first_of(
        self, addresses: tuple[str, ...], port: int, seconds: float | None
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError()
        share = None if seconds is None else seconds / max(1, len(addresses))
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


_STREAM: Final = 1  # SOCK_STREAM everywhere; `socket` itself is not imported here


def _host_header(target: Target) -> str:
    if target.socket:
        return "localhost"
    default = {"http": ":80", "https": ":443"}[target.scheme]
    return target.label.removesuffix(default)


def _unreachable(provider: str, host: str) -> ProviderError:
    return Unreachable(
        f"{provider} can not be reached at {host}.",
        fix=f"Start it, or correct providers.{provider}.baseUrl.",
    )


def _cut_short(provider: str) -> BadAnswer:
    return BadAnswer(
        f"{provider} ended its answer in the middle, or did not speak HTTP.",
        code="cut-short",
        fix="Look into its log; it may have run out of memory.",
    )


def _spoke(error: Exception) -> bool:
    """Whether bytes came that are no HTTP: httpcore's error then holds its parser's own."""
    cause = error.__cause__
    return (
        isinstance(error, httpx.RemoteProtocolError)
        and cause is not None
        and any(isinstance(arg, Exception) for arg in cause.args)
    )


def _unproven(provider: str, host: str) -> ProviderError:
    return Unreachable(
        f"{provider} at {host} did not prove who it is, so nothing was sent.",
        code="tls-failed",
        fix="Check the clock, or set network.caBundle to your organisation's certificates. "
        "It must speak TLS 1.2 or newer.",
    )
