"""Conversations that read as the specification. Each runs unchanged on every platform."""
