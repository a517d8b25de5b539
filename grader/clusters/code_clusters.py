"""Code that returned the same wrong values to all checks of its question."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice
from math import prod

from grader.clusters.cluster import MAX_CLUSTERS, Cluster, Unexplained
from grader.clusters.luck import PRIOR, tail

FEWEST_ALIKE = 4  # students
AGREEING = 0.1  # of the made-up pairs
MAX_COMPARED = 5000  # pairs of submissions that behave differently
MAX_FORMED = 500  # submissions that are grouped


def code_clusters(answers: Sequence[Unexplained], limit: float) -> list[Cluster]:
    """Return the groups of submissions that no luck explains, largest first.

    The chance is that of agreeing in each check, as often as submissions of different groups do.
    """
    groups = _groups(answers[:MAX_FORMED])
    found = []
    for group in groups[:MAX_CLUSTERS]:
        chance = _chance(group, groups)
        if len(group) >= FEWEST_ALIKE and chance <= limit:
            found.append(Cluster(None, tuple(group), chance))
    return found


def _groups(answers: Sequence[Unexplained]) -> list[list[Unexplained]]:
    """Group the submissions that behaved alike in all checks; the largest group is first."""
    groups: list[list[Unexplained]] = []
    for answer in answers:
        if any(map(_tells, range(len(answer.sketches)), [answer] * len(answer.sketches))):
            alike = next((group for group in groups if _is_alike(group[0], answer)), None)
            if alike is None:
                groups.append([answer])
            else:
                alike.append(answer)
    return sorted(groups, key=lambda group: -len(group))


def _tells(check: int, answer: Unexplained) -> bool:
    """Return whether a wrong value came back to a check: an exception can have many reasons."""
    return bool(answer.sketches[check].sums) and answer.sketches[check].form.startswith("failed")


def _is_alike(one: Unexplained, other: Unexplained) -> bool:
    pairs = zip(one.sketches, other.sketches, strict=False)
    return len(one.sketches) == len(other.sketches) and all(mine.is_like(its) for mine, its in pairs)


def _chance(group: Sequence[Unexplained], groups: Sequence[Sequence[Unexplained]]) -> float:
    """Return the probability that as many agree in all checks by luck, whoever begins."""
    first = group[0]
    checks = [check for check in range(len(first.sketches)) if _tells(check, first)]
    pairs = list(islice(combinations([own[0] for own in groups], 2), MAX_COMPARED))
    shares = (_agreeing(check, pairs) for check in checks)
    everybody = sum(map(len, groups))
    return min(1.0, everybody * tail(len(group) - 1, everybody - 1, prod(shares)))


def _agreeing(check: int, pairs: Sequence[tuple[Unexplained, Unexplained]]) -> float:
    """Return how often submissions of different groups agree in a check, with made-up pairs."""
    fit = [
        (one, other) for one, other in pairs if max(check, 0) < min(len(one.sketches), len(other.sketches))
    ]
    alike = sum(one.sketches[check].is_like(other.sketches[check]) for one, other in fit)
    return (alike + PRIOR * AGREEING) / (len(fit) + PRIOR)
