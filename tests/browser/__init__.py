"""The local chat's page in a real browser."""
