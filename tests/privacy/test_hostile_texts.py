"""Texts made to keep the redactor busy: each costs time in proportion to its length.

Where the cost were its square, these would take minutes; the limit of each test ends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from codegrex_lsp.errors import DetectorFailed
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.detect import Span
from codegrex_lsp.privacy.detect.custom import CustomPatterns
from codegrex_lsp.privacy.detect.detector import Level, Line
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.detect.private_keys import PrivateKeys
from codegrex_lsp.privacy.detect.tables import Tables
from codegrex_lsp.privacy.occurrences import Occurrences
from codegrex_lsp.privacy.placeholders import Vault
from codegrex_lsp.privacy.restorer import Restorer
from codegrex_lsp.privacy.taken import Taken
from codegrex_lsp.settings.model import CustomPattern
from tests.support import planted
from tests.support.gates import CLOUD, completion, gate

pytestmark = pytest.mark.timeout(30)

LONG = "Zx8Kq2" + "Lm4Vt7Rw9Yb3Nc6"
EDGED = f"%{LONG}%"


def secret(start: int, end: int) -> Span:
    return Span(start, end, "secret", "password", "r")


def each(text: str, value: str) -> Iterator[Span]:
    at = text.find(value)
    while at >= 0:
        yield secret(at, at + len(value))
        at = text.find(value, at + len(value))


def test_heads_of_putty_keys_without_an_end_are_read_once() -> None:
    head = "PuTTY-User-Key-" + "File-2: ssh-rsa\n"

    assert PrivateKeys().scan_document(head * 60_000, half_typed=False) == []


def test_the_last_head_of_a_putty_key_reaches_its_end() -> None:
    head = "PuTTY-User-Key-" + "File-2: ssh-rsa\n"
    body = "Private-Lines: 1\n" + planted.KEY_LINES[0] + "\nPrivate-MAC: " + "0a" * 20
    text = head * 3 + body

    masked = "".join(
        text[s.start : s.end] for s in PrivateKeys().scan_document(text, half_typed=False)
    )

    assert planted.KEY_LINES[0] in masked
    assert "0a" * 20 in masked


def test_a_rule_below_each_row_of_a_table_begins_no_new_walk() -> None:
    rows = "|password|\n|-|\n" * 60_000

    assert Tables().scan_document(rows, half_typed=False) == []


def test_a_table_below_a_table_keeps_the_columns_of_both() -> None:
    one, other = planted.PASSWORD + "!", planted.PASSWORD + "?"
    text = f"| password | x |\n|-|-|\n| {one} | a |\n| x | password |\n|-|-|\n| a | {other} |\n"

    found = {text[s.start : s.end] for s in Tables().scan_document(text, half_typed=False)}

    assert {one, other} <= found


@pytest.mark.parametrize("value", [LONG, EDGED])
def test_a_value_that_stands_in_one_run_many_times_is_one_run(value: str) -> None:
    text = f"password = {value}\n" + value * 9_000 + "\n"
    first = secret(11, 11 + len(value))

    masked = Vault(b"key").redact(text, [first])

    assert LONG not in masked.text.reveal()
    assert len(masked.replacements) == 2


def test_a_value_in_one_run_of_base64_many_times_is_one_run() -> None:
    known = Occurrences()
    known.add("abcdefgh1" + "jk")
    text = "YWJjZGVmZ2gx" + "ams=" + "YWJjZGVmZ2gxamtY" * 12_000

    found = list(known.find(text))

    assert [(start, end) for start, end, _ in found] == [(0, len(text))]


def test_runs_that_touch_leave_nothing_of_how_they_were_joined() -> None:
    text = EDGED * 5_000
    vault = Vault(b"key")

    masked = vault.redact(text, list(each(text, EDGED)))

    assert len(masked.replacements) == 1
    assert repr(vault) == "<vault, 2 values>"


def test_many_values_whose_placeholders_could_be_anybody_s_are_named_quickly() -> None:
    ids = [f"{n:08x}-1b2c-4d3e-8f4a-{n * 7919:012x}" for n in range(9_000)]
    text = "\n".join(f"secret_id = {one} # padding that makes the text long" for one in ids)
    spans = [span for one in ids for span in each(text, one)]

    masked = Vault(b"key").redact(text, spans, taken=Taken([text, *["x" * 2_000_000] * 5]))

    assert len(masked.issued) == len(ids)


def test_of_many_values_none_gets_a_placeholder_that_stands_in_the_text() -> None:
    ids = [f"{n:08x}-1b2c-4d3e-8f4a-{n * 7919:012x}" for n in range(300)]
    plain = "\n".join(ids)
    spans = [secret(at * 37, at * 37 + 36) for at in range(300)]
    would_be = list(Vault(b"key").redact(plain, spans).issued)

    text = plain + "\n" + "\\n".join(would_be)
    issued = Vault(b"key").redact(text, spans).issued

    assert not set(issued) & set(would_be)


def test_a_token_that_many_windows_cut_is_measured_once() -> None:
    piece = "ghp" + "_"
    text = "x " + piece * 500_000 + " y"

    (span,) = Engine(cache_lines=0, budget_ms=60_000).spans(text, level="secrets")

    assert (span.start, span.end) == (2, len(text) - 2)


def test_so_many_patterns_that_a_line_takes_too_long_withhold_it() -> None:
    now = iter(range(100))
    patterns = [CustomPattern(f"p{n}", f"x{n}") for n in range(9)]
    many = CustomPatterns(patterns, clock=lambda: next(now))

    with pytest.raises(DetectorFailed) as failure:
        Engine([many], clock=lambda: 0.0).spans("x1", level="secrets")

    assert failure.value.code == "detector-too-slow"


def test_the_clock_is_looked_at_before_each_line() -> None:
    now = [0.0]

    class Slow:
        name = "slow"
        level: Level = "secrets"

        def wants(self, line: Line) -> bool:
            return True

        def scan_line(self, line: Line) -> Sequence[Span]:
            now[0] += 1_000
            return []

        def warm_up(self) -> None:
            pass

    with pytest.raises(DetectorFailed):
        Engine([Slow()], budget_ms=1_500, clock=lambda: now[0]).spans("a\n" * 9, level="secrets")

    assert now[0] == 2_000


# ---- values and placeholders


def test_values_made_of_one_another_are_found_without_a_hit_for_each() -> None:
    known = Occurrences()
    for length in range(6, 1_500):
        known.add(("a1" * length)[:length])
    text = "a1" * 40_000

    found = list(known.find(text))

    assert {(start, end) for start, end, _ in found} == {(0, len(text))}


def test_tokens_with_the_same_beginning_are_told_apart() -> None:
    head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    tokens = [f"{head}{number:0{20 + number % 50}}" for number in range(3_000)]
    known = Occurrences()
    for token in tokens:
        known.add(token)

    assert {value for _, _, value in known.find("\n".join(tokens))} == set(tokens)


def test_a_value_across_the_edge_of_a_part_is_found() -> None:
    known = Occurrences()
    for value in (LONG, "Zx8Kq2-", LONG * 9):
        known.add(value)

    for before in range(8_192 - 300, 8_192 + 2):
        text = "." * before + LONG * 9 + "." * 50
        assert (before, before + 9 * len(LONG), LONG * 9) in set(known.find(text))


def test_more_values_than_a_vault_remembers_leave_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "MOST_VALUES", 50)
    vault = Vault(b"key")
    text = " ".join(f"value-{number}-x" for number in range(200))
    spans = [secret(at.start(), at.end()) for at in re.finditer(r"\S+", text)]
    masked = vault.redact(text, spans, origin="a")
    restorer = Restorer(masked.issued)

    assert restorer.feed(masked.text.reveal()) + restorer.close() == text
    vault.forget("a")
    vault.forget("")
    assert "value-" not in repr(vars(vault))


def test_what_a_vault_remembers_is_bounded_in_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "MOST_CHARACTERS", 5_000)
    vault = Vault(b"key")
    for number in range(100):
        value = f"{number:03}-" + "x1" * 200
        vault.redact(value, [secret(0, len(value))], origin=f"file:///{number}")

    assert repr(vault) == "<vault, 12 values>"
    assert "099-" in repr(vars(vault)["_owners"]) and "001-" not in repr(vars(vault)["_owners"])


def test_a_value_that_was_seen_again_outlives_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "MOST_VALUES", 10)
    vault = Vault(b"key")
    for number in range(30):
        for value in ("kept-1-x", f"value-{number}-x"):
            vault.redact(value, [secret(0, len(value))], origin="a")

    assert "kept-1-x" not in vault.redact("kept-1-x", ()).text.reveal()
    assert "value-1-x" in vault.redact("value-1-x", ()).text.reveal()


def test_one_placeholder_for_two_values_withholds(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "MOST_VALUES", 1)
    monkeypatch.setattr(placeholders, "candidate", lambda *given: f"cg_secret_{given[-1]:08x}")
    ask = completion('password = "hunter' + '2xyz"\n|', ("b.py", 'password = "hunter' + '3xyz"'))

    outcome = gate().clear(ask, CLOUD, redact_local="all")

    assert isinstance(outcome, Withheld)
    assert outcome.code == "detector-failed"


def test_two_values_with_one_placeholder_are_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    from codegrex_lsp.privacy import placeholders

    monkeypatch.setattr(placeholders, "candidate", lambda *given: f"cg_secret_{given[-1]:08x}")
    monkeypatch.setattr(placeholders, "MOST_VALUES", 1)

    with pytest.raises(DetectorFailed):
        Vault(b"key").redact("value-1-x value-2-x", [secret(0, 9), secret(10, 19)])


def test_a_value_that_is_dropped_while_a_text_is_masked_gives_up_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from codegrex_lsp.privacy import placeholders

    vault = Vault(b"key")
    vault.redact("value-1-x", [secret(0, 9)])
    monkeypatch.setattr(placeholders, "MOST_VALUES", 1)

    masked = vault.redact("value-1-x value-2-x", [secret(0, 9), secret(10, 19)])

    assert list(vars(vault)["_owners"]) == [list(masked.issued)[-1]]
    assert sum(len(entry.placeholders) for entry in vars(vault)["_entries"].values()) == 1
