"""The language that courses are written in: YAML, formulas, layers, texts and drawn variants."""
