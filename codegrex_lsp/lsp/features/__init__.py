"""One short file per request kind.
"""
