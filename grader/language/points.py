"""Points and scores in words: at most two decimals."""

from __future__ import annotations

import math


def number_text(value: float) -> str:
    """Return a number with at most two decimals.

    >>> number_text(14.2174), number_text(2.50), number_text(-0.001), number_text(20)
    ('14.22', '2.5', '0', '20')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def score_text(score: float, points: float) -> str:
    """Return a score out of `points` that is never rounded to full marks or to 0.

    >>> score_text(1.66667, 3), score_text(2.9999, 3), score_text(0.001, 3), score_text(3, 3)
    ('1.67', '2.99', '0.01', '3')
    """
    text = number_text(score)
    if score < points and text == number_text(points):
        return number_text(math.ceil(points * 100 - 1) / 100)
    return "0.01" if score > 0 and text == "0" else text


def points_text(points: float) -> str:
    """Return points in words.

    >>> points_text(1.0), points_text(2.5)
    ('1 point', '2.5 points')
    """
    return f"{number_text(points)} point{'' if points == 1 else 's'}"
