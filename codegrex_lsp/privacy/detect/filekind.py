"""What kind of file a text is of, as far as detectors care: where values stand, and how bare."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import PurePath
from typing import Final

from codegrex_lsp.privacy.detect.words import words


class FileKind(Enum):
    """How much a line's looks may be trusted."""

    CODE = "code"
    """Values stand in quotes; what stands bare is code."""
    VALUES = "values"
    """Values need no quotes: `.env`, INI, YAML, TOML, shell, Dockerfile, logs, CSV."""
    PROSE = "prose"
    """Text for people: Markdown, plain text, commit messages."""
    FORMS = "forms"
    """Lock files, minified and generated code: only what has a form of its own is believed."""


_VALUES_LANGUAGES: Final = words(
    """
    dotenv env ini properties yaml dockercompose shellscript dockerfile makefile conf toml
    terraform hcl log diff csv powershell bat
    """
)
_VALUES_SUFFIXES: Final = words(
    """
    .env .ini .cfg .conf .cnf .properties .yaml .yml .sh .bash .zsh .fish .envrc .toml .tf
    .tfvars .log .csv .tsv .ps1 .psm1 .bat .cmd .diff .patch
    .ldif .vcf .ics .service .socket .network .netdev .desktop .gitconfig .hcl .inf .kdl .repo
    """
)
_VALUES_NAMES: Final = (
    *(".env", "dockerfile", "makefile", ".netrc", ".npmrc", ".pypirc", ".pgpass"),
    *(".fetchmailrc", "fetchmailrc", ".curlrc", ".wgetrc", ".authinfo", ".gitconfig", ".s3cfg"),
)

_PROSE_LANGUAGES: Final = words("markdown plaintext restructuredtext asciidoc git-commit latex org")
_PROSE_SUFFIXES: Final = words(".md .markdown .rst .txt .adoc .mdx .tex .org .eml .textile .wiki")
_PROSE_NAMES: Final = words("commit_editmsg merge_msg readme notes todo changelog")

_LOCK_NAMES: Final = words(
    """
    package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml poetry.lock pipfile.lock
    uv.lock pdm.lock cargo.lock composer.lock gemfile.lock go.sum flake.lock mix.lock
    packages.lock.json podfile.lock pubspec.lock bun.lock deno.lock .terraform.lock.hcl
    """
)
_GENERATED: Final = re.compile(
    r"[.\-]min\.(?:js|css|mjs)$|\.(?:js|css|mjs)\.map$|_pb2(?:_grpc)?\.pyi?$|\.pb\.go$"
    r"|\.(?:svg|ipynb_checkpoints|snap|lock)$|\.bundle\.js$|\.chunk\.js$"
)


def kind_of(language: str, path_name: str) -> FileKind:
    """The kind of a file.

    Args:
        language: LSP language id, possibly empty.
        path_name: File name or label, possibly empty.
    """
    path = PurePath(path_name.lower())
    if path.name in _LOCK_NAMES or _GENERATED.search(path.name):
        return FileKind.FORMS
    if (
        language in _VALUES_LANGUAGES
        or path.suffix in _VALUES_SUFFIXES
        or path.name.startswith(_VALUES_NAMES)
    ):
        return FileKind.VALUES
    if language in _PROSE_LANGUAGES or path.suffix in _PROSE_SUFFIXES or path.name in _PROSE_NAMES:
        return FileKind.PROSE
    if not language and not path.suffix:
        return FileKind.PROSE  # a question, a note, a terminal: nobody said that it is code
    return FileKind.CODE
