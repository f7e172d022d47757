# Made from src/vanguard/sdk/_async/__init__.py by tools/unasync.py; change that file, not this one.
"""The synchronous client: the one that is written; `_sync` is made from it."""
