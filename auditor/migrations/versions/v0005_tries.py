"""The tries of a unit that came to nothing, before it is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Makes the table of auditor/second_tries.py."""
    op.create_table(
        "unit_tries",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("unit_id", sa.String(200), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
