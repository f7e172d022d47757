"""The load and its requests. It does not know what it loads."""
