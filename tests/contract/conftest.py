"""The contract suites run on both databases."""

from support.databases import database, database_url, migrated_sqlite, postgres_server

__all__ = ["database", "database_url", "migrated_sqlite", "postgres_server"]
