"""Answer with a formula that sums over sums over sums."""

formula = "sum([sum([sum([a * b * c for a in range(n + 10**4)]) for b in range(10**4)]) for c in range(10**4)])"
