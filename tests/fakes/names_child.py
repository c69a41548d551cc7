"""A stand-in for the names model's process: hears `Maria Schmidt` and nobody else.

python names_child.py LOG ANSWER…: appends each start and each question to LOG; the n-th start does
as the n-th ANSWER says, the last one for ever after: `hear`, `die`, `no-model`, `mute` (reads and
never answers), `late` (never gets ready), `garbage`, `die-asked`.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

log, answers = Path(sys.argv[1]), sys.argv[2:]


def note(what: object) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def starts() -> int:
    return sum('"argv"' in line for line in log.read_text("utf-8").splitlines())


note({"argv": sys.argv})
answer = answers[min(starts(), len(answers)) - 1]
if answer == "die":
    sys.exit(3)
if answer == "late":
    time.sleep(60)
print(json.dumps({"ready": answer != "no-model"}), flush=True)
for line in sys.stdin:
    texts = json.loads(line)["texts"]
    note({"texts": texts})
    if answer == "die-asked":
        sys.exit(3)
    if answer == "mute":
        time.sleep(60)
    heard = [
        [(*match.span(), "PERSON") for match in re.finditer("Maria Schmidt", text)]
        for text in texts
    ]
    print("hello" if answer == "garbage" else json.dumps({"heard": heard}), flush=True)
