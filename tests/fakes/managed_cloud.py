"""The managed cloud as docs/managed-cloud.md specifies it, strict to the last header and field.

It stands in until the service exists. tests/conformance holds it, or a real server, to the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from codegrex_lsp.values.telemetry import SCHEMA, report
from tests.fakes.http import Reply, Request
from tests.fakes.openai import FakeOpenAi, refusal, reply

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ALWAYS = frozenset({"host", "user-agent", "accept", "accept-encoding", "content-length"})
ME = {
    "id": "acc_1",
    "name": "Ada Example",
    "email": "ada@example.com",
    "organisation": "Example Ltd",
    "plan": "team",
}


def secret(kind: str, number: int) -> str:
    """A token that no scanner finds in this file."""
    return "_".join(("cgx", kind, f"{number:04}"))


@dataclass
class Grant:
    """One link in the chain of a sign-in.

    Attributes:
        number: Its place.
        ends: When its access token ends.
    """

    number: int
    ends: float

    @property
    def access(self) -> str:
        return secret("access", self.number)

    @property
    def refresh(self) -> str:
        return secret("refresh", self.number)


@dataclass
class ManagedCloud(FakeOpenAi):
    """Use as `async with ManagedCloud() as cloud`.

    Attributes:
        now: The service's clock, in seconds.
        lifetime: Seconds that an access token lives.
        device: What becomes of each question about a device code, in order; the last one stays.
            `pending`, `slow_down`, `denied`, `expired`, or `granted`.
        offers_codes: Whether there is a sign-in by code.
        policy: The organisation's signed policy, or None.
        ide: IDE tokens that do not expire.
        grants: The chain of refreshed tokens.
        oldest: The first link whose refresh token is still good.
        ended: Whether the sign-in was revoked or ended.
        reports: Telemetry that was taken.
        oauth: Forms that were taken, in order.
    """

    kind: str = "codegrex"
    now: float = 1_800_000_000.0
    lifetime: int = 3600
    device: list[str] = field(default_factory=lambda: ["pending", "granted"])
    offers_codes: bool = True
    policy: bytes | None = None
    ide: set[str] = field(default_factory=lambda: {secret("ide", 1)})
    grants: list[Grant] = field(default_factory=list)
    oldest: int = 0
    ended: bool = False
    reports: list[dict[str, Any]] = field(default_factory=list)
    oauth: list[dict[str, str]] = field(default_factory=list)

    def grant(self) -> Grant:
        """A new link: what a sign-in or a renewal gives."""
        made = Grant(len(self.grants) + 1, self.now + self.lifetime)
        self.grants.append(made)
        return made

    def _answer(self, request: Request) -> Reply:
        if self.fails is not None:
            return reply(*reversed(self.fails))
        routes = {
            ("GET", "/v1/me"): self._me,
            ("GET", "/v1/policy"): self._policy,
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/completions"): self._complete,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/telemetry"): self._telemetry,
            ("POST", "/v1/oauth/device"): self._device,
            ("POST", "/v1/oauth/token"): self._token,
            ("POST", "/v1/oauth/revoke"): self._revoke,
        }
        answer = routes.get((request.method, request.target))
        if answer is None:
            return refusal(404, "endpoint_not_found", "no such path")
        return self._odd_headers(request) or answer(request)

    # -- who asks --------------------------------------------------------------------------------

    def _odd_headers(self, request: Request) -> Reply | None:
        names = [name.lower() for name, _ in request.headers]
        keyless = "/oauth/" in request.target or request.target == "/v1/telemetry"
        expected = ALWAYS | (set() if keyless else {"authorization"})
        expected |= {"content-type"} if request.method == "POST" else set()
        if not keyless and "authorization" not in names:
            return refusal(401, "unauthenticated", "no token")
        if sorted(names) != sorted(expected):
            return refusal(400, "unexpected_header", str(sorted(set(names) ^ expected)))
        sort = "application/x-www-form-urlencoded" if "/oauth/" in request.target else None
        if request.method == "POST" and request.header("content-type") != (
            sort or "application/json"
        ):
            return refusal(415, "unsupported_media_type", "not that")
        if request.method == "GET" and request.body:
            return refusal(400, "unexpected_body", "a body")
        return None if keyless or self._has_key(request) else refusal(401, "unauthenticated", "no")

    def _has_key(self, request: Request) -> bool:
        said = (request.header("authorization") or "").removeprefix("Bearer ")
        if said in self.ide:
            return True
        for grant in self.grants:
            if said == grant.access and not self.ended and self.now < grant.ends:
                self._used(grant)
                return True
        return False

    def _used(self, grant: Grant) -> None:
        """The successor was used, so what came before can not be refreshed any more."""
        self.oldest = max(self.oldest, grant.number)

    # -- the account -----------------------------------------------------------------------------

    def _me(self, request: Request) -> Reply:
        return reply(dict(ME))

    def _policy(self, request: Request) -> Reply:
        if self.policy is None:
            return Reply([b"HTTP/1.1 204 No Content\r\n\r\n"], framing="raw")
        kind = [("content-type", "application/vnd.codegrex.policy+json")]
        return Reply([self.policy], 200, kind, framing="length")

    def _device(self, request: Request) -> Reply:
        form = _form(request, ("client_id",))
        if not self.offers_codes:
            return refusal(404, "endpoint_not_found", "no such path")
        if form is None:
            return _oauth("invalid_request")
        self.oauth.append(form)
        return reply(
            {
                "device_code": secret("device", 1),
                "user_code": "WDJB-MJHT",
                "verification_uri": "https://login.example.com/device",
                "expires_in": 600,
                "interval": 5,
            }
        )

    def _token(self, request: Request) -> Reply:
        said = dict(parse_qsl(request.body.decode()))
        grant = said.get("grant_type")
        if grant == DEVICE_GRANT:
            form = _form(request, ("client_id", "grant_type", "device_code"))
            return self._poll() if self._take(form) else _oauth("invalid_request")
        if grant == "refresh_token":
            form = _form(request, ("client_id", "grant_type", "refresh_token"))
            if not self._take(form):
                return _oauth("invalid_request")
            return self._refresh(said["refresh_token"])
        return _oauth("unsupported_grant_type")

    def _take(self, form: dict[str, str] | None) -> bool:
        if form is not None:
            self.oauth.append(form)
        return form is not None

    def _poll(self) -> Reply:
        now = self.device.pop(0) if len(self.device) > 1 else self.device[0]
        words = {
            "pending": "authorization_pending",
            "slow_down": "slow_down",
            "denied": "access_denied",
            "expired": "expired_token",
        }
        return _oauth(words[now]) if now in words else _granted(self.grant(), self.lifetime)

    def _refresh(self, token: str) -> Reply:
        for grant in self.grants:
            if grant.refresh != token or self.ended or grant.number < self.oldest:
                continue
            self._used(grant)
            following = self.grants[grant.number :] or [self.grant()]
            return _granted(following[0], self.lifetime)
        return _oauth("invalid_grant")

    def _revoke(self, request: Request) -> Reply:
        form = _form(request, ("client_id", "token"))
        if not self._take(form) or form is None:
            return _oauth("invalid_request")
        self.ide.discard(form["token"])
        if any(form["token"] in (one.access, one.refresh) for one in self.grants):
            self.ended = True
        return reply({})

    # -- models ----------------------------------------------------------------------------------

    def _models(self, request: Request) -> Reply:
        rows = [{"id": name, "object": "model", "owned_by": "codegrex"} for name in self.models]
        return reply({"object": "list", "data": rows})

    def _complete(self, request: Request) -> Reply:
        return self._run(_with_model(request, self.models), self.vendor.fill_fields, "prompt")

    def _chat(self, request: Request) -> Reply:
        return self._run(_with_model(request, self.models), self.vendor.chat_fields, "messages")

    def _telemetry(self, request: Request) -> Reply:
        try:
            said = json.loads(request.body)
            if set(said) != {"schema", "install", "reports"} or said["schema"] != SCHEMA:
                return refusal(400, "invalid_request", "another schema")
            for one in said["reports"]:
                report(one)
        except (ValueError, TypeError):
            return refusal(400, "invalid_request", "not of the schema")
        self.reports.append(said)
        return reply({})


def _with_model(request: Request, models: Sequence[str]) -> Request:
    """The service chooses a model where none is named."""
    body = json.loads(request.body)
    body.setdefault("model", models[0])
    return Request(request.method, request.target, request.headers, json.dumps(body).encode())


def _form(request: Request, names: Sequence[str]) -> dict[str, str] | None:
    """The form, where it has these fields once each and no others, and is from our client."""
    pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    form = dict(pairs)
    good = sorted(name for name, _ in pairs) == sorted(names) and all(form.values())
    return form if good and form["client_id"] == "codegrex-lsp" else None


def _granted(grant: Grant, lifetime: int) -> Reply:
    return _no_store(
        {
            "access_token": grant.access,
            "token_type": "Bearer",
            "expires_in": lifetime,
            "refresh_token": grant.refresh,
        },
        200,
    )


def _oauth(error: str) -> Reply:
    return _no_store({"error": error}, 400)


def _no_store(answer: Mapping[str, Any], status: int) -> Reply:
    made = reply(dict(answer), status)
    return Reply(made.chunks, status, [*made.headers, ("cache-control", "no-store")], "length")
