"""Tasks of reviewers, their tags, and what was decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tasks()
    _tags()
    _decisions()


def _tasks() -> None:
    bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "review_tasks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("subject", bytewise, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("wanted", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_tasks")),
        sa.UniqueConstraint("queue", "subject", name=op.f("uq_review_tasks_queue_subject")),
    )
    with op.batch_alter_table("review_tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_review_tasks_order", ["queue", "state", "rank", "id"], unique=False
        )
        batch_op.create_index("ix_review_tasks_all", ["queue", "rank", "id"], unique=False)
        batch_op.create_index(
            "ix_review_tasks_claimed",
            ["claimed_by", "queue"],
            unique=False,
            sqlite_where=sa.text("claimed_by <> ''"),
            postgresql_where=sa.text("claimed_by <> ''"),
        )


def _tags() -> None:
    op.create_table(
        "review_tags",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rank", sa.Float(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["review_tasks.id"], name=op.f("fk_review_tags_task_id_review_tasks")
        ),
        sa.PrimaryKeyConstraint(
            "queue", "tag", "state", "rank", "task_id", name=op.f("pk_review_tags")
        ),
    )
    with op.batch_alter_table("review_tags", schema=None) as batch_op:
        batch_op.create_index("ix_review_tags_task_id", ["task_id"], unique=False)


def _decisions() -> None:
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["review_tasks.id"], name=op.f("fk_review_decisions_task_id_review_tasks")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["review_decisions.id"],
            name=op.f("fk_review_decisions_undoes_review_decisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decisions")),
        sa.UniqueConstraint("task_id", "version", name=op.f("uq_review_decisions_task_id_version")),
        sa.UniqueConstraint("undoes", name=op.f("uq_review_decisions_undoes")),
    )
