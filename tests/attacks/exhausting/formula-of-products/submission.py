"""Answer with a formula that multiplies its own values until they are huge, again at each point."""

formula = "prod([prod([(n + 9) ** 999 for a in range(999)]) for b in range(999)])"
