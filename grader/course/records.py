"""The records behind course.yaml and exercise.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from keyword import iskeyword
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from grader.course.canvas_place import CanvasPlace
from grader.course.material import FILE_NAME
from grader.course.memberships import BY_ROSTER
from grader.course.release import Release
from grader.course.rules import Rules
from grader.course.weighing import Weighing
from grader.errors import did_you_mean
from grader.figures.figure import Show
from grader.language.limits import Limits
from grader.language.params import Param
from grader.language.record import Record
from grader.language.templates import one_line
from grader.lms import EXPORTS
from grader.questions.base import Question
from grader.questions.given import Formulas
from grader.questions.kinds import KINDS

if TYPE_CHECKING:
    AnyQuestion = Question[Any, Any, Any]
else:
    AnyQuestion = Annotated[reduce(or_, KINDS.values()), Field(discriminator="kind")]

PACKAGE_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"  # top-level packages only
EXERCISE_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
SET_NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"

PackageName = Annotated[str, Field(pattern=PACKAGE_NAME)]
# Between double quotes, no shell and no notebook changes it, and pip does not read it as an option.
REQUIREMENT = r"^[A-Za-z0-9./][^\"`$%\\&|{}\r\n]*$"
Requirements = Annotated[
    list[Annotated[str, Field(pattern=REQUIREMENT, max_length=500)]], Field(min_length=1), Tag("list")
]
ExerciseName = Annotated[str, Field(pattern=EXERCISE_NAME, max_length=60)]


FileName = Annotated[str, Field(pattern=FILE_NAME, max_length=100)]


def _set_name(name: str) -> str:
    if name == BY_ROSTER:
        msg = f"'{BY_ROSTER}' is the name of the roster's own groups. Give these groups another name"
        raise ValueError(msg)
    return name


SetName = Annotated[str, Field(pattern=SET_NAME, max_length=60), AfterValidator(_set_name)]


def _exported(name: str) -> str:
    known = [lms.name for lms in EXPORTS]
    if name not in known:
        msg = f"'{name}' is not an LMS that receives scores. {did_you_mean(name, known)}"
        raise ValueError(msg.rstrip("."))
    return name


LmsName = Annotated[str, AfterValidator(_exported)]


def _heading(text: str) -> str:
    if not text.strip():
        msg = "The title is empty. Write one"
        raise ValueError(msg)
    return one_line(text)


Heading = Annotated[str, Field(min_length=1), AfterValidator(_heading)]


class Course(Record):
    """A course: its title, its exercises, and the packages that students' files can import."""

    format: Literal[1]
    title: Heading
    seed: Annotated[str, Field(min_length=1, description="Any text. Another seed gives other variants.")]
    exercises: Annotated[
        list[ExerciseName], Field(min_length=1, description="The folders under exercises/, in order.")
    ]
    packages: Annotated[
        list[PackageName],
        Field(description="Packages that students' files can import besides the standard library."),
    ] = ["torch"]
    limits: Limits = Limits()
    contact: Annotated[
        str, Field(description="How to object to a mark: Markdown, at the end of feedback pages.")
    ] = ""
    gradebook: Annotated[str, Field(description="An SQLAlchemy database URL.")] = "sqlite:///gradebook.db"
    rules: Annotated[Rules, Field(description="Deadlines, late work and attempts.")] = Rules()
    groups: Annotated[
        dict[SetName, FileName],
        Field(description="Sets of groups, each with its list: a CSV file beside this one."),
    ] = {}
    scores: Annotated[
        Weighing | None, Field(description="How the scores of exercises make a total in percent.")
    ] = None
    release: Annotated[Release, Field(description="What students see of their results, and when.")] = (
        Release()
    )
    install: Annotated[
        Requirements | Annotated[str, Tag("text")],
        Discriminator(lambda value: "list" if isinstance(value, list) else "text"),
        Field(description="What students install, for pip, or a text that says how; by default this grader."),
    ] = ""
    hand_in: Annotated[
        str, Field(description="Markdown: how students hand in, for the README.md of their handout.")
    ] = ""
    lms: Annotated[
        list[LmsName],
        Field(description="The LMSs that get scores: `course roster show` says who lacks an id."),
    ] = []

    canvas: Annotated[CanvasPlace | None, Field(description="Where `course push canvas` sends scores.")] = (
        None
    )

    @field_validator("exercises")
    @classmethod
    def _listed_once(cls, names: list[str]) -> list[str]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            msg = f"{', '.join(twice)} is listed more than once. List it once"
            raise ValueError(msg)
        return names

    @field_validator("canvas")
    @classmethod
    def _of_this_course(cls, canvas: CanvasPlace | None, info: ValidationInfo) -> CanvasPlace | None:
        names = info.data.get("exercises", [])
        unknown = [name for name in (canvas.assignments if canvas else {}) if names and name not in names]
        if unknown:
            msg = f"There is no exercise '{unknown[0]}'. {did_you_mean(unknown[0], names)}"
            raise ValueError(msg.rstrip("."))
        return canvas


class Illustration(Record):
    """A drawing of a layer at work on an input of a given shape, or on given numbers."""

    layer: Annotated[str, Field(description="As in torch: Conv2d(1, 1, kernel_size=K, stride=S).")]
    input: Annotated[
        Formulas,
        Field(description="The shape of the input, or nested lists of numbers, or a parameter of them."),
    ]
    weight: Annotated[Formulas | None, Field(description="With numbers: the layer's weight.")] = None
    bias: Annotated[Formulas | None, Field(description="With numbers: the layer's bias.")] = None
    show: Annotated[Show, Field(description="The first step, or the whole walk.")] = "first"

    @property
    def has_numbers(self) -> bool:
        """Whether the input is numbers: nested lists or a formula. A flat list is a shape."""
        return not isinstance(self.input, list) or any(isinstance(one, list) for one in self.input)

    @model_validator(mode="after")
    def _numbers_go_together(self) -> Illustration:
        if not self.has_numbers and (self.weight is not None or self.bias is not None):
            msg = "A figure of shapes takes no weight or bias. Remove them, or give the input's numbers"
            raise ValueError(msg)
        return self


class Passage(Record):
    """A text between questions."""

    text: Annotated[str, Field(min_length=1, description="Markdown between questions; it is not graded.")]


class Example(Record):
    """Code between questions that students can run."""

    example: Annotated[
        str, Field(min_length=1, description="Python between questions; it runs, and is not graded.")
    ]


QUESTION, TEXT, EXAMPLE = "a question", "a text", "an example"  # what an entry of `questions` is


def entry_of(entry: object) -> str:
    """Return what an entry of `questions` is."""
    if isinstance(entry, Passage | Example):
        return TEXT if isinstance(entry, Passage) else EXAMPLE
    keys = entry.keys() if isinstance(entry, dict) else ()
    if "kind" in keys or "id" in keys:
        return QUESTION
    return TEXT if "text" in keys else EXAMPLE if "example" in keys else QUESTION


AnyEntry = Annotated[
    Annotated[AnyQuestion, Tag(QUESTION)] | Annotated[Passage, Tag(TEXT)] | Annotated[Example, Tag(EXAMPLE)],
    Discriminator(entry_of),
]


def set_of(groups: bool | str) -> str:
    """Return the set of groups that `groups` of an exercise names; "" for none."""
    return groups if isinstance(groups, str) else BY_ROSTER if groups else ""


class Exercise(Record):
    """One exercise: its parameters and its questions."""

    model_config = ConfigDict(populate_by_name=False)

    format: Literal[1]
    title: Heading
    intro: Annotated[str, Field(description="Markdown; {{ M }} inserts a parameter.")] = ""
    params: Annotated[dict[str, Param], Field(description="Drawn separately for each student.")] = {}
    where: Annotated[list[str], Field(description="Conditions on the parameters, such as K <= M.")] = []
    variant_0: Annotated[
        dict[str, Any], Field(description="The parameters used when no student is named.")
    ] = {}
    figure: Illustration | None = None
    files: Annotated[
        list[FileName],
        Field(description="Files beside this one that students receive and their code can read."),
    ] = []
    hidden_files: Annotated[
        list[FileName],
        Field(description="Files beside this one that only checks and the reference can read."),
    ] = []
    hand_out: Annotated[
        list[Literal["helpers"]],
        Field(description="`helpers`: students receive helpers.py and can import it."),
    ] = []
    groups: Annotated[
        bool | str,
        Field(description="true if the roster's groups hand in together, or the name of other groups."),
    ] = False
    limits: Limits | None = None
    release: Annotated[Release, Field(description="Keys that replace those of the course.")] = Release()
    entries: Annotated[
        list[AnyEntry],
        Field(
            alias="questions", min_length=1, description="Questions, and `text` or `example` between them."
        ),
    ]

    @cached_property
    def placed(self) -> tuple[tuple[int, AnyQuestion], ...]:
        """The questions, each with its place in the list of the file."""
        return tuple((place, one) for place, one in enumerate(self.entries) if isinstance(one, Question))

    @cached_property
    def questions(self) -> tuple[AnyQuestion, ...]:
        """The questions, without what is between them."""
        return tuple(question for _, question in self.placed)

    def with_entries(self, entries: Sequence[Any]) -> Exercise:
        """Return the same exercise with these entries; model_copy would keep the old cached ones."""
        fields = {field.alias or name: getattr(self, name) for name, field in Exercise.model_fields.items()}
        return Exercise.model_construct(self.model_fields_set, **{**fields, "questions": list(entries)})

    @property
    def points(self) -> float:
        """Return the points for full marks."""
        return sum(question.points for question in self.questions)

    @property
    def group_set(self) -> str:
        """The set of groups that hand in together; "" if everybody works alone."""
        return set_of(self.groups)

    @field_validator("entries")
    @classmethod
    def _asks_something(cls, entries: list[AnyEntry]) -> list[AnyEntry]:
        if not any(isinstance(one, Question) for one in entries):
            msg = "There is no question. Add one with an id, a kind and a prompt"
            raise ValueError(msg)
        return entries

    @field_validator("params")
    @classmethod
    def _are_names(cls, params: dict[str, Param]) -> dict[str, Param]:
        bad = [name for name in params if not name.isidentifier() or not name.isascii() or iskeyword(name)]
        if bad:
            msg = f"'{bad[0]}' cannot be the name of a parameter. Use letters, digits and _"
            raise ValueError(msg)
        return params
