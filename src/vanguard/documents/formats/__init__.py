"""What a read document is written as: Markdown, HTML, plain text, XML for archives, searchable PDF.

It does not know how a page was read.
"""
