"""The extractors of text layers, one file each, the only ones that know their library.

They do not know Arabic, nor one another.
"""
