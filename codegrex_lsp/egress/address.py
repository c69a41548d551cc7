"""Where an address leads: declared (by its text alone) and used (by the IP that is connected to).

One reading of a base URL for the whole project. What can not be read with certainty is refused,
and counts as cloud until then:

    127.0.0.0/8, ::1, localhost, *.localhost, unix:/path   local; never asked of any name server
    10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7       local where privacy.privateHosts says so
    any other name or address                              cloud
    user:password@, 127.1, 0177.0.0.1, 2130706433, 0x7f.1,
    0.0.0.0, ::, fe80::1%eth0, names beyond ASCII, %2e     refused

`localhost` is turned into 127.0.0.1 and ::1 here (RFC 6761, section 6.3), so that no hosts file
and no name server can lead it away.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from codegrex_lsp.errors import AddressRefused, ConfigurationError
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import LOCAL_KINDS

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: Final[tuple[IP, ...]] = (
    ipaddress.IPv4Address("127.0.0.1"),
    ipaddress.IPv6Address("::1"),
)

# Spelled out: `is_private` of the standard library also holds documentation, benchmark and
# link-local ranges (cloud metadata services live there), and differs between Python versions.
# RFC 1918, RFC 6598 (shared space, used by overlay networks), RFC 4193.
_PRIVATE: Final = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """A base URL, read.

    Attributes:
        scheme: `http`, `https`, or `unix`.
        host: Lower-case name without a final dot, or the address in its shortest form; empty for
            a Unix socket.
        port: TCP port, 0 for a Unix socket.
        path: Path prefix without a final slash.
        socket: Path of the Unix socket, else empty.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    socket: str = ""

    @property
    def address(self) -> IP | None:
        """The literal address, or None where the host is a name or a socket."""
        return _literal(self.host)

    @property
    def loopback(self) -> bool:
        """Whether this can only be this machine, with no name server asked."""
        address = self.address
        return bool(self.socket) or _is_localhost(self.host) or bool(address and _loops(address))

    @property
    def origin(self) -> str:
        """Scheme, host, and port where it is not the usual one: what a key is bound to."""
        if self.socket:
            return f"unix:{self.socket}"
        label = self.label
        return f"{self.scheme}://{label.removesuffix(f':{_DEFAULT_PORTS[self.scheme]}')}"

    @property
    def label(self) -> str:
        """Host and port for people and the ledger. A socket's path may name the person."""
        if self.socket:
            return "unix socket"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse(base_url: str) -> Target:
    """Read a base URL.

    Raises:
        ConfigurationError: It can not be read with certainty. The sentence does not repeat the
            URL, which may hold a password.
    """
    if not base_url.isascii():
        raise _bad("holds characters beyond ASCII", "Write the name in its `xn--` form.")
    if re.search(r"[\x00-\x20\x7f\\]", base_url):
        raise _bad("holds a space, a control character or a backslash", "Remove it.")
    scheme, _, rest = base_url.partition(":")
    if scheme.lower() == "unix":
        return _unix(rest)
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        raise _bad("is not a URL", "Write it as http://HOST:PORT.") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad("is neither http, https nor unix", "Write it as http://HOST:PORT.")
    if "@" in parts.netloc:
        raise _bad("carries a user name or password", "Store the key with `keys set`.")
    if parts.query or parts.fragment or base_url[-1] in "?#":
        raise _bad("has a query or a fragment", "Give scheme, host, port and path only.")
    if port == 0:
        raise _bad("has port 0", "Give the port that the server listens on.")
    host = _host(parts.hostname or "")
    return Target(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/"))


def declared(base_url: str, kind: str, private_hosts: Sequence[str]) -> Destination:
    """Where a provider's settings say that it is. Asks no name server and raises nothing.

    Args:
        base_url: As in `providers.<id>.baseUrl`; empty is right for `embedded` only.
        kind: Provider kind; one that is not in `LOCAL_KINDS` is cloud wherever it points.
        private_hosts: Names, addresses and CIDR blocks of `privacy.privateHosts`.
    """
    if kind not in LOCAL_KINDS:
        return Destination.CLOUD
    if kind == "embedded" and not base_url:
        return Destination.LOCAL
    try:
        target = parse(base_url)
    except ConfigurationError:
        return Destination.CLOUD
    return Destination.LOCAL if _is_local(target, private_hosts) else Destination.CLOUD


def literal_addresses(target_host: str) -> tuple[IP, ...]:
    """Addresses of a host that needs no name server: a literal or localhost; else nothing."""
    if _is_localhost(target_host):
        return LOOPBACK
    address = _literal(target_host)
    return (address,) if address else ()


def admit(
    host: str, addresses: Sequence[str], destination: Destination, private_hosts: Sequence[str]
) -> tuple[IP, ...]:
    """The addresses that may be connected to, out of those a name resolved to.

    One address out of place refuses them all: a name that leads to two worlds is not trusted
    with the choice.

    Args:
        host: As in `Target.host`.
        addresses: Literals from the resolver, possibly with a zone.
        destination: What the request was cleared for.
        private_hosts: `privacy.privateHosts`.

    Raises:
        AddressRefused: Cleared for local, and an address is not.
    """
    admitted = []
    for text in addresses:
        address = _unwrapped(ipaddress.ip_address(text))
        if destination is Destination.LOCAL and not (
            _loops(address) or (_is_private(address) and _named(host, address, private_hosts))
        ):
            raise AddressRefused(
                f"{host} leads to an address that is not local, so nothing was sent.",
                fix="Check the name, or name the private host in privacy.privateHosts.",
            )
        if address not in admitted:
            admitted.append(address)
    return tuple(admitted)


def _unix(rest: str) -> Target:
    path = unquote(rest.removeprefix("//"))
    if not path.startswith("/") or "\x00" in path:
        raise _bad("names no absolute socket path", "Write it as unix:/path/to/socket.")
    return Target("unix", "", 0, socket=path)


def _host(text: str) -> str:
    host = text.lower()
    if ":" in host:
        if "%" in host:
            raise _bad("has an address with a zone", "Give an address without `%zone`.")
        address: IP = ipaddress.IPv6Address(host)  # urlsplit has already checked the brackets
        return _usable(_unwrapped(address))
    host = host.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return _usable(ipaddress.IPv4Address(host))
        except ValueError:
            raise _bad(
                "has an address that programs read differently",
                "Write it as four plain decimal numbers.",
            ) from None
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _bad("has no usable host name", "Write it as http://HOST:PORT.")
    return host


def _usable(address: IP) -> str:
    if address.is_unspecified:
        raise _bad("has the address servers listen on, not one to call", "Use 127.0.0.1.")
    return str(address)


def _literal(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _unwrapped(address: IP) -> IP:
    """The IPv4 address inside `::ffff:a.b.c.d`, which is what the system connects to."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _is_localhost(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def _loops(address: IP) -> bool:
    return address in LOOPBACK or (address.version == 4 and address.is_loopback)


def _is_private(address: IP) -> bool:
    return any(address in block for block in _PRIVATE if block.version == address.version)


def _is_local(target: Target, private_hosts: Sequence[str]) -> bool:
    if target.loopback:
        return True
    address = target.address
    if address is not None and not _is_private(address):
        return False
    return _named(target.host, address, private_hosts)


def _named(host: str, address: IP | None, private_hosts: Sequence[str]) -> bool:
    """Whether the machine's settings name this host.

    A host that is itself an address may lie in a named block; a host name must be named as such,
    so that a name under somebody else's control can not step into a named block.
    """
    literal = _literal(host)
    for entry in private_hosts:
        if literal is None:
            if entry.strip().lower().removesuffix(".") == host:
                return True
            continue
        try:
            block = ipaddress.ip_network(entry.strip(), strict=False)
        except ValueError:
            continue
        if address is not None and address.version == block.version and address in block:
            return True
    return False


def _bad(what: str, fix: str) -> ConfigurationError:
    return ConfigurationError(f"The provider's baseUrl {what}.", code="bad-base-url", fix=fix)
