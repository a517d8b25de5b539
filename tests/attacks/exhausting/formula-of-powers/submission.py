"""Answer with a formula whose value has more digits than there is memory."""

formula = "9**9**9**9 + n"
secret = 10 ** 4000
