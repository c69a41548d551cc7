"""The account at the managed cloud: what is asked, in which mode, and what never goes along."""

from __future__ import annotations

import getpass
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from codegrex_lsp.engine.account import POLICY_EVERY_S
from codegrex_lsp.errors import BadAnswer, CodegrexError, ConfigurationError, RefusedError
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose
from codegrex_lsp.settings.policyreader import MANAGED_FILE
from codegrex_lsp.values.account import DeviceCode
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.mode import Mode
from tests.fakes.managed_cloud import DEVICE_GRANT, ME, ManagedCloud, secret
from tests.support.accounts import Desk, desk, entry
from tests.support.policies import Signer, body, pin

IDE = secret("ide", 1)
OURS = Signer()


@pytest.fixture
async def cloud() -> AsyncIterator[ManagedCloud]:
    async with ManagedCloud() as made:
        yield made


@pytest.fixture
async def place(tmp_path: Path, cloud: ManagedCloud) -> AsyncIterator[Desk]:
    async with desk(tmp_path, cloud) as made:
        yield made


def nobody(code: DeviceCode) -> None:
    """Looks away."""


# -- signing in ------------------------------------------------------------------------------------


async def test_a_token_is_kept_for_its_origin_and_checked(place: Desk, cloud: ManagedCloud) -> None:
    signed = await place.account.sign_in(f" {IDE}\n")
    assert signed.person is not None and signed.person.as_json() == ME
    assert signed.origin == cloud.base_url
    assert place.chain.kept == {(f"codegrex {cloud.base_url}", "codegrex"): f'{{"access":"{IDE}"}}'}
    assert place.tasks() == ["account"]


async def test_a_token_that_is_refused_leaves_the_earlier_one(place: Desk) -> None:
    await place.account.sign_in(IDE)
    before = place.kept()
    with pytest.raises(BadAnswer, match="not kept"):
        await place.account.sign_in(secret("ide", 2))
    assert place.kept() == before
    assert (await place.account.who()).id == ME["id"]


async def test_a_first_token_that_is_refused_is_not_kept(place: Desk) -> None:
    with pytest.raises(BadAnswer):
        await place.account.sign_in(secret("ide", 2))
    assert place.kept() == set()


async def test_a_token_that_can_not_be_checked_is_kept(place: Desk, cloud: ManagedCloud) -> None:
    place.mode(Mode.OFFLINE)
    signed = await place.account.sign_in(IDE)
    assert signed.person is None and "offline" in signed.trouble
    assert len(place.kept()) == 1
    assert cloud.server.connections == 0


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "é"])
async def test_what_is_no_token_is_not_kept(place: Desk, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await place.account.sign_in(text)
    assert not text.strip() or text not in caught.value.message
    assert place.kept() == set()


async def test_without_an_address_a_sentence_names_the_setting(place: Desk) -> None:
    place.settings = replace(place.settings, providers=MappingProxyType({}))
    with pytest.raises(ConfigurationError) as caught:
        await place.account.sign_in(IDE)
    assert caught.value.code == "no-base-url" and caught.value.exit_code == 3
    assert "providers.codegrex.baseUrl" in caught.value.fix


async def test_a_sign_in_by_code_shows_the_code_and_waits(place: Desk, cloud: ManagedCloud) -> None:
    shown: list[DeviceCode] = []
    cloud.device = ["pending", "slow_down", "pending", "granted"]
    signed = await place.account.sign_in_by_code(shown.append)
    assert [(one.user_code, one.address) for one in shown] == [
        ("WDJB-MJHT", "https://login.example.com/device")
    ]
    assert place.slept == [5, 5, 10, 10]
    assert signed.person is not None
    assert place.kept() == {entry(cloud.grants[0])}
    assert secret("device", 1) not in repr(shown)


@pytest.mark.parametrize(
    ("ending", "code"),
    [("denied", "sign-in-denied"), ("expired", "sign-in-expired"), ("pending", "sign-in-expired")],
)
async def test_a_sign_in_ends_with_a_sentence(
    place: Desk, cloud: ManagedCloud, ending: str, code: str
) -> None:
    cloud.device = ["pending", ending]
    with pytest.raises(BadAnswer) as caught:
        await place.account.sign_in_by_code(nobody)
    assert caught.value.code == code and caught.value.message.endswith(".")
    assert place.kept() == set()
    assert sum(place.slept) <= 600


async def test_a_service_without_codes_is_told_apart(place: Desk, cloud: ManagedCloud) -> None:
    cloud.offers_codes = False
    with pytest.raises(BadAnswer) as caught:
        await place.account.sign_in_by_code(nobody)
    assert caught.value.code == "device-flow-missing"


async def test_a_busy_service_is_asked_less_often(place: Desk, cloud: ManagedCloud) -> None:
    def shown(code: DeviceCode) -> None:
        cloud.fails = (503, {"error": {"code": "unavailable"}})

    with pytest.raises(BadAnswer) as caught:
        await place.account.sign_in_by_code(shown)
    assert caught.value.code == "sign-in-expired"
    assert place.slept[:3] == [5, 10, 15]


# -- signing out -----------------------------------------------------------------------------------


async def test_signing_out_clears_and_revokes(place: Desk, cloud: ManagedCloud) -> None:
    grant = await place.signed_in()
    out = await place.account.sign_out()
    assert out.revoked and out.gone == (f"keychain, for {cloud.base_url}",)
    assert place.kept() == set() and cloud.ended
    assert cloud.oauth == [{"client_id": "codegrex-lsp", "token": grant.refresh}]
    with pytest.raises(ConfigurationError, match="login"):
        await place.account.who()


@pytest.mark.parametrize("trouble", ["offline", "down"])
async def test_signing_out_always_clears(place: Desk, cloud: ManagedCloud, trouble: str) -> None:
    await place.signed_in()
    if trouble == "offline":
        place.mode(Mode.OFFLINE)
    else:
        cloud.fails = (500, {})
    out = await place.account.sign_out()
    assert out.gone and not out.revoked and out.trouble
    assert place.kept() == set()


# -- modes, ledger, and what goes along ------------------------------------------------------------


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("purpose", list(AccountPurpose))
async def test_the_mode_decides_about_each_question(
    place: Desk, cloud: ManagedCloud, mode: Mode, purpose: AccountPurpose
) -> None:
    await place.signed_in()
    place.mode(mode)
    call = AccountCall(place.service, purpose, ApiKey("x"))
    try:
        await place.door.account(call)
    except RefusedError:
        assert mode is Mode.OFFLINE
    except CodegrexError:
        pass
    assert bool(cloud.server.requests) is (mode is not Mode.OFFLINE)
    assert place.tasks() == ["account"] * (mode is not Mode.OFFLINE)


async def test_the_requests_are_these_bytes_and_no_others(place: Desk, cloud: ManagedCloud) -> None:
    await place.account.sign_in_by_code(nobody)
    await place.account.sign_out()
    token = cloud.grants[0]
    client = b"client_id=codegrex-lsp"
    code = DEVICE_GRANT.replace(":", "%3A").encode()
    asked = client + b"&grant_type=" + code + b"&device_code=" + secret("device", 1).encode()
    usual = [
        ("host", cloud.base_url.removeprefix("http://")),
        ("user-agent", "codegrex-lsp/0.1.0"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
    ]
    form = ("content-type", "application/x-www-form-urlencoded")

    def posted(content: bytes) -> list[tuple[str, str]]:
        return [*usual, ("content-length", str(len(content))), form]

    got = [
        *usual,
        ("content-length", "0"),
        ("authorization", f"Bearer {token.access}"),
    ]
    bodies = {
        "/v1/oauth/device": client,
        "/v1/oauth/token": asked,
        "/v1/oauth/revoke": client + b"&token=" + token.refresh.encode(),
    }
    for request in cloud.server.requests:
        content = bodies.get(request.target, b"")
        assert request.body == content
        assert list(request.headers) == (posted(content) if content else got)
    targets = [request.target for request in cloud.server.requests]
    assert targets == [
        "/v1/oauth/device",
        "/v1/oauth/token",
        "/v1/oauth/token",
        "/v1/me",
        "/v1/oauth/revoke",
    ]


async def test_nothing_of_machine_person_or_token_is_told_elsewhere(
    place: Desk, cloud: ManagedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    await place.account.sign_in_by_code(nobody)
    cloud.now += 10_000
    await place.account.who()
    cloud.fails = (500, {"error": {"message": ME["email"]}})
    with pytest.raises(CodegrexError) as caught:
        await place.account.who()
    sent = b"".join(
        b"".join((r.target.encode(), r.body, repr(r.headers).encode()))
        for r in cloud.server.requests
    ).decode()
    for word in (socket.gethostname(), getpass.getuser(), str(place.folders.state)):
        assert word not in sent or len(word) < 4
    await place.door.close()
    secrets = [text for one in cloud.grants for text in (one.access, one.refresh)]
    lines = repr(place.ledger.lines()) + caplog.text + repr(caught.value)
    for word in (*secrets, secret("device", 1), ME["email"], ME["name"]):
        assert word not in lines


async def test_the_token_goes_to_its_own_origin_alone(place: Desk, tmp_path: Path) -> None:
    await place.signed_in()
    async with ManagedCloud() as thief:
        moved = replace(place.service, base_url=thief.base_url)
        place.settings = replace(place.settings, providers=MappingProxyType({"codegrex": moved}))
        assert await place.account.sign_out()
        assert thief.server.connections == 0


# -- policy ----------------------------------------------------------------------------------------


async def test_a_policy_that_was_fetched_is_in_force(place: Desk, cloud: ManagedCloud) -> None:
    await place.signed_in()
    pin(place.machine, OURS)
    cloud.policy = OURS.sign(body())
    assert place.policy().code == "policy-missing"
    standing = await place.account.fetch_policy()
    assert standing is not None and not standing.code
    assert place.policy().word == "in force"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"<html>", "policy-unsigned"),
        (Signer().sign(body()), "policy-unsigned"),
        (b"x" * 300_000, "answer-too-large"),
    ],
)
async def test_a_bad_policy_leaves_the_good_one(
    place: Desk, cloud: ManagedCloud, sent: bytes, code: str
) -> None:
    await place.signed_in()
    pin(place.machine, OURS)
    cloud.policy = OURS.sign(body())
    await place.account.fetch_policy()
    good = (place.folders.state / MANAGED_FILE).read_bytes()
    cloud.policy = sent
    try:
        standing = await place.account.fetch_policy()
        assert standing is not None and standing.code == code
    except CodegrexError as error:
        assert error.code == code
    cloud.policy = None
    assert await place.account.fetch_policy() is None
    cloud.fails = (500, {})
    with pytest.raises(CodegrexError):
        await place.account.fetch_policy()
    assert (place.folders.state / MANAGED_FILE).read_bytes() == good
    assert place.policy().word == "in force"


async def test_where_no_key_is_pinned_nobody_is_asked(place: Desk, cloud: ManagedCloud) -> None:
    await place.signed_in()
    assert await place.account.fetch_policy() is None
    assert cloud.server.connections == 0


class Enough(Exception):
    pass


async def rounds(place: Desk, times: int) -> None:
    """Let the background work look this often."""
    left = [times]

    async def sleep(seconds: float) -> None:
        left[0] -= 1
        place.cloud.now += seconds
        if not left[0]:
            raise Enough

    place.account._sleep = sleep
    with pytest.raises(Enough):
        await place.account.run()


async def test_the_policy_is_asked_for_every_few_hours(place: Desk, cloud: ManagedCloud) -> None:
    await place.signed_in(expires=float("inf"))
    cloud.grants[0].ends = float("inf")
    pin(place.machine, OURS)
    cloud.policy = OURS.sign(body())
    await rounds(place, int(POLICY_EVERY_S // 300))
    asked = [request.target for request in cloud.server.requests]
    assert asked == ["/v1/policy"]


@pytest.mark.parametrize("why", ["offline", "signed out", "no policy", "no address"])
async def test_in_the_background_nobody_is_asked_who_need_not_be(
    place: Desk, cloud: ManagedCloud, why: str
) -> None:
    if why != "signed out":
        await place.signed_in()
    if why != "no policy":
        pin(place.machine, OURS)
    if why == "offline":
        place.mode(Mode.OFFLINE)
    providers = place.settings.providers
    if why == "no address":
        place.settings = replace(place.settings, providers=MappingProxyType({}))
    await rounds(place, 2)
    assert cloud.server.connections == 0
    if why != "no policy":
        place.settings = replace(place.settings, providers=providers)
        place.mode(Mode.SENSITIVE)
        if not place.kept():
            await place.signed_in()
        await rounds(place, 1)
        assert cloud.server.connections == 1, "once it can be asked, it is asked at once"
