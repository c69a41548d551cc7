"""The embedded model server's own process: llama.cpp from a wheel, on loopback, behind a key.

Run as a module by `egress.modelserver`. One JSON line on standard input says what to serve (the
key is never an argument or a variable that other processes can read), one JSON line on standard
output says where; nothing else is ever printed, since llama.cpp's log holds prompts. It ends when
standard input ends, which is what a parent's death looks like, `kill -9` included.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import threading
import time
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from codegrex_lsp import portable

HOST: Final = "127.0.0.1"


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to judge
    portable.end_with_parent()
    portable.no_core_dumps()  # one would hold prompts
    answers = _take_over_output()
    orders = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        server, address = _serve(orders)
    except ImportError:
        _tell(answers, {"failed": "no-library"})
    except Exception:
        _tell(answers, {"failed": "not-loaded"})
    else:
        _tell(answers, {"address": address})
        while server is not None:
            time.sleep(3600)


def _serve(orders: dict[str, Any]) -> tuple[object, str]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = orders["model"]
    params.n_ctx = orders["n_ctx"]
    params.n_parallel = 1  # one person types; more slots would divide the context
    params.cpuparams.n_threads = orders["threads"]
    params.cpuparams_batch.n_threads = orders["threads"]
    params.hostnames = [HOST]
    params.port = 0  # the system chooses
    params.api_keys = [orders["key"]]
    params.ui = False
    params.endpoint_slots = False  # would show prompts
    params.offline = True
    server = xllamacpp.Server(params)  # returns once the model is loaded
    address = server.listening_address
    _check(address, orders["key"])
    return server, address


def _check(address: str, key: str) -> None:
    """Ask the server for its health as the parent will. Raises OSError."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request("GET", "/health", headers={"authorization": f"Bearer {key}"})
        if connection.getresponse().status != 200:
            raise OSError("not healthy")
    finally:
        connection.close()


def _take_over_output() -> BinaryIO:
    """Our own handle to standard output; what the library writes to either stream is dropped."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _tell(answers: BinaryIO, message: dict[str, str]) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.close()


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
