"""The judge of attacks is judged: an attack that wins is reported, in each way in which one can win."""

from __future__ import annotations

import pytest

from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.proof.judge import Bench
from grader.proof.world import PLAIN, WRITING, World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world").resolve())


def test_the_honest_earn_their_points(world):
    found = {}

    def work(suite: CheckSuite) -> None:
        with Bench(world, suite) as bench:
            found.update(bench.expected)

    with_suite(world.course, [PLAIN, WRITING], work)
    for report in found.values():
        assert {q.id: q.score for q in report.questions if q.score} == {"size": 2, "double": 2, "smooth": 3}
