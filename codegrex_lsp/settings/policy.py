"""The organisation's policy: which of several is in force, and what holds where none is. Pure.

`settings.dsse` opens the signed envelopes and `settings.policybody` reads what is in them. Of
several good copies the highest serial is in force; an older one never comes back. Where a key is
pinned and nothing good is there, the way out is closed (`CLOSED`), with whatever an outdated policy
pinned on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from codegrex_lsp.settings import dsse
from codegrex_lsp.settings.pins import FORBIDDABLE, FOREVER, Limits, Pins, Policy, Standing
from codegrex_lsp.settings.policybody import read
from codegrex_lsp.settings.schema import BY_NAME

DAY_S: Final = 86_400.0

EARLY_S: Final = DAY_S
"""A clock may be this far behind the one of whoever signed."""

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
