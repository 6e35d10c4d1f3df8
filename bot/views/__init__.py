"""State -> Card, pure: one module per screen. Each module defines the scenes that it can draw; the words are the catalogues'."""
