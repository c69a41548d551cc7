"""One short file per request kind.

A handler is a plain function of the session and typed parameters. What it does before it returns
runs in message order; where it must wait it returns a coroutine that holds a snapshot and no live
document. Never here: a privacy decision, a provider, a socket.
"""
