"""The packaged client in a real VS Code, driven in a real browser, with a real model."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.conftest import SAMPLE, TYPED
from tests.support.planted import AWS
from tools.toolbox import CHECKOUT, Toolbox

pytestmark = pytest.mark.timeout(420)

KEY = "-".join(("sk", "not", "a", "real", "one", "4711"))
SETTINGS = {
    "chat.disableAIFeatures": True,
    "codegrex.trace.server": "verbose",
    "editor.minimap.enabled": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


@pytest.fixture(scope="module")
def vsix(tools: Toolbox) -> Path:
    """The client, checked, bundled and packaged as it is shipped."""
    if not tools.client.exists():
        pytest.skip("the client's packages are missing: make tools")
    package = [tools.shims / "npm", "run", "package"]
    done = subprocess.run(
        package, cwd=CHECKOUT / "vscode-client", env=tools.environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return CHECKOUT / "vscode-client/dist/codegrex.vsix"


@pytest.fixture
def code_server(
    tools: Toolbox, vsix: Path, tmp_path: Path, environ: dict[str, str], workspace: Path
) -> Iterator[str]:
    """Address of a VS Code that has the client installed and nothing else."""
    if not tools.code_server.exists():
        pytest.skip("code-server is missing: make tools")
    data, extensions = tmp_path / "data", tmp_path / "extensions"
    (data / "User").mkdir(parents=True)
    (data / "User" / "settings.json").write_text(json.dumps(SETTINGS))
    program = [
        *(str(tools.node), str(tools.code_server)),
        *("--user-data-dir", str(data), "--extensions-dir", str(extensions)),
    ]
    environ = environ | {"EXTENSIONS_GALLERY": "{}"}
    subprocess.run(
        [*program, "--install-extension", str(vsix)], env=environ, check=True, capture_output=True
    )
    port = free_port()
    serve = [
        *program,
        *("--bind-addr", f"127.0.0.1:{port}", "--auth", "none"),
        *("--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"),
        *("--log", "trace"),
        str(workspace),
    ]
    with (tmp_path / "code-server.log").open("wb") as log:
        server = subprocess.Popen(
            serve, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/healthz", server)
            yield address
        finally:
            end_group(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "code-server ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("code-server did not answer")


def end_group(server: subprocess.Popen[bytes]) -> None:
    """End code-server with the processes it made, and only those."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, 15)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, 9)
        server.wait(10)


def test_a_person_sees_ghost_text_takes_it_and_is_told_what_is_not_read(
    tools: Toolbox, code_server: str, tmp_path: Path, workspace: Path
) -> None:
    if not tools.browser():
        pytest.skip("Chromium is missing: make tools")
    if not tools.playwright.exists():
        pytest.skip("playwright-core is missing: make tools")
    masked = workspace / "upload.py"
    masked.write_text(f'"""Uploads."""\n\nkey = "{AWS}"\n')
    plan = {
        "playwright": str(tools.playwright),
        "browser": tools.browser(),
        "base": code_server,
        "folder": str(workspace),
        "sample": str(workspace / "sums.py"),
        "ignored": str(workspace / "secrets/plan.py"),
        "masked": str(masked),
        "value": AWS,
        "typed": TYPED,
        "key": KEY,
        "shots": str(tmp_path),
    }
    driver = Path(__file__).with_name("drive.mjs")
    done = subprocess.run(
        [str(tools.node), str(driver), json.dumps(plan)],
        capture_output=True,
        text=True,
        timeout=360,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)

    assert "error" not in seen, f"{seen}; the screen is in {tmp_path}/failed.png"
    assert "sensitive · local" in seen["status"]
    assert seen["ghost"].strip()
    assert first_words(seen["ghost"]) in as_seen((workspace / "sums.py").read_text()[len(SAMPLE) :])
    assert as_seen("(local), in sensitive mode") in as_seen(seen["preview"])
    assert "has a key (client)" in seen["key"]
    assert as_seen("sent to https://api.openai.com only") in as_seen(seen["key"])
    assert_the_trace_holds_no_key(tmp_path / "data")
    assert "masked before it leaves: AWS access key" in seen["maskedHover"]
    assert as_seen("Local models get the placeholder.") in as_seen(seen["maskedHover"])
    assert "Not a secret: AWS access key" in seen["maskedActions"]
    assert "Do not read this file" in seen["maskedActions"]
    assert seen["allowed"]
    assert "sensitive · file not read" in seen["ignoredStatus"]
    assert ".codegrexignore" in seen["ignoredReason"]
    assert "secrets/" in seen["ignoredReason"]
    assert ".codegrexignore, line 2, secrets/" in seen["explained"]
    assert "secrets/" in seen["rule"]
    assert "offline" in seen["tightened"]
    keep_screenshots(tmp_path)


def assert_the_trace_holds_no_key(data: Path) -> None:
    """It shows every message, and of the answer with the key only that there was one."""
    traces = [path.read_text() for path in data.rglob("CodeGrex Trace.log")]
    assert any("Sending response 'codegrex/key - " in trace for trace in traces)
    for path in data.rglob("*.log"):
        assert KEY not in path.read_text(errors="replace"), path.name


def as_seen(text: str) -> str:
    """Text without its spaces: a page wraps lines and has spaces of its own."""
    return "".join(text.split())


def first_words(ghost: str) -> str:
    return as_seen(ghost.strip().splitlines()[0])


def keep_screenshots(folder: Path) -> None:
    if os.environ.get("CODEGREX_UPDATE_SCREENSHOTS") == "1":
        images = CHECKOUT / "docs/images"
        images.mkdir(parents=True, exist_ok=True)
        for name in ("vscode.png", "vscode-preview.png", "vscode-ignored.png", "vscode-masked.png"):
            shutil.copy(folder / name, images / name)
