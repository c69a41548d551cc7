"""The `policy` verb over a real house, and the commands of docs/policy.md as a shell runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import codegrex_lsp
from codegrex_lsp import portable
from codegrex_lsp.__main__ import main
from codegrex_lsp.cli import checks
from codegrex_lsp.settings.pins import Standing
from tests.support.policies import Signer, body, pin

OURS = Signer()
PAGE = Path(codegrex_lsp.__file__).parents[1] / "docs" / "policy.md"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The administrator's folder; what a person sets is below a home of its own."""
    folder, real = tmp_path / "etc", portable.folders
    monkeypatch.setattr(
        portable, "folders", lambda environ={}: replace(real(environ), machine=folder)
    )
    monkeypatch.setenv("CODEGREX_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return folder


Answer = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(machine: Path, capsys: pytest.CaptureFixture[str]) -> Answer:
    """Exit code and JSON of a verb."""

    def run(*arguments: str) -> tuple[int, Any]:
        code = main([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_without_a_pinned_key_there_is_nothing_to_show(ask: Answer) -> None:
    code, shape = ask("policy")
    assert (code, shape["state"], shape["changes"]) == (0, "none", [])
    assert not any(shape["pins"].values())


def test_a_policy_is_shown_with_its_signer_its_pins_and_what_they_change(
    ask: Answer, machine: Path
) -> None:
    said = {
        "settings": {"privacy.redactLocal": "all", "privacy.mode": "sensitive"},
        "ignore": ["*.xlsx"],
        "only": {"kinds": ["ollama"], "models": [{"model": "qwen*", "kind": "ollama"}]},
        "forbid": ["own-keys"],
    }
    pin(machine, OURS, body(**said))
    code, shape = ask("policy", "show")
    assert code == 0
    assert (shape["state"], shape["organisation"], shape["serial"]) == (
        "in-force",
        "Example Ltd",
        3,
    )
    assert shape["pins"] == {**said, "settings": dict(said["settings"])}  # type: ignore[call-overload]
    assert shape["origin"] == "machine file" and shape["expires"] == "2099-01-01T00:00:00Z"
    assert re.fullmatch("sha256:[0-9a-f]{64}", shape["signer"])
    changed = {one["key"]: (one["without"], one["now"]) for one in shape["changes"]}
    assert changed["privacy.redactLocal"] == ("secrets", "all")
    assert changed["providers.openai"] == ("usable", "left out")
    assert "privacy.mode" not in changed


def test_the_page_for_people_says_the_same(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pin(machine, OURS, body(settings={"telemetry.enabled": False}, ignore=["*.xlsx"]))
    assert main(["policy"]) == 0
    told = capsys.readouterr().out
    for word in ("Example Ltd", "it@example.com", "sha256:", "*.xlsx", "as strict already"):
        assert word in told
    pin(machine, OURS, body(expires="2026-01-02T00:00:00Z"))
    assert main(["policy"]) == 0
    told = capsys.readouterr().out
    assert "Closed: the policy of Example Ltd expired on 2026-01-02" in told
    assert "Administrator" in told


def test_no_detection_pattern_is_ever_printed(ask: Answer, machine: Path) -> None:
    pattern = {"name": "badge", "pattern": "HUSH-[0-9]{4}", "kind": "pii"}
    pin(machine, OURS, body(settings={"privacy.customPatterns": [pattern]}))
    _, shape = ask("policy")
    assert "HUSH" not in json.dumps(shape) and "badge" in json.dumps(shape)


def test_the_sources_of_settings_name_the_policy(ask: Answer, machine: Path) -> None:
    pin(machine, OURS, body(settings={"privacy.mode": "offline"}))
    _, shape = ask("config")
    assert shape["settings"]["privacy.mode"] == {
        "value": "offline",
        "source": "organisation policy",
    }
    _, shape = ask("mode")
    assert shape["source"] == "organisation policy"
    assert main(["mode", "set", "sensitive"]) == 4


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (OURS.sign(body()), 0, None),
        (Signer().sign(body()), 3, "policy-unsigned"),
        (b"{}", 3, "policy-unsigned"),
        (OURS.sign(body(format=9)), 3, "policy-unreadable"),
        (OURS.sign(body(expires="2026-01-02T00:00:00Z")), 4, "policy-expired"),
        (OURS.sign(body(issued="2098-01-01T00:00:00Z")), 4, "policy-early"),
        (OURS.sign(body(serial=1)), 4, "policy-downgraded"),
    ],
)
def test_verifying_ends_with_a_code_and_its_reason(
    ask: Answer, machine: Path, content: bytes, code: int, reason: str | None
) -> None:
    pin(machine, OURS, body(serial=2))
    ask("policy")
    Path("new.json").write_bytes(content)
    ended, shape = ask("policy", "verify", "new.json")
    assert (ended, shape.get("code")) == (code, reason)


def test_a_file_is_verified_with_another_key_on_request(ask: Answer, tmp_path: Path) -> None:
    Path("new.json").write_bytes(OURS.sign(body()))
    assert ask("policy", "verify", "new.json")[0] == 3
    Path("ours.pub").write_bytes(OURS.public)
    assert ask("policy", "verify", "new.json", "--key", "ours.pub")[0] == 0
    assert ask("policy")[1]["state"] == "none"


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify"],
        ["show", "x.json"],
        ["--key", "x.pub"],
        ["verify", "missing.json"],
        ["verify", "."],
        ["sign"],
    ],
)
def test_a_wrong_use_is_told(machine: Path, arguments: list[str]) -> None:
    try:
        code = main(["policy", *arguments])
    except SystemExit as ended:
        code = ended.code  # type: ignore[assignment]
    assert code == 2


def test_doctor_tells_of_the_policy(ask: Answer, machine: Path) -> None:
    def found() -> dict[str, str]:
        _, shape = ask("doctor")
        return {one["id"]: one["status"] for one in shape["checks"]}

    assert found()["policy"] == "skip"
    pin(machine, OURS, body())
    assert found()["policy"] in ("ok", "warn")
    (machine / "policy.signed.json").unlink()
    assert found()["policy"] == "fail"


def test_doctor_warns_where_the_person_could_change_the_policy(
    house: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks.os, "geteuid", lambda: 1000, raising=False)
    policy = Standing(pinned=True, policy=_policy())
    house.standing, house.policy_files = policy, lambda: (tmp_path,)
    assert [one.status for one in checks.policy(house)] == ["ok", "warn"]
    house.policy_files = lambda: ()
    assert [one.status for one in checks.policy(house)] == ["ok"]


def _policy() -> Any:
    from codegrex_lsp.settings.policybody import read

    return read(json.dumps(body()).encode())


def test_the_page_of_documentation_works_as_it_stands(ask: Answer, machine: Path) -> None:
    """Each shell block is run, the policy between them is the one that is signed."""
    if not shutil.which("openssl"):
        pytest.skip("other platform: no openssl")
    text = PAGE.read_text(encoding="utf-8")
    (policy,) = re.findall(r"```json\n(.+?)```", text, re.DOTALL)
    Path("policy.json").write_text(policy, encoding="utf-8")
    make, sign, verify, fingerprint = re.findall(r"```sh\n(.+?)```", text, re.DOTALL)
    _shell(make + sign)
    program, *arguments = verify.split()
    assert program == "codegrex-lsp"
    code, shape = ask(*arguments)
    assert (code, shape["organisation"]) == (0, "Example Ltd")
    assert shape["signer"].removeprefix("sha256:") in _shell(fingerprint)


def _shell(commands: str) -> str:
    done = subprocess.run(
        ["/bin/sh", "-euc", commands], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout
