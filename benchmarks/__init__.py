"""How long a start takes, and what a press costs, measured on this machine (docs/benchmarks.md)."""
