"""llama.cpp's wire: what is sent in each case, and what is understood of the answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from codegrex_lsp.errors import BadAnswer
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.llamacpp import LlamaCpp
from codegrex_lsp.providers.wire import Delta, Event, Finished, Probe, Purpose, Sampling
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig
from tests.support.cuts import PLACES, cut, outcome, text_of
from tests.support.prompts import Neighbour, completion, conversation

WIRE = LlamaCpp()
OTHER = ("b.py", "B", "python")


def prompt(prefix: str, suffix: str = "S", *neighbours: Neighbour, **more: Any) -> Cleared:
    return completion(prefix, suffix, *neighbours, **{"kind": "embedded", **more})


def sent(cleared: Cleared, **sampling: Any) -> tuple[str, dict[str, Any]]:
    call = WIRE.encode(cleared, Sampling(**sampling))
    return call.path, json.loads(call.body)


def events_of(*frames: dict[str, Any] | str) -> bytes:
    told = (frame if isinstance(frame, str) else json.dumps(frame) for frame in frames)
    return b"".join(f"data: {frame}\n\n".encode() for frame in told)


def test_a_model_with_marks_fills_in() -> None:
    path, body = sent(prompt("P", "S", OTHER, can_insert=True), max_tokens=64)
    assert path == "/infill"
    assert body == {
        "input_extra": [{"filename": "b.py", "text": "B"}],
        "input_prefix": "P",
        "input_suffix": "S",
        "n_predict": 64,
        "temperature": 0.0,
        "stop": ["\n```"],
        "stream": True,
        "cache_prompt": True,
        "response_fields": [
            "content",
            "stop",
            "stop_type",
            "tokens_predicted",
            "tokens_evaluated",
            "error",
        ],
    }


def test_a_model_without_marks_continues_the_prefix() -> None:
    path, body = sent(prompt("P", "S", OTHER))
    assert path == "/completion"
    assert body["prompt"] == "# b.py\nB\n\n# a.py\nP"


def test_a_name_from_the_table_is_no_reason_to_write_marks_that_the_model_lacks() -> None:
    assert sent(prompt("P", model="/models/starcoder2.gguf"))[1]["prompt"] == "P"


def test_the_last_blank_stays_here_and_is_taken_off_the_answer() -> None:
    cleared = prompt("    return ")
    assert sent(cleared)[1]["prompt"] == "    return"
    stream = events_of({"content": ""}, {"content": " a"}, {"content": " b"}, END)
    events, _ = outcome(WIRE.decoder(cleared), [stream])
    assert text_of(events) == "a b"


@pytest.mark.parametrize(
    "cleared",
    [prompt("return"), prompt("return ", can_insert=True), prompt("return ", fim="codegemma")],
    ids=["no blank", "fill in", "template"],
)
def test_a_blank_that_was_sent_is_not_taken_off(cleared: Cleared) -> None:
    events, _ = outcome(WIRE.decoder(cleared), [events_of({"content": " a"}, END)])
    assert text_of(events) == " a"


def test_the_template_that_the_settings_name_is_sent_raw() -> None:
    path, body = sent(prompt("P", "S", fim="codestral", can_insert=True))
    assert path == "/completion"
    assert body["prompt"] == "[SUFFIX]S[PREFIX]P"
    assert "</s>" in body["stop"]


def test_off_means_asking_in_words() -> None:
    cleared = prompt("P", "S", fim="off", can_insert=True)
    path, body = sent(cleared)
    assert path == "/v1/chat/completions"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert WIRE.fills_by_chat(cleared)
    assert not WIRE.fills_by_chat(prompt("P"))


def test_one_line_is_asked_for_by_a_stop() -> None:
    assert sent(prompt("P"), multiline=False)[1]["stop"] == ["\n", "\n```"]


@pytest.mark.parametrize("can_insert", [True, False])
def test_a_prompt_grown_by_typing_keeps_its_beginning(can_insert: bool) -> None:
    def text(prefix: str) -> str:
        body = sent(prompt(prefix, "S", OTHER, can_insert=can_insert))[1]
        return str(body["input_prefix"] if can_insert else body["prompt"])

    assert text("def add(a, b):").startswith(text("def add(a,"))


def test_chat_states_the_model_only_to_a_server_that_may_have_several() -> None:
    path, ours = sent(conversation((Role.USER, "hi"), kind="embedded", model="/home/me/x.gguf"))
    assert path == "/v1/chat/completions"
    assert "model" not in ours, "a path on this machine is nobody's business"
    assert sent(conversation((Role.USER, "hi"), kind="llamacpp", model="x"))[1]["model"] == "x"


def piece(text: object) -> dict[str, object]:
    return {"id": 1, "piece": text}


def facts(*pieces: object, kind: str = "embedded") -> ModelFacts:
    probe = Probe(ProviderConfig("x", kind), Purpose.FACTS, "")
    return WIRE.facts(probe, json.dumps({"tokens": [piece(one) for one in pieces]}).encode())


def test_a_model_can_fill_in_where_it_reads_all_three_marks_as_tokens() -> None:
    marks = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>")
    assert facts("x", *marks, [226, 150]).can_insert
    assert facts(" <PRE>", "\u2581<SUF>", " <MID>").can_insert
    assert not facts(*marks[:2]).can_insert
    assert not facts("<", "fim", "_prefix", ">").can_insert
    assert not facts("<fim_prefix>", "<|fim_suffix|>", "<fim_middle>").can_insert


def test_only_our_own_server_is_known_to_run_the_model_itself() -> None:
    assert facts().verified
    assert not facts(kind="llamacpp").verified


def test_the_question_for_facts_carries_marks_only() -> None:
    call = WIRE.encode_probe(Probe(ProviderConfig("x", "embedded"), Purpose.FACTS, "secret.gguf"))
    assert (call.method, call.path) == ("POST", "/tokenize")
    assert b"secret" not in call.body


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"tokens":7}', b'{"data":7}'])
def test_an_answer_of_something_else_is_garbage(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        WIRE.facts(Probe(ProviderConfig("x", "embedded"), Purpose.FACTS, ""), answer)
    with pytest.raises(BadAnswer):
        WIRE.models(answer)


def test_models_are_listed() -> None:
    assert WIRE.models(b'{"data":[{"id":"org/x"},{"id":"y"}]}') == ("org/x", "y")


@pytest.mark.parametrize("path", ["/home/me/x.gguf", "C:\\Users\\me\\x.gguf", "x.gguf"])
def test_a_models_path_below_home_is_cut_to_its_name(path: str) -> None:
    assert WIRE.models(json.dumps({"data": [{"id": path}]}).encode()) == ("x.gguf",)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b"request (6001 tokens) exceeds the available context size", "prompt-too-long"),
        (501, b"Infill is not supported by this model", "no-insert"),
        (503, b'{"error":{"message":"Loading model"}}', "provider-busy"),
        (401, b"secret", "key-refused"),
        (404, b"secret", "endpoint-missing"),
        (500, b"secret", "bad-answer"),
    ],
)
def test_failures_have_a_code_and_none_of_the_servers_words(
    status: int, body: bytes, code: str
) -> None:
    error = WIRE.explain(ProviderConfig("x", "llamacpp"), status, body)
    assert error.code == code
    assert "secret" not in error.message + error.fix


END = {
    "content": "",
    "stop": True,
    "stop_type": "limit",
    "tokens_predicted": 2,
    "tokens_evaluated": 9,
}
LENGTH = Finished("length", Usage(9, 2))


def choice(content: str | None, reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": reason}]}


NATIVE: dict[str, tuple[bytes, list[Event], str]] = {
    "text": (
        events_of({"content": "a + "}, {"content": "\u00e9", "stop": False}, END),
        [Delta("a + "), Delta("\u00e9"), LENGTH],
        "",
    ),
    "word": (
        events_of({"content": "", "stop": True, "stop_type": "word"}),
        [Finished("stop", Usage())],
        "",
    ),
    "cut": (events_of({"content": "a"}), [Delta("a")], "stream-cut"),
    "cut inside": (events_of({"content": "a"}, {"content": "b"})[:-6], [Delta("a")], "garbage"),
    "error": (events_of({"content": "a"}, {"error": {"code": 500}}), [Delta("a")], "bad-answer"),
    "mark of another wire": (events_of({"content": "a"}, "[DONE]"), [Delta("a")], "garbage"),
    "html": (b"<html>nothing</html>\n\n", [], "stream-cut"),
}

CHAT: dict[str, tuple[bytes, list[Event], str]] = {
    "text": (
        events_of(
            choice(None),
            choice("hi"),
            choice(None, "stop"),
            {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
            "[DONE]",
        ),
        [Delta("hi"), Finished("stop", Usage(9, 2))],
        "",
    ),
    "no reason": (events_of(choice("hi"), "[DONE]"), [Delta("hi")], "stream-cut"),
    "no end mark": (events_of(choice("hi"), choice(None, "stop")), [Delta("hi")], "stream-cut"),
    "error": (events_of(choice("hi"), {"error": {}}), [Delta("hi")], "bad-answer"),
}


@pytest.mark.parametrize("name", NATIVE)
@given(places=PLACES)
def test_a_native_stream_says_the_same_however_it_is_cut(name: str, places: set[int]) -> None:
    stream, events, code = NATIVE[name]
    assert outcome(WIRE.decoder(prompt("P")), cut(stream, places)) == (events, code)


@pytest.mark.parametrize("name", CHAT)
@given(places=PLACES)
def test_a_chat_stream_says_the_same_however_it_is_cut(name: str, places: set[int]) -> None:
    stream, events, code = CHAT[name]
    cleared = conversation((Role.USER, "hi"), kind="embedded")
    assert outcome(WIRE.decoder(cleared), cut(stream, places)) == (events, code)


def test_each_kind_has_its_translator() -> None:
    assert isinstance(translator("embedded"), LlamaCpp)
    assert isinstance(translator("llamacpp"), LlamaCpp)
