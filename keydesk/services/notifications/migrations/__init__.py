"""The Alembic history of notifications."""
