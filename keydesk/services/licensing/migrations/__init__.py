"""Licensing's Alembic history."""
