"""Errand: one request at the door, without its text; and the questions asked before it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

from codegrex_lsp.egress.address import Target, declared, parse
from codegrex_lsp.errors import AddressRefused, ConfigurationError, RefusedError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.wire import AccountCall, Probe, TelemetryBatch
from codegrex_lsp.settings.pins import NO_LIMITS, Limits
from codegrex_lsp.values.mode import Destination, Mode, Task, allowed, strictest
from codegrex_lsp.values.route import ProviderConfig


@dataclass(frozen=True, slots=True)
class Errand:
    """What the door needs to know of a request to decide about it and to list it.

    Attributes:
        provider: Where it goes.
        model: The model asked; a file's path is cut to its name.
        task: Why it is sent.
        destination: What it was cleared for.
        mode: The mode that it was cleared in; a probe carries no text and takes any.
        folder: Workspace folder for the mode look-up, or empty for none.
        remote: Host that really serves the model, where a local daemon only forwards.
        pieces: Pieces of text in it.
        redactions: Values masked in them.
        withheld: Pieces left out.
        keyless: Whether the provider's key is not attached.
        anonymous: Whether nothing may say whose it is, so that it takes connections of its own.
    """

    provider: ProviderConfig
    model: str
    task: Task
    destination: Destination
    mode: Mode
    folder: str = ""
    remote: str = ""
    pieces: int = 0
    redactions: int = 0
    withheld: int = 0
    keyless: bool = False
    anonymous: bool = False


def errand_of(cleared: Cleared) -> Errand:
    """The errand of a Cleared."""
    route = cleared.route
    return Errand(
        provider=route.provider,
        model=_model_name(route.provider, route.model),
        task=cleared.task,
        destination=route.destination,
        mode=cleared.mode,
        folder=cleared.folder,
        remote=route.facts.remote,
        pieces=len(cleared.pieces),
        redactions=sum(redaction.count for redaction in cleared.redactions),
        withheld=len(cleared.withheld),
    )


def errand_of_probe(probe: Probe, private_hosts: Sequence[str]) -> Errand:
    """The errand of a text-free probe: it goes where its provider says that it is."""
    return Errand(
        provider=probe.provider,
        model=_model_name(probe.provider, probe.model),
        task=Task.PROBE,
        destination=declared(probe.provider.base_url, probe.provider.kind, private_hosts),
        mode=Mode.NORMAL,
    )


def errand_of_batch(batch: TelemetryBatch) -> Errand:
    """The errand of telemetry. Whether the person asked again decides which task it is."""
    return Errand(
        provider=batch.provider,
        model="",
        task=Task.TELEMETRY_ASKED_AGAIN if batch.asked_again else Task.TELEMETRY,
        destination=Destination.CLOUD,
        mode=batch.mode,
        keyless=True,
        anonymous=True,
    )


def errand_of_account(call: AccountCall) -> Errand:
    """The errand of a question about the account: to the cloud, wherever its address may be."""
    return Errand(
        provider=call.provider,
        model="",
        task=Task.ACCOUNT,
        destination=Destination.CLOUD,
        mode=Mode.NORMAL,
        keyless=not call.purpose.signed,
    )


def permit(errand: Errand, now: Mode, limits: Limits = NO_LIMITS) -> Mode:
    """Ask the table of modes again; returns the mode that counts, the stricter of then and now.

    Args:
        errand: The request.
        now: The effective mode at this moment.
        limits: What the organisation allows at this moment.

    Raises:
        RefusedError: The mode does not let this task go to this destination, or the organisation
            does not allow it.
    """
    mode = strictest(errand.mode, now)
    if not allowed(mode, errand.task, errand.destination):
        raise RefusedError(
            f"The mode is {mode.value}, so nothing goes to {errand.provider.id}.",
            code="mode",
            fix="Choose a local provider, or set the mode to normal.",
        )
    model = errand.model if errand.task.bears_text else None
    reason = outside(limits, errand.provider, errand.destination, model, errand.remote)
    if reason:
        raise RefusedError(
            f"{reason}, so nothing was sent.",
            code="refused-by-policy",
            fix="`codegrex-lsp policy show` says what your organisation allows.",
        )
    return mode


def outside(
    limits: Limits,
    provider: ProviderConfig,
    destination: Destination,
    model: str | None,
    remote: str = "",
) -> str:
    """Why a request is outside of what the organisation allows, as a sentence; empty where not.

    Hosts are compared by the provider's own address, which `target_of` holds the request to.

    Args:
        limits: What is allowed.
        provider: Where the request goes.
        destination: What it is cleared for.
        model: The model asked; None where the request carries no text, and so asks none.
        remote: Host that really serves the model, where a local daemon only forwards.
    """
    if not limits.permits_provider(provider):
        return f"your organisation does not allow the provider {provider.id}"
    if model is not None and not limits.permits_model(provider, model):
        return f"your organisation does not allow this model of {provider.id}"
    if limits.hosts is None or all(
        limits.permits_host(host) for host in _hosts(provider.base_url, destination, remote)
    ):
        return ""
    return f"your organisation does not allow the address of {provider.id}"


def _hosts(base_url: str, destination: Destination, remote: str) -> Iterator[str]:
    """Hosts that would see a request, but for this machine; empty for one that can not be read."""
    for url in (base_url, f"https://{remote}" if remote else ""):
        try:
            target = parse(url) if url else None
        except ConfigurationError:
            yield ""
            continue
        if target is not None and not (target.loopback and destination is Destination.LOCAL):
            yield target.host


def target_of(errand: Errand, base_url: str, private_hosts: Sequence[str], mode: Mode) -> Target:
    """Read the address that the request is about to go to, and hold it to what was cleared.

    Args:
        errand: The request.
        base_url: Of the endpoint: the provider's own, or that of a model server just started.
        private_hosts: `privacy.privateHosts`.
        mode: From `permit`.

    Raises:
        AddressRefused: The address is not of the destination that was cleared.
        ConfigurationError: The address can not be read.
    """
    provider = errand.provider
    target = parse(base_url)
    _same_origin(provider, target)
    if errand.destination is Destination.LOCAL:
        if errand.remote:
            raise AddressRefused(
                f"{provider.id} forwards this model to somebody else, so nothing was sent.",
                code="model-served-remotely",
                fix="Choose a model that runs on this machine.",
            )
        if declared(base_url, provider.kind, private_hosts) is Destination.CLOUD:
            raise AddressRefused(
                f"The address of {provider.id} is not local, so nothing was sent.",
                fix="Use a loopback address, or name the private host in privacy.privateHosts.",
            )
    elif target.scheme != "https" and not target.loopback:
        raise AddressRefused(
            f"The address of {provider.id} is not encrypted, so nothing was sent.",
            code="cloud-without-tls",
            fix=f"Write providers.{provider.id}.baseUrl with https.",
        )
    if mode is Mode.OFFLINE and target.address is None and not target.loopback:
        raise AddressRefused(
            f"The address of {provider.id} is a name, and offline mode asks no name server.",
            code="offline-name",
            fix=f"Write providers.{provider.id}.baseUrl with an IP address.",
        )
    return target


def _same_origin(provider: ProviderConfig, target: Target) -> None:
    """A key belongs to its provider's own origin, so the request goes there or nowhere."""
    if not provider.base_url:
        if provider.kind != "embedded":
            raise ConfigurationError(
                f"The provider {provider.id} has no address.",
                code="no-base-url",
                fix=f"Set providers.{provider.id}.baseUrl.",
            )
        if not target.loopback:
            raise AddressRefused("The embedded model server is not on this machine.")
        return
    own = parse(provider.base_url)
    if (own.scheme, own.host, own.port, own.socket) != (
        target.scheme,
        target.host,
        target.port,
        target.socket,
    ):
        raise AddressRefused(
            f"The request would have left the address of {provider.id}, so nothing was sent.",
            code="foreign-origin",
        )


def _model_name(provider: ProviderConfig, model: str) -> str:
    """The name for the ledger. A GGUF's path may name the person; a Windows path reads both."""
    return PureWindowsPath(model).name if provider.kind == "embedded" else model
