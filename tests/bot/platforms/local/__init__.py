"""Tests of the local chat; `client.py` also serves the stories."""
