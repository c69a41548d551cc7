"""Pure choice: mode, task, settings and health in, Route or Refused out.

Never here: a clock, a socket, a file.
"""
