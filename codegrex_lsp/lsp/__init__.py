"""The only package that imports pygls or lsprotocol.

Lives here: the server, the session, conversions, one short file per request kind. Never here: a
privacy decision.
"""
