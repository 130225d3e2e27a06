"""Runs, the results of their units, and the rows of the register that could not be used."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("finished_at", sa.String(32)),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("out", sa.Text, nullable=False),
        sa.Column("archive", sa.Text, nullable=False),
        sa.Column("program_version", sa.String(64), nullable=False),
        sa.Column("checklist", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("register", sa.Text, nullable=False),
    )
    op.create_table(
        "unit_results",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("unit_id", sa.String(200), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16)),
        sa.Column("result", sa.Text),
        sa.UniqueConstraint("run_id", "position"),
    )
    op.create_table(
        "register_rejects",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
