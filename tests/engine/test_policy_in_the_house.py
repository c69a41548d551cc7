"""An organisation's policy from the machine's folder to what a person can do and send."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.errors import RefusedError
from codegrex_lsp.settings.policyreader import KEY_FILE, MACHINE_FILE
from codegrex_lsp.values.mode import Mode
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house, snapshot, wish
from tests.support.policies import Signer, body, pin

OURS = Signer()
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"


def answering(**model: Any) -> FakeOllama:
    return FakeOllama({MODEL: FakeModel(insert=True, **model)})


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    return tmp_path / "etc"


def the_house(tmp_path: Path, ollama: FakeOllama, **flags: object) -> Any:
    return house(tmp_path / "home", ollama, machine=tmp_path / "etc", **flags)


async def test_a_good_policy_that_pins_nothing_changes_nothing(
    tmp_path: Path, machine: Path
) -> None:
    pin(machine, OURS, body())
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
        assert outcome.decision.code == "shown"
        assert built.resolved(tmp_path).problems == ()
        assert [line["policy"] for line in built.ledger.lines()][-1] == "Example Ltd#3"


async def test_a_closed_policy_leaves_models_on_this_machine_with_everything_masked(
    tmp_path: Path, machine: Path
) -> None:
    pin(machine, OURS)
    flags = {"privacy__mode": "normal", "privacy__redactLocal": "off"}
    async with answering() as ollama, the_house(tmp_path, ollama, **flags) as built:
        request = wish(tmp_path / "m.py", f'token = "{TOKEN}"\nsame = |')
        assert (await built.complete(request)).decision.code == "shown"
        assert TOKEN not in "".join(ollama.prompts)
        resolved = built.resolved(tmp_path)
    assert resolved.settings.privacy.mode is Mode.SENSITIVE
    assert resolved.mode_source == "organisation policy"
    (problem, *_) = resolved.problems
    assert "is missing" in problem.reason and "Administrator" in problem.reason


async def test_a_closed_policy_counts_no_private_host_as_local(
    tmp_path: Path, machine: Path
) -> None:
    pin(machine, OURS)
    flags = {"privacy__privateHosts": ["10.0.0.1"]}
    async with answering() as ollama, the_house(tmp_path, ollama, **flags) as built:
        resolved = built.resolved(tmp_path)
    assert resolved.settings.privacy.private_hosts == ()
    assert "privacy.privateHosts" in [problem.key for problem in resolved.problems]


async def test_a_policy_counts_from_the_next_request_on(tmp_path: Path, machine: Path) -> None:
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        assert (await built.complete(wish(tmp_path / "m.py", "x = |"))).decision.code == "shown"
        pin(machine, OURS, body(only={"kinds": ["embedded"]}))
        outcome = await built.complete(wish(tmp_path / "m.py", "y = |"))
        assert outcome.decision.code == "refused-by-policy"
        assert "your organisation does not allow it" in outcome.decision.message
        assert len(ollama.prompts) == 1
        assert "providers.ollama" in [one.key for one in built.resolved(tmp_path).problems]
        status = built.status(tmp_path).as_json()
        assert status["policy"] == {
            "state": "in-force",
            "organisation": "Example Ltd",
            "serial": 3,
        }
        assert status["kind"] == "error"
        (machine / KEY_FILE).unlink()
        assert (await built.complete(wish(tmp_path / "m.py", "z = |"))).decision.code == "shown"
        assert "policy" not in built.status(tmp_path).as_json()


@pytest.mark.parametrize(
    "only",
    [
        {"providers": ["embedded"]},
        {"models": [{"model": "gpt-*"}]},
        {"models": [{"model": "*", "kind": "openai"}]},
    ],
)
async def test_what_is_not_allowed_is_not_even_asked(
    tmp_path: Path, machine: Path, only: dict[str, Any]
) -> None:
    pin(machine, OURS, body(only=only))
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
        assert outcome.decision.code == "refused-by-policy"
        assert ollama.server.requests == []
        preview = await built.preview(wish(tmp_path / "m.py", "x = |"))
        assert preview.refused is not None and preview.refused.code == "refused-by-policy"


async def test_a_model_that_a_daemon_passes_on_needs_a_host_that_is_allowed(
    tmp_path: Path, machine: Path
) -> None:
    pin(machine, OURS, body(only={"hosts": ["127.0.0.1"]}))
    remote = answering(remote_host="https://gpu.example:443")
    async with remote as ollama, the_house(tmp_path, ollama, privacy__mode="normal") as built:
        outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
        assert outcome.decision.code == "refused-by-policy"
        assert ollama.prompts == []
        pin(machine, OURS, body(serial=4, only={"hosts": ["127.0.0.1", "gpu.example"]}))
        outcome = await built.complete(wish(tmp_path / "m.py", "x = |"))
        assert outcome.decision.code != "refused-by-policy"


async def test_patterns_of_the_policy_are_ignored_and_can_not_be_included_again(
    tmp_path: Path, machine: Path
) -> None:
    pin(machine, OURS, body(ignore=["/finance/"]))
    (tmp_path / "finance").mkdir()
    (tmp_path / ".codegrexignore").write_text("!finance/\n!finance/**\n")
    file = tmp_path / "finance" / "m.py"
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        verdict = built.explain_ignore(file, tmp_path)
        assert (verdict.ignored, verdict.source) == (True, "policy")
        request = wish(file, "x = |")
        made = snapshot(file, "x = ", tmp_path)
        outcome = await built.complete(type(request)(made, 4, request.trigger))
        assert outcome.decision.code == "ignored-by-policy"
        assert ollama.prompts == []
        pin(machine, OURS, body(serial=4))
        assert not built.explain_ignore(file, tmp_path).ignored


async def test_nobody_chooses_a_looser_mode_than_the_policy(tmp_path: Path, machine: Path) -> None:
    pin(machine, OURS, body(settings={"privacy.mode": "sensitive"}))
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        with pytest.raises(RefusedError, match="organisation policy asks for sensitive"):
            built.choose_mode(Mode.NORMAL, tmp_path)
        assert built.choose_mode(Mode.OFFLINE, tmp_path).settings.privacy.mode is Mode.OFFLINE


async def test_a_value_can_not_be_marked_as_not_secret_where_that_is_forbidden(
    tmp_path: Path, machine: Path
) -> None:
    document = snapshot(tmp_path / "m.py", f'token = "{TOKEN}"\n')
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        (finding,) = await built.findings(document)
        await built.allow(document, finding)
        assert await built.findings(document) == ()
        pin(machine, OURS, body(forbid=["privacy.allow"]))
        (finding,) = await built.findings(document)
        with pytest.raises(RefusedError, match="your organisation"):
            await built.allow(document, finding)


async def test_a_key_of_ones_own_is_not_used_where_that_is_forbidden(
    tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        openai = built.resolved(None).settings.providers["openai"]
        pin(machine, OURS, body(forbid=["own-keys"]))
        for ask in (built.keys.header(openai), built.keys.require(openai)):
            with pytest.raises(RefusedError) as refusal:
                await ask
            assert refusal.value.code == "own-keys-refused"
        with pytest.raises(RefusedError, match="no keys of your own"):
            await built.keys.keep(openai, "sk" + "-x" * 20)
        (state,) = [one for one in await built.key_states() if one.provider == "openai"]
        assert state.source is None and "organisation" in state.troubles[0]
        assert await built.keys.header(built.resolved(None).settings.providers["ollama"]) is None


async def test_no_variable_leads_away_from_the_machines_policy(
    tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "mine"
    pin(other, Signer(), body())
    pin(machine, OURS, body(settings={"privacy.mode": "offline"}))
    for name in ("CODEGREX_HOME", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "CODEGREX_POLICY"):
        monkeypatch.setenv(name, str(other))
    async with answering() as ollama, the_house(tmp_path, ollama, privacy__mode="normal") as built:
        assert built.resolved(tmp_path).settings.privacy.mode is Mode.OFFLINE


async def test_moving_the_state_folder_forgets_the_serial_and_frees_nobody(
    tmp_path: Path, machine: Path
) -> None:
    pin(machine, OURS, body(serial=9, settings={"privacy.mode": "sensitive"}))
    async with answering() as ollama, the_house(tmp_path, ollama) as built:
        assert built.policy().word == "in force"
    shutil.rmtree(tmp_path / "home")
    (machine / MACHINE_FILE).write_bytes(Signer().sign(body(serial=99)))
    async with answering() as ollama, the_house(tmp_path, ollama, privacy__mode="normal") as built:
        assert built.policy().code == "policy-unsigned"
        assert built.resolved(tmp_path).settings.privacy.mode is Mode.SENSITIVE
