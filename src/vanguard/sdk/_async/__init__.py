"""The asynchronous client: the one that is written; `_sync` is made from it."""
