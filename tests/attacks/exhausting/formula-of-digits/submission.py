"""Answer with a formula of one number with a hundred thousand digits, and one that turns it into text."""

formula = "9" * 100_000 + " * n"
word = "9" * 4301
