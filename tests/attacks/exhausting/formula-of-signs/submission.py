"""Answer with a formula of nothing but signs, for which a parser calls itself."""

formula = "-" * 100_000 + "n"
