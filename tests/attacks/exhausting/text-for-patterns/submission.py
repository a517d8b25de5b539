"""Answer with the longest text that the patterns of a question try in the most ways."""

word = ("a" * 497 + "b" * 497 + " w1234")[:1000]
