"""The detectors that are in force by default, in the order in which a line meets them."""

from __future__ import annotations

from pathlib import Path

from codegrex_lsp.privacy.detect.assignments import Assignments
from codegrex_lsp.privacy.detect.blocks import Blocks
from codegrex_lsp.privacy.detect.commands import Commands
from codegrex_lsp.privacy.detect.containers import Containers
from codegrex_lsp.privacy.detect.detector import Detector
from codegrex_lsp.privacy.detect.home_paths import HomePaths
from codegrex_lsp.privacy.detect.nearby import Nearby
from codegrex_lsp.privacy.detect.notes import Notes
from codegrex_lsp.privacy.detect.personal import personal_detectors
from codegrex_lsp.privacy.detect.private_keys import PrivateKeys
from codegrex_lsp.privacy.detect.provider_rules import ProviderRules
from codegrex_lsp.privacy.detect.second_opinion import SecondOpinion
from codegrex_lsp.privacy.detect.tables import Separated, Tables
from codegrex_lsp.privacy.detect.urls import Cookies, Headers, UrlCredentials


def standard_detectors(home: Path | None = None) -> tuple[Detector, ...]:
    """A fresh set; nothing heavy is imported until a line asks for it.

    Args:
        home: Home folder whose name is to be neutral, or None for this machine's.
    """
    return (
        ProviderRules(),
        Assignments(),
        Commands(),
        Blocks(),
        Containers(),
        Notes(),
        Nearby(),
        UrlCredentials(),
        Headers(),
        Cookies(),
        SecondOpinion(),
        HomePaths(home or Path.home()),
        *personal_detectors(),
        PrivateKeys(),
        Tables(),
        Separated(),
    )
