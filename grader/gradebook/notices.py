"""Warnings to read before using scores, as sentences for a terminal."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse
from grader.course.sharing import is_group
from grader.errors import CourseFaults, counted, did_you_mean, printable
from grader.folding import folded
from grader.gradebook.scoring import Score
from grader.gradebook.store import Gradebook
from grader.language.document import read_document

MAX_NAMED = 12  # students that a sentence names


def forgotten_exercises(course: LoadedCourse, gradebook: Gradebook) -> list[str]:
    """Return a sentence that names exercises with scores that the course does not list."""
    gone = {name: n for name, n in gradebook.exercises().items() if name not in course.record.exercises}
    told = (
        f"The gradebook has scores in {_counted(gone, 'student')}, which course.yaml does not list: "
        "they are left out. If you renamed an exercise, restore its old name."
    )
    return [told] if gone else []


def forgotten_questions(course: LoadedCourse, gradebook: Gradebook) -> list[str]:
    """Return a sentence per exercise that names scored questions it no longer has."""
    held = gradebook.questions()
    told = []
    for exercise in course.outlines():
        asked = {question.id for question in exercise.questions}
        own = {id_: count for (name, id_), count in held.items() if name == exercise.name}
        gone = {id_: count for id_, count in sorted(own.items()) if id_ not in asked}
        if gone:
            what = f"Scores in {exercise.name} still count {_counted(gone, 'submission')}"
            told.append(f"{what}, which it no longer asks. Run: course regrade")
    return told


def open_to_all(gradebook: Gradebook) -> list[str]:
    """Return a warning if everybody on this machine can read or change the gradebook's file."""
    file = gradebook.file
    if file is None or not file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return []
    return [f"Everybody on this machine can open {file}. Run: chmod o= {file}"]


def unknown_sections(course: LoadedCourse) -> Iterator[str]:
    """Yield a warning for each section that a deadline names and nobody in the roster is in.

    Raises:
        CourseFaults: the roster or course.yaml has faults.

    """
    named, known = course.record.rules.sections, course.memberships
    if not named:
        return
    if not known.sections:
        what = "the roster has no column 'section'" if known.is_known else "there is no roster.csv beside it"
        yield f"{COURSE_FILE} has deadlines by section, but {what}: the default is everybody's deadline."
        return
    document, sections = read_document(course.root / COURSE_FILE), set(known.sections.values())
    for exercise, section in named:
        if folded(section) not in map(folded, sections):
            path = ("rules", "deadlines", exercise, "sections", section)
            sentence = f"Nobody in the roster is in the section '{section}'."
            yield printable(str(document.fault(path, sentence, did_you_mean(section, sections), key=True)))


def group_notices(course: LoadedCourse, gradebook: Gradebook) -> Iterator[str]:
    """Yield the work that no longer counts because it belongs to nobody.

    Raises:
        CourseFaults: a list of groups has faults.
        UsageFault: it cannot be read, or the gradebook fails.

    """
    sharing = course.sharing
    yield from course.memberships.notes if sharing.sets else ()
    held = ((one.student, one.exercise) for one in gradebook.attempts()) if sharing.sets else ()
    for owner, exercise in dict.fromkeys(held):
        if exercise not in sharing.sets or sharing.members(owner, exercise):
            continue
        if is_group(owner):
            why = "nobody is in this group any more"
        else:
            why = f"the group {sharing.title(sharing.owner(owner, exercise))} hands in together"
        yield printable(f"{owner} {exercise}: what was handed in does not count, because {why}.")


def unused_lists(course: LoadedCourse) -> Iterator[str]:
    """Yield the lists of groups that no exercise names; none if an exercise cannot be read.

    Raises:
        CourseFaults: course.yaml has faults.

    """
    if not course.record.groups:
        return
    try:
        used = {outline.groups for outline in course.outlines()}
    except CourseFaults:  # reported where the exercise is used
        return
    document = read_document(course.root / COURSE_FILE)
    for name in course.record.groups:
        if name not in used:
            remedy = f"Write 'groups: {name}' in an exercise.yaml, or remove the list."
            told = document.fault(("groups", name), "No exercise uses these groups.", remedy, key=True)
            yield printable(str(told))


def alone_notices(course: LoadedCourse, students: Sequence[str]) -> Iterator[str]:
    """Yield who has nobody to work with, once for exercises in which they are the same students."""
    if course.sharing.sets and not course.sharing.all_groups:
        told = f"For groups: {', '.join(course.sharing.sets)}. No roster or list says who is in which"
        yield f"{told}: everybody works alone."
        return
    exercises: dict[tuple[str, ...], list[str]] = {}
    for exercise, alone in course.sharing.alone(students).items():
        exercises.setdefault(tuple(alone), []).append(exercise)
    for own, names in exercises.items():
        if own:
            told = ", ".join(map(printable, own[:MAX_NAMED]))
            more = f" and {len(own) - MAX_NAMED} more" if len(own) > MAX_NAMED else ""
            yield f"For groups: {', '.join(names)}. These students work alone: {told}{more}."


def score_warnings(scores: Iterable[Score]) -> Iterator[str]:
    """Yield the scores that need a look, with the reason."""
    for score in scores:
        for warning in score.warnings:
            student = printable(score.student)
            yield f"{student} {score.exercise}: {warning}. To see more: course history {student}"


def _counted(names: Mapping[str, int], what: str) -> str:
    return ", ".join(f"'{printable(name)}' ({counted(count, what)})" for name, count in names.items())
