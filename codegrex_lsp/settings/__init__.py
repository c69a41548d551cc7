"""Where every setting comes from, and which source wins.

Lives here: the one table of settings, the layering of sources, where keys are looked for.
Never here: a setting's use. An invalid value is a named problem, never an exception at start-up.
"""
