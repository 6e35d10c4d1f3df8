"""Fakes and builders: a clock that stands still, a stage with a cast, fake servers. No mock library."""
