"""Where every setting comes from, and which source wins.

Lives here: the one table of settings, the layering of sources, where keys are looked for.
Never here: a setting's use. An invalid value is a named problem, never an exception at start-up.
"""

from codegrex_lsp.settings.build import Row, describe
from codegrex_lsp.settings.load import REPOSITORY_FILE, Sources, resolve
from codegrex_lsp.settings.model import Choice, Problem, Resolved, Settings, Vote
from codegrex_lsp.settings.reader import SettingsReader
from codegrex_lsp.settings.statements import overlay

__all__ = [
    "REPOSITORY_FILE",
    "Choice",
    "Problem",
    "Resolved",
    "Row",
    "Settings",
    "SettingsReader",
    "Sources",
    "Vote",
    "describe",
    "overlay",
    "resolve",
]
