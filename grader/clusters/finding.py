"""What the wrong answers of a class have in common, question by question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.clusters.cluster import MOST_CHANCE, AskedOf, Cluster
from grader.clusters.code_clusters import code_clusters
from grader.clusters.formula_clusters import formula_clusters
from grader.clusters.option_clusters import option_clusters
from grader.course.loading import LoadedExercise


@dataclass(frozen=True)
class FoundClusters:
    """The clusters of one question; `entries` has what to paste for each."""

    asked: AskedOf
    clusters: tuple[Cluster, ...]


def find_clusters(
    exercises: Mapping[str, LoadedExercise], asked: Sequence[AskedOf]
) -> Iterator[FoundClusters]:
    """Yield the clusters of each question with enough unexplained answers.

    The chance that luck alone leads to any cluster is at most MOST_CHANCE for all questions together.
    """
    enough = [one for one in asked if one.is_enough]
    for one in enough:
        yield FoundClusters(one, tuple(_clusters(exercises[one.exercise], one, MOST_CHANCE / len(enough))))


def _clusters(exercise: LoadedExercise, asked: AskedOf, limit: float) -> list[Cluster]:
    questions = {question.id: question for question in exercise.record.questions}
    question = questions.pop(asked.question)
    if question.by_checks:
        return code_clusters(asked.answers, limit)
    chosen = [one for one in asked.answers if one.parts.option]
    if chosen:
        return option_clusters(chosen, asked.wrong, limit)
    return formula_clusters(question, list(questions.values()), asked.answers, limit)
