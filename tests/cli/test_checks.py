"""What `doctor` finds, check by check."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegrex_lsp.__main__ import main
from codegrex_lsp.cli import checks
from codegrex_lsp.engine.house import ProviderCheck
from codegrex_lsp.errors import ConfigurationError, LedgerError
from codegrex_lsp.settings.model import Completion, Network, Privacy, Problem, Settings
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ModelFacts, ProviderConfig

LOCAL, CLOUD = Destination.LOCAL, Destination.CLOUD
READY = ProviderCheck("ollama", LOCAL, "m", True, True, ModelFacts(verified=True), "ready")
SILENT = ProviderCheck("embedded", LOCAL, "", True, False, None, "nobody answers", "start it")
FORBIDDEN = ProviderCheck("openai", CLOUD, "m", False, False, None, "not asked")


class Book:
    """A ledger that is well, or is not."""

    def __init__(self, problem: str = "", ok: bool = True) -> None:
        self._problem, self._ok = problem, ok

    def check(self) -> str:
        return self._problem

    def verify(self) -> Any:
        return SimpleNamespace(ok=self._ok, message="The chain is whole.")


def statuses(found: list[checks.Check]) -> dict[str, str]:
    return {check.id: check.status for check in found}


def test_one_usable_provider_is_enough() -> None:
    found = checks.providers([SILENT, READY], ["embedded", "ollama"])
    assert statuses(found) == {
        "provider.embedded": "warn",
        "provider.ollama": "ok",
        "routes": "ok",
    }


def test_no_usable_provider_is_a_failure_with_what_to_do() -> None:
    found = checks.providers([SILENT, FORBIDDEN], ["embedded", "openai"])
    assert statuses(found)["routes"] == "fail"
    assert statuses(found)["provider.openai"] == "skip"
    assert "models pull starter" in found[-1].fix


def test_a_provider_for_chat_alone_gives_no_suggestions() -> None:
    assert statuses(checks.providers([READY], ["openai"]))["routes"] == "fail"


def test_a_local_model_that_does_not_say_so_itself_is_warned_of() -> None:
    unsaid = ProviderCheck("vllm", LOCAL, "m", True, True, ModelFacts(), "ready")
    assert checks.providers([unsaid], ["vllm"])[0].status == "warn"


def test_each_dropped_setting_is_a_check_and_a_lost_file_is_a_failure() -> None:
    problems = (
        Problem("user file", "completion.maxTokens", "it is not a number"),
        Problem("repository file", "", "it is not TOML"),
    )
    found = checks.of_settings(SimpleNamespace(problems=problems))  # type: ignore[arg-type]
    assert statuses(found) == {"settings.completion.maxTokens": "warn", "settings": "fail"}


def test_certificates_are_the_systems_and_a_bundle_that_is_broken_fails(tmp_path: Path) -> None:
    assert statuses(checks.certificates(Settings())) == {"certificates": "ok"}
    broken = Settings(network=Network(ca_bundle=str(tmp_path / "none.pem")))
    with pytest.raises(ConfigurationError, match="is not there"):
        checks.certificates(broken)


def test_proxies_are_named_and_their_values_are_not_shown() -> None:
    password = "hunter" + "22"
    (found,) = checks.proxies({"https_proxy": f"http://ada:{password}@proxy:8080"}, Settings())
    assert "HTTPS_PROXY" in found.message
    assert "used for nothing" in found.message
    assert password not in repr(found)
    assert "proxy:8080" not in repr(found)


def test_a_proxy_from_the_environment_is_said_to_be_used_where_the_settings_say_so() -> None:
    settings = Settings(network=Network(proxy="env"))
    (found,) = checks.proxies({"HTTP_PROXY": "http://proxy"}, settings)
    assert "for cloud providers only" in found.message


def test_public_hosts_pass_where_every_route_stays_here() -> None:
    settings = Settings(
        completion=Completion(routes=("ollama",)),
        providers={"ollama": ProviderConfig("ollama", "ollama", "http://127.0.0.1:11434")},
    )
    assert statuses(checks.public_hosts(settings)) == {"public-hosts": "ok"}


@pytest.mark.parametrize(
    "provider",
    [
        ProviderConfig("openai", "openai", "https://api.openai.com/v1"),
        ProviderConfig("openai", "openai", "http://127.0.0.1:9000"),
        ProviderConfig("openai", "ollama", "http://models.example.com:11434"),
    ],
)
def test_public_hosts_fail_for_a_public_address_and_for_a_cloud_kind(
    provider: ProviderConfig,
) -> None:
    settings = Settings(completion=Completion(routes=("openai",)), providers={"openai": provider})
    (found,) = checks.public_hosts(settings)
    assert found.status == "fail"
    assert "openai" in found.message


def test_public_hosts_fail_for_a_proxy() -> None:
    settings = Settings(network=Network(proxy="http://ada:pw@proxy.example.com"))
    (found,) = checks.public_hosts(settings)
    assert found.status == "fail"
    assert "example.com" not in repr(found)


def test_a_broken_chain_and_an_unwritable_ledger_are_failures() -> None:
    assert statuses(checks.ledger(Book())) == {"ledger": "ok", "ledger.chain": "ok"}  # type: ignore[arg-type]
    spoiled = checks.ledger(Book("the disk is full", ok=False))  # type: ignore[arg-type]
    assert statuses(spoiled) == {"ledger": "fail", "ledger.chain": "fail"}


def test_folders_that_can_not_be_written_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODEGREX_HOME", str(tmp_path / "new"))
    assert checks.folders()[0].status == "ok"
    assert not (tmp_path / "new").exists()

    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(checks.tempfile, "TemporaryFile", refuse)
    (found,) = checks.folders()
    assert (found.status, "Read-only" in found.message) == ("fail", True)


@pytest.mark.parametrize(
    ("wished", "there", "status", "told"),
    [
        (False, True, "skip", "privacy.names is off"),
        (True, True, "ok", "is installed"),
        (True, False, "skip", "is not installed"),
    ],
)
def test_the_model_of_names_is_there_or_the_way_to_it_is_told(
    wished: bool, there: bool, status: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codegrex_lsp.engine.names_server.installed", lambda: there)
    (found,) = checks.names(Settings(privacy=Privacy(names=wished)))
    assert found.status == status
    assert told in found.message
    assert ("codegrex-lsp[names]" in found.fix) == (wished and not there)


# -- the verb -----------------------------------------------------------------------------------


def test_doctor_json_is_the_stable_shape(house: Any, capsys: pytest.CaptureFixture[str]) -> None:
    house.checks, house.ledger = (READY,), Book()
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert {check["id"] for check in told["checks"]} >= {
        *("interpreter", "settings", "mode", "provider.ollama", "routes", "embedded"),
        *(
            "keychain",
            "certificates",
            "ignore",
            "proxies",
            "ledger",
            "ledger.chain",
            "folders",
            "ner",
        ),
    }
    for check in told["checks"]:
        assert set(check) == {"id", "status", "message", "fix"}
        assert check["status"] in ("ok", "warn", "fail", "skip")


def test_doctor_ends_with_1_where_a_check_fails(
    house: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    house.checks, house.ledger = (SILENT,), Book()
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "FAIL  routes: no provider of completion.routes" in said
    assert "Something needs your hand." in said


def test_a_check_that_raises_fails_and_the_others_go_on(
    house: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Book):
        def check(self) -> str:
            raise LedgerError("the ledger can not be read", fix="look at it")

    def fall(*_: object) -> None:
        raise ValueError("the text of a person")

    house.checks, house.ledger, house.keys = (READY,), Broken(), None
    monkeypatch.setattr(checks, "ignore", fall)
    assert main(["doctor", "--json"]) == 1
    told = {check["id"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert told["ledger"]["message"] == "the ledger can not be read"
    assert told["ledger"]["fix"] == "look at it"
    assert told["ignore"]["status"] == "fail"
    assert told["keychain"]["status"] == "fail"
    assert "text of a person" not in json.dumps(told)
    assert told["folders"]["status"] == "ok"


def test_doctor_offline_asks_as_in_offline_mode(house: Any) -> None:
    house.checks, house.ledger = (READY,), Book()
    assert main(["doctor", "--offline"]) == 0
    assert house.flags == {"privacy.mode": "offline"}
