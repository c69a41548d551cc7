"""Anthropic's wire: what is sent, what is marked for the cache, and what is read of its events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import holefiller
from codegrex_lsp.providers.anthropic import Anthropic
from codegrex_lsp.providers.wire import Delta, Event, Finished, Probe, Purpose, Sampling
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ProviderConfig
from tests.support.cuts import PLACES, cut, outcome
from tests.support.prompts import completion, conversation

WIRE = Anthropic()
MARK = {"type": "ephemeral"}


def sent(cleared: Cleared, **sampling: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(WIRE.encode(cleared, Sampling(**sampling)).body)
    return made


def test_a_hole_is_asked_for_with_the_steady_part_marked() -> None:
    other = ("b.py", "B = 1", "python")
    cleared = completion("P", "S", other, kind="anthropic", model="claude-haiku-5-5")
    steady, growing = holefiller.hole(cleared)
    assert sent(cleared, max_tokens=64) == {
        "model": "claude-haiku-5-5",
        "max_tokens": 64,
        "system": [{"type": "text", "text": holefiller.FILL, "cache_control": MARK}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": steady, "cache_control": MARK},
                    {"type": "text", "text": growing},
                ],
            }
        ],
        "stream": True,
        "thinking": {"type": "disabled"},
    }


def test_where_nothing_is_steady_there_is_one_block() -> None:
    body = sent(completion("P", "", kind="anthropic"))
    assert len(body["messages"][0]["content"]) == 1


def test_typing_changes_only_the_last_block() -> None:
    before = sent(completion("def f", "S", kind="anthropic"))["messages"][0]["content"]
    after = sent(completion("def f(", "S", kind="anthropic"))["messages"][0]["content"]
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_a_conversation_is_marked_at_its_end_so_that_the_next_turn_finds_it() -> None:
    turns = [(Role.USER, "a"), (Role.ASSISTANT, "b"), (Role.USER, "c")]
    body = sent(conversation(*turns, kind="anthropic"))
    marks = ["cache_control" in turn["content"][0] for turn in body["messages"]]
    assert marks == [False, False, True]
    longer = sent(conversation(*turns, (Role.ASSISTANT, "d"), (Role.USER, "e"), kind="anthropic"))
    texts = [[turn["content"][0]["text"] for turn in one["messages"]] for one in (body, longer)]
    assert texts[1][:3] == texts[0]


def test_the_version_is_stated_with_every_request() -> None:
    config = ProviderConfig("x", "anthropic", "https://api.anthropic.com")
    calls = [WIRE.encode_probe(Probe(config, purpose)) for purpose in Purpose]
    calls.append(WIRE.encode(completion("P", kind="anthropic"), Sampling()))
    assert all(("anthropic-version", "2026-10-21") in call.headers for call in calls)


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://api.anthropic.com", "/v1/messages"),
        ("https://api.anthropic.com/v1", "/messages"),
        ("https://proxy.example/anthropic", "/v1/messages"),
    ],
)
def test_the_path_fits_the_address(base: str, path: str) -> None:
    cleared = completion("P", kind="anthropic", base_url=base)
    assert WIRE.encode(cleared, Sampling()).path == path


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("claude-haiku-4-5-20251001", {"thinking": {"type": "disabled"}}),
        ("claude-3-7-sonnet-20250219", {"thinking": {"type": "disabled"}}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {"output_config": {"effort": "low"}}),
        ("claude-fable-5-1", {"output_config": {"effort": "low"}}),
        ("claude-mythos-5-2", {"output_config": {"effort": "low"}}),
        ("claude-opus-6", {"output_config": {"effort": "low"}}),
    ],
)
def test_a_completion_is_to_be_made_with_little_thought(model: str, fields: dict[str, Any]) -> None:
    body = sent(completion("P", kind="anthropic", model=model), max_tokens=64)
    assert {name: body.get(name) for name in fields} == fields
    assert (body["max_tokens"] == 64) is ("thinking" in fields)
    chat = sent(conversation((Role.USER, "hi"), kind="anthropic", model=model))
    assert not {"thinking", "output_config"} & set(chat)


def event(kind: str, **more: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode()


def begin(**usage: int) -> bytes:
    return event("message_start", message={"usage": usage})


def say(text: str) -> bytes:
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def stop(reason: str, **usage: int) -> bytes:
    return event("message_delta", delta={"stop_reason": reason}, usage=usage) + event(
        "message_stop"
    )


HI = [Delta("hi")]
STREAMS: dict[str, tuple[bytes, list[Event], str]] = {
    "text": (
        begin(input_tokens=5) + say("hi") + stop("end_turn", output_tokens=2),
        [*HI, Finished("stop", Usage(5, 2))],
        "",
    ),
    "cache": (
        begin(input_tokens=5, cache_creation_input_tokens=3, cache_read_input_tokens=7)
        + stop("stop_sequence", output_tokens=2),
        [Finished("stop", Usage(15, 2, 7))],
        "",
    ),
    "counts are of the whole and replace the earlier": (
        begin(input_tokens=5, output_tokens=1) + stop("end_turn", input_tokens=6, output_tokens=9),
        [Finished("stop", Usage(6, 9))],
        "",
    ),
    "length": (say("hi") + stop("max_tokens"), [*HI, Finished("length")], ""),
    "context is full": (stop("model_context_window_exceeded"), [Finished("length")], ""),
    "thoughts, signatures and tools": (
        event("content_block_start", content_block={"type": "thinking", "thinking": "hm"})
        + event("content_block_delta", delta={"type": "thinking_delta", "thinking": "hm"})
        + event("content_block_delta", delta={"type": "signature_delta", "signature": "s"})
        + event("content_block_delta", delta={"type": "input_json_delta", "partial_json": "{}"})
        + say("hi")
        + stop("end_turn"),
        [*HI, Finished("stop")],
        "",
    ),
    "a kind of event that is new": (
        event("ping") + event("weather", text="x") + say("hi") + stop("end_turn"),
        [*HI, Finished("stop")],
        "",
    ),
    "nothing after the end": (say("hi") + stop("end_turn") + say("x"), [*HI, Finished("stop")], ""),
    "refusal": (say("hi") + stop("refusal"), HI, "content-refused"),
    "no reason": (say("hi") + event("message_stop"), HI, "stream-cut"),
    "no end": (say("hi") + stop("end_turn")[:-9], HI, "garbage"),
    "cut": (say("hi"), HI, "stream-cut"),
    "overloaded": (
        say("hi") + event("error", error={"type": "overloaded_error", "message": "secret"}),
        HI,
        "provider-busy",
    ),
    "an error of no kind": (event("error", error=7), [], "bad-answer"),
    "a number for text": (event("content_block_delta", delta={"text": 7}), [], "garbage"),
    "mark of another wire": (say("hi") + b"data: [DONE]\n\n", HI, "stream-cut"),
}


@pytest.mark.parametrize("name", STREAMS)
@given(places=PLACES)
def test_a_stream_says_the_same_however_it_is_cut(name: str, places: set[int]) -> None:
    stream, events, code = STREAMS[name]
    cleared = completion("P", kind="anthropic")
    assert outcome(WIRE.decoder(cleared), cut(stream, places)) == (events, code)
