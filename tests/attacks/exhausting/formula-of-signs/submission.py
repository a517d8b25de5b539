"""Answer with a formula of nothing but signs, which a parser calls itself for."""

formula = "-" * 100_000 + "n"
