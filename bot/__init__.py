"""HOW we speak: every door to the outside world."""
