"""The soak: real processes are killed, stopped and starved while people wait, and a checker judges what the people saw."""
