"""How well the redactor finds what it must, beside its peers. See `__main__`."""
