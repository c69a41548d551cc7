"""The server as a process: it leaves when it should, with the right code, and not before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.server_process import (
    framed,
    hello,
    next_answer,
    next_answers,
    notification,
    request,
    start,
)

PATIENCE = 60  # seconds before a hanging process fails the test; not a measure of speed


@contextmanager
def running(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that does not outlive the test."""
    server = start(home)
    try:
        yield server
    finally:
        server.kill()
        server.communicate()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (hello() + request(2, "shutdown") + notification("exit"), 0),
        (hello() + request(2, "shutdown"), 0),
        (hello() + notification("exit"), 1),
        (hello(), 1),
        (hello() + b"Content-Length: 500\r\n\r\n{half a mess", 1),
        (b"", 1),
    ],
    ids=["shutdown and exit", "shutdown", "exit alone", "gone", "gone in a message", "silent"],
)
def test_the_exit_code_says_how_the_editor_left(tmp_path: Path, said: bytes, code: int) -> None:
    with running(tmp_path) as server:
        server.communicate(said, timeout=PATIENCE)
        assert server.returncode == code


def test_the_server_leaves_when_the_editor_dies_though_its_pipe_stays_open(
    tmp_path: Path,
) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with running(tmp_path) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(hello(editor.pid))
        server.stdin.flush()
        assert "result" in next_answer(server.stdout, 1)
        assert server.poll() is None
        editor.kill()
        editor.communicate()
        assert server.wait(timeout=PATIENCE) == 1


def test_an_editor_that_can_not_be_seen_is_not_taken_for_dead(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with running(tmp_path) as server:
        said = hello(gone.pid) + request(2, "shutdown") + notification("exit")
        server.communicate(said, timeout=PATIENCE)
        assert server.returncode == 0


def test_the_server_leaves_when_nobody_reads_it(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(hello())
        server.stdin.flush()
        next_answer(server.stdout, 1)
        server.stdout.close()
        server.stdin.write(request(2, "codegrex/status"))
        server.stdin.flush()
        assert server.wait(timeout=PATIENCE) == 1


def test_garbage_is_answered_and_the_server_lives_on(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + framed("x")[:-3] + b"}}}")
        server.stdin.write(hello())
        server.stdin.flush()
        assert next_answer(server.stdout, None)["error"]["code"] == -32700
        assert "result" in next_answer(server.stdout, 1)


def test_stray_prints_do_not_break_the_protocol_and_no_text_is_logged(tmp_path: Path) -> None:
    canary = "canary" + "7315"
    uri = f"file:///{canary}/a.py"
    document = {"uri": uri, "languageId": "python", "version": 1, "text": f"{canary} = 1"}
    position = {"line": 0, "character": 3}
    wanted = {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 2}}
    with running(tmp_path) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(
            hello() + notification("textDocument/didOpen", {"textDocument": document})
        )
        server.stdin.write(request(2, "textDocument/inlineCompletion", wanted))
        server.stdin.write(request(3, "textDocument/inlineCompletion", {"textDocument": canary}))
        server.stdin.write(notification("textDocument/didChange", {"textDocument": canary}))
        server.stdin.write(framed({"jsonrpc": "2.0", "id": canary, "result": canary}))
        server.stdin.flush()
        answers = next_answers(server.stdout, {2, 3})
        assert answers[2]["result"]["items"][0]["insertText"] == "suggested"
        assert answers[3]["error"]["code"] == -32602
        _, errors = server.communicate(request(4, "shutdown") + notification("exit"), PATIENCE)
        assert server.returncode == 0
        assert b"a stray print" in errors
        assert b"can not be read" in errors
        assert canary.encode() not in errors
