"""The store's tests run on both databases."""

from support.databases import database, database_url, postgres_server

__all__ = ["database", "database_url", "postgres_server"]
