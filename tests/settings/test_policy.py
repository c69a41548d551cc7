"""What a policy may say, and which of several copies is in force at a moment."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.settings import dsse, policy, policybody
from codegrex_lsp.settings.pins import (
    FORBIDDABLE,
    Limits,
    ModelPattern,
    Pins,
    Policy,
    Standing,
)
from codegrex_lsp.settings.policy import DAY_S, Offer
from codegrex_lsp.values.route import ProviderConfig
from tests.support.policies import JANUARY, Signer, body

OURS = Signer()
KEYS = dsse.public_keys(OURS.public)
NOW = JANUARY + 100 * DAY_S


def read(**changes: Any) -> Policy:
    return policybody.read(json.dumps(body(**changes)).encode())


def offer(origin: str = "machine file", fetched: float | None = None, **changes: Any) -> Offer:
    return Offer(origin, OURS.sign(body(**changes)), fetched=fetched)


def judge(*offers: Offer, serial: int = 0, now: float = NOW) -> Standing:
    return policy.judge(offers, KEYS, serial, now)


# -- what it may say ---------------------------------------------------------------------------


def test_a_whole_policy_is_read() -> None:
    found = read(
        settings={"privacy": {"mode": "sensitive"}, "chat.historyDays": 7},
        ignore=["/finance/", "*.xlsx"],
        only={
            "providers": ["ollama", "work"],
            "kinds": ["ollama"],
            "models": [{"model": "qwen*"}, {"kind": "openai", "model": "gpt-x"}],
            "hosts": ["api.example.com", "*.corp.example", "10.1.0.0/16", "::1"],
        },
        forbid=list(FORBIDDABLE),
        offlineDays=14,
    )
    assert found.name == "Example Ltd#3"
    assert dict(found.pins.settings) == {"privacy.mode": "sensitive", "chat.historyDays": 7}
    assert found.pins.ignore == ("/finance/", "*.xlsx")
    assert found.pins.limits == Limits(
        "Example Ltd#3",
        frozenset({"ollama", "work"}),
        frozenset({"ollama"}),
        (ModelPattern("qwen*"), ModelPattern("gpt-x", "openai")),
        ("api.example.com", "*.corp.example", "10.1.0.0/16", "::1"),
        frozenset(FORBIDDABLE),
    )
    assert (found.offline_days, found.issued) == (14, JANUARY)


def test_a_policy_that_says_nothing_pins_nothing() -> None:
    assert read().pins == Pins(limits=Limits("Example Ltd#3"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": 2}, "newer version"),
        ({"format": True}, "whole number"),
        ({"serial": None}, "`serial`"),
        ({"serial": 0}, "serial"),
        ({"serial": 1.0}, "whole number"),
        ({"serial": True}, "whole number"),
        ({"organisation": " "}, "organisation"),
        ({"organisation": "a#b"}, "organisation"),
        ({"organisation": "a\u202eb"}, "printable"),
        ({"contact": "x" * 201}, "contact"),
        ({"issued": "2026-01-01"}, "issued"),
        ({"issued": "2026-13-01T00:00:00Z"}, "issued"),
        ({"issued": "2026-01-01T00:00:00+02:00"}, "UTC"),
        ({"expires": "2026-01-01T00:00:00Z"}, "not after"),
        ({"restrict": []}, "not known"),
        ({"settings": ["privacy.mode"]}, "expects a table"),
        ({"settings": {"privacy.mode": "ofline"}}, "privacy.mode"),
        ({"settings": {"privacy.colour": "red"}}, "can pin"),
        ({"settings": {"privacy.privateHosts": ["10.0.0.1"]}}, "can pin"),
        ({"settings": {"providers.ollama.baseUrl": "https://evil.example"}}, "can pin"),
        ({"settings": {"completion.routes": ["openai"]}}, "can pin"),
        ({"settings": {"privacy": {"mode": None}}}, "null"),
        ({"settings": {"privacy.pathPolicies": [{"glob": "x"}]}}, "level"),
        ({"settings": {"privacy.pathPolicies": [{"glob": "x", "level": "lokal"}]}}, "did you"),
        (
            {"settings": {"privacy.customPatterns": [{"name": "x", "pattern": "(a+)+"}]}},
            "can be slow",
        ),
        ({"ignore": ["!a"]}, "without !"),
        ({"ignore": "*.pem"}, "expects a list"),
        ({"ignore": ["x"] * 501}, "at most 500"),
        ({"only": {"colours": []}}, "not known"),
        ({"only": {"kinds": ["opnai"]}}, "did you mean"),
        ({"only": {"hosts": ["https://api.example.com"]}}, "without scheme"),
        ({"only": {"hosts": ["*"]}}, "without scheme"),
        ({"only": {"hosts": ["127.1"]}}, "without scheme"),
        ({"only": {"models": ["gpt"]}}, "expects"),
        ({"forbid": ["own-key"]}, "did you mean"),
        ({"offlineDays": 0}, "1 to"),
    ],
)
def test_one_part_that_is_not_understood_spoils_the_whole(changes: Any, why: str) -> None:
    with pytest.raises(dsse.Refused, match=why):
        read(**changes)


def test_a_pattern_of_models_covers() -> None:
    def covered(pattern: str, model: str, kind: str = "ollama") -> bool:
        limits = Limits(models=(ModelPattern(pattern),))
        return limits.permits_model(ProviderConfig("x", kind), model)

    assert covered("qwen*:1.5b*", "qwen2.5-coder:1.5b-base")
    assert covered("*", "")
    assert covered("a*a", "aa") and not covered("a*a", "a")
    assert not covered("qwen*", "my-qwen")
    assert not covered("gpt-5", "gpt-5-mini") and not covered("gpt-5", "GPT-5")
    assert not covered("gpt-5", "")
    assert covered("tiny.gguf", "/home/ada/tiny.gguf", "embedded")
    assert not covered("tiny.gguf", "/home/ada/tiny.gguf/other.gguf", "embedded")


@settings(max_examples=300, deadline=None)
@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_patterns_match_as_a_regular_expression_would(pattern: str, model: str) -> None:
    import re

    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert ModelPattern(pattern).covers("x", model) == bool(re.fullmatch(expression, model))


def test_hosts_are_covered_by_name_domain_address_and_network() -> None:
    limits = Limits(hosts=("api.example.com", "*.corp.example", "10.1.0.0/16", "2001:db8::1"))
    for host in (
        "api.example.com",
        "a.corp.example",
        "a.b.corp.example",
        "10.1.2.3",
        "2001:db8::1",
    ):
        assert limits.permits_host(host), host
    for host in (
        "example.com",
        "corp.example",
        "evilcorp.example",
        "10.2.0.1",
        "api.example.com.x",
    ):
        assert not limits.permits_host(host), host
    assert Limits().permits_host("anything") and not Limits(hosts=()).permits_host("anything")


def test_a_setting_stated_twice_counts_by_its_stricter_word() -> None:
    found = read(settings={"privacy.mode": "offline", "privacy": {"mode": "normal"}})
    assert found.pins.settings["privacy.mode"] == "offline"


def test_what_is_pinned_is_not_printed_by_accident() -> None:
    pattern = {"name": "badge", "pattern": "HUSH-[0-9]{4}", "kind": "pii"}
    assert "HUSH" not in repr(read(settings={"privacy.customPatterns": [pattern]}))


# -- which is in force -------------------------------------------------------------------------


def test_a_good_policy_is_in_force_until_it_expires() -> None:
    standing = judge(offer(expires="2026-06-01T00:00:00Z"))
    assert (standing.word, standing.code) == ("in force", "")
    assert standing.policy is not None and standing.policy.origin == "machine file"
    assert standing.policy.signer == KEYS[0].fingerprint
    assert standing.until == JANUARY + 151 * DAY_S


def closed_by(standing: Standing, code: str) -> None:
    assert (standing.word, standing.code) == ("closed", code)
    assert standing.reason and standing.fix.startswith("Administrator")
    assert standing.pins.settings["privacy.mode"] in ("sensitive", "offline")
    assert standing.pins.settings["privacy.redactLocal"] == "all"
    assert standing.pins.settings["telemetry.enabled"] is False
    assert standing.pins.settings["terminal.capture"] is False
    assert standing.pins.limits.forbids == frozenset(FORBIDDABLE)
    assert "closed" in standing.pins.limits.policy


def test_nothing_there_closes() -> None:
    closed_by(judge(), "policy-missing")


def test_a_file_that_can_not_be_read_closes() -> None:
    closed_by(judge(Offer("machine file", None, "can not be opened")), "policy-unreadable")


def test_a_bad_signature_closes() -> None:
    closed_by(judge(Offer("machine file", Signer().sign(body()))), "policy-unsigned")


def test_a_signed_policy_that_is_not_understood_closes() -> None:
    closed_by(judge(offer(format=2)), "policy-unreadable")


def test_a_policy_from_the_future_closes_but_a_clock_may_be_a_day_behind() -> None:
    closed_by(judge(offer(), now=JANUARY - 2 * DAY_S), "policy-early")
    assert judge(offer(), now=JANUARY - DAY_S / 2).word == "in force"


def test_a_policy_that_waits_for_its_day_leaves_the_old_one_in_force() -> None:
    later = offer("managed cloud", serial=4, issued="2026-09-01T00:00:00Z")
    standing = judge(offer(), later)
    assert standing.policy is not None and standing.policy.serial == 3
    assert judge(offer(), later, now=standing.until).policy == policy_of(later)


def policy_of(one: Offer) -> Any:
    return judge(one, now=JANUARY + 300 * DAY_S).policy


def test_an_expired_policy_closes_and_keeps_all_that_it_pinned() -> None:
    old = offer(
        expires="2026-02-01T00:00:00Z",
        settings={"privacy.mode": "offline", "completion.neighbours": False},
        ignore=["*.xlsx"],
        only={"kinds": ["ollama"]},
    )
    standing = judge(old)
    closed_by(standing, "policy-expired")
    assert standing.pins.settings["privacy.mode"] == "offline"
    assert standing.pins.settings["completion.neighbours"] is False
    assert standing.pins.ignore == ("*.xlsx",)
    assert standing.pins.limits.kinds == frozenset({"ollama"})
    assert standing.pins.limits.policy == "Example Ltd#3 closed"
    assert "2026-02-01" in standing.reason and "it@example.com" in standing.fix


def test_an_older_policy_than_was_in_force_closes() -> None:
    assert judge(offer(), serial=3).word == "in force"
    standing = judge(offer(), serial=4)
    closed_by(standing, "policy-downgraded")
    assert "4" in standing.fix


def test_of_two_the_higher_serial_is_in_force() -> None:
    for first, second in ((3, 4), (4, 3)):
        standing = judge(offer(serial=first), offer("managed cloud", serial=second))
        assert standing.policy is not None and standing.policy.serial == 4
        assert standing.notes == ()


def test_a_newer_policy_that_expired_is_not_replaced_by_an_older_one() -> None:
    newer = offer("managed cloud", serial=4, expires="2026-02-01T00:00:00Z")
    closed_by(judge(offer(), newer), "policy-expired")


def test_a_spoiled_copy_beside_a_good_one_is_told_and_changes_nothing() -> None:
    standing = judge(Offer("machine file", b"{}"), offer("managed cloud"))
    assert standing.word == "in force"
    (note,) = standing.notes
    assert "machine file" in note and "not a signed policy" in note


def test_a_fetched_copy_serves_for_as_many_days_as_it_says() -> None:
    fetched = offer("managed cloud", fetched=NOW - 6 * DAY_S, offlineDays=7)
    standing = judge(fetched)
    assert (standing.word, standing.until) == ("in force", NOW + DAY_S)
    closed_by(judge(fetched, now=standing.until), "policy-stale")
    assert judge(offer(offlineDays=7), now=NOW + 90 * DAY_S).word == "in force"


stamps = st.floats(JANUARY - 10 * DAY_S, JANUARY + 400 * DAY_S)


@settings(max_examples=200, deadline=None)
@given(now=stamps, later=stamps, fetched=stamps, serial=st.integers(0, 5))
def test_a_verdict_holds_until_it_says_that_it_may_change(
    now: float, later: float, fetched: float, serial: int
) -> None:
    offers = (
        offer(serial=4, expires="2026-08-01T00:00:00Z"),
        offer("managed cloud", fetched, serial=3, issued="2026-03-01T00:00:00Z", offlineDays=30),
    )
    first = judge(*offers, serial=serial, now=now)
    if now <= later < first.until:
        assert judge(*offers, serial=serial, now=later).code == first.code
