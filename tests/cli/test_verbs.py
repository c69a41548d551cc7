"""What each verb prints and how it ends, over a scripted house."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegrex_lsp.__main__ import main
from codegrex_lsp.cli import ledger, models
from codegrex_lsp.cli.exits import UsageError
from codegrex_lsp.egress import starter
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.reply import Decision

TEXT = "def f():\n    x = '👍' \n"


@pytest.fixture
def file(house: Any) -> Path:
    path = Path.cwd() / "a.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


def shape(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


# -- complete -----------------------------------------------------------------------------------


def test_complete_streams_each_character_once(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.streamed = ("retu", "rn")
    assert main(["complete", "a.py:2:5"]) == 0
    assert capsys.readouterr().out == "return 1"


def test_complete_asks_for_the_place_in_characters(house: Any, file: Path) -> None:
    main(["complete", "a.py:2:13"])
    (request,) = house.requests
    assert request.snapshot.text.reveal()[: request.cursor].endswith("'👍' ")
    assert request.snapshot.language == "python"
    assert request.snapshot.folder == file.parent


def test_complete_json_is_the_stable_shape(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["complete", "a.py:2:13", "--json"]) == 0
    at = {"line": 1, "character": 13}  # the emoji is two UTF-16 code units
    assert shape(capsys) == {
        "items": [{"insertText": "return 1", "range": {"start": at, "end": at}}],
        "route": {
            "provider": "ollama",
            "model": "tiny:1b",
            "destination": "local",
            "baseUrl": "http://127.0.0.1:11434",
        },
        "decision": {"code": "shown", "message": "suggestion shown"},
        "passedOver": [],
        "redactions": 2,
        "withheld": 1,
        "timings": {"contextMs": 1.0, "gateMs": 2.0, "firstTokenMs": 3.0, "totalMs": 4.0},
    }


def test_complete_without_a_suggestion_says_why(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.answer, house.streamed, house.route = "", (), None
    house.decision = Decision("provider-unreachable", "nobody answers at 127.0.0.1:11434")
    assert main(["complete", "a.py:1:1"]) == 5
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "nobody answers at 127.0.0.1:11434\n")
    assert main(["complete", "a.py:1:1", "--json"]) == 5
    told = shape(capsys)
    assert told["items"] == []
    assert told["route"] is None


def test_complete_says_when_the_suggestion_was_cut_after_it_streamed(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.streamed = ("return 1\n\n",)
    assert main(["complete", "a.py:1:1"]) == 0
    assert "only 8 characters" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["complete", "preview"])
def test_an_ignored_file_is_not_opened(
    house: Any, file: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    house.ignored = frozenset({"a.py"})
    house.decision = Decision("ignored-by-file", "this file is never read")
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    assert main([verb, "a.py:900:1"]) == 4
    assert house.requests[0].snapshot.text.reveal() == ""


@pytest.mark.parametrize("verb", ["complete", "preview"])
@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("a.py", "does not name a place"),
        ("none.py:1:1", "none.py: there is no such file"),
        (".:1:1", "is not a file"),
        ("a.py:9:1", "line 9 is outside the file, which has 3"),
        ("a.py:1:10", "column 10 is outside line 1, which ends at 9"),
    ],
)
def test_a_wrong_place_is_a_usage_error_that_quotes_no_text(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str], verb: str, place: str, sentence: str
) -> None:
    assert main([verb, place]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert "def f" not in said.err


# -- preview ------------------------------------------------------------------------------------


def test_preview_json_is_the_engine_s_own_shape(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "a.py:1:1", "--json"]) == 0
    told = shape(capsys)
    assert set(told) >= {
        *("mode", "task", "route", "refused", "withheld", "pieces", "redactions"),
        *("body", "bytes"),
    }
    assert told["task"] == "completion"
    assert told["bytes"] == len(told["body"].encode())


def test_preview_shows_masks_what_stays_and_where_it_goes(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "a.py:1:1"]) == 0
    said = capsys.readouterr().out
    for part in (
        "sensitive (decided by: flag)",
        "ollama, model tiny:1b",
        "local (http://127.0.0.1:11434)",
        "cg_secret_0123abcd",
        ".codegrexignore:1: *.csv",
        "␛[31m<cursor># end",
        "Nothing was sent.",
    ):
        assert part in said
    assert "\x1b" not in said


def test_preview_body_is_the_body_and_nothing_else(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "a.py:1:1", "--body"]) == 0
    assert capsys.readouterr().out == '{"prompt": "é"}\n'


def test_preview_of_a_refused_request_says_so_and_ends_with_4(
    house: Any, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.decision = Decision("refused-by-mode", "sensitive mode keeps text here")
    assert main(["preview", "a.py:1:1"]) == 4
    assert "sensitive mode keeps text here [refused-by-mode]" in capsys.readouterr().out


# -- check-ignore -------------------------------------------------------------------------------


def test_check_ignore_names_the_line_that_decides(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house.ignored = frozenset({"b.csv"})
    assert main(["check-ignore", "a.py", "b.csv", "--json"]) == 0
    free, ignored = shape(capsys)
    assert free == {
        "path": "a.py",
        "ignored": False,
        "source": None,
        "line": None,
        "pattern": None,
        "code": "",
    }
    assert ignored["ignored"] is True
    assert (ignored["source"], ignored["line"], ignored["pattern"]) == (
        ".codegrexignore",
        2,
        "b.csv",
    )
    main(["check-ignore", "a.py", "b.csv"])
    assert capsys.readouterr().out == "a.py: read\nb.csv: .codegrexignore:2: b.csv\n"


def test_check_ignore_ends_with_1_where_nothing_is_ignored(house: Any) -> None:
    assert main(["check-ignore", "a.py", "b.py"]) == 1


# -- mode ---------------------------------------------------------------------------------------


def test_mode_shows_the_mode_on_standard_output_alone(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mode", "--json"]) == 0
    told = shape(capsys)
    assert told["mode"] == "sensitive"
    assert told["votes"] == [{"source": "flag", "mode": "sensitive", "counted": True}]


def test_mode_set_keeps_the_choice_for_the_workspace(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mode", "set", "offline"]) == 0
    assert house.mode is Mode.OFFLINE
    said = capsys.readouterr()
    assert said.out.startswith("offline\n")
    assert str(Path.cwd()) in said.err


def test_mode_set_above_a_pin_is_refused_with_who_pins(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house.pinned = True
    assert main(["mode", "set", "normal"]) == 4
    assert "machine file asks for sensitive" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["set"], ["show", "offline"]])
def test_mode_with_half_a_wish_is_a_usage_error(house: Any, arguments: list[str]) -> None:
    assert main(["mode", *arguments]) == 2


# -- models -------------------------------------------------------------------------------------


def test_models_lists_each_provider_or_its_trouble(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house.found = (("ollama", (), "nobody answers"), ("embedded", ("a", "b"), ""))
    assert main(["models", "--json"]) == 0
    assert shape(capsys) == [
        {"provider": "ollama", "models": [], "error": "nobody answers"},
        {"provider": "embedded", "models": ["a", "b"], "error": None},
    ]
    house.found = (("ollama", (), "nobody answers"),)
    assert main(["models"]) == 5
    assert "nobody answers" in capsys.readouterr().out


def test_a_pull_in_offline_mode_is_refused_and_nothing_is_fetched(
    house: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(starter, "pull_starter", lambda *_: pytest.fail("it was fetched"))
    house.mode = Mode.OFFLINE
    assert main(["models", "pull", "starter", "--yes"]) == 4
    assert "offline mode allows no download" in capsys.readouterr().err


def test_a_pull_that_nobody_agreed_to_fetches_nothing(
    house: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(starter, "pull_starter", lambda *_: pytest.fail("it was fetched"))
    monkeypatch.setattr(starter, "starter_path", lambda _: None)
    assert main(["models", "pull", "starter"]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    for part in ("SmolLM2", "93 MB", "Apache-2.0", "checksum", "--yes"):
        assert part in said.err


def test_a_pull_prints_where_the_model_is(
    house: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(starter, "starter_path", lambda _: None)
    monkeypatch.setattr(starter, "pull_starter", lambda folders, progress: Path("/models/x.gguf"))
    assert main(["models", "pull", "starter", "--yes"]) == 0
    assert Path(capsys.readouterr().out.strip()) == Path("/models/x.gguf")


def test_a_pull_into_a_folder_that_can_not_be_written_fetches_nothing(
    house: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(starter, "pull_starter", lambda *_: pytest.fail("it was fetched"))
    file = Path.cwd() / "file"
    file.touch()
    monkeypatch.setenv("CODEGREX_HOME", str(file))
    assert main(["models", "pull", "starter", "--yes"]) == 3
    assert "the model can not be kept" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["pull"], ["pull", "gpt"], ["list", "starter"]])
def test_only_the_starter_can_be_pulled(
    house: Any, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["models", *arguments]) == 2
    assert "pull starter" in capsys.readouterr().err


def test_agreement_needs_somebody_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"": False, "n": False, "yes": True, "Y": True}
    for answer, agreed in answers.items():
        person = SimpleNamespace(isatty=lambda: True, readline=lambda answer=answer: answer + "\n")
        monkeypatch.setattr(models.sys, "stdin", person)
        monkeypatch.setattr(models.sys.stderr, "isatty", lambda: True, raising=False)
        assert models.agreed() is agreed, answer
    nobody = SimpleNamespace(isatty=lambda: False, readline=lambda: "yes\n")
    monkeypatch.setattr(models.sys, "stdin", nobody)
    assert models.agreed() is False


# -- ledger -------------------------------------------------------------------------------------

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("90s", NOW - 90),
        ("2h", NOW - 7200),
        ("7d", NOW - 7 * 86_400),
        ("2027-01-15T08:00:00+00:00", NOW),
    ],
)
def test_since_is_a_span_or_a_date(written: str, moment: float) -> None:
    assert ledger.since(written, NOW) == moment


@pytest.mark.parametrize("written", ["", "yesterday", "7 days", "-2h", "2027-13-01"])
def test_since_names_what_is_no_time(written: str) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        ledger.since(written, NOW)
