"""Alembic migrations, run by `vanguard.store.migrate`."""
