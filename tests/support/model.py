"""The real starter model for tests, fetched once in the same way as `models pull starter`.

Kept in the folder that CODEGREX_TEST_MODELS names, else in `.tools/models` of the checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codegrex_lsp import portable
from codegrex_lsp.egress import starter

CHECKOUT = Path(__file__).parents[2]


def model_folders() -> portable.Folders:
    """Folders whose `data/models` is the tests' cache."""
    named = os.environ.get("CODEGREX_TEST_MODELS")
    home = Path(named) if named else CHECKOUT / ".tools" / "models"
    return portable.folders({"CODEGREX_HOME": str(home.absolute())})


def starter_file() -> Path:
    """The starter model, fetched where it is not there yet. Raises ProviderError."""
    folders = model_folders()
    portable.make_private(folders.data)
    with portable.locked(folders.data / "pull.lock"):
        return starter.starter_path(folders) or starter.pull_starter(folders, lambda _: None)


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """Path of the real starter model."""
    return starter_file()


def home_with_starter(home: Path, model: Path) -> dict[str, str]:
    """An environment whose CODEGREX_HOME is `home` and has the starter model in place."""
    folders = portable.folders({"CODEGREX_HOME": str(home)})
    portable.make_private(folders.data / "models")
    (folders.data / "models" / starter.FILE).symlink_to(model)
    return {**os.environ, "CODEGREX_HOME": str(home)}
