"""Credentials in URLs, in authorization headers and in cookies.

Of a URL only the password goes, and the user where it is a token itself, so that the model still
sees which host and database the code talks to.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.filekind import FileKind
from codegrex_lsp.privacy.detect.judge import is_stand_in, looks_random

_AUTHORITY: Final = re.compile(r"(?:[^\s\"'`<>|\\^]|(?<!\[)\^)+")
"""As long as it likes: log-in tokens of cloud databases have more than a thousand characters."""

_PORT: Final = re.compile(r"\d{0,5}(?:[/?#]|$)")
_HOST: Final = re.compile(r"[\w\[${<%]")
_AT_PORT: Final = re.compile(r"@[\w.\-]{1,253}:\d{2,5}(?=[/?#]|$)")
"""A host that only a password with a `/` in it can have before it."""


class UrlCredentials:
    """`scheme://user:password@host` in any scheme."""

    name = "url-credentials/1"
    level: Level = "secrets"
    keywords = frozenset({"://"})
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether there is a URL with a user in it."""
        return "://" in line.text and "@" in line.text

    def scan_line(self, line: Line) -> Sequence[Span]:
        """The password's span, and the user's where that is a token."""
        spans: list[Span] = []
        position = 0
        while (at := line.text.find("://", position)) >= 0:
            position = at + 3
            if at and (line.text[at - 1].isalnum() or line.text[at - 1] in "+.-"):
                spans += _userinfo(line.text, position)
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def _userinfo(text: str, start: int) -> list[Span]:
    run = _AUTHORITY.match(text, start)
    if run is None:
        return []
    at = _last_at(run.group())
    if at <= 0:
        return []
    user, colon, password = run.group()[:at].partition(":")
    spans = []
    if colon and password not in ("", "guest") and not is_stand_in(password):
        first = start + len(user) + 1
        spans.append(
            Span(first, first + len(password), "secret", "url-password", "url-credentials")
        )
    public = not password and _SENTRY.search(run.group(), at) is not None
    if not public and len(user) >= 16 and looks_random(user) and not is_stand_in(user):
        spans.append(Span(start, start + len(user), "secret", "url-token", "url-credentials"))
    return spans


_SENTRY: Final = re.compile(r"@[\w.\-]*sentry")
"""Hosts whose user part is a public key."""


def _last_at(run: str) -> int:
    """Where the userinfo ends. A password may hold `@`, and by mistake `/`, `?` or `#`."""
    authority = re.split(r"[/?#]", run, maxsplit=1)[0]
    _, colon, rest = authority.partition(":")
    at = authority.rfind("@")
    if at >= 0:
        ports = list(_AT_PORT.finditer(run.partition("://")[0], at + 1)) if colon else []
        return ports[-1].start() if ports else at
    if not colon or _PORT.match(rest + run[len(authority) : len(authority) + 1]):
        return -1
    at = run.rfind("@")
    return at if at >= 0 and _HOST.match(run, at + 1) else -1


_SCHEME: Final = re.compile(
    r"\b(?P<scheme>bearer|basic|token|apikey|digest)[ \t]{1,4}"
    r"(?:[\"']\s?[+.&]\s?[\"'])?(?P<value>[A-Za-z0-9\-._~+/:]{4,}=*)"
)


class Headers:
    """`Authorization: Bearer …`, `Basic …` and their kin."""

    name = "headers/1"
    level: Level = "secrets"
    keywords = frozenset({"bearer ", "basic ", "authorization"})
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether a scheme or the header is named."""
        lowered = line.lowered
        return "bearer " in lowered or "basic " in lowered or "authorization" in lowered

    def scan_line(self, line: Line) -> Sequence[Span]:
        """The credential's span, without the scheme."""
        named = "authorization" in line.lowered
        spans = []
        for match in _SCHEME.finditer(line.lowered):
            start, end = match.span("value")
            if _is_credential(line.text[start:end], match["scheme"], named, line.half_typed):
                kind = f"{match['scheme']}-credential"
                spans.append(Span(start, end, "secret", kind, "authorization-header"))
        return spans

    def warm_up(self) -> None:
        """Nothing to import."""


def _is_credential(value: str, scheme: str, named: bool, half_typed: bool) -> bool:
    if is_stand_in(value):
        return False
    if scheme == "basic" and decodes_to_pair(value):
        return True
    if named and half_typed:
        return True
    varied = any(c.isdigit() for c in value) or (len(value) >= 20 and looks_random(value))
    return varied and len(value) >= (8 if named else 16) and (named or scheme == "bearer")


def decodes_to_pair(value: str) -> bool:
    """Whether this is the base64 of `user:password`, as in Basic authorization."""
    try:
        pair = b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(value) >= 8 and b":" in pair and pair.isascii() and b"\0" not in pair


_COOKIE_HEADER: Final = re.compile(
    r"(?:^|[^a-z])(?:set-)?cookie2?[\"']?(?:\s{0,4}[:,=]|\s)\s{0,4}[\"']?"
    r"|\bcurl\s(?:[^|;]{0,200}\s)?-b\s?[\"']?"
)
_COOKIE: Final = re.compile(r"(?P<name>[\w.\-]{1,80})=(?P<value>[^\s;,\"'`]{8,4096})")
_LONG_COOKIE: Final = 40
"""Characters from which a random value is taken for a session's, whatever its name."""

_SESSION: Final = re.compile(r"sess|sid$|auth|token|jwt|remember|login|identity|\.sid|ticket", re.I)


class Cookies:
    """Session cookies in `Cookie:` and `Set-Cookie:` headers."""

    name = "cookies/1"
    level: Level = "secrets"
    keywords = frozenset({"cookie", "curl "})
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether cookies are named."""
        return (
            any(word in line.lowered for word in self.keywords) and line.kind is not FileKind.FORMS
        )

    def scan_line(self, line: Line) -> Sequence[Span]:
        """The value of each cookie whose name says that it stands for a person's session."""
        header = _COOKIE_HEADER.search(line.lowered)
        if header is None:
            return []
        return [
            Span(*match.span("value"), "secret", "session-cookie", "cookie-header")
            for match in _COOKIE.finditer(line.text, header.end())
            if (_SESSION.search(match["name"]) or len(match["value"]) >= _LONG_COOKIE)
            and _is_session(match["value"])
        ]

    def warm_up(self) -> None:
        """Nothing to import."""


def _is_session(value: str) -> bool:
    return len(value) >= 16 and looks_random(value) and not is_stand_in(value)
