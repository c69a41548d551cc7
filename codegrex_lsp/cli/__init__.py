"""The command line: one short file per verb. Printing lives here and nowhere else.

Data goes to standard output, talk to standard error. A verb imports its heavy parts when it runs,
so that `--version` and a mistyped verb answer at once. Never here: a way to a model that the
editor does not take too; every verb stands on `engine.house`.
"""
