"""Questions: what all kinds share. `kinds` has a module for each, and their list."""
