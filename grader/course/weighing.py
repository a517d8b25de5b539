"""How the scores of exercises make a total: weights, categories, dropped scores, bonus, a minimum to pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from grader.course.rules import Percent
from grader.language.record import Record

Weight = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Drop = Annotated[int, Field(ge=0, le=1000, description="How many of the lowest scores do not count.")]
Minimum = Annotated[Percent | None, Field(description="The lowest percentage that passes.")]


class Category(Record):
    """Exercises that count together in a total."""

    exercises: Annotated[list[str], Field(min_length=1, description="Each belongs to one category only.")]
    weight: Annotated[Weight, Field(description="Compared with the weights of the other categories.")]
    drop_lowest: Drop = 0
    minimum: Minimum = None


class Weighing(Record):
    """The rules that turn the scores of a student's exercises into a total in percent."""

    weights: Annotated[
        dict[str, Weight], Field(description="Of exercises within their category; by default their points.")
    ] = {}
    categories: Annotated[
        dict[str, Category],
        Field(description="Names of your choice; without them all exercises count together."),
    ] = {}
    drop_lowest: Drop = 0
    bonus: Annotated[list[str], Field(description="Exercises that can only add to the total.")] = []
    minimum: Minimum = None
    at_most: Annotated[
        float, Field(gt=0, le=1000, allow_inf_nan=False, description="The largest total, in percent.")
    ] = 100

    @model_validator(mode="after")
    def _each_exercise_once(self) -> Weighing:
        if self.categories and self.drop_lowest:
            msg = "With categories, drop_lowest belongs in a category. Move it there"
            raise ValueError(msg)
        named = [name for category in self.categories.values() for name in category.exercises]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            msg = f"{', '.join(twice)} is listed more than once. List it once, in one category"
            raise ValueError(msg)
        return self

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield the exercises that are named, each with its place."""
        yield from ((("weights", name), name) for name in self.weights)
        yield from ((("bonus", i), name) for i, name in enumerate(self.bonus))
        for key, category in self.categories.items():
            yield from (
                (("categories", key, "exercises", i), name) for i, name in enumerate(category.exercises)
            )

    def parts(self, points: Mapping[str, float]) -> dict[str, Category]:
        """Return the categories by name; without any, one with the name "" that holds every exercise."""
        return self.categories or {
            "": Category(exercises=list(points), weight=1, drop_lowest=self.drop_lowest)
        }

    def uncounted(self, exercises: list[str]) -> list[str]:
        """Return the exercises that are in no category, although there are categories."""
        counted = {name for category in self.categories.values() for name in category.exercises}
        return [name for name in exercises if self.categories and name not in counted]
