"""What the lines of a text layer make up: tables, columns, headings, lists, notes.

It does not know extractors, nor pictures: it makes of words and rules a page on which the same eyes look
that look at pictures.
"""
