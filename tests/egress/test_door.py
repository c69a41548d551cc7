"""The door against real sockets. Every rudeness of a server ends in one of our own errors."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
import socket
from contextlib import aclosing
from pathlib import Path

import pytest

from codegrex_lsp import __version__, log
from codegrex_lsp.egress.exchange import ANSWER_BYTES, ERROR_BYTES
from codegrex_lsp.errors import (
    AddressRefused,
    BadAnswer,
    CodegrexError,
    ConfigurationError,
    LedgerError,
    ProviderError,
    RefusedError,
    TimedOut,
    Unreachable,
)
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.reply import Redaction, WithheldPiece
from codegrex_lsp.values.route import ModelFacts, Timeouts
from tests.fakes.http import FakeServer, HangUp, Reply, Request, Stall
from tests.support.doors import CLOUD, QUICK, bench, provider

HTTP_TIMEOUT = 10


async def failure(folder: Path, reply: Reply, **timeouts: float) -> CodegrexError:
    """What the door raises for this answer."""
    limits = Timeouts(**{"connect": 5, "first_token": 5, "idle": 5, "total": 20, **timeouts})
    async with FakeServer(reply) as server, bench(folder) as b:
        with pytest.raises(CodegrexError) as caught:
            await b.read(provider=provider(server.base_url, timeouts=limits))
        assert await b.outcomes() == [caught.value.code]
    return caught.value


async def test_the_answer_comes_through_as_it_came(tmp_path: Path) -> None:
    reply = Reply(chunks=[b"one ", b"two ", b"three"])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        assert await b.read("text", provider=provider(server.base_url)) == b"one two three"
        assert await b.outcomes() == ["answered"]
    request = server.requests[0]
    assert (request.method, request.target, request.body) == ("POST", "/v1/say", b"text")


async def test_the_head_holds_our_headers_and_none_of_the_librarys_own(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        b.secret = ("Authorization", "Bearer k")
        await b.read("text", provider=provider(server.base_url, headers={"X-Team": "blue"}))
        await b.probe(provider(server.base_url))
    expected = [
        ("host", f"127.0.0.1:{server.port}"),
        ("user-agent", f"codegrex-lsp/{__version__}"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
        ("content-length", "4"),
        ("content-type", "application/json"),
        ("X-Team", "blue"),
        ("Authorization", "Bearer k"),
    ]
    assert list(server.requests[0].headers) == expected
    probe = [*expected[:4], ("content-length", "0"), ("Authorization", "Bearer k")]
    assert list(server.requests[1].headers) == probe


async def test_a_cookie_that_a_server_sets_is_not_given_back(tmp_path: Path) -> None:
    reply = Reply(headers=[("set-cookie", "id=1; Path=/")])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        for _ in range(2):
            await b.read(provider=provider(server.base_url))
    assert [request.header("cookie") for request in server.requests] == [None, None]


async def test_an_address_that_is_too_long_is_named_without_being_repeated(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        with pytest.raises(ConfigurationError, match="too long") as caught:
            await b.read(provider=provider(server.base_url + "/canary" * 10_000))
    assert "canary" not in str(caught.value) + caught.value.fix
    assert server.requests == []


async def test_the_path_of_the_base_url_comes_first(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        await b.read(provider=provider(server.base_url + "/api/"))
    assert server.requests[0].target == "/api/v1/say"


async def test_nothing_tells_who_the_person_is(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        await b.read(provider=provider(server.base_url))
    names = [name.lower() for name, _ in server.requests[0].headers]
    assert sorted(names) == [
        "accept",
        "accept-encoding",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ]
    assert server.requests[0].header("accept-encoding") == "identity"
    assert server.requests[0].header("host") == f"127.0.0.1:{server.port}"


async def test_the_key_and_the_persons_headers_go_along(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path, secret=("authorization", "Bearer k")) as b:
        await b.read(provider=provider(server.base_url, headers={"x-team": "blue"}))
    assert server.requests[0].header("authorization") == "Bearer k"
    assert server.requests[0].header("x-team") == "blue"


async def test_a_key_never_leaves_for_another_origin(tmp_path: Path) -> None:
    async with FakeServer() as own, FakeServer() as other, bench(tmp_path) as b:
        b.endpoint, b.secret = other.base_url, ("x-key", "k")
        with pytest.raises(AddressRefused, match="would have left"):
            await b.read(provider=provider(own.base_url))
    assert own.requests == other.requests == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("host", "evil"), ("Content-Length", "977"), ("x", "a\r\nb: c"), ("x", "ü"), ("a b", "zq")],
)
async def test_a_header_that_would_break_the_request_is_named_without_its_value(
    tmp_path: Path, name: str, value: str
) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        with pytest.raises(ConfigurationError) as caught:
            await b.read(provider=provider(server.base_url, headers={name: value}))
    assert value not in str(caught.value) + caught.value.fix
    assert "providers.ollama.headers" in caught.value.fix
    assert server.requests == []


async def test_a_connection_is_kept_for_the_next_request(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        for _ in range(3):
            await b.read(provider=provider(server.base_url))
    assert (len(server.requests), server.connections) == (3, 1)


async def test_a_connection_the_server_closed_meanwhile_is_replaced(tmp_path: Path) -> None:
    async with FakeServer(Reply(framing="close")) as server, bench(tmp_path) as b:
        for _ in range(2):
            assert await b.read(provider=provider(server.base_url)) == b"ok"
    assert server.connections == 2


async def test_a_kept_connection_that_ends_unanswered_says_so_and_a_fresh_one_does_not(
    tmp_path: Path,
) -> None:
    replies = [Reply(), Reply([HangUp], framing="raw"), Reply([HangUp], framing="raw")]
    async with FakeServer(lambda _: replies.pop(0)) as server, bench(tmp_path) as b:
        assert await b.read(provider=provider(server.base_url)) == b"ok"
        for unanswered in (True, False):
            with pytest.raises(BadAnswer) as caught:
                await b.read(provider=provider(server.base_url))
            assert (caught.value.code, caught.value.unanswered) == ("cut-short", unanswered)


@pytest.mark.parametrize("said", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\na b\r\n\r\n"])
async def test_a_kept_connection_that_ends_in_garbage_was_answered(
    tmp_path: Path, said: bytes
) -> None:
    replies = [Reply(), Reply([said], framing="raw")]
    async with FakeServer(lambda _: replies.pop(0)) as server, bench(tmp_path) as b:
        assert await b.read(provider=provider(server.base_url)) == b"ok"
        with pytest.raises(BadAnswer) as caught:
            await b.read(provider=provider(server.base_url))
    assert not caught.value.unanswered


async def test_a_unix_socket_is_a_way_to_a_local_model(tmp_path: Path) -> None:
    async with FakeServer(unix=str(tmp_path / "s")) as server, bench(tmp_path) as b:
        assert await b.read(provider=provider(server.base_url)) == b"ok"
        assert [line["host"] for line in b.ledger.lines()] == ["unix socket"]


async def test_localhost_is_reached_without_asking_anybody_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("a name was looked up")

    async with FakeServer() as server, bench(tmp_path) as b:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nobody)
        url = server.base_url.replace("127.0.0.1", "localhost")
        assert await b.read(provider=provider(url)) == b"ok"


# ---- servers that misbehave


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with FakeServer() as elsewhere:
        reply = Reply(status=307, headers=[("location", elsewhere.base_url)])
        error = await failure(tmp_path, reply)
    assert (error.code, elsewhere.requests) == ("redirect-refused", [])


async def test_an_error_status_is_explained_by_the_translator(tmp_path: Path) -> None:
    reply = Reply(status=500, chunks=[b"the server's ", b"own words"])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        with pytest.raises(BadAnswer) as caught:
            await b.read(provider=provider(server.base_url))
        assert b.translator.explained == [(500, b"the server's own words")]
    assert caught.value.code == "status-500"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-3", 0), ("nan", 0), ("9e99", 3600)],
)
async def test_the_wish_to_be_left_alone_for_a_while_is_passed_on(
    tmp_path: Path, said: str, seconds: float
) -> None:
    error = await failure(tmp_path, Reply(status=429, headers=[("retry-after", said)]))
    assert isinstance(error, ProviderError)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("date", "said", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:09 GMT", 9),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wednesday, 21-Oct-26 07:28:10 GMT", 10),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed Oct 21 07:28:11 2026", 11),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 99 Oct 2026 07:27:00 GMT", 0),
        ("soon", "Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("soon", "later", 0),
    ],
)
async def test_a_date_to_come_back_at_is_set_against_the_servers_own_clock(
    tmp_path: Path, date: str, said: str, seconds: float
) -> None:
    reply = Reply(status=503, headers=[("date", date), ("retry-after", said)])
    error = await failure(tmp_path, reply)
    assert isinstance(error, ProviderError)
    assert error.retry_after == seconds


async def test_of_an_endless_error_only_the_beginning_is_read(tmp_path: Path) -> None:
    reply = Reply(status=503, chunks=[b"x" * 2**16] * 64)
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        with pytest.raises(BadAnswer):
            await b.read(provider=provider(server.base_url))
        assert len(b.translator.explained[0][1]) == ERROR_BYTES


async def test_an_error_whose_body_stalls_is_still_explained(tmp_path: Path) -> None:
    error = await failure(tmp_path, Reply(status=500, chunks=[b"half", Stall]), idle=0.05)
    assert error.code == "status-500"


async def test_an_answer_of_100_megabytes_is_given_up(tmp_path: Path) -> None:
    reply = Reply(chunks=[b"x" * 2**20] * 100)
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        size = 0
        with pytest.raises(BadAnswer) as caught:
            async for chunk in b.stream(provider=provider(server.base_url)):
                size += len(chunk)
        assert caught.value.code == "answer-too-large"
        assert size <= ANSWER_BYTES
        await asyncio.wait_for(server.hung_up.wait(), HTTP_TIMEOUT)


async def test_a_packed_answer_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 2**20)
    error = await failure(tmp_path, Reply(chunks=[bomb], headers=[("content-encoding", "gzip")]))
    assert error.code == "encoded-answer"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(chunks=[b"half a li", HangUp]),
        Reply(chunks=[HangUp]),
        Reply(framing="raw", chunks=[b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"]),
        Reply(framing="raw", chunks=[b"\x16\x03\x01 this is not HTTP\r\n\r\n"]),
        Reply(framing="raw", chunks=[b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000]),
        Reply(framing="raw", chunks=[]),
    ],
    ids=[
        "cut in a chunk",
        "cut after the head",
        "cut by length",
        "garbage",
        "endless head",
        "mute",
    ],
)
async def test_an_answer_cut_short_is_an_error_and_not_a_short_answer(
    tmp_path: Path, reply: Reply
) -> None:
    error = await failure(tmp_path, reply)
    assert isinstance(error, BadAnswer)
    assert error.code == "cut-short"


async def test_an_http_1_0_answer_ends_with_its_connection(tmp_path: Path) -> None:
    reply = Reply(framing="close", chunks=[b"a", b"b"])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        assert await b.read(provider=provider(server.base_url)) == b"ab"


async def test_nobody_at_the_address_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    async with bench(tmp_path) as b:
        with pytest.raises(Unreachable) as caught:
            await b.read(provider=provider(f"http://127.0.0.1:{port}"))
    assert f"127.0.0.1:{port}" in caught.value.message
    assert "providers.ollama.baseUrl" in caught.value.fix


# ---- the four limits


async def test_silence_before_the_first_byte_ends_at_the_first_token_limit(tmp_path: Path) -> None:
    error = await failure(tmp_path, Reply(stall_first=True), first_token=0.05)
    assert error.code == "timeout-first-token"


async def test_a_head_without_a_body_is_silence_too(tmp_path: Path) -> None:
    error = await failure(tmp_path, Reply(chunks=[Stall]), first_token=0.05)
    assert error.code == "timeout-first-token"


async def test_silence_after_the_first_byte_ends_at_the_idle_limit(tmp_path: Path) -> None:
    error = await failure(tmp_path, Reply(chunks=[b"one", Stall]), idle=0.05)
    assert error.code == "timeout-idle"


async def test_a_slow_drip_ends_at_the_total_limit(tmp_path: Path) -> None:
    drip = [b"x", 0.02] * 500
    error = await failure(tmp_path, Reply(chunks=drip), total=0.2)
    assert isinstance(error, TimedOut)
    assert error.code == "timeout-total"


async def test_a_connection_that_is_not_taken_ends_at_the_connect_limit(tmp_path: Path) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(3):  # fill the queue, so that the system answers nobody further
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
            waiting.append(sock)
        limits = Timeouts(connect=0.1, first_token=5, idle=5, total=20)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        async with bench(tmp_path) as b:
            with pytest.raises(TimedOut) as caught:
                await b.read(provider=provider(url, timeouts=limits))
        for sock in waiting:
            sock.close()
    assert caught.value.code == "timeout-connect"


# ---- hanging up


@pytest.mark.parametrize("reply", [Reply(stall_first=True), Reply(chunks=[Stall])])
async def test_a_cancel_before_the_first_token_closes_the_connection(
    tmp_path: Path, reply: Reply
) -> None:
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        task = asyncio.create_task(b.read(provider=provider(server.base_url)))
        await server.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.hung_up.wait(), HTTP_TIMEOUT)
        assert await b.outcomes() == ["cancelled"]


async def test_closing_the_stream_early_closes_the_connection(tmp_path: Path) -> None:
    async with FakeServer(Reply(chunks=[b"one", Stall])) as server, bench(tmp_path) as b:
        async with aclosing(b.stream(provider=provider(server.base_url))) as chunks:
            assert await anext(chunks) == b"one"
        await asyncio.wait_for(server.hung_up.wait(), HTTP_TIMEOUT)
        assert await b.outcomes() == ["closed"]


async def test_after_a_cancel_the_next_request_works(tmp_path: Path) -> None:
    def script(request: Request) -> Reply:
        return Reply(stall_first=True) if request.body == b"slow" else Reply()

    async with FakeServer(script) as server, bench(tmp_path) as b:
        task = asyncio.create_task(b.read("slow", provider=provider(server.base_url)))
        await server.arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await b.read("quick", provider=provider(server.base_url)) == b"ok"


# ---- probes, the ledger, and what is not said


async def test_a_probe_carries_no_text_and_is_listed(tmp_path: Path) -> None:
    async with FakeServer(Reply(chunks=[b"{", b"}"])) as server, bench(tmp_path) as b:
        assert await b.probe(provider(server.base_url)) == b"{}"
        line = b.ledger.lines()[0]
    assert server.requests[0].body == b""
    assert (line["task"], line["bytes"], line["pieces"]) == ("probe", 0, 0)


async def test_a_probe_to_the_cloud_is_refused_below_normal_mode(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path, mode=Mode.SENSITIVE) as b:
        with pytest.raises(RefusedError):
            await b.probe(provider(server.base_url, kind="openai"))
    assert server.connections == 0


async def test_the_ledger_says_what_went_and_holds_none_of_it(tmp_path: Path) -> None:
    redactions = (Redaction("a.py", "secret", "aws", "cg_x", 2),)
    withheld = (WithheldPiece("b.py", "ignored"),)
    async with FakeServer() as server, bench(tmp_path) as b:
        await b.read(
            "canary-text",
            provider=provider(server.base_url),
            redactions=redactions,
            withheld=withheld,
        )
        line = b.ledger.lines()[0]
    assert (line["bytes"], line["pieces"], line["redactions"], line["withheld"]) == (11, 1, 2, 1)
    assert (line["provider"], line["host"]) == ("ollama", f"127.0.0.1:{server.port}")
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary" not in files


async def test_a_model_given_by_its_path_is_listed_by_its_name(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path, endpoint=server.base_url) as b:
        home = "/home/jane/models/small.gguf"
        await b.read(provider=provider("", kind="embedded", model=home))
        assert b.ledger.lines()[0]["model"] == "small.gguf"


async def test_local_requests_go_on_unrecorded_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("a file in the way")
    async with FakeServer() as server, bench(tmp_path) as b:
        assert await b.read(provider=provider(server.base_url)) == b"ok"
        assert b.door.unrecorded == (
            "The ledger can not be written: a file is in the way of its folder."
        )
        (tmp_path / "ledger").unlink()
        await b.read(provider=provider(server.base_url))
        assert b.door.unrecorded == ""


async def test_without_a_ledger_nothing_goes_to_the_cloud(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("a file in the way")
    async with FakeServer() as server, bench(tmp_path) as b:
        with pytest.raises(LedgerError):
            await b.read(provider=provider(server.base_url, kind="openai"), destination=CLOUD)
    assert server.connections == 0


async def test_a_model_that_is_served_elsewhere_is_not_local(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        with pytest.raises(AddressRefused) as caught:
            await b.read(provider=provider(server.base_url), facts=ModelFacts(remote="x.com"))
    assert caught.value.code == "model-served-remotely"
    assert server.connections == 0


async def test_no_text_and_no_address_reaches_a_log_at_any_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log.set_up(verbose=True)
        root.setLevel(logging.DEBUG)
        reply = Reply(chunks=[b"canary-answer"])
        async with FakeServer(reply) as server, bench(tmp_path) as b:
            b.secret = ("x-key", "canary-key")
            await b.read("canary-text", provider=provider(server.base_url + "/canary-path"))
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert "message withheld" in said.getvalue()  # the HTTP library did speak
    assert "canary" not in said.getvalue()


async def test_a_failure_quotes_neither_the_server_nor_the_request(tmp_path: Path) -> None:
    reply = Reply(framing="raw", chunks=[b"canary is not HTTP\r\n\r\n"])
    error = await failure(tmp_path, reply)
    assert "canary" not in repr(error) + error.message + error.fix
    assert error.__cause__ is None


async def test_many_requests_at_once_share_the_door(tmp_path: Path) -> None:
    def script(request: Request) -> Reply:
        return Reply(chunks=[request.body])

    async with FakeServer(script) as server, bench(tmp_path) as b:
        to = provider(server.base_url, timeouts=QUICK)
        texts = [f"text {number}" for number in range(40)]
        answers = await asyncio.gather(*(b.read(text, provider=to) for text in texts))
        assert [answer.decode() for answer in answers] == texts
        assert await b.outcomes() == ["answered"] * 40
        assert b.ledger.verify().ok
