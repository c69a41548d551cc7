"""The one door.

Lives here: the only code that opens a connection, the classification of addresses, the ledger, and
the embedded model server's process. Never here: a prompt being built, or a redaction decision.
"""
