"""Points as they were published, earlier archives judged again, what a run was judged with, units under a new id."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the tables of auditor/history.py."""
    op.create_table(
        "unit_history",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("unit_id", sa.String(200), primary_key=True),
        sa.Column("points", sa.Float),
        sa.Column("change", sa.Text),
        sa.Column("base_run", sa.String(64)),
        sa.Column("base_unit", sa.String(200)),
        sa.Column("by_rules", sa.Text),
        sa.Column("by_time", sa.Text),
        sa.Column("complete", sa.Boolean),
    )
    op.create_index("unit_history_by_unit", "unit_history", ["unit_id"])
    op.create_table(
        "run_rules",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("rules", sa.Text, nullable=False),
    )
    op.create_table(
        "same_units",
        sa.Column("unit_id", sa.String(200), primary_key=True),
        sa.Column("was_id", sa.String(200), nullable=False),
    )
