"""Tells Alembic which connection and tables to work on; it knows no revision."""

from __future__ import annotations

from alembic import context

from vanguard.store.tables import metadata

# `vanguard.store.migrate` opens the connection and its transaction; there is no offline mode.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    render_as_batch=True,
)
context.run_migrations()
