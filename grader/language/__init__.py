"""How courses are written: YAML, formulas, layers, texts and the draws of variants."""
