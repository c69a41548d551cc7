"""The wire that most vendors speak: its paths, its bodies, and what is read of its streams."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from codegrex_lsp.errors import BadAnswer
from codegrex_lsp.providers.decoding import JsonDecoder
from codegrex_lsp.providers.framing import Sse
from codegrex_lsp.providers.openai_chat import ChoiceReader, OpenAiChat, endpoint, listed
from codegrex_lsp.providers.wire import Delta, Event, Finished, Probe, Purpose, Sampling
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ProviderConfig
from tests.support.cuts import PLACES, cut, outcome, text_of
from tests.support.prompts import completion, conversation

PROVIDER = ProviderConfig("cloud", "openai")
WIRE = OpenAiChat()


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://api.deepseek.com", "/v1/chat/completions"),
        ("http://127.0.0.1:8000", "/v1/chat/completions"),
        ("http://127.0.0.1:8000/", "/v1/chat/completions"),
        ("https://proxy.example/team", "/v1/chat/completions"),
        ("https://openai", "/v1/chat/completions"),
        ("https://v1", "/v1/chat/completions"),
        ("https://api.openai.com/v1", "/chat/completions"),
        ("https://openrouter.ai/api/v1", "/chat/completions"),
        ("https://api.groq.com/openai/v1", "/chat/completions"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "/chat/completions"),
        ("https://x.example/v4", "/chat/completions"),
    ],
)
def test_a_base_url_that_ends_in_a_version_is_complete(base: str, path: str) -> None:
    assert endpoint(ProviderConfig("x", "openai", base), "chat/completions") == path


def test_a_hole_is_asked_for_in_words_and_without_stops() -> None:
    call = WIRE.encode(completion("P", "S", kind="openai"), Sampling(max_tokens=64))
    body = json.loads(call.body)
    assert call.path == "/v1/chat/completions"
    assert [message["role"] for message in body.pop("messages")] == ["system", "user"]
    assert body == {
        "model": "m",
        "max_tokens": 64,
        "temperature": 0.0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_model_that_nobody_chose_is_not_sent() -> None:
    cleared = conversation((Role.USER, "hi"), kind="openai", model="")
    assert "model" not in json.loads(WIRE.encode(cleared, Sampling()).body)


def events_of(*frames: dict[str, Any] | str) -> bytes:
    told = (frame if isinstance(frame, str) else json.dumps(frame) for frame in frames)
    return b"".join(f"data: {frame}\n\n".encode() for frame in told)


def choice(reason: str | None = None, **said: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": said, "finish_reason": reason}]}


STOP = choice("stop")
USAGE = {"prompt_tokens": 9, "completion_tokens": 2}
HI: list[Event] = [Delta("hi")]
END: list[Event] = [Delta("hi"), Finished("stop")]

STREAMS: dict[str, tuple[bytes, list[Event], str]] = {
    "text": (events_of(choice(content="hi"), STOP, "[DONE]"), END, ""),
    "raw text": (
        events_of({"choices": [{"text": "hi", "finish_reason": "stop"}]}, "[DONE]"),
        END,
        "",
    ),
    "usage of its own": (
        events_of(choice(content="hi"), STOP, {"choices": [], "usage": USAGE}, "[DONE]"),
        [Delta("hi"), Finished("stop", Usage(9, 2))],
        "",
    ),
    "usage in the last chunk, cached": (
        events_of(
            choice(content="hi"),
            STOP | {"usage": USAGE | {"prompt_tokens_details": {"cached_tokens": 8}}},
            "[DONE]",
        ),
        [Delta("hi"), Finished("stop", Usage(9, 2, 8))],
        "",
    ),
    "usage of DeepSeek": (
        events_of(choice("stop") | {"usage": USAGE | {"prompt_cache_hit_tokens": 7}}, "[DONE]"),
        [Finished("stop", Usage(9, 2, 7))],
        "",
    ),
    "usage of Groq": (
        events_of(choice("stop") | {"x_groq": {"id": "r", "usage": USAGE}}, "[DONE]"),
        [Finished("stop", Usage(9, 2))],
        "",
    ),
    "thoughts": (
        events_of(
            choice(reasoning_content="hm", content=None),
            choice(reasoning="hm", reasoning_details=[{"text": "hm"}]),
            choice(content="hi"),
            STOP,
            "[DONE]",
        ),
        END,
        "",
    ),
    "thoughts of Mistral": (
        events_of(
            choice(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
            choice(content=[{"type": "text", "text": "hi"}]),
            STOP,
            "[DONE]",
        ),
        END,
        "",
    ),
    "tools": (
        events_of(
            choice(tool_calls=[{"index": 0, "function": {"arguments": "{}"}}]),
            choice(content="hi"),
            STOP,
            "[DONE]",
        ),
        END,
        "",
    ),
    "comments": (
        b": OPENROUTER PROCESSING\n\n" * 2
        + events_of(choice(content="hi"))
        + b": keep-alive\n\n"
        + events_of(STOP, "[DONE]"),
        END,
        "",
    ),
    "filter results first": (
        events_of(
            {"choices": [], "prompt_filter_results": [{}]}, choice(content="hi"), STOP, "[DONE]"
        ),
        END,
        "",
    ),
    "an error that is none": (
        events_of(choice(content="hi") | {"error": None}, STOP, "[DONE]"),
        END,
        "",
    ),
    "length": (
        events_of(choice(content="hi"), choice("length"), "[DONE]"),
        [Delta("hi"), Finished("length")],
        "",
    ),
    "length of Mistral": (
        events_of(choice("model_length"), "[DONE]"),
        [Finished("length")],
        "",
    ),
    "filtered": (
        events_of(choice(content="hi"), choice("content_filter"), "[DONE]"),
        HI,
        "content-refused",
    ),
    "out of resources": (
        events_of(choice(content="hi"), choice("insufficient_system_resource"), "[DONE]"),
        HI,
        "provider-busy",
    ),
    "error in band": (
        events_of(choice(content="hi"), {"error": {"message": "secret", "code": 502}}),
        HI,
        "bad-answer",
    ),
    "rate limit in band": (
        events_of(choice(content="hi"), {"error": {"message": "secret", "code": 429}}),
        HI,
        "rate-limited",
    ),
    "error as a word": (events_of({"error": "secret"}), [], "bad-answer"),
    "no reason": (events_of(choice(content="hi"), "[DONE]"), HI, "stream-cut"),
    "no end mark": (events_of(choice(content="hi"), STOP), HI, "stream-cut"),
    "half an event": (
        events_of(choice(content="hi"), choice(content="more"))[:-9],
        HI,
        "garbage",
    ),
    "number for text": (events_of(choice(content=7)), [], "garbage"),
    "choices of another kind": (
        events_of({"choices": 7}, {"choices": [7]}, STOP, "[DONE]"),
        [Finished("stop")],
        "",
    ),
    "several lines for one event": (
        b'data: {"choices": [\r\ndata: {"delta": {"content": "hi"}}]}\r\n\r\n'
        + events_of(STOP, "[DONE]"),
        END,
        "",
    ),
}


def read(chunks: list[bytes]) -> tuple[list[Event], str]:
    return outcome(JsonDecoder(Sse(), ChoiceReader(PROVIDER)), chunks)


@pytest.mark.parametrize("name", STREAMS)
@given(places=PLACES)
def test_a_stream_says_the_same_however_it_is_cut(name: str, places: set[int]) -> None:
    stream, events, code = STREAMS[name]
    assert read(cut(stream, places)) == (events, code)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_says_the_same_at_each_single_cut(name: str) -> None:
    stream, events, code = STREAMS[name]
    for place in range(len(stream)):
        assert read([stream[:place], stream[place:]]) == (events, code), place


def test_a_failure_inside_a_stream_passes_none_of_its_words_on() -> None:
    decoder = JsonDecoder(Sse(), ChoiceReader(PROVIDER))
    with pytest.raises(BadAnswer) as caught:
        decoder.feed(STREAMS["error in band"][0])
        decoder.feed(b"")
    assert "secret" not in caught.value.message + caught.value.fix
    assert caught.value.message == "cloud failed with status 502."


def test_letters_that_are_cut_in_two_arrive_whole() -> None:
    stream = 'data: {"choices":[{"delta":{"content":"\u00e9\U0001f600"}}]}\n\n'.encode()
    stream += events_of(STOP, "[DONE]")
    events, code = read([bytes([byte]) for byte in stream])
    assert (text_of(events), code) == ("\u00e9\U0001f600", "")


@pytest.mark.parametrize(
    ("model", "names", "there"),
    [
        ("m", ["m"], True),
        ("m", ["n"], False),
        ("m", [], False),
        ("", ["n"], True),
        ("", [], True),
        ("Qwen/Qwen2.5-Coder", ["qwen2.5-coder"], True),
        ("qwen2.5-coder@q4_k_m", ["lmstudio-community/qwen2.5-coder"], True),
        ("qwen2.5-coder-7b", ["qwen2.5-coder"], False),
        ("models/x.gguf", ["x"], True),
    ],
)
def test_a_model_is_known_by_its_bare_name(model: str, names: list[str], there: bool) -> None:
    assert listed(model, names) is there


def test_facts_say_whether_the_model_is_in_the_list() -> None:
    answer = json.dumps({"data": [{"id": "m"}, {"id": 7}, 3, {}][:1]}).encode()
    for model, there in (("m", True), ("n", False)):
        assert WIRE.facts(Probe(PROVIDER, Purpose.FACTS, model), answer).present is there


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"data":7}', b"<html>", b"\xff"])
def test_a_list_of_models_that_is_none_is_garbage(answer: bytes) -> None:
    with pytest.raises(BadAnswer) as caught:
        WIRE.models(answer)
    assert caught.value.code == "garbage"
