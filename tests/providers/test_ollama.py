"""Ollama's wire: what is sent in each case, and what is understood of the answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import BadAnswer, ConfigurationError, ModelMissing
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.ollama import Ollama, named_cloud
from codegrex_lsp.providers.wire import (
    Delta,
    Finished,
    Probe,
    Purpose,
    Sampling,
    ServedRemotely,
)
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig
from tests.support.cuts import PLACES, cut, outcome, text_of
from tests.support.prompts import completion, conversation

WIRE = Ollama()
PROVIDER = ProviderConfig("ollama", "ollama", model="m")


def sent(cleared: Cleared, **sampling: Any) -> tuple[str, dict[str, Any]]:
    call = WIRE.encode(cleared, Sampling(**sampling))
    return call.path, json.loads(call.body)


def lines(*frames: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(frame).encode() + b"\n" for frame in frames)


def test_a_model_that_inserts_gets_prompt_and_suffix() -> None:
    path, body = sent(
        completion("P", "S", can_insert=True, num_ctx=8192, keep_alive="5m"), max_tokens=64
    )
    assert path == "/api/generate"
    assert body == {
        "model": "m",
        "stream": True,
        "think": False,
        "truncate": False,
        "shift": False,
        "options": {
            "temperature": 0.0,
            "num_predict": 64,
            "num_ctx": 8192,
            "stop": ["\n```"],
        },
        "keep_alive": "5m",
        "prompt": "P",
        "suffix": "S",
    }


def test_an_empty_suffix_is_never_sent_since_the_server_would_start_to_chat() -> None:
    assert sent(completion("P", "", can_insert=True))[1]["suffix"] == "\n"


def test_neighbours_of_an_inserting_model_stand_before_the_prefix_as_source() -> None:
    _, body = sent(completion("P", "S", ("b.py", "B", "python"), can_insert=True))
    assert body["prompt"] == "# b.py\nB\n\n# a.py\nP"


def test_a_known_model_without_insert_gets_its_template_raw() -> None:
    path, body = sent(completion("P", "S", model="starcoder2:3b"))
    assert path == "/api/generate"
    assert body["prompt"] == "<fim_prefix>P<fim_suffix>S<fim_middle>"
    assert body["raw"] is True
    assert "suffix" not in body
    assert "<|endoftext|>" in body["options"]["stop"]


def test_the_template_that_the_settings_name_comes_first() -> None:
    _, body = sent(completion("P", "S", can_insert=True, fim="codestral"))
    assert body["prompt"] == "[SUFFIX]S[PREFIX]P"
    assert body["raw"] is True


@pytest.mark.parametrize("fim", ["auto", "off"])
def test_an_unknown_model_is_asked_in_words_and_never_with_guessed_tokens(fim: str) -> None:
    cleared = completion("P", "S", model="llama3.2", fim=fim)
    path, body = sent(cleared)
    assert path == "/api/chat"
    assert WIRE.fills_by_chat(cleared)
    assert "fim" not in json.dumps(body)
    assert body["options"].get("stop") is None, "a stop would cut the fence's first line"


def test_off_means_no_template_though_the_model_inserts() -> None:
    cleared = completion("P", "S", model="qwen2.5-coder", can_insert=True, fim="off")
    assert sent(cleared)[0] == "/api/chat"


def test_an_unknown_template_is_named_as_a_mistake_in_the_settings() -> None:
    with pytest.raises(ConfigurationError, match=r"providers\.ollama\.fim"):
        sent(completion("P", "S", fim="nonsense"))


def test_one_line_is_asked_for_by_a_stop() -> None:
    _, body = sent(completion("P", "S", can_insert=True), multiline=False)
    assert body["options"]["stop"] == ["\n", "\n```"]
    _, body = sent(completion("P", "S", can_insert=True, language="markdown"))
    assert "stop" not in body["options"]


def test_chat_and_completion_state_one_context_size() -> None:
    options = {"num_ctx": 4096, "keep_alive": "-1"}
    _, chat = sent(conversation((Role.USER, "hi"), **options))
    _, fill = sent(completion("P", "S", can_insert=True, **options))
    assert chat["options"]["num_ctx"] == fill["options"]["num_ctx"] == 4096
    assert chat["keep_alive"] == fill["keep_alive"] == -1
    assert chat["messages"][1:] == [{"role": "user", "content": "hi"}]
    assert chat["think"] is chat["truncate"] is chat["shift"] is False


def test_a_lone_surrogate_in_a_document_does_not_stop_the_request() -> None:
    assert sent(completion("a\ud800b", "S", can_insert=True))[1]["prompt"] == "a?b"


def test_probes_carry_the_model_name_and_nothing_else() -> None:
    def call(purpose: Purpose) -> tuple[str, str, bytes]:
        made = WIRE.encode_probe(Probe(PROVIDER, purpose, "m"))
        return made.method, made.path, made.body

    assert call(Purpose.HEALTH) == ("GET", "/api/version", b"")
    assert call(Purpose.MODELS) == ("GET", "/api/tags", b"")
    assert call(Purpose.FACTS) == ("POST", "/api/show", b'{"model":"m"}')


def facts(answer: dict[str, Any], model: str = "m") -> ModelFacts:
    probe = Probe(PROVIDER, Purpose.FACTS, model)
    return WIRE.facts(probe, json.dumps(answer).encode())


SHOWN = {"capabilities": ["completion", "insert"], "details": {"family": "qwen2"}}


def test_facts_are_what_the_server_states() -> None:
    assert facts(SHOWN) == ModelFacts(can_insert=True, family="qwen2", verified=True)
    assert facts({"details": {"family": "llama"}}).can_insert is False


@pytest.mark.parametrize(
    ("more", "model", "host"),
    [
        ({"remote_host": "https://ollama.com:443", "remote_model": "x"}, "alias", "ollama.com"),
        ({"remote_host": "elsewhere.example"}, "alias", "elsewhere.example"),
        ({"remote_model": "x"}, "alias", "unnamed host"),
        ({"remote_host": "http://[bad"}, "alias", "unnamed host"),
        ({"remote_host": "two words\n"}, "alias", "unnamed host"),
        ({"remote_host": 7}, "alias", "unnamed host"),
        ({}, "gpt-oss:120b-cloud", "ollama.com"),
        ({}, "kimi:cloud", "ollama.com"),
    ],
)
def test_a_model_that_runs_elsewhere_is_never_verified(
    more: dict[str, Any], model: str, host: str
) -> None:
    known = facts(SHOWN | more, model)
    assert (known.remote, known.verified) == (host, False)


@pytest.mark.parametrize("model", ["cloudy", "cloud-coder:7b", "my-cloud/x:latest", "x:7b"])
def test_a_name_that_only_resembles_is_local(model: str) -> None:
    assert not named_cloud(model)


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b"{", b"\xff", b"[" * 100_000])
def test_an_answer_of_something_else_is_garbage(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        WIRE.facts(Probe(PROVIDER, Purpose.FACTS, "m"), answer)
    with pytest.raises(BadAnswer):
        WIRE.models(answer)


def test_models_are_listed_in_the_servers_order() -> None:
    tags = {"models": [{"name": "b:1"}, {"name": "a:2"}, {"broken": 1}, 3]}
    assert WIRE.models(json.dumps(tags).encode()) == ("b:1", "a:2")


def test_a_missing_model_comes_with_the_command_that_fetches_it() -> None:
    error = WIRE.explain(PROVIDER, 404, b'{"error":"model \'secret text\' not found"}')
    assert isinstance(error, ModelMissing)
    assert "ollama pull" in error.fix
    assert "secret" not in error.message + error.fix


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b'{"error":"registry x does not support insert"}', "no-insert"),
        (400, b'{"error":"the input length exceeds the context length"}', "prompt-too-long"),
        (401, b"", "key-refused"),
        (503, b'{"error":"server busy"}', "provider-busy"),
        (500, b"secret text", "bad-answer"),
    ],
)
def test_failures_have_a_code_and_none_of_the_servers_words(
    status: int, body: bytes, code: str
) -> None:
    error = WIRE.explain(PROVIDER, status, body)
    assert error.code == code
    assert "secret" not in error.message + error.fix


END = {"response": "", "done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 2}

STREAMS = {
    "generate": (
        lines({"response": "a + ", "done": False}, {"response": "\u00e9\U0001f600"}, END),
        [Delta("a + "), Delta("\u00e9\U0001f600"), Finished("stop", Usage(9, 2))],
        "",
    ),
    "chat": (
        lines({"message": {"role": "assistant", "content": "hi", "thinking": "hm"}}, END),
        [Delta("hi"), Finished("stop", Usage(9, 2))],
        "",
    ),
    "no line end": (lines(END)[:-1], [Finished("stop", Usage(9, 2))], ""),
    "nothing after the end": (lines(END, {"response": "x"}), [Finished("stop", Usage(9, 2))], ""),
    "cut": (lines({"response": "a"}), [Delta("a")], "stream-cut"),
    "cut inside a line": (
        lines({"response": "a"}, {"response": "b"})[:-4],
        [Delta("a")],
        "garbage",
    ),
    "empty": (b"", [], "stream-cut"),
    "error": (lines({"response": "a"}, {"error": "secret"}), [Delta("a")], "bad-answer"),
    "garbage": (lines({"response": "a"}) + b"<html>\n", [Delta("a")], "garbage"),
    "number for text": (lines({"response": 7}), [], "garbage"),
    "remote": (
        lines({"remote_host": "https://ollama.com:443", "response": "x"}, END),
        [ServedRemotely("ollama.com")],
        "",
    ),
    "odd counts": (
        lines({"done": True, "eval_count": -1, "prompt_eval_count": "9"}),
        [Finished("stop", Usage())],
        "",
    ),
    "lone surrogate": (
        b'{"response":"\\ud800"}\n' + lines(END),
        [Delta("\ufffd"), Finished("stop", Usage(9, 2))],
        "",
    ),
}


@pytest.mark.parametrize("name", STREAMS)
@given(places=PLACES)
def test_a_stream_says_the_same_however_it_is_cut(name: str, places: set[int]) -> None:
    stream, events, code = STREAMS[name]
    found, failure = outcome(WIRE.decoder(completion("")), cut(stream, places))
    assert (found, failure) == (events, code)


@given(st.lists(st.text(max_size=8), max_size=8), PLACES)
def test_text_arrives_whole(words: list[str], places: set[int]) -> None:
    stream = lines(*({"response": word} for word in words), END)
    events, failure = outcome(WIRE.decoder(completion("")), cut(stream, places))
    assert (text_of(events), failure) == ("".join(words), "")


def test_no_event_shows_its_text_in_a_repr() -> None:
    assert "secret" not in repr(Delta("secret"))
    assert "secret" not in repr(WIRE.encode(completion("secret"), Sampling()))
