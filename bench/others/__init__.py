"""How many of the examples of other scanners' rules our own rules find."""
