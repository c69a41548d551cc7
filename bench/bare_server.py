"""A pygls server that does nothing: what starting ours is compared with."""

from pygls.lsp.server import LanguageServer

LanguageServer("bare", "0").start_io()
