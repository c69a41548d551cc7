"""What may be read and what may be sent.

Lives here: ignore rules, detection, placeholders, and the gate: the only maker of a Cleared.
Never here: a socket, a provider's name, an editor's type, a log line with text in it.
"""
