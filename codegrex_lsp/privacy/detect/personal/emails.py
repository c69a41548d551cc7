"""E-mail: the addresses of people, plain, in a query, and in the name of a file.

alice@acme.de      ?to=alice%40acme.de      letters/alice@acme.de.txt
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Line
from codegrex_lsp.privacy.detect.personal import presidio
from codegrex_lsp.privacy.detect.words import words

_EMAIL: Final = re.compile(r"(?<![\w.+%\-])[\w.+%'\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}")
_IN_QUERY: Final = re.compile(
    r"(?<==)(?P<local>[\w.\-]{1,64}(?:%2[Bb][\w.\-]{1,32})?)%40"
    r"(?P<domain>[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8})(?![\w%@:])"
)
"""An address in a query or a form, where `@` is written `%40` (RFC 3986)."""


_RESERVED: Final = (".test", ".invalid", ".localhost", ".example", ".local", ".internal", ".lan")
_EXAMPLES: Final = (".example.com", ".example.org", ".example.net", ".domain.com", ".email.com")
_STAND_INS: Final = words(
    """
    foo.com bar.com test.com company.com yourcompany.com mycompany.com yourdomain.com mydomain.com
    foo.bar site.com mail.com host.com server.com xyz.com abc.com
    """
)
_NOBODY: Final = words(
    "user username you your yourname name me someone somebody foo bar baz test tester email mail"
    " user1 user2 test1 test2 a b x y u abc xyz my"
)
_NO_PERSON: Final = words("noreply no-reply donotreply do-not-reply no_reply git hg svn")
_LOGIN: Final = re.compile(r"\b(?:ssh|scp|sftp|rsync|mosh|autossh|sshfs|ssh-copy-id)\b[^|;&]*$")
_SHELLS: Final = ("ssh", "scp", "sftp", "rsync", "mosh")
"""One of them stands in each match."""

_LATEX: Final = re.compile(r"\\[a-z]{2,12}\{(?:mailto:)?$")
_RETINA: Final = re.compile(r"\d+x\.|\d+\.\d+\.")
_UNIT: Final = (".target", ".mount", ".path", ".service", ".socket", ".slice", ".zip", ".py", ".rs")

_ENDINGS: Final = words(
    "txt py rs rb js ts json yaml yml csv log eml msg pdf html htm xml vcf doc docx xls xlsx zip"
    " png jpg jpeg bak tar gz"
)
"""Endings of files, which may be named after an address."""


def emails(line: Line) -> Iterator[Span]:
    """Addresses of people in a line, as Presidio and the checks here agree on them."""
    for match in _EMAIL.finditer(line.text):
        start = match.start() + len(match.group()) - len(match.group().lstrip("'.-%"))
        end = match.end() - len(match.group()) + len(match.group().rstrip("-_"))
        end = _without_ending(line.lowered, start, end)
        value = line.lowered[start:end]
        if _is_email(line, value, start, end) and presidio.agrees("email", line.text[start:end]):
            yield Span(start, end, "pii", "email", "presidio/email", 0.9)


def _without_ending(text: str, start: int, end: int) -> int:
    """Where an address ends that is the name of a file, `a@b.org.tar.gz`."""
    stem, _, ending = text[start:end].rpartition(".")
    while ending in _ENDINGS and "." in stem.rpartition("@")[2]:
        end = start + len(stem)
        stem, _, ending = stem.rpartition(".")
    return end


def emails_in_queries(line: Line) -> Iterator[Span]:
    """The same where `@` is written `%40`."""
    for match in _IN_QUERY.finditer(line.text):
        local, domain = re.sub("%2[Bb]", "+", match["local"]), match["domain"]
        plain = Line(f"{local}@{domain}", f"{local}@{domain}".lower(), line.kind)
        if any(True for _ in emails(plain)):
            yield Span(*match.span(), "pii", "email", "contact/email", 0.9)


def _is_email(line: Line, value: str, start: int, end: int) -> bool:
    """A person's address: no reserved domain, no `git@host`, no password of a URL."""
    local, _, domain = value.rpartition("@")
    top = domain.rsplit(".", 1)[-1]
    if not local or local in _NO_PERSON or "%s" in local or top.isdigit() or len(top) < 2:
        return False
    if domain.endswith(_RESERVED) or f".{domain}".endswith(_EXAMPLES):
        return False
    if (domain in _STAND_INS and local in _NOBODY) or domain.startswith("self."):
        return False
    if _RETINA.match(domain) or domain.endswith(_UNIT):
        return False
    before = line.text[max(start - 512, 0) : start]
    scheme = before.rfind("://")
    in_url = scheme >= 0 and not re.search(r"[\s\"'`<>]", before[scheme:])
    if _LATEX.search(before):
        return True
    if in_url or before.endswith(("{", "}", "//", "@")) or _logs_in(before.lower()):
        return False
    return not re.match(r"[{@(]|:[~/]|:\w[\w.\-]*/", line.text[end : end + 64])


def _logs_in(before: str) -> bool:
    """Whether a command takes what follows for a machine, and the account there."""
    return any(shell in before for shell in _SHELLS) and _LOGIN.search(before) is not None
