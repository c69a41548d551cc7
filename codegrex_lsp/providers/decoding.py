"""The one decoder: frames of JSON in, events out, the same ones however the stream was cut.

Each wire brings a Reader, which says what one JSON object means. The server's own words never
reach a message: they may quote the prompt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from codegrex_lsp.errors import BadAnswer, ProviderError
from codegrex_lsp.providers.framing import Frames
from codegrex_lsp.providers.wire import Delta, Event, Finished, ServedRemotely

Json = Mapping[str, object]

DONE: Final = b"[DONE]"
"""End mark of OpenAI-style event streams; not JSON."""


class Reader(Protocol):
    """What one wire's JSON objects mean."""

    def read(self, frame: Json) -> Iterator[Event]:
        """Events in one object. Raises ProviderError where the object states a failure."""
        ...

    def done(self) -> Finished:
        """`[DONE]` was seen. Raises BadAnswer on a wire that has no such mark."""
        ...


class JsonDecoder:
    """A `wire.Decoder` over frames of JSON.

    Args:
        frames: How the bytes are cut into frames.
        reader: What a frame means.
    """

    def __init__(self, frames: Frames, reader: Reader) -> None:
        self._frames = frames
        self._reader = reader
        self._finished = False
        self._failure: ProviderError | None = None

    def feed(self, chunk: bytes) -> Sequence[Event]:
        """Events completed by `chunk`. What follows Finished or ServedRemotely is not read.

        Raises:
            ProviderError: Garbage or an in-band error. Events before it in the same chunk are
                given first and the next call raises, so that the cuts make no difference.
        """
        events = self._take(self._frames.feed(chunk))
        if self._failure is not None and not events:
            raise self._failure
        return events

    def close(self) -> Sequence[Event]:
        """Events that the end of the stream completes.

        Raises:
            BadAnswer: `stream-cut`, where the end mark was never seen.
            ProviderError: As `feed`.
        """
        events = self._take(self._frames.close())
        if self._failure is not None:
            raise self._failure
        if not self._finished:
            raise BadAnswer("The model server broke off its answer.", code="stream-cut")
        return events

    def _take(self, frames: Iterator[bytes]) -> Sequence[Event]:
        events: list[Event] = []
        if self._finished or self._failure is not None:
            return events
        try:
            for frame in frames:
                for event in self._events(frame):
                    events.append(event)
                    if isinstance(event, Finished | ServedRemotely):
                        self._finished = True
                        return events
        except ProviderError as failure:
            self._failure = failure
        return events

    def _events(self, frame: bytes) -> Iterator[Event]:
        if frame == DONE:
            yield self._reader.done()
        else:
            yield from self._reader.read(parse(frame))


def parse(answer: bytes) -> Json:
    """The JSON object in `answer`. Raises BadAnswer with code `garbage`."""
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadAnswer("The model server sent something that is not its protocol.", code="garbage")
    return value


def text(value: object) -> str:
    """A string of the answer, fit to be encoded again: a lone surrogate becomes U+FFFD.

    Raises:
        BadAnswer: `garbage`, where it is not a string. None counts as empty.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadAnswer("The model server sent text that is no text.", code="garbage")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def delta(value: object) -> Iterator[Delta]:
    """A Delta where there is text."""
    found = text(value)
    if found:
        yield Delta(found)


def count(value: object) -> int:
    """A token count, 0 where the server states none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def section(value: object) -> Json:
    """A nested object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def encoded(body: Mapping[str, object]) -> bytes:
    """The exact bytes of a request body: compact UTF-8 JSON.

    A lone surrogate, which an editor may leave in a document, becomes a question mark.
    """
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
