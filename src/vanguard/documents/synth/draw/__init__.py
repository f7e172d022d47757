"""Sheets as files: a born-digital PDF, and its image."""
