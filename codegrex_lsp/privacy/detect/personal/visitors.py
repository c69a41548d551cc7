"""Visitors: who was logged in, as servers write it down.

    … - alice [12/Mar/2024:06:26:01 +0000] "GET …      Accepted publickey for alice from …
    sudo:   alice : TTY=pts/0 ; …                      session opened for user alice by (uid=0)

Formats: the common log format of web servers; OpenSSH, PAM and sudo in the system log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.home_paths import is_personal
from codegrex_lsp.privacy.detect.words import words

_USER: Final = r"(?P<user>[A-Za-z][\w.\-@+\\]{1,63}?)"
_FORMS: Final = (
    re.compile(
        rf".{{0,120}}\b(?:login|logon|auth\w*|sign-?in) (?:failed|failure|succeeded|ok|success\w*)"
        rf"\b.{{0,60}}?\buser(?:name)?=['\"]?{_USER}(?=['\",;\s]|$)",
        re.IGNORECASE,
    ),
    re.compile(rf"\S{{2,64}} \S{{1,64}} {_USER} \[[0-9]{{2}}/[A-Z][a-z]{{2}}/[0-9]{{4}}:"),
    re.compile(
        r".{0,120}sshd(?:-session)?(?:\[[0-9]+\])?: .{0,60}?\bfor (?:invalid user )?"
        rf"{_USER} from "
    ),
    re.compile(
        rf".{{0,160}}\buser ['\"]?{_USER}['\"]? (?:logged in|authenticated|connected) from "
    ),
    re.compile(rf".{{0,400}}\"(?:remote_?user|auth_?user)\"\s?:\s?\"{_USER}\""),
    re.compile(rf".{{0,160}}\bsession (?:opened|closed) for user {_USER}(?:\(|\s|$)"),
    re.compile(rf".{{0,120}}\bsudo(?:\[[0-9]+\])?:\s{{1,16}}{_USER} : (?:TTY|PWD|\w)"),
)
_SERVICES: Final = words(
    """
    nobody daemon postgres mysql mariadb redis nginx apache httpd ftp mail postfix oracle ansible
    sshd backup deploy support service system sync operator news uucp proxy www web monitor nagios
    zabbix prometheus grafana elastic kafka rabbitmq jenkins gitlab puppet salt snmp ntp chrony gdm
    lightdm messagebus polkitd git svc api bot cron administrator anonymous
    """
)
_MONTHS: Final = words("/jan/ /feb/ /mar/ /apr/ /may/ /jun/ /jul/ /aug/ /sep/ /oct/ /nov/ /dec/")

_SAID: Final = (
    *(f"{word} from " for word in ("logged in", "authenticated", "connected")),
    *("remote_user", "remoteuser", "auth_user", "authuser", " user=", " username="),
)


class Visitors:
    """User names in the logs of servers."""

    name = "visitors/1"
    level: Level = "all"
    keywords = _MONTHS | {
        "sshd",
        "session opened for",
        "session closed for",
        "sudo:",
        "sudo[",
        *_SAID,
    }
    triggers = ()

    def wants(self, line: Line) -> bool:
        """Whether a line of such a log may stand there."""
        return any(word in line.lowered for word in self.keywords)

    def scan_line(self, line: Line) -> Sequence[Span]:
        """The span of the user's name, unless it is one of a service."""
        for form in _FORMS:
            visitor = form.match(line.text)
            if visitor and _is_somebody(visitor["user"]):
                return [Span(*visitor.span("user"), "pii", "user-name", "visitor", 0.7)]
        return []

    def warm_up(self) -> None:
        """Nothing to import."""


def _is_somebody(user: str) -> bool:
    return is_personal(user) and user.lower() not in _SERVICES
