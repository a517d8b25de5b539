"""Answer with halves of characters, which no encoding has, and with bytes."""

word = "\ud800\udfff" * 400
formula = "\ud800 + n"
secret = "\udc80"
