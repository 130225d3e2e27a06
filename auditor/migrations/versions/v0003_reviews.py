"""People's verdicts and disputes, one row per edit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the table of reviews."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("unit_id", sa.String(200), nullable=False),
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("run_started_at", sa.String(32), nullable=False),
        sa.Column("checklist", sa.String(200), nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("decided_on", sa.String(10)),
        sa.Column("valid_until", sa.String(10)),
        sa.Column("address", sa.Text),
        sa.Column("machine_verdict", sa.String(16), nullable=False),
        sa.Column("evidence_digest", sa.String(64), nullable=False),
        sa.Column("recheck", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(32), nullable=False),
        sa.UniqueConstraint("unit_id", "item_id", "number"),
    )
