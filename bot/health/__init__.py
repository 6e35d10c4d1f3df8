"""How the process is, for whoever keeps it running: /healthz, /readyz, /metrics, and a watch on the beat and the loop."""
