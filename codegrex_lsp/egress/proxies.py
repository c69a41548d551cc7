"""Proxies: for https to the cloud only, by CONNECT, so that one sees a name and a port.

What is for the proxy (its user name and password) goes to it alone, and the key never does.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from codegrex_lsp.egress import tls
from codegrex_lsp.errors import ConfigurationError, ProviderError, TimedOut, Unreachable


def proxy(url: str, ca_bundle: str) -> httpcore.Proxy:
    """The proxy at `url`; its own TLS, where it has any, is checked as a provider's is.

    Raises:
        ConfigurationError: The address or the bundle can not be used. The address, which may hold
            a password, is not repeated.
    """
    trouble = ConfigurationError(
        "The proxy in network.proxy can not be used.",
        fix="Write it as http://HOST:PORT, or correct HTTPS_PROXY where the setting is env.",
    )
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or 443 * (parts.scheme == "https") or 80
    except ValueError:
        raise trouble from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii():
        raise trouble
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    return httpcore.Proxy(
        httpcore.URL(scheme=parts.scheme, host=parts.hostname, port=port, target="/"),
        auth=auth,
        ssl_context=tls.context(ca_bundle) if parts.scheme == "https" else None,
    )


def from_environment(environ: Mapping[str, str], host: str) -> str:
    """The environment's proxy for https to `host`, in the common form of those variables."""

    def variable(name: str) -> str:
        return environ.get(name) or environ.get(name.upper()) or ""

    if any(_spares(entry.strip().lower(), host) for entry in variable("no_proxy").split(",")):
        return ""
    return variable("https_proxy") or variable("all_proxy")


def _spares(entry: str, host: str) -> bool:
    """Whether an entry of NO_PROXY names the host: a name and all below it, a network, or all."""
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, _, port = entry.rpartition(":")
    name = (name if name and port.isdigit() else entry).removeprefix("*").lstrip(".")
    return bool(name) and (host == name or host.endswith("." + name))


def failure(error: httpx.TransportError, provider: str) -> ProviderError:
    """Ours for an error that came before the tunnel stood, so that the proxy is to blame.

    Args:
        error: The library's. Of its words only a status is read.
        provider: Whom it was to connect to.
    """
    if isinstance(error, httpx.ProxyError):
        return _refused(str(error)[:3], provider)
    if isinstance(error, httpx.ConnectTimeout):
        return TimedOut("The proxy did not answer in time.", code="timeout-connect", fix=_LOOK)
    if isinstance(error, httpx.ConnectError):
        cause = error.__cause__
        if cause is not None and any(isinstance(arg, ssl.SSLError) for arg in cause.args):
            told = "The proxy did not prove who it is, so nothing was sent."
            fix = "Set network.caBundle to your organisation's certificates."
            return Unreachable(told, code="tls-failed", fix=fix)
        return Unreachable("The proxy can not be reached.", code="proxy-unreachable", fix=_LOOK)
    return Unreachable("The proxy hung up, or does not speak HTTP.", code="proxy-failed", fix=_LOOK)


_LOOK = "Check network.proxy, or remove it where the cloud can be reached without one."


def _refused(status: str, provider: str) -> ProviderError:
    if status == "407":
        return Unreachable(
            "The proxy wants a user name and password, or others than it was given (407).",
            code="proxy-auth",
            fix="Write them into network.proxy, as USER:PASSWORD@ before the host.",
        )
    told = f" ({status})" if status.isdecimal() else ""
    return Unreachable(
        f"The proxy does not connect to {provider}{told}.",
        code="proxy-refused",
        fix="Ask whoever runs the proxy, or choose another route.",
    )
