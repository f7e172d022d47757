"""What the places of glyphs and lines tell: letters on their line, reading order, what runs around the text.

It does not know what is written, but for numbers of pages.
"""
