from support.databases import migrated_sqlite, sqlite_database
from support.documents.files import blobs, born_digital, no_file_stays_open, scan

__all__ = [
    "blobs",
    "born_digital",
    "migrated_sqlite",
    "no_file_stays_open",
    "scan",
    "sqlite_database",
]
