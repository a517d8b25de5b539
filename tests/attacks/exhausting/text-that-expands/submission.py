"""Answer with characters of which each becomes eighteen when texts are compared."""

word = "\ufdfa" * 1000
formula = "\ufdfa" * 1000
secret = "\ufdfa" * 1_000_000
