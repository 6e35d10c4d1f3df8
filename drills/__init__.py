"""WHAT we coach, and the rules: pure values and functions. No clock, no chat, no input or output beside the catalogue."""
