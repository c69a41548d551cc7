"""Translators between a Cleared and a provider's bytes.

Lives here: one file per wire, framing, the FIM table. Never here: I/O, a key, a clock. A provider
that can not transmit can not leak.
"""
