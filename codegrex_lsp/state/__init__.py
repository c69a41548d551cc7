"""Everything kept on disk, save settings and the ledger.

Lives here: the person's choice of mode, machine secrets. Never here: user text in the clear
unless the person asked for history.
"""
