"""The platforms: each turns what arrived into a `Heard` value, and a `Reply` into messages. They do not know each other."""
