"""Provider tables: defaults by kind, fields from several sources, and who is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegrex_lsp.settings import Resolved, Sources, describe, resolve
from codegrex_lsp.settings.build import HIDDEN
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.route import LOCAL_KINDS


def resolved(tmp_path: Path, toml: str, editor: dict[str, object] | None = None) -> Resolved:
    user = tmp_path / "user.toml"
    user.write_text(toml, encoding="utf-8")
    return resolve(Sources(tmp_path / "none.toml", user, editor=editor or {}), None)


def test_built_in_providers_are_there_with_their_addresses(tmp_path: Path) -> None:
    providers = resolved(tmp_path, "").settings.providers
    assert providers["ollama"].base_url == "http://127.0.0.1:11434"
    assert providers["ollama"].model == "qwen2.5-coder:1.5b-base"
    assert providers["embedded"].base_url == ""
    assert providers["llamacpp"].base_url == "http://127.0.0.1:8080"
    assert "azure-openai" not in providers, "it has no address of its own"


def test_every_built_in_local_address_is_loopback_and_every_cloud_one_is_https() -> None:
    for name, kind in KINDS.items():
        if kind.base_url:
            start = "http://127.0.0.1:" if name in LOCAL_KINDS else "https://"
            assert kind.base_url.startswith(start), name


def test_fields_of_one_provider_may_come_from_several_sources(tmp_path: Path) -> None:
    made = resolved(
        tmp_path,
        '[providers.ollama]\nmodel = "a"\nnumCtx = 8192\n',
        {"providers": {"ollama": {"model": "b"}}},
    )
    assert made.settings.providers["ollama"].model == "b"
    assert made.settings.providers["ollama"].num_ctx == 8192
    assert made.sources["providers.ollama.model"] == "editor"
    assert made.sources["providers.ollama.numCtx"] == "user file"


def test_a_model_of_ones_own_also_chats(tmp_path: Path) -> None:
    provider = resolved(tmp_path, 'providers.ollama.model = "mine"').settings.providers["ollama"]
    assert provider.chat_model == ""


def test_limits_of_a_provider_refine_those_of_the_network(tmp_path: Path) -> None:
    settings = resolved(
        tmp_path, "network.timeouts = {idle = 5}\nproviders.ollama.timeouts = {firstToken = 90}"
    ).settings
    limits = settings.providers["ollama"].timeouts
    assert (limits.connect, limits.first_token, limits.idle, limits.total) == (3, 90, 5, 120)
    assert settings.network.timeouts.first_token == 30


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        ('providers.work.model = "m"', "providers.work.kind", "is missing"),
        ('providers.work.kind = "openai-compatible"', "providers.work.baseUrl", "is missing"),
        ('providers.openai.baseUrl = "htps://x"', "providers.openai.baseUrl", "https://"),
        ('providers.openai.kind = "opnai"', "providers.openai.kind", "did you mean `openai`"),
        ('providers.openai.baseUrl = "http://x.example"', "providers.openai.baseUrl", "use https"),
        ('providers.openai.baseUrl = "HTTP://x.example"', "providers.openai.baseUrl", "use https"),
        ('providers.ollama.baseUrl = "http://10.0.0.9:1"', "providers.ollama.baseUrl", "private"),
        ('providers.ollama.baseUrl = "http://2130706433"', "providers.ollama.baseUrl", "https"),
        ('providers.ollama.baseUrl = "http://localhost.evil"', "providers.ollama.baseUrl", "https"),
        ('providers.openai.baseUrl = "https://u:p@x.example"', "providers.openai.baseUrl", "keys"),
        ('providers.openai.baseUrl = "https://x/?a=b"', "providers.openai.baseUrl", "query"),
        ('providers.openai.baseUrl = "https://x:99999"', "providers.openai.baseUrl", "address"),
    ],
)
def test_a_provider_that_can_not_be_meant_is_left_out_by_name(
    tmp_path: Path, toml: str, key: str, words: str
) -> None:
    made = resolved(tmp_path, toml)
    assert key.split(".")[1] not in made.settings.providers
    (problem,) = made.problems
    assert (problem.source, problem.key) == ("user file", key)
    assert words in problem.reason and "left out" in problem.reason


def test_a_spoiled_address_is_not_replaced_by_the_vendors(tmp_path: Path) -> None:
    made = resolved(tmp_path, 'providers.openai.baseUrl = "proxy.example"')
    assert "openai" not in made.settings.providers


def test_a_later_good_address_mends_a_spoiled_one(tmp_path: Path) -> None:
    made = resolved(
        tmp_path,
        'providers.openai.baseUrl = "proxy.example"',
        {"providers.openai.baseUrl": "https://proxy.example/"},
    )
    assert made.settings.providers["openai"].base_url == "https://proxy.example"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://x.example", "unix:/s"],
)
def test_addresses_that_are_fine(tmp_path: Path, address: str) -> None:
    made = resolved(tmp_path, f'providers.ollama.baseUrl = "{address}"')
    assert made.settings.providers["ollama"].base_url == address
    assert made.problems == ()


@pytest.mark.parametrize("host", ["10.0.0.9", "10.0.0.0/24", "GPU.lan"])
def test_plain_http_may_go_to_a_private_host_that_is_named(tmp_path: Path, host: str) -> None:
    address = "http://gpu.lan:8080" if host == "GPU.lan" else "http://10.0.0.9:8080"
    made = resolved(
        tmp_path,
        f'privacy.privateHosts = ["{host}"]\nproviders.llamacpp.baseUrl = "{address}"',
    )
    assert made.settings.providers["llamacpp"].base_url == address


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "Host", "Content-Length", "a b"])
def test_headers_for_keys_and_framing_are_refused(tmp_path: Path, name: str) -> None:
    made = resolved(tmp_path, f'providers.openai.headers = {{"{name}" = "v", X-Team = "t"}}')
    assert dict(made.settings.providers["openai"].headers) == {"X-Team": "t"}
    assert [problem.key for problem in made.problems] == ["providers.openai.headers[1]"]


def test_a_header_can_not_smuggle_a_second_line(tmp_path: Path) -> None:
    made = resolved(tmp_path, 'providers.openai.headers = {X-A = "b\\r\\nHost: evil"}')
    assert dict(made.settings.providers["openai"].headers) == {}


def test_what_is_private_is_not_shown(tmp_path: Path) -> None:
    hidden = "hunter" + "22"
    made = resolved(
        tmp_path,
        f'network.proxy = "http://me:{hidden}@proxy.example:1"\n'
        f'privacy.customPatterns = [{{name = "n", pattern = "{hidden}"}}]\n'
        f'providers.openai.headers = {{X-Team = "{hidden}"}}\n',
    )
    assert made.problems == ()
    rows = {row.key: row for row in describe(made)}
    assert rows["network.proxy"].value == HIDDEN
    assert rows["providers.openai.headers"].value == HIDDEN
    assert rows["privacy.customPatterns"].value == [
        {"name": "n", "pattern": HIDDEN, "kind": "secret"}
    ]
    assert hidden not in repr(rows) + repr(made)


def test_every_setting_is_described_with_its_source(tmp_path: Path) -> None:
    rows = {row.key: row for row in describe(resolved(tmp_path, "network.timeouts = {idle = 5}"))}
    assert rows["completion.debounceMs"][1:] == ("auto", "default")
    assert rows["privacy.mode"][1:] == ("sensitive", "default")
    assert rows["network.timeouts"].value["firstToken"] == 30
    assert rows["network.timeouts"].source == "user file"
    assert rows["network.proxy"].value == ""
    assert rows["providers.ollama.kind"].value == "ollama"
