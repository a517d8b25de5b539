"""Where student code runs, and the wire to it. Imports nothing of the rest but errors."""
