"""Chooses which ranges of which documents a request would like to send.

Lives here: the window around the cursor, neighbours. Never here: redaction, ignore decisions of
its own (it asks), or anything that sends.
"""
