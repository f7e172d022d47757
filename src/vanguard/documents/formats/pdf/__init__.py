"""A PDF that can be searched: page images, or pages as they were, under a text that nobody sees.

It does not know who read the text.
"""
