"""Known Arabic pages, printed by other programs and read again."""
