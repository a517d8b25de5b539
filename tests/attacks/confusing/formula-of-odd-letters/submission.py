"""Answer with a formula whose letters, signs and digits are other characters that look like them."""

formula = "\U0001d45b \u00d7 \uff11\uff12 \u2212 \u212f^\u03ba + \u0661\u0662 + \u13a7"
