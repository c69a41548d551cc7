"""Personal data: found where it stands, and not where code only resembles it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.personal.sums import luhn
from tests.support import planted

LOOK_ALIKES = [
    "mail = 'someone@example.com'",
    "mail = 'noreply@github.com'",
    "git clone git@github.com:codegrex/x.git",
    "import { a } from '@types/node@1.0.2'",
    "@app.route('/x')",
    "url = 'https://user:pw1x@db.corp.com/'",
    "n = 2147483647",
    "n = 4242424242424242",
    "ts = 1700000000000",
    "day = '2024-01-31'",
    "phone = '555-0123'",
    "ip = '127.0.0.1'",
    "ip = '10.1.2.3'",
    "ip = '192.0.2.7'",
    "dns = '8.8.8.8'",
    "version = '1.2.3.4'",
    "release 126.0.6478.126",
    "ssn = '078-05-1120'",
    "ssn = '000-12-3456'",
    "x = a::b::c",
    "net = IPv4Network('192.0.2.128/25')",
    "net = IPv6Network('4000::/3')",
    "name = '1.0.0.127.in-addr.arpa'",
    "level aix-6107-1415-32",
    "Decimal('+35236450.6')",
    "def connect(host, user=None, password=None,",
    "at 12:34:56:78",
    "path = '/home/runner/work'",
    "path = '/home/user/x'",
    "0x1234567890123456",
    "uuid = '12345678-1234-1234-1234-123456789012'",
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine()
    engine.warm_up("all")
    return engine


@pytest.mark.parametrize("family", planted.PEOPLE, ids=str)
def test_every_family_is_found_whole_on_every_surface(engine: Engine, family: str) -> None:
    line, value = planted.PEOPLE[family]
    for text in (line, f"\t{line}\r", f"\N{PARTY POPPER} {line}", "0, " * 3_000 + line):
        found = [text[s.start : s.end] for s in engine.spans(text, level="all")]
        assert value in found, text[-60:]


@pytest.mark.parametrize("family", planted.PEOPLE, ids=str)
def test_at_the_level_of_secrets_nobody_asks(engine: Engine, family: str) -> None:
    line, _ = planted.PEOPLE[family]

    assert engine.spans(line, level="secrets") == ()


@pytest.mark.parametrize("line", LOOK_ALIKES)
def test_look_alikes_are_left_alone(engine: Engine, line: str) -> None:
    assert [s for s in engine.spans(line, level="all") if s.kind == "pii"] == []


def test_presidio_is_not_imported_for_secrets() -> None:
    program = (
        "import sys\n"
        "from codegrex_lsp.privacy.detect.engine import Engine\n"
        "heavy = {'presidio_analyzer', 'detect_secrets', 'spacy', 'phonenumbers'}\n"
        "assert heavy.isdisjoint(sys.modules), 'at import'\n"
        "engine = Engine()\n"
        "engine.spans('x = 1', level='all')\n"
        "assert heavy.isdisjoint(sys.modules), 'for a plain line'\n"
        "engine.warm_up('secrets')\n"
        "engine.spans('mail = a.b@c.de, 030 901820, 81.2.69.142', level='secrets')\n"
        "assert 'presidio_analyzer' not in sys.modules, 'for secrets'\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_first_use_in_a_process_reaches_for_no_network() -> None:
    program = (
        "import socket, sys\n"
        "tried = []\n"
        "def refuse(*a, **k): tried.append(a); raise OSError\n"
        "socket.getaddrinfo = socket.create_connection = refuse\n"
        "socket.socket.connect = socket.socket.sendto = refuse\n"
        "from codegrex_lsp.privacy.detect.engine import Engine\n"
        "lines = sys.stdin.read()\n"
        "assert len(Engine(budget_ms=60_000).spans(lines, level='all')) >= 8\n"
        "sys.exit(len(tried))\n"
    )
    lines = "\n".join(line for line, _ in (planted.PEOPLE | planted.SECRETS).values())

    done = subprocess.run(
        [sys.executable, "-c", program], input=lines, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-600:]


def test_the_public_suffix_list_is_the_packaged_one(engine: Engine) -> None:
    import tldextract.tldextract as suffixes

    engine.spans("a.person@somewhere.co.uk", level="all")

    assert suffixes.TLD_EXTRACTOR.suffix_list_urls == ()


@given(st.integers(10**11, 10**18))
def test_exactly_one_last_digit_passes_luhn(number: int) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1
