"""The version of the store is kept by Alembic alone; and a unit's results are found without reading a whole run."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drops the old table of versions (where there was one) and adds the index that a unit's history needs."""
    op.drop_table("auditor_schema", if_exists=True)
    op.create_index("unit_results_by_unit", "unit_results", ["unit_id"])
