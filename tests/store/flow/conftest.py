from support.databases import database, database_url, migrated_sqlite

__all__ = ["database", "database_url", "migrated_sqlite"]
