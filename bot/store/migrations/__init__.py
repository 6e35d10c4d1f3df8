"""Alembic migrations; they ship with the package and run by themselves on SQLite."""
