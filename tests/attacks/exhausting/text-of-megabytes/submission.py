"""Answer with as many characters as a result may have, for the comparison of texts and for the report."""

word = "\u0301a" * 5_000_000
formula = "n + " * 3_900_000 + "n"
