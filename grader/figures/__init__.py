"""Draw walks: in text today."""
