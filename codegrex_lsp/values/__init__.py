"""Frozen data that every room may hold.

Lives here: modes, documents, asks, routes, replies: standard library only, nothing that can fail
at run time, nothing that reads a clock, a file or a socket.
Never here: a decision that needs settings, or text that prints itself.
"""
