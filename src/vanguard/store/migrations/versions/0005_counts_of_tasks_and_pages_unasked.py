"""Counts of reviewers' tasks, what is needed to forget them, and pages that a model was not asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_counts",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "state", name=op.f("pk_review_counts")),
    )
    op.execute(
        "INSERT INTO review_counts (queue, state, number)"
        " SELECT queue, state, COUNT(*) FROM review_tasks GROUP BY queue, state"
    )
    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_review_tasks_age", ["queue", "state", "created_at_ms"])
        batch_op.create_index("ix_review_tasks_changed", ["state", "changed_at_ms"])
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("pages_unasked", sa.Integer(), server_default="0", nullable=False)
        )
