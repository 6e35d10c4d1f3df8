"""Opaque identifiers: 64 random bits as 11 characters that fit into button data. Nobody can guess a neighbour's."""

import secrets


def new_id() -> str:
    return secrets.token_urlsafe(8)
