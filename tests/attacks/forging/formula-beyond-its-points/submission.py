"""Answer with formulas that would be right if only a few points, or rough ones, were compared."""

import os

formulas = (
    "1e300 * n + 1e300 * k",
    "0 * exp(1e300)",
    "0 ** (n - 1) * k",
    "(n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5) * (n - 6) * (n - 7) * (n - 8) * (n - 9) + exp(k)",
    "5e8 * n + exp(k)",
)
formula = formulas[os.urandom(1)[0] % len(formulas)]
