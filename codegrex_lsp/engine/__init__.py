"""One use case, one screen: completion, preview; and the assembly of the whole house.

Never here: an LSP type, an HTTP type, or a print.
"""
