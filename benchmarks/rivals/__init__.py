"""What people would otherwise use, and ours beside it: each runs as a process of its own (`benchmarks.versus` starts them)."""
