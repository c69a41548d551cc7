"""The wire of the managed cloud's account, specified in docs/managed-cloud.md. No call has text.

Sign-in is OAuth 2.0: a device code (RFC 8628), tokens that are refreshed (RFC 6749, section 6) and
revoked (RFC 7009). So those calls are forms, and a service can use a library for its side.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from codegrex_lsp.errors import BadAnswer, ProviderError
from codegrex_lsp.providers import failures
from codegrex_lsp.providers.decoding import Json, parse
from codegrex_lsp.providers.openai_chat import endpoint
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose, Call
from codegrex_lsp.values.account import DeviceCode, Person, Token
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.route import ProviderConfig

CLIENT: Final = "codegrex-lsp"
"""Our name as an OAuth client. It has no secret: every copy of the program is the same client."""

LONGEST_TOKEN: Final = 512
"""Characters of a token; two of them must fit into one entry of any keychain."""

_PATHS: Final = {
    AccountPurpose.ME: "me",
    AccountPurpose.POLICY: "policy",
    AccountPurpose.DEVICE_START: "oauth/device",
    AccountPurpose.DEVICE_TOKEN: "oauth/token",
    AccountPurpose.REFRESH: "oauth/token",
    AccountPurpose.REVOKE: "oauth/revoke",
}
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_FORM: Final = (("content-type", "application/x-www-form-urlencoded"),)


def encode(call: AccountCall) -> Call:
    """The request. Where it is signed, the door adds the token."""
    path = endpoint(call.provider, _PATHS[call.purpose])
    if call.purpose.signed:
        return Call("GET", path, b"", ())
    secret = call.secret.disclose() if call.secret is not None else ""
    form = {"client_id": CLIENT}
    match call.purpose:
        case AccountPurpose.DEVICE_TOKEN:
            form |= {"grant_type": _DEVICE_GRANT, "device_code": secret}
        case AccountPurpose.REFRESH:
            form |= {"grant_type": "refresh_token", "refresh_token": secret}
        case AccountPurpose.REVOKE:
            form |= {"token": secret}
    return Call("POST", path, urlencode(form).encode("ascii"), _FORM)


def device_code(answer: bytes) -> DeviceCode:
    """The answer to DEVICE_START. Raises BadAnswer."""
    said = parse(answer)
    user_code, address = said.get("user_code"), said.get("verification_uri")
    if not (isinstance(user_code, str) and _USER_CODE.fullmatch(user_code)):
        raise _garbage()
    if not (isinstance(address, str) and _is_page(address)):
        raise _garbage()
    interval = _seconds(said.get("interval", 5))
    lifetime = _seconds(said.get("expires_in"))
    return DeviceCode(
        _secret(said, "device_code"), user_code, address, max(1.0, interval), lifetime
    )


def token(answer: bytes, now: float) -> Token:
    """The answer to DEVICE_TOKEN or REFRESH.

    Args:
        answer: The body.
        now: Seconds since 1970.

    Raises:
        BadAnswer: It holds no token that we could use.
    """
    said = parse(answer)
    if str(said.get("token_type")).lower() != "bearer":
        raise _garbage()
    refresh = _secret(said, "refresh_token") if said.get("refresh_token") is not None else None
    return Token(_secret(said, "access_token"), refresh, now + _seconds(said.get("expires_in")))


def person(answer: bytes) -> Person:
    """The answer to ME. Raises BadAnswer."""
    said = parse(answer)
    names = ("id", "name", "email", "organisation", "plan")
    known = {name: value for name in names if isinstance(value := said.get(name), str)}
    if not known.get("id") or any(len(value) > _LONGEST_WORDS for value in known.values()):
        raise _garbage()
    return Person(**known)


def explain(
    purpose: AccountPurpose, provider: ProviderConfig, status: int, body: bytes
) -> ProviderError:
    """Our error for an HTTP failure; the service's own words are never passed on.

    Args:
        purpose: What was asked.
        provider: The managed cloud.
        status: The HTTP status.
        body: What came with it.
    """
    if purpose.signed or status == 429 or status >= 500:
        return failures.explain(provider, status, body)
    if purpose is AccountPurpose.DEVICE_START and status in (404, 405):
        return BadAnswer(
            f"{provider.id} offers no sign-in by code.",
            code="device-flow-missing",
            fix="Get an IDE token from the service's own pages: codegrex-lsp login --token",
            status=status,
        )
    return _of_sign_in(provider, _error(body), status)


def _of_sign_in(provider: ProviderConfig, error: str, status: int) -> ProviderError:
    """RFC 6749, section 5.2, and RFC 8628, section 3.5."""
    again = "Run codegrex-lsp login."
    match error:
        case "authorization_pending":
            return BadAnswer("The sign-in waits for you.", code="sign-in-pending", status=status)
        case "slow_down":
            return BadAnswer("The sign-in waits for you.", code="sign-in-slow-down", status=status)
        case "access_denied":
            return BadAnswer(
                "The sign-in was denied.", code="sign-in-denied", fix=again, status=status
            )
        case "expired_token":
            return BadAnswer(
                "The code for signing in has expired.",
                code="sign-in-expired",
                fix=again,
                status=status,
            )
        case "invalid_grant":
            return BadAnswer(
                f"{provider.id} has ended this sign-in.",
                code="sign-in-ended",
                fix=again,
                status=status,
            )
    return BadAnswer(
        f"{provider.id} did not take this sign-in.",
        code="sign-in-refused",
        fix=f"Check providers.{provider.id}.baseUrl.",
        status=status,
    )


_USER_CODE: Final = re.compile(r"[A-Za-z0-9-]{4,16}")
_PAGE: Final = re.compile(r"(https?)://([A-Za-z0-9.-]+)(:[0-9]{1,5})?(/[\x21-\x7e]*)?")
_SECRET: Final = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_TOKEN}}}")
_LONGEST_WORDS: Final = 200
_LONGEST_LIFE: Final = 10 * 365 * 86_400


def _is_page(address: str) -> bool:
    """Whether a person can be sent there: encrypted, or on this machine, and all of it shows."""
    read = _PAGE.fullmatch(address)
    if read is None or len(address) > _LONGEST_WORDS:
        return False
    return read[1] == "https" or read[2] in ("localhost", "127.0.0.1")


def _error(body: bytes) -> str:
    try:
        said = parse(body).get("error")
    except BadAnswer:
        return ""
    return said if isinstance(said, str) else ""


def _secret(said: Json, name: str) -> ApiKey:
    value = said.get(name)
    if not (isinstance(value, str) and _SECRET.fullmatch(value)):
        raise _garbage()
    return ApiKey(value)


def _seconds(value: object) -> float:
    if type(value) is not int or not 0 < value <= _LONGEST_LIFE:
        raise _garbage()
    return float(value)


def _garbage() -> ProviderError:
    return BadAnswer(
        "The account service sent something that is not its protocol.",
        code="garbage",
        fix="Check providers.codegrex.baseUrl.",
    )
