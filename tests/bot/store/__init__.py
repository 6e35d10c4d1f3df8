"""The store over real SQLite files; what it wrote is read back through a second connection."""
