"""The organisation's policy: what one may say, and which of several is in force. Pure.

A policy is the JSON inside a signed envelope (`settings.dsse`):

    format         1
    organisation   who made it                     contact       whom to ask (optional)
    serial         counts up with every change     issued, expires   2026-11-23T09:00:00Z
    settings       key with a strict side → the loosest value that it may have
    ignore         gitignore patterns of files that are never read
    only           providers, kinds, models, hosts: nothing else may be used
    forbid         liberties that are taken: see `pins.FORBIDDABLE`
    offlineDays    days for which a copy from the managed cloud serves without being fetched again

It is read whole or not at all: a part that this version does not know is a restriction that it can
not keep. Of several good copies the highest serial is in force; an older one never comes back.
Where a key is pinned and nothing good is there, the way out is closed (`CLOSED`), with whatever an
outdated policy pinned on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.settings import checks, dsse
from codegrex_lsp.settings.pins import (
    FORBIDDABLE,
    FOREVER,
    Limits,
    ModelPattern,
    Pins,
    Policy,
    Standing,
)
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.settings.schema import BY_NAME, find
from codegrex_lsp.settings.shapes import Invalid, ListOf, Number, OneOf, Record, Text, kind_of
from codegrex_lsp.settings.statements import flatten, printable

FORMAT: Final = 1
DAY_S: Final = 86_400.0

EARLY_S: Final = DAY_S
"""A clock may be this far behind the one of whoever signed."""

# -- what a policy may say ---------------------------------------------------------------------


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


# -- which is in force -------------------------------------------------------------------------

CLOSED: Final = Pins(
    MappingProxyType(
        {
            "privacy.mode": "sensitive",
            "privacy.redactLocal": "all",
            "privacy.names": True,
            "privacy.useGitignore": True,
            "privacy.knownSecrets": True,
            "chat.history": "session",
            "terminal.capture": False,
            "telemetry.enabled": False,
        }
    ),
    limits=Limits(policy="closed", forbids=frozenset(FORBIDDABLE)),
)
"""What holds where a policy is pinned and none is good: models on this machine, everything masked.
The account stays open to `sensitive` mode's table, so that a new policy can be fetched."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One place where a policy may lie.

    Attributes:
        origin: `machine file` or `managed cloud`.
        content: The envelope; None where it can not be read.
        trouble: Why not, as the end of a sentence.
        fetched: When it was fetched, in seconds since 1970; None where it never is.
    """

    origin: str
    content: bytes | None
    trouble: str = ""
    fetched: float | None = None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an offer is no good: a code, the end of a sentence, and what the administrator can do."""

    code: str
    told: str
    fix: str


def judge(
    offers: Sequence[Offer], keys: Sequence[dsse.PinnedKey], serial: int, now: float
) -> Standing:
    """How things stand.

    Args:
        offers: Every place where there is something.
        keys: What this machine pins.
        serial: The highest serial that was ever in force here.
        now: Seconds since 1970, never less than was seen before.
    """
    read = [(offer, _opened(offer, keys)) for offer in offers]
    found = [(offer, one) for offer, one in read if isinstance(one, Policy)]
    spoiled = [(offer, one) for offer, one in read if isinstance(one, _Trouble)]
    known = [one.serial for _, one in found if one.issued <= now + EARLY_S]
    floor = max([serial, *known])
    judged = [(_outdated(offer, one, floor, now), one) for offer, one in found]
    until = min((turn for offer, one in found for turn in _turns(offer, one, now)), default=FOREVER)
    good = [one for trouble, one in judged if trouble is None]
    if good:
        best = max(good, key=lambda one: (one.serial, one.issued))
        notes = tuple(f"the {offer.origin} {one.told}; {one.fix}" for offer, one in spoiled)
        return Standing(True, best.pins, best, notes=notes, until=until)
    outdated = [(trouble, one) for trouble, one in judged if trouble is not None]
    if outdated:
        why, last = max(
            outdated, key=lambda pair: (pair[1].issued <= now + EARLY_S, pair[1].serial)
        )
        return replace(closed(why, f"the policy of {last.organisation}", last), until=until)
    if spoiled:
        offer, why = spoiled[0]
        return closed(why, f"the organisation's policy ({offer.origin})")
    return closed(_MISSING, "the organisation's policy")


def closed(why: _Trouble, subject: str, outdated: Policy | None = None) -> Standing:
    """The closed state, with what an outdated policy pinned."""
    pins, ask = CLOSED, ""
    if outdated is not None:
        pins = both(CLOSED, outdated.pins)
        ask = f" (contact: {outdated.contact})" if outdated.contact else ""
    fix = f"Administrator{ask}: {why.fix}"
    return Standing(True, pins, outdated, why.code, f"{subject} {why.told}", fix)


def bad_key(told: str) -> Standing:
    """Where the public key is there and can not be used; `told` ends the sentence."""
    why = _Trouble("policy-key", told, "put a sound policy.pub there, or remove it")
    return closed(why, "the public key for the organisation's policy")


def both(first: Pins, second: Pins) -> Pins:
    """What is left where both hold; limits on requests are those of `second`."""
    settings = {
        name: _strictest(
            name, [pins.settings[name] for pins in (first, second) if name in pins.settings]
        )
        for name in (*first.settings, *second.settings)
    }
    forbids = first.limits.forbids | second.limits.forbids
    return Pins(
        MappingProxyType(settings),
        tuple(dict.fromkeys((*first.ignore, *second.ignore))),
        replace(second.limits, forbids=forbids, policy=f"{second.limits.policy} closed"),
    )


def _strictest(name: str, values: Sequence[Any]) -> Any:
    rule = BY_NAME[name].stricter
    assert rule is not None, "only settings with a strict side are pinned"
    return rule.strictest(values)


def _opened(offer: Offer, keys: Sequence[dsse.PinnedKey]) -> Policy | _Trouble:
    if offer.content is None:
        return _Trouble("policy-unreadable", offer.trouble, "put a file there that can be read")
    try:
        envelope = dsse.opened(offer.content, keys)
    except dsse.Refused as trouble:
        return _Trouble(
            "policy-unsigned", str(trouble), "sign it with the pinned key and put it back"
        )
    try:
        policy = read(envelope.payload)
    except dsse.Refused as trouble:
        fix = "update CodeGrex, or issue a policy that this version understands"
        return _Trouble("policy-unreadable", str(trouble), fix)
    return replace(policy, signer=envelope.signer, origin=offer.origin)


def _outdated(offer: Offer, policy: Policy, floor: int, now: float) -> _Trouble | None:
    """Why a policy with a good signature is out of force, or None."""
    if policy.issued > now + EARLY_S:
        return _Trouble("policy-early", "was issued in the future", _CLOCK)
    if policy.expires <= now:
        told = f"expired on {_date(policy.expires)}"
        return _Trouble("policy-expired", told, f"issue a new one with a higher serial; {_CLOCK}")
    if policy.serial < floor:
        told = f"has serial {policy.serial}, and serial {floor} was in force already"
        return _Trouble("policy-downgraded", told, f"issue a policy with serial {floor} or higher")
    if now >= _stale_at(offer, policy):
        told = f"was not fetched for {policy.offline_days} days"
        fix = "let this machine reach the managed cloud, or put the policy beside its public key"
        return _Trouble("policy-stale", told, fix)
    return None


def _turns(offer: Offer, policy: Policy, now: float) -> list[float]:
    """Times at which another verdict may be due."""
    turns = (policy.issued - EARLY_S, policy.expires, _stale_at(offer, policy))
    return [turn for turn in turns if turn > now]


def _stale_at(offer: Offer, policy: Policy) -> float:
    if offer.fetched is None or not policy.offline_days:
        return FOREVER
    return offer.fetched + policy.offline_days * DAY_S


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


_CLOCK: Final = "check the clock of this machine"
_MISSING: Final = _Trouble(
    "policy-missing",
    "is missing",
    "put policy.signed.json beside policy.pub, or sign in to the managed cloud",
)
