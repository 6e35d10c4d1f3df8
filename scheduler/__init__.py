"""WHEN we speak: due times, claims, outcomes. No chat, no SQL."""
