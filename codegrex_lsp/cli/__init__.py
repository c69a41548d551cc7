"""One short file per verb. Printing lives here and nowhere else.
"""
