"""A question on the command line: what is attached, what is printed, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegrex_lsp.__main__ import main
from codegrex_lsp.values.reply import Decision
from tests.cli import standin
from tests.cli.standin import MODEL, Standin

ANSWERED = Decision("answered", "answered")


@pytest.fixture
def file(house: Any) -> Path:
    house.decision = ANSWERED
    path = Path.cwd() / "a.py"
    path.write_bytes("one = 1\r\ntwo = '\U0001f44d'\nthree = 3".encode())
    return path


def say(monkeypatch: pytest.MonkeyPatch, content: bytes, *, terminal: bool = False) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: terminal)
    monkeypatch.setattr(sys, "stdin", stdin)


def test_the_answer_streams_and_what_was_left_out_is_said(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chat", "Why?"]) == 0
    said = capsys.readouterr()
    assert said.out == "return 1\n"
    assert said.err == "data.csv was left out (ignored-by-file: .codegrexignore:1: *.csv)\n"


def test_json_is_the_stable_shape(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chat", "Why?", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["route"]["provider"] == "ollama"
    assert {**told, "route": None} == {
        "conversationId": "c0",
        "message": "return 1",
        "route": None,
        "decision": {"code": "answered", "message": "answered"},
        "passedOver": [],
        "redactions": 2,
        "withheld": [
            {"origin": "data.csv", "code": "ignored-by-file", "rule": ".codegrexignore:1: *.csv"}
        ],
        "droppedTurns": 1,
        "timings": {"contextMs": 1.0, "gateMs": 2.0, "firstTokenMs": 3.0, "totalMs": 4.0},
    }


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("arguments", [["-"], []])
def test_a_question_comes_from_standard_input(
    house: Any, file: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], terminal: bool
) -> None:
    say(monkeypatch, "Warum? é".encode(), terminal=terminal)
    code = main(["chat", *arguments])
    if terminal and not arguments:
        assert code == 2
    else:
        assert (code, house.questions[0].message.reveal()) == (0, "Warum? é")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b" \n", "empty"), (b"\xff\xfe", "not UTF-8"), (b"a" * (8 * 2**20 + 1), "larger than 8 MiB")],
    ids=["empty", "bytes", "large"],
)
def test_a_question_that_can_not_be_read_is_a_usage_error(
    house: Any,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    sentence: str,
) -> None:
    say(monkeypatch, content)
    assert main(["chat", "-"]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("", "one = 1\r\ntwo = '\U0001f44d'\nthree = 3"),
        (":1", "one = 1\r\n"),
        (":2-2", "two = '\U0001f44d'\n"),
        (":2-3", "two = '\U0001f44d'\nthree = 3"),
    ],
)
def test_lines_of_a_file_are_attached(house: Any, file: Path, part: str, text: str) -> None:
    assert main(["chat", "Why?", "--file", f"a.py{part}"]) == 0
    (attached,) = house.questions[0].attachments
    start, end = attached.span
    assert attached.snapshot.text.reveal()[start:end] == text
    assert attached.snapshot.language == "python"
    assert house.questions[0].folder == file.parent


def test_a_file_whose_own_name_ends_in_numbers_is_attached_whole(house: Any, file: Path) -> None:
    file.rename("a.py:1-2")
    assert main(["chat", "Why?", "--file", "a.py:1-2"]) == 0
    (attached,) = house.questions[0].attachments
    assert attached.snapshot.path is not None and attached.snapshot.path.name == "a.py:1-2"


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("none.py", "none.py: there is no such file"),
        ("a.py:3-2", "lines start at 1"),
        ("a.py:0", "lines start at 1"),
        ("a.py:1-4", "line 4 is outside the file, which has 3"),
        (".", "is not a file"),
    ],
)
@pytest.mark.parametrize("verb", [["chat", "Why?"], ["preview", "--for", "chat"]])
def test_a_file_that_can_not_be_attached_is_a_usage_error(
    house: Any,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    verb: list[str],
    argument: str,
    sentence: str,
) -> None:
    assert main([*verb, "--file", argument]) == 2
    assert sentence in capsys.readouterr().err
    assert house.questions == []


def test_an_ignored_file_is_named_and_not_opened(
    house: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ignored = frozenset({"a.py"})
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    assert main(["chat", "Why?", "--file", "a.py:900"]) == 0
    (attached,) = house.questions[0].attachments
    assert attached.snapshot.text.reveal() == ""


def test_what_an_answer_lacks_is_said(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.decision = Decision("answered", "answered; 2 older turns were left out")
    assert main(["chat", "Why?"]) == 0
    assert "2 older turns" in capsys.readouterr().err


def test_a_refusal_is_said_and_is_the_exit_code(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.streamed, house.decision = (), Decision("refused-by-mode", "no model can be used now")
    assert main(["chat", "Why?"]) == 4
    said = capsys.readouterr()
    assert (said.out, "no model can be used now" in said.err) == ("", True)


def test_a_preview_of_a_question_attaches_the_place_and_the_files(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("b.py").write_text("b = 1\n")
    words = ["preview", "a.py:1:1", "--for", "chat", "--file", "b.py:1", "--question", "Why?"]
    assert main(words) == 0
    (question,) = house.questions
    assert [one.snapshot.path.name for one in question.attachments] == ["a.py", "b.py"]
    assert question.message.reveal() == "Why?"
    assert "What a.py would send for a chat" in capsys.readouterr().out
    assert main([*words, "--body"]) == 0
    assert capsys.readouterr().out == '{"messages": []}\n'


@pytest.mark.parametrize("words", [[], ["a.py:1:1", "--file", "a.py"], ["--question", "x"]])
def test_a_preview_of_a_completion_is_of_one_place(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(["preview", *words]) == 2
    assert "one place" in capsys.readouterr().err


@pytest.fixture
def model() -> Iterator[Standin]:
    with standin.ollama() as running:
        running.pieces = ("It ", "adds.")
        yield running


def test_the_real_command_answers_and_its_preview_is_what_it_sends(
    command: Any, model: Standin
) -> None:
    (command.cwd / "a.py").write_text("def add(a, b): ...\n")
    (command.cwd / ".env").write_text("CANARY=1\n")
    settings = command.home / "config" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f'[providers.ollama]\nbaseUrl = "http://127.0.0.1:{model.port}"\nmodel = "{MODEL}"\n'
        '[chat]\nroutes = ["ollama"]\n'
    )
    files = ["--file", "a.py:1", "--file", ".env"]
    shown = command("preview", "--for", "chat", "--question", "What?", *files, "--json")
    told = json.loads(shown.stdout)
    assert model.bodies == []
    done = command("chat", "What?", *files)
    assert (done.returncode, done.stdout) == (0, "It adds.\n")
    assert ".env was left out" in done.stderr
    assert [body.decode() for body in model.bodies] == [told["body"]]
    assert [one["origin"] for one in told["withheld"]] == [".env"]
