"""Answers in the form in which each server sends them, read the same however they arrive.

The files in tests/cases/streams follow the examples of the vendors' references and what the real
Ollama and llama.cpp send; ids and times are made up. Each says `return a + …` in the end.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import Event, Finished
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from tests.support.cuts import PLACES, cut, outcome, text_of
from tests.support.prompts import completion, conversation

FOLDER = Path(__file__).parents[1] / "cases" / "streams"
TEXT = "return a + \u00e9\U0001f600"

ENDS = {
    "openai.sse": Finished("stop", Usage(1200, 5, 1024)),
    "azure-openai.sse": Finished("stop", Usage(1200, 5)),
    "gemini.sse": Finished("stop", Usage(1200, 5)),
    "openrouter.sse": Finished("stop", Usage(1200, 5, 1024)),
    "groq.sse": Finished("stop", Usage(1200, 5)),
    "mistral.sse": Finished("length", Usage(1200, 5)),
    "deepseek.sse": Finished("stop", Usage(1200, 5, 1024)),
    "deepseek-chat.sse": Finished("stop", Usage(1200, 5, 1024)),
    "vllm.sse": Finished("length", Usage(1200, 5)),
    "lmstudio.sse": Finished("stop", Usage(1200, 5)),
    "codegrex.sse": Finished("stop", Usage(1200, 5)),
    "anthropic.sse": Finished("stop", Usage(1200, 5, 1024)),
    "anthropic-thinking.sse": Finished("stop", Usage(1200, 5, 1024)),
    "ollama.ndjson": Finished("stop", Usage(1200, 5)),
    "ollama-chat.ndjson": Finished("stop", Usage(1200, 5)),
    "llamacpp.sse": Finished("stop", Usage(1200, 5)),
    "llamacpp-chat.sse": Finished("stop", Usage(1200, 5)),
}
"""File → how the answer in it ends."""


def question(name: str) -> Cleared:
    """A request whose answer the file could be."""
    stem = name.partition(".")[0]
    if stem in KINDS:
        fim = "codegemma" if stem == "vllm" else "auto"
        return completion("P", "S", kind=stem, can_insert=True, fim=fim)
    return conversation((Role.USER, "hi"), kind=stem.partition("-")[0])


def read(name: str, chunks: list[bytes]) -> tuple[str, Event, str]:
    """Text, last event and failure."""
    cleared = question(name)
    decoder = translator(cleared.route.provider.kind).decoder(cleared)
    events, code = outcome(decoder, chunks)
    return text_of(events), events[-1], code


def test_every_file_has_its_end() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(ENDS)


@pytest.mark.parametrize("name", ENDS)
def test_each_single_cut_makes_no_difference(name: str) -> None:
    stream = (FOLDER / name).read_bytes()
    for place in range(len(stream)):
        found = read(name, [stream[:place], stream[place:]])
        assert found == (TEXT, ENDS[name], ""), place


@pytest.mark.parametrize("name", ENDS)
def test_single_bytes_make_no_difference(name: str) -> None:
    stream = (FOLDER / name).read_bytes()
    assert read(name, [bytes([byte]) for byte in stream]) == (TEXT, ENDS[name], "")


@pytest.mark.parametrize("name", ENDS)
@given(places=PLACES)
def test_many_cuts_make_no_difference(name: str, places: set[int]) -> None:
    stream = (FOLDER / name).read_bytes()
    assert read(name, cut(stream, places)) == (TEXT, ENDS[name], "")


@pytest.mark.parametrize("name", [name for name in ENDS if name.endswith(".sse")])
@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
@given(places=PLACES)
def test_other_line_ends_make_no_difference(name: str, end: bytes, places: set[int]) -> None:
    stream = (FOLDER / name).read_bytes().replace(b"\n", end)
    assert read(name, cut(stream, places)) == (TEXT, ENDS[name], "")


@pytest.mark.parametrize("name", [name for name in ENDS if name.endswith(".sse")])
def test_an_event_of_several_lines_makes_no_difference(name: str) -> None:
    stream = (FOLDER / name).read_bytes().replace(b'"choices":', b'\ndata: "choices":')
    stream = stream.replace(b'"delta":', b'\ndata: "delta":')
    assert read(name, [stream]) == (TEXT, ENDS[name], "")


@pytest.mark.parametrize("name", ENDS)
def test_an_answer_that_breaks_off_is_never_taken_for_a_short_one(name: str) -> None:
    stream = (FOLDER / name).read_bytes()
    end = stream.rstrip().rfind(b"\n")
    for place in range(1, end, 7):
        cleared = question(name)
        decoder = translator(cleared.route.provider.kind).decoder(cleared)
        events, code = outcome(decoder, [stream[:place]])
        assert code in ("stream-cut", "garbage"), place
        assert not any(isinstance(event, Finished) for event in events)


SHORT = {
    "openai": 'data: {"choices":[{"delta":{"content":"\u00e9"}}]}\r\n\r\n'
    'data: {"choices":[{"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    "codegrex": 'data: {"choices":[{"text":"\u00e9"}]}\n\n'
    'data: {"choices":[\ndata: {"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    "anthropic": 'data: {"type":"content_block_delta","delta":{"text":"\u00e9"}}\n\n'
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\r\n\r\n'
    'data: {"type":"message_stop"}\n\n',
    "ollama": '{"response":"\u00e9"}\r\n{"response":"","done":true}\n',
    "llamacpp": ': hi\r\rdata: {"content":"\u00e9"}\r\rdata: {"stop":true}\n\n',
}
"""One short answer for each way of reading."""


@pytest.mark.parametrize("kind", SHORT)
def test_no_two_cuts_make_a_difference(kind: str) -> None:
    stream = SHORT[kind].encode()
    cleared = completion("P", "S", kind=kind, can_insert=True)
    wire = translator(kind)
    whole = outcome(wire.decoder(cleared), [stream])
    assert (text_of(whole[0]), whole[1]) == ("\u00e9", "")
    for first, second in itertools.combinations(range(len(stream)), 2):
        chunks = [stream[:first], stream[first:second], stream[second:]]
        assert outcome(wire.decoder(cleared), chunks) == whole, (first, second)
