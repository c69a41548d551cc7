"""May this path be read at all, and which line says so.

Lives here: gitignore syntax, rule files, the built-in list, and the spellings of a path.
Never here: the text of a document, a cached answer that outlives its rule file, a guess that
ends in "readable": whatever can not be decided is ignored.
"""

from __future__ import annotations

from codegrex_lsp.privacy.ignore.rules import FILE_NAME, IgnoreRules
from codegrex_lsp.privacy.ignore.verdict import Verdict

__all__ = ["FILE_NAME", "IgnoreRules", "Verdict"]
