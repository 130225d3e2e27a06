"""What Alembic runs to reach the store: the connection is the caller's, with its transaction."""

from alembic import context

from auditor.migrations import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE, render_as_batch=True)
context.run_migrations()
