"""Load a course from its folder, with all faults of a file reported at once, each with its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from grader.course.drawing import DRAW, MAKE, defines, draw_params
from grader.course.excerpt import excerpt
from grader.course.file_faults import clashes, clashes_of_asked, clashes_of_made, file_faults, texts_of
from grader.course.file_names import (
    CHECKS_FILE,
    COURSE_FILE,
    EXERCISE_FILE,
    HELPERS_FILE,
    MISCONCEPTIONS_FILE,
    PARAMS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.making import is_file, make_files, name_faults
from grader.course.material import Material, pictures_in, pictures_of
from grader.course.measured import read_measured
from grader.course.memberships import BY_ROSTER, Memberships
from grader.course.outline import Outline, outlined, read_outline
from grader.course.records import AnyQuestion, Course, Example, Exercise, Passage
from grader.course.release import Releases
from grader.course.rules import Rules
from grader.course.sharing import ALONE, Sharing
from grader.course.sources import parsed, read_source, repeated_checks, source_faults
from grader.course.validation import validate
from grader.errors import CourseFaults, Fault, UsageFault, did_you_mean
from grader.language.document import Document, Path_, read_document
from grader.language.draws import Draws
from grader.language.expressions import GIVEN, Expression, ExpressionError, evaluate
from grader.language.limits import Limits
from grader.language.params import Demand, Grid
from grader.questions.base import Question
from grader.questions.definitions import defined_names, function_of
from grader.questions.demands import demand_of
from grader.questions.problems import Problem, formula_problems, layer_problems, text_problems

_PYTHON_FILES = (
    REFERENCE_FILE,
    CHECKS_FILE,
    VISIBLE_CHECKS_FILE,
    MISCONCEPTIONS_FILE,
    HELPERS_FILE,
    PARAMS_FILE,
)

T = TypeVar("T")
_QUESTION: TypeAdapter[Question[Any, Any, Any]] = TypeAdapter(AnyQuestion, config={"defer_build": True})


@dataclass(frozen=True)
class LoadedExercise:
    """An exercise, its folder, and the positions of its parts in the file."""

    name: str
    folder: Path
    record: Exercise
    document: Document
    course: Course
    helpers: Path | None = None  # the exercise's own, or the course's
    drawn: frozenset[str] = frozenset()  # the names of the parameters and files that params.py draws
    measured: float | None = None  # seconds that a call may take, by the time of the reference

    @cached_property
    def material(self) -> Material:
        """Return the files that the exercise brings with it."""
        record, folder = self.record, self.folder
        texts = [(path[-1] == "explanation", text) for path, text in texts_of(record)]
        return Material(
            shipped={name: folder / name for name in record.files},
            hidden={name: folder / name for name in record.hidden_files},
            pictures=pictures_of((text for is_late, text in texts if not is_late), folder),
            explaining=pictures_of((text for is_late, text in texts if is_late), folder),
            helpers=self.helpers,
            hands_out_helpers="helpers" in record.hand_out,
            makes=self.makes,
        )

    @cached_property
    def to_grade(self) -> LoadedExercise:
        """Return it without what only readers need: a lane would render it for each student."""
        bare = {"intro": "", "figure": None}
        record = self.record.model_copy(update=bare).with_entries([*map(_without_texts, self.record.entries)])
        return replace(self, record=record)

    @property
    def names(self) -> frozenset[str]:
        """The names of the parameters."""
        return self.drawn or frozenset(self.record.params)

    @property
    def makes(self) -> frozenset[str]:
        """The names of the files that params.py makes for each student."""
        return frozenset(filter(is_file, self.drawn))

    @property
    def asked_files(self) -> dict[str, Path_]:
        """The names of the files that questions ask students to hand in, with the places that name them."""
        asked = [(getattr(one, "file", ""), place) for place, one in self.record.placed if one.by_person]
        return {name: ("questions", place, "file") for name, place in asked if name}

    @property
    def params_file(self) -> Path | None:
        """The author's params.py, which draws the parameters; None if `params:` says how."""
        return self.folder / PARAMS_FILE if self.drawn else None

    @property
    def limits(self) -> Limits:
        """Return the exercise's own limits, or the course's."""
        return self._timed(self.written_limits)

    @property
    def written_limits(self) -> Limits:
        """Return these limits as they are written, without what was measured."""
        return self.record.limits or self.course.limits

    @property
    def questions_limits(self) -> dict[str, Limits]:
        """Return the limits of the questions that have their own."""
        return {one.id: self._timed(one.limits) for one in self.record.questions if one.limits}

    @property
    def follows(self) -> tuple[str, ...]:
        """Return whose time no author limits: questions with limits of their own, and "" for all others."""
        own = {one.id: one.limits for one in self.record.questions if one.limits}
        return tuple(name for name, limits in {"": self.written_limits, **own}.items() if limits.follows)

    def _timed(self, limits: Limits) -> Limits:
        """Return limits with the time that follows from the reference's, where their author sets none."""
        return limits.allowing(self.measured) if self.measured and limits.follows else limits

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """Return what the questions demand of a student's parameters."""
        return tuple(demand_of(one, self.names) for one in self.record.questions if not one.by_checks)


def _without_texts(entry: Any) -> Any:
    """Return an entry of an exercise without what only readers need; it keeps its place."""
    if isinstance(entry, Passage | Example):
        return entry.model_copy(update={"text" if isinstance(entry, Passage) else "example": ""})
    return entry.model_copy(update={"hints": [], "explanation": ""})


@dataclass(frozen=True)
class LoadedCourse:
    """A course and its folder; exercises are loaded on demand.

    `enrolment` reads who is in which section and group. It is called at most once, and only if that is asked.
    """

    root: Path
    record: Course
    enrolment: Callable[[], Memberships] = Memberships

    @cached_property
    def memberships(self) -> Memberships:
        """The sections and groups of the students.

        Raises:
            CourseFaults: the roster has faults.

        """
        return self.enrolment()

    @cached_property
    def rules(self) -> Rules:
        """The rules for scores, which know the sections of the students if they ask for them.

        Raises:
            CourseFaults: they do, and the roster has faults.

        """
        rules = self.record.rules
        return rules.among(self.memberships.sections) if rules.sections else rules

    def exercise(self, name: str) -> LoadedExercise:
        """Load one exercise.

        Raises:
            UsageFault: the course has none of this name.
            CourseFaults: everything that is wrong in its files.

        """
        self._check_name(name)
        return self._exercises[name] if name in self._exercises else self._load(name)

    def outline(self, name: str) -> Outline:
        """Return the outline of one exercise, even if its checks, formulas or code have faults.

        Raises:
            UsageFault: the course has none of this name.
            CourseFaults: everything that is wrong in its files, if its title or its points are wrong.

        """
        self._check_name(name)
        if name not in self._outlines:
            folder = self.root / "exercises" / name
            self._outlines[name] = read_outline(folder) or outlined(name, self.exercise(name).record)
        return self._outlines[name]

    def outlines(self) -> list[Outline]:
        """Return the outline of every exercise, or raise the faults of all at once."""
        return _each(self.record.exercises, self.outline)

    @cached_property
    def sharing(self) -> Sharing:
        """Who works together in which exercise.

        Raises:
            CourseFaults: an exercise is for groups, and the roster or a list of groups has faults.
            UsageFault: such a list cannot be read.

        """
        return Sharing(self.group_sets, self.memberships.groups) if self.group_sets else ALONE

    @cached_property
    def group_sets(self) -> dict[str, str]:
        """The set of groups that work together in an exercise, by exercise, without those that have none."""
        sets: dict[str, str] = {}
        for name in self.record.exercises:
            with suppress(CourseFaults):  # reported where the exercise is used
                sets[name] = self.outline(name).groups
        return {name: one for name, one in sets.items() if one}

    @property
    def releases(self) -> Releases:
        """Return the release rules of all exercises, or raise the faults of all at once."""
        record = self.record
        own = {outline.name: record.release.with_own(outline.release) for outline in self.outlines()}
        return Releases(self.rules, own)

    @cached_property
    def _outlines(self) -> dict[str, Outline]:
        return {}

    @cached_property
    def _exercises(self) -> dict[str, LoadedExercise]:
        return {}

    def _load(self, name: str) -> LoadedExercise:
        loaded = load_exercise(self.root / "exercises" / name, self.record)
        self._exercises[name] = loaded
        return loaded

    def exercises(self) -> list[LoadedExercise]:
        """Load every exercise, or raise the faults of all at once."""
        return self.together(self.record.exercises)

    def together(self, names: Sequence[str]) -> list[LoadedExercise]:
        """Load these exercises, or raise the faults of all at once; what they hand out must not clash."""
        loaded = _each(names, self.exercise)
        brought = [(one.document, {**one.material.handed_out, **one.material.pictures}) for one in loaded]
        made = [(one.params_file or one.folder, one.makes) for one in loaded]
        asked = [(one.document, one.asked_files) for one in loaded]
        received = {
            *(name for _, files in brought for name in files),
            *(name for _, own in made for name in own),
        }
        found = (*clashes(brought), *clashes_of_made(made, brought), *clashes_of_asked(asked, received))
        if faults := list(found):
            raise CourseFaults(faults)
        return loaded

    def select(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return these names of exercises, each once, or all if none is given.

        Raises:
            UsageFault: the course has no such exercise.

        """
        for name in names:
            self._check_name(name)
        return tuple(dict.fromkeys(names)) or tuple(self.record.exercises)

    def _check_name(self, name: str) -> None:
        if name in self.record.exercises:
            return
        if name in {file.parent.name for file in (self.root / "exercises").glob(f"*/{EXERCISE_FILE}")}:
            raise UsageFault(f"{COURSE_FILE} does not list '{name}'. Add it there to 'exercises'.")
        raise UsageFault(f"There is no exercise '{name}'. {did_you_mean(name, self.record.exercises)}")


def _each(names: Sequence[str], load: Callable[[str], T]) -> list[T]:
    """Load what has these names, or raise the faults of all at once."""
    loaded: list[T] = []
    faults: list[Fault] = []
    for name in names:
        try:
            loaded.append(load(name))
        except CourseFaults as error:
            faults += error.faults
    if faults:
        raise CourseFaults(faults)
    return loaded


def load_course(root: Path) -> LoadedCourse:
    """Load the course in a folder.

    Raises:
        CourseFaults: course.yaml is missing or wrong.

    """
    document = read_document(root / COURSE_FILE)
    record, faults = validate(Course, document)
    if record is None:
        raise CourseFaults(_in_order(faults))
    for index, name in enumerate(record.exercises):
        if not (root / "exercises" / name).is_dir():
            folders = [folder.parent.name for folder in (root / "exercises").glob(f"*/{EXERCISE_FILE}")]
            sentence = f"There is no folder exercises/{name}."
            faults.append(document.fault(("exercises", index), sentence, did_you_mean(name, sorted(folders))))
    faults += _rule_faults(document, record)
    if faults:
        raise CourseFaults(faults)
    return LoadedCourse(root, record)


def _rule_faults(document: Document, course: Course) -> Iterator[Fault]:
    """Yield a fault for each rule about an exercise that the course does not have."""
    rules = course.rules
    named: list[tuple[Path_, str | None]] = [(("rules", "deadlines", name), name) for name in rules.deadlines]
    named += [(("rules", "extensions", i, "exercise"), e.exercise) for i, e in enumerate(rules.extensions)]
    named += [(("rules", "excused", i, "exercise"), e.exercise) for i, e in enumerate(rules.excused)]
    if course.scores:
        named += [(("scores", *path), name) for path, name in course.scores.named()]
        for missing in course.scores.uncounted(course.exercises):
            sentence = f"The exercise '{missing}' is in no category."
            yield document.fault(("scores", "categories"), sentence, "Add it to one.")
    for path, name in named:
        if name is not None and name not in course.exercises:
            yield document.fault(
                path, f"There is no exercise '{name}'.", did_you_mean(name, course.exercises)
            )


def load_exercise(folder: Path, course: Course) -> LoadedExercise:
    """Load the exercise in a folder.

    Raises:
        CourseFaults: exercise.yaml is missing or wrong, or code has no reference or checks.

    """
    document = read_document(folder / EXERCISE_FILE)
    record, faults = validate(Exercise, document)
    drawn = _drawn_names(folder, document, record, course, faults)
    if record is None:
        faults += _faults_of_valid_questions(document, drawn)
    else:
        names = drawn or frozenset(record.params)
        faults += [_place(document, problem) for problem in _problems(record, names)]
        faults += _code_faults(folder, document, record)
        faults += file_faults(folder, document, record, record.limits or course.limits)
        if record.group_set not in {"", BY_ROSTER, *course.groups}:
            sentence = f"There are no groups '{record.group_set}' in {COURSE_FILE}."
            remedy = did_you_mean(record.group_set, course.groups) or f"Add 'groups: ...' to {COURSE_FILE}."
            faults.append(document.fault(("groups",), sentence, remedy))
    if record is None or faults:
        raise CourseFaults(_in_order(faults))
    record = _built(_begun(folder, record))
    helpers, measured = helpers_of(folder), read_measured(folder)
    return LoadedExercise(folder.name, folder, record, document, course, helpers, drawn, measured)


def _drawn_names(
    folder: Path, document: Document, record: Exercise | None, course: Course, faults: list[Fault]
) -> frozenset[str]:
    """Return the names of what params.py draws and makes for no student; none if there is no such file.

    Raises:
        CourseFaults: it draws none. Every name in the exercise would then seem unknown.

    """
    file = folder / PARAMS_FILE
    if not file.is_file():
        return frozenset()
    if unreadable := list(source_faults(file)):
        raise CourseFaults([*faults, *unreadable])
    data = document.data if isinstance(document.data, dict) else {}
    for key in ("params", "where", "variant_0"):
        if data.get(key):
            sentence = f"{PARAMS_FILE} draws the parameters, so '{key}' has no effect."
            faults.append(document.fault((key,), sentence, f"Remove '{key}', or {PARAMS_FILE}."))
    if not defines(file, DRAW):
        sentence = f"{PARAMS_FILE} does not define 'draw'."
        faults.append(Fault(file, None, None, "", sentence, "Write def draw(random): return {...}."))
        raise CourseFaults(faults)
    try:
        draws = Draws((course.seed, folder.name, ""))
        params = draw_params(file, draws)
        made = frozenset(make_files(file, draws, params) if defines(file, MAKE) else ())
        faults += name_faults(file, made, _own_names(record) if record else frozenset())
        return made.union(params)
    except CourseFaults as error:
        raise CourseFaults([*faults, *error.faults]) from None


def _own_names(record: Exercise) -> frozenset[str]:
    """Return the names of the files and pictures that an exercise lists."""
    pictures = (name for _, text in texts_of(record) for name, _ in pictures_in(text))
    return frozenset((*record.files, *record.hidden_files, *pictures))


def _begun(folder: Path, record: Exercise) -> Exercise:
    """Give that code to the questions whose stubs begin with code from a file."""
    if not any(one.starts_from for one in record.questions):
        return record
    entries = [
        one.starting_with(excerpt(read_source(folder / one.starts_from), one.id))
        if isinstance(one, Question) and one.starts_from
        else one
        for one in record.entries
    ]
    return record.with_entries(entries)


def helpers_of(folder: Path) -> Path | None:
    """Return the helpers of the exercise in a folder of a course: its own, or else the course's."""
    files = (folder / HELPERS_FILE, folder.parents[1] / HELPERS_FILE)
    return next((file for file in files if file.is_file()), None)


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))


def _place(document: Document, problem: Problem) -> Fault:
    return document.fault(problem.path, problem.sentence, problem.remedy, line=problem.line)


def _faults_of_valid_questions(document: Document, drawn: frozenset[str]) -> Iterator[Fault]:
    """Yield the faults inside questions that pydantic does not find; params.py has `drawn` these names."""
    data = document.data if isinstance(document.data, dict) else {}
    params, questions = data.get("params"), data.get("questions")
    names = drawn or (frozenset(params) if isinstance(params, dict) else frozenset())
    earlier: set[str] = set()
    for index, question in enumerate(questions if isinstance(questions, list) else []):
        try:
            record = _QUESTION.validate_python(question)
        except ValidationError:
            if isinstance(question, dict) and str(question.get("id", "")).isidentifier():
                earlier.add(f"{GIVEN}.{question['id']}")  # it has a fault of its own
            continue
        known = names | earlier if record.builds else names
        if record.formula is not None:
            earlier.add(f"{GIVEN}.{record.id}")
        for problem in _under(("questions", index), record.problems(known)):
            yield _place(document, problem)


def _under(path: tuple[str | int, ...], problems: Iterator[Problem]) -> Iterator[Problem]:
    for problem in problems:
        yield Problem((*path, *problem.path), problem.sentence, problem.remedy, problem.line)


def _problems(exercise: Exercise, names: frozenset[str]) -> Iterator[Problem]:
    yield from text_problems(exercise.intro, ("intro",), names)
    yield from _param_problems(exercise)
    if exercise.figure:
        yield from layer_problems(exercise.figure.layer, ("figure", "layer"), names)
        for key in ("input", "weight", "bias"):
            yield from formula_problems(getattr(exercise.figure, key) or 0, ("figure", key), names)
    for index, entry in enumerate(exercise.entries):
        if not isinstance(entry, Question):
            key = "text" if isinstance(entry, Passage) else "example"
            yield from text_problems(getattr(entry, key), ("questions", index, key), names)
    seen: set[str] = set()
    earlier: set[str] = set()  # `given.slope`, which a later question can read
    for index, question in exercise.placed:
        if question.id in seen:
            yield Problem(
                ("questions", index, "id"),
                f"Another question already has the id '{question.id}'.",
                "Rename one.",
            )
        seen.add(question.id)
        known = names | earlier if question.builds else names
        yield from _under(("questions", index), question.problems(known))
        if question.formula is not None:
            earlier.add(f"{GIVEN}.{question.id}")


def _built(record: Exercise) -> Exercise:
    """Return the record with formulas of earlier questions in place of `given.slope`."""
    formulas: dict[str, Expression] = {}
    entries = []
    for entry in record.entries:
        one = entry.built_on(formulas) if isinstance(entry, Question) else entry
        entries.append(one)
        if isinstance(one, Question) and one.formula is not None:
            formulas[f"{GIVEN}.{one.id}"] = one.formula
    return record.with_entries(entries) if entries != record.entries else record


def _param_problems(exercise: Exercise) -> Iterator[Problem]:
    names = frozenset(exercise.params)
    earlier: set[str] = set()
    for name, param in exercise.params.items():
        if isinstance(param, Grid):
            yield from formula_problems(param.shape, ("params", name, "shape"), frozenset(earlier))
        earlier.add(name)
    for index, condition in enumerate(exercise.where):
        yield from formula_problems(condition, ("where", index), names)
    for name in exercise.variant_0:
        if name not in names:
            sentence = f"There is no parameter '{name}'."
            yield Problem(("variant_0", name), sentence, did_you_mean(name, names))
    if exercise.variant_0 and set(exercise.variant_0) >= names:
        yield from _unmet_conditions(exercise)


def _unmet_conditions(exercise: Exercise) -> Iterator[Problem]:
    for index, condition in enumerate(exercise.where):
        try:
            holds = evaluate(condition, exercise.variant_0)
        except ExpressionError:
            continue  # reported already, or when the variant is drawn
        if not holds:
            yield Problem(
                ("where", index),
                "Variant 0 does not meet this condition.",
                "Change the condition or variant 0.",
            )


def _code_faults(folder: Path, document: Document, exercise: Exercise) -> Iterator[Fault]:
    """Yield faults for unreadable Python files, and for code questions without a reference or checks."""
    begun = [(index, one) for index, one in exercise.placed if one.starts_from]
    names = dict.fromkeys([*_PYTHON_FILES, *(one.starts_from for _, one in begun)])
    present = [folder / name for name in names if (folder / name).is_file()]
    unreadable = {file: found for file in present if (found := list(source_faults(file)))}
    for path in present:
        yield from unreadable.get(path, ())
        if path not in unreadable and path.name in {CHECKS_FILE, VISIBLE_CHECKS_FILE}:
            yield from repeated_checks(path)
    code = [(index, question) for index, question in exercise.placed if question.by_checks]
    if not code:
        return
    for name in (REFERENCE_FILE, CHECKS_FILE):
        if not (folder / name).is_file():
            sentence = f"A code question needs {name} beside this file."
            yield document.fault(
                ("questions", code[0][0]), sentence, "Write it as docs/how-to/code-question.md shows."
            )
    for index, question in begun:
        if folder / question.starts_from not in unreadable:
            yield from _unbegun(folder / question.starts_from, question.id, ("questions", index), document)
    wanted: dict[str, list[tuple[Path_, str]]] = {
        REFERENCE_FILE: [(("questions", index, "id"), question.id) for index, question in code],
        MISCONCEPTIONS_FILE: [
            (("questions", index, "misconceptions", name), function_of(question.id, name))
            for index, question in code
            for name in question.misconceptions
        ],
    }
    for file, places in wanted.items():
        is_there = (folder / file).is_file() or file == MISCONCEPTIONS_FILE
        if places and is_there and folder / file not in unreadable:
            yield from _undefined(folder / file, places, document)


def _unbegun(file: Path, name: str, path: Path_, document: Document) -> Iterator[Fault]:
    """Yield why a file cannot give students the code that they start from."""
    if not file.is_file():
        sentence = f"There is no {file.name} beside this file."
        yield document.fault(path, sentence, f"Write the code that students start from, '{name}', into it.")
        return
    defined = defined_names(parsed(file.read_bytes()))
    if name not in defined:
        sentence = f"{file.name} does not define '{name}'."
        yield document.fault((*path, "id"), sentence, did_you_mean(name, defined))
        return
    for statement in parsed(excerpt(read_source(file), name)).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            sentence = f"In {file.name}, '{name}' must be one function or one class, but it needs more: "
            told = f"{sentence}{ast.unparse(statement).splitlines()[0]:.40}."
            yield document.fault((*path, "id"), told, "Put everything into it.")
        elif statement.name != name:
            sentence = f"In {file.name}, '{name}' uses '{statement.name}', which students do not receive."
            yield document.fault((*path, "id"), sentence, f"Put it into '{name}' or into helpers.py.")


def _undefined(file: Path, places: Sequence[tuple[Path_, str]], document: Document) -> Iterator[Fault]:
    """Yield a fault for each name that a Python file must define and does not."""
    defined = defined_names(parsed(file.read_bytes())) if file.is_file() else set()
    for path, name in places:
        if name not in defined:
            sentence = f"{file.name} does not define '{name}'."
            yield document.fault(path, sentence, did_you_mean(name, defined))
