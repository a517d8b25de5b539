"""Options that many students chose, for which their author has no feedback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.clusters.cluster import Cluster, Unexplained
from grader.clusters.luck import tail


def option_clusters(answers: Sequence[Unexplained], wrong: int, limit: float) -> list[Cluster]:
    """Return the options that more students chose than would by luck, if all wrong options were alike.

    `wrong` counts all students with a wrong answer, and `answers` those without feedback.
    """
    counts = Counter(one.parts.option for one in answers if one.parts.option)
    found = []
    for name, count in counts.most_common():
        members = tuple(one for one in answers if one.parts.option == name)
        share = 1 / max(members[0].parts.options, 2)
        chance = min(1.0, tail(count, wrong, share) * len(counts))
        if chance <= limit:
            found.append(Cluster(name, members, chance))
    return found
