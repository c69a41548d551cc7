"""CodeGrex: an AI coding assistant from which nothing leaves unless its owner allowed it.

The rooms of the house, bottom to top, and the one direction imports may take, are drawn in
docs/architecture.md and held by the import contracts in pyproject.toml. This file imports
nothing, so that `codegrex-lsp --version` stays instant.
"""

__version__ = "0.1.0"
