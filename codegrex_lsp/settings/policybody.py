"""What a policy may say. Pure.

    format         1
    organisation   who made it                     contact       whom to ask (optional)
    serial         counts up with every change     issued, expires   2026-11-23T09:00:00Z
    settings       key with a strict side → the loosest value that it may have
    ignore         gitignore patterns of files that are never read
    only           providers, kinds, models, hosts: nothing else may be used
    forbid         liberties that are taken: see `pins.FORBIDDABLE`
    offlineDays    days for which a copy from the managed cloud serves without being fetched again

It is read whole or not at all: a part that this version does not know is a restriction that it can
not keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.settings import checks, dsse
from codegrex_lsp.settings.pins import FORBIDDABLE, Limits, ModelPattern, Pins, Policy
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.settings.schema import find
from codegrex_lsp.settings.shapes import Invalid, ListOf, Number, OneOf, Record, Text, kind_of
from codegrex_lsp.settings.statements import flatten, printable

FORMAT: Final = 1


def read(payload: bytes) -> Policy:
    """The policy in a payload. Raises dsse.Refused: one part that is not understood spoils all."""
    raw = dsse.strict_json(payload, nulls=False)
    try:
        _same_format(raw)
        said = _BODY.read(raw, "", _no_part)
    except Invalid as trouble:
        raise dsse.Refused(f"can not be kept: {trouble}") from None
    issued, expires = _seconds(said["issued"]), _seconds(said["expires"])
    if expires <= issued:
        raise dsse.Refused("can not be kept: `expires` is not after `issued`")
    limits = _limits(said.get("only", {}), said.get("forbid", ()))
    policy = Policy(
        said["organisation"],
        said["serial"],
        issued,
        expires,
        contact=said.get("contact", ""),
        offline_days=said.get("offlineDays", 0),
    )
    settings = MappingProxyType(dict(said.get("settings", {})))
    pins = Pins(settings, tuple(said.get("ignore", ())), replace(limits, policy=policy.name))
    return replace(policy, pins=pins)


def _same_format(raw: object) -> None:
    """Asked first: of another format no other part can be judged."""
    if isinstance(raw, Mapping) and raw.get("format", FORMAT) != FORMAT:
        raise Invalid(f"`format` is not {FORMAT}; it may be for a newer version of CodeGrex")


def _no_part(at: str, reason: str) -> None:
    raise Invalid(f"{printable(at.lstrip('.'))}: {reason}" if at else reason)


class _Settings:
    """Settings with a strict side, nested or dotted, each valid."""

    words: Final = "table of settings"

    def read(self, raw: object, at: str, drop: Any) -> dict[str, Any]:
        """See Shape."""
        if not isinstance(raw, Mapping):
            raise Invalid(f"expects a table, not {kind_of(raw)}")
        pinned: dict[str, Any] = {}
        for name, value in flatten(raw):
            key = find(name)
            if key is None or key.stricter is None:
                raise Invalid(f"{printable(name)}: is not a setting that a policy can pin")
            try:
                read = key.type.read(value, name, drop)
            except Invalid as trouble:
                raise Invalid(f"{printable(name)}: {trouble}") from None
            pinned[name] = key.stricter.strictest([pinned.get(name, read), read])
        return pinned

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"type": "object"}


def _pattern(text: str) -> str:
    if not 1 <= len(text) <= 500 or not text.strip():
        return "expects a pattern such as /finance/ of at most 500 characters"
    return "expects a pattern without ! or # in front" if text.startswith(("!", "#")) else ""


def _time(text: str) -> str:
    try:
        _seconds(text)
    except ValueError:
        return "expects a time in UTC such as 2026-11-23T09:00:00Z"
    return ""


def _seconds(text: str) -> float:
    """Seconds since 1970 of a time in UTC (RFC 3339). Raises ValueError."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", text):
        raise ValueError
    return datetime.fromisoformat(text).timestamp()


def _organisation(text: str) -> str:
    good = len(text.strip()) >= 1 and len(text) <= 80 and "#" not in text
    return "" if good else "expects a name of at most 80 characters without #"


def _model(text: str) -> str:
    good = 1 <= len(text) <= 200
    return "" if good else "expects a model's name, or a pattern with *, of at most 200 characters"


_HOST: Final = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def _host(text: str) -> str:
    import ipaddress

    try:
        ipaddress.ip_network(text, strict=False)
        return ""
    except ValueError:
        pass
    if len(text) <= 253 and _HOST.fullmatch(text) and not text.rpartition(".")[2].isdigit():
        return ""
    return (
        "expects a host in lower case without scheme and port, *. and a domain, an address, or a "
        "network such as 10.1.0.0/16"
    )


_ONLY: Final = Record(
    (
        ("providers", ListOf(Text("provider id", checks.provider_id))),
        ("kinds", ListOf(OneOf(tuple(KINDS)))),
        (
            "models",
            ListOf(
                Record(
                    (("model", Text("pattern", _model)), ("kind", OneOf(tuple(KINDS)))),
                    required=("model",),
                )
            ),
        ),
        ("hosts", ListOf(Text("host", _host))),
    )
)
_BODY: Final = Record(
    (
        ("format", Number(FORMAT, FORMAT)),
        ("organisation", Text("name", _organisation)),
        ("contact", Text("text", lambda text: "" if len(text) <= 200 else "is too long")),
        ("serial", Number(1, 2**53)),
        ("issued", Text("time", _time)),
        ("expires", Text("time", _time)),
        ("settings", _Settings()),
        ("ignore", ListOf(Text("pattern", _pattern))),
        ("only", _ONLY),
        ("forbid", ListOf(OneOf(FORBIDDABLE))),
        ("offlineDays", Number(1, 3650, "days")),
    ),
    required=("format", "organisation", "serial", "issued", "expires"),
)


def _limits(only: Mapping[str, Any], forbid: Iterable[str]) -> Limits:
    models, hosts = only.get("models"), only.get("hosts")
    return Limits(
        providers=frozenset(only["providers"]) if "providers" in only else None,
        kinds=frozenset(only["kinds"]) if "kinds" in only else None,
        models=None if models is None else tuple(ModelPattern(**one) for one in models),
        hosts=None if hosts is None else tuple(hosts),
        forbids=frozenset(forbid),
    )
