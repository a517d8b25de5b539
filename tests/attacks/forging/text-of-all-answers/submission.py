"""Answer with patterns, wildcards and lists of everything, where one word is asked for."""

import string

word = "|".join((".*", "(?s:.*)", r"\w+", "%", "*", string.ascii_letters, "[w][0-9]{9}"))
formula = {"n": "n", "k": ["n", "k"]}
secret = [range(10**9)]
