"""The real command as a process, over the real house, with a stand-in for Ollama."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.standin import MODEL, Standin, ollama

SECRET = "AKIA" + "QX7ZPLM2WVRT5NBC"
TEXT = f'KEY = "{SECRET}"\n\n\ndef area(w, h):\n    return \n'


@pytest.fixture
def model(command: Any) -> Iterator[Standin]:
    """Ollama, as the settings of this home name it."""
    with ollama() as standin:
        (command.home / "config").mkdir(parents=True)
        (command.home / "config" / "config.toml").write_text(
            '[completion]\nroutes = ["ollama"]\n[chat]\nroutes = ["ollama"]\n'
            f'[providers.ollama]\nbaseUrl = "http://127.0.0.1:{standin.port}"\nmodel = "{MODEL}"\n'
        )
        (command.cwd / "a.py").write_text(TEXT)
        yield standin


def test_complete_prints_what_the_model_says(command: Any, model: Standin) -> None:
    model.pieces = ("w ", "* h")
    done = command("complete", "a.py:5:12")
    assert (done.returncode, done.stdout) == (0, "w * h")
    told = json.loads(command("complete", "a.py:5:12", "--json").stdout)
    assert told["items"][0]["insertText"] == "w * h"
    assert told["decision"]["code"] == "shown"
    assert told["redactions"] == 1
    assert all(SECRET.encode() not in body for body in model.bodies)


def test_preview_shows_the_very_bytes_that_complete_sends(command: Any, model: Standin) -> None:
    told = json.loads(command("preview", "a.py:5:12", "--json").stdout)
    assert model.bodies == []
    command("complete", "a.py:5:12")
    assert told["body"].encode() == model.bodies[0]
    assert told["bytes"] == len(model.bodies[0])
    assert command("preview", "a.py:5:12", "--body").stdout == told["body"] + "\n"
    assert told["route"]["provider"] == "ollama"
    assert told["redactions"][0]["placeholder"] in told["pieces"][-2]["text"]


def test_an_ignored_file_is_refused_by_the_line_that_says_so(command: Any, model: Standin) -> None:
    (command.cwd / ".codegrexignore").write_text("# mine\na.py\n")
    done = command("complete", "a.py:5:12")
    assert (done.returncode, done.stdout) == (4, "")
    assert ".codegrexignore:2" in done.stderr
    (told,) = json.loads(command("check-ignore", "a.py", "--json").stdout)
    assert (told["ignored"], told["line"], told["pattern"]) == (True, 2, "a.py")
    assert model.bodies == []


def test_the_mode_that_is_set_holds_for_the_next_command(command: Any, model: Standin) -> None:
    assert command("mode", "set", "offline").returncode == 0
    assert command("mode").stdout.startswith("offline\n")
    assert command("mode", "--mode", "normal").stdout.startswith("offline\n")
    assert command("models", "pull", "starter", "--yes").returncode == 4
    assert command("mode", "set", "normal").returncode == 0
    assert command("mode").stdout.startswith("normal\n")


def test_the_ledger_lists_what_was_sent_and_shows_meddling(command: Any, model: Standin) -> None:
    assert command("ledger").stderr.startswith("The ledger has no lines")
    command("complete", "a.py:5:12")
    lines = [json.loads(line) for line in command("ledger", "show", "--json").stdout.splitlines()]
    sent = [line for line in lines if line["task"] == "completion"]
    assert len(sent) == 1
    assert set(sent[0]) >= {
        *("seq", "time", "task", "mode", "destination", "provider", "host", "model", "bytes"),
        *("pieces", "redactions", "withheld", "bodySha256", "policy", "prev", "hash", "outcome"),
    }
    assert sent[0]["bytes"] == len(model.bodies[0])
    assert command("ledger", "verify").returncode == 0
    export = json.loads(command("ledger", "export").stdout)
    assert export["verification"]["ok"] is True
    assert export["lines"] == lines
    segment = next((command.home / "state" / "ledger").glob("*.jsonl"))
    segment.write_text(segment.read_text().replace("ollama", "nobody"))
    broken = command("ledger", "verify")
    assert broken.returncode == 1
    assert segment.name in broken.stdout


def test_models_and_doctor_speak_of_the_same_server(command: Any, model: Standin) -> None:
    assert MODEL in command("models").stdout
    doctor = command("doctor", "--offline", "--json")
    told = {check["id"]: check for check in json.loads(doctor.stdout)["checks"]}
    assert doctor.returncode == 0, told
    assert told["provider.ollama"]["status"] == "ok"
    assert told["public-hosts"]["status"] == "ok"


def test_doctor_offline_fails_where_a_route_is_public(command: Any, model: Standin) -> None:
    with (command.home / "config" / "config.toml").open("r+") as file:
        text = file.read().replace('routes = ["ollama"]', 'routes = ["ollama", "openai"]')
        file.seek(0)
        file.write(text)
    doctor = command("doctor", "--offline", "--json")
    told = json.loads(doctor.stdout)
    assert (doctor.returncode, told["ok"]) == (1, False)
    failed = [check for check in told["checks"] if check["status"] == "fail"]
    assert [check["id"] for check in failed] == ["public-hosts"]
    assert "openai" in failed[0]["message"]


def test_settings_that_can_not_be_read_are_named_and_the_verbs_go_on(command: Any) -> None:
    (command.home / "config").mkdir(parents=True)
    (command.home / "config" / "config.toml").write_text("[completion\n")
    done = command("config", "show", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["problems"][0]["reason"]
    assert told["settings"]["privacy.mode"]["value"] == "sensitive"


def test_the_schema_and_the_page_are_those_of_the_settings(command: Any) -> None:
    schema = json.loads(command("config", "schema").stdout)
    assert "privacy" in schema["properties"]
    assert "`privacy.mode`" in command("config", "docs").stdout


def test_nobody_at_the_model_s_address_is_the_provider_s_failure(command: Any) -> None:
    (command.cwd / "a.py").write_text(TEXT)
    (command.home / "config").mkdir(parents=True)
    (command.home / "config" / "config.toml").write_text(
        '[completion]\nroutes = ["ollama"]\n[providers.ollama]\nbaseUrl = "http://127.0.0.1:9"\n'
    )
    done = command("complete", "a.py:5:12")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        "config show",
        "mode",
        "mode set offline",
        "ledger",
        "ledger verify",
        "models",
        "models pull starter --yes",
        "check-ignore a.py",
        "complete a.py:5:12",
        "preview a.py:5:12",
        "doctor",
        "demo",
    ],
)
def test_a_home_that_can_not_be_written_is_said_and_nothing_crashes(
    command: Any, arguments: str
) -> None:
    (command.cwd / "a.py").write_text(TEXT)
    command.home.write_text("a file in place of a folder")
    done = command(*arguments.split())
    assert done.returncode in (0, 1, 3, 4, 5), done.stderr
    assert done.stdout or done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr


# -- the demo -----------------------------------------------------------------------------------


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("codegrex-demo-*")]


def test_the_demo_shows_every_station_and_leaves_nothing(
    command: Any, model: Standin, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = command("demo", TMPDIR=str(temporary), TEMP=str(temporary), TMP=str(temporary))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    for part in (
        f"{MODEL} in Ollama",
        "1. The mode",
        "sensitive",
        "2. What is never read",
        "customer_export.csv",
        ".codegrexignore",
        "3. What would be sent",
        "aws-access-key",
        "4. The suggestion",
        "price_of(line.article)",
        "5. The same on the command line",
        "codegrex-lsp complete shop/orders.py:",
        "6. What the ledger says left",
        "The chain is whole",
        "What to do next",
    ):
        assert part in done.stdout, part
    assert leftovers(temporary) == []
    assert len(model.bodies) == 2
    for body in model.bodies:
        assert b"AKIA" not in body
        assert b"@codegrex.com" not in body
        assert b"Ada Example" not in body


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_demo_that_is_told_to_end_takes_its_children_along(
    command: Any, model: Standin, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "codegrex_lsp", "demo"],
        cwd=command.cwd,
        env=command.environment(TMPDIR=str(temporary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    while "1. The mode" not in (line := process.stdout.readline()):
        assert line, process.communicate()[1]
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    os.kill(process.pid, signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert not [child for child in children if child.is_running()]
    assert leftovers(temporary) == []


def test_a_demo_without_a_model_says_how_to_get_one(command: Any) -> None:
    (command.home / "config").mkdir(parents=True)
    (command.home / "config" / "config.toml").write_text(
        '[providers.ollama]\nbaseUrl = "http://127.0.0.1:9"\n'
    )
    done = command("demo")
    assert done.returncode == 5
    assert "codegrex-lsp models pull starter" in done.stderr


def test_the_settings_say_where_the_persons_own_file_is(command: Any) -> None:
    done = command("config", "show")
    assert str(command.home / "config" / "config.toml") in done.stderr
