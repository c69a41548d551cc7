"""A stand-in for the embedded server's process: takes orders, answers as its script says.

python llama_child.py LOG ANSWER…: appends each start to LOG; the n-th start gives the n-th ANSWER,
the last one for ever after: `die`, `serve`, `slow`, `refuse`, `no-library`, `garbage`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

log, answers = Path(sys.argv[1]), sys.argv[2:]
orders = json.loads(sys.stdin.readline())
with log.open("a", encoding="utf-8") as file:
    file.write(json.dumps({**orders, "argv": sys.argv}) + "\n")
start = len(log.read_text("utf-8").splitlines())
answer = answers[min(start, len(answers)) - 1]
match answer:
    case "die":
        sys.exit(3)
    case "refuse":
        print(json.dumps({"failed": "not-loaded"}), flush=True)
    case "no-library":
        print(json.dumps({"failed": "no-library"}), flush=True)
    case "garbage":
        print("hello", flush=True)
    case _:
        if answer == "slow":
            time.sleep(0.5)
        print(json.dumps({"address": f"http://127.0.0.1:{start}"}), flush=True)
        sys.stdin.read()
