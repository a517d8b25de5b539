"""How likely it is that something fits several students by luck."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

PRIOR = 5  # made-up other answers: few real ones must not make luck impossible
LEAST_WAYS, MOST_WAYS = 4, 100  # different answers among which luck chooses


def tail(count: int, trials: int, share: float) -> float:
    """Return the probability of at least `count` successes in a number of trials.

    >>> round(tail(2, 3, 0.5), 6), tail(0, 3, 0.1), tail(4, 3, 0.9)
    (0.5, 1.0, 0.0)
    """
    if count <= 0 or share >= 1:
        return 1.0
    if count > trials or share <= 0:
        return 0.0
    first = (math.lgamma(trials + 1), math.log(share), math.log1p(-share))
    terms = [
        first[0] - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * first[1] + (trials - k) * first[2]
        for k in range(count, trials + 1)
    ]
    return min(1.0, sum(map(math.exp, terms)))


Given = tuple[float, ...]


def share_by_luck(fitted: Sequence[Given], others: Sequence[Given], ways: float) -> float:
    """Return how often a formula fits the answers of students that it does not explain.

    `fitted` has the formula's values for all students, and `others` the answers of those whom it does not fit
    on their own variants: each is compared with the values for all. A formula with the same value for most
    students fits as often as the most common of the other answers. PRIOR made-up answers are added, which
    agree with one of `ways` by chance.
    """
    values = Counter(fitted)
    agreeing = sum(values[answer] for answer in others) / len(fitted)
    spike = _most(values) / len(fitted) * _most(Counter(others))
    return (max(agreeing, spike) + PRIOR / ways) / (len(others) + PRIOR)


def _most(counts: Counter[Given]) -> int:
    return max(counts.values(), default=0)


def ways_of(answers: Sequence[Given]) -> float:
    """Return how many numbers a random answer can be: the range of those that were given."""
    numbers = [number for answer in answers for number in answer]
    spread = max(numbers, default=0) - min(numbers, default=0)
    return min(max(spread + 1, LEAST_WAYS), MOST_WAYS)
