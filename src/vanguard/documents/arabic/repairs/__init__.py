"""The repairs of Arabic text, one file each.

They do not know one another; their order stands in `vanguard.documents.arabic.repair`.
"""
