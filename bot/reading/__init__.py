"""What people type, read: times, spans and places. Pure; what is not understood is a value, never an error."""
