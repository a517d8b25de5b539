"""Answer with a formula in more brackets than a parser has frames."""

formula = "(" * 400 + "n" + ")" * 400
word = "[" * 1000
secret = eval("[" * 90 + "]" * 90)
