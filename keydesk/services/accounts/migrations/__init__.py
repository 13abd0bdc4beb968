"""The Alembic history of accounts."""
