"""The tables of docs/reference, as the code has them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, get_args

import click
from pydantic import BaseModel

from grader.cli import course as course_cli
from grader.cli import entry
from grader.cli import grade as grade_cli
from grader.course.canvas_place import CanvasPlace
from grader.course.records import Course, Example, Exercise, Illustration, Passage
from grader.course.release import Release
from grader.course.rules import Excused, Extension, Late, Rules, SectionDeadlines
from grader.course.weighing import Category, Weighing
from grader.examiner.asked_verbs import VERBS, SideEffects, Verbs
from grader.examiner.remedies import REMEDIES, remedy
from grader.examiner.remote import BINARY, UNARY, Remote
from grader.examiner.report import Cause, CheckReport, QuestionReport, Report
from grader.gradebook.scoring import Score
from grader.gradebook.totals import Total
from grader.handout.pack import Edition
from grader.language.expressions import FUNCTIONS, evaluate
from grader.language.layers import LAYERS, output_shape, parse_layer
from grader.language.limits import Limits
from grader.language.params import Decimals, Grid, Range
from grader.lms import EXPORTS
from grader.questions.base import Misconception, Question
from grader.questions.kinds import KINDS
from grader.questions.kinds.choice import ListedOption, MatchedPair
from grader.questions.kinds.expression import Domain
from grader.questions.kinds.settings import Condition
from grader.questions.kinds.text import TextMisconception
from grader.questions.posed import OutcomeName
from grader.questions.rubric_item import RubricItem
from grader.worker.families import FAMILIES
from grader.worker.isolation.ways import WAYS
from tests.reference.forms import default_of, form_of
from tests.reference.mistakes import fault_of
from tests.reference.page import ROOT, Make, Row, Table, cell, code, raw

SCOPE = {"M": 12, "K": 3, "S": 2, "P": 1, "image": [[1, 2], [3, 4]]}
RECORDS: dict[str, type[BaseModel]] = {
    record.__name__: record
    for record in (
        Course,
        CanvasPlace,
        Rules,
        SectionDeadlines,
        Late,
        Extension,
        Excused,
        Weighing,
        Category,
        Release,
        Limits,
        Exercise,
        Illustration,
    )
} | {
    record.__name__: record
    for record in (
        Range,
        Grid,
        Question,
        Misconception,
        TextMisconception,
        ListedOption,
        Condition,
        Domain,
        RubricItem,
        MatchedPair,
        Passage,
        Example,
        Decimals,
    )
}
REPORTS: dict[str, type[BaseModel]] = {
    record.__name__: record for record in (Report, QuestionReport, CheckReport, Cause)
}
OF_THE_MACHINE = {("course check", "isolation"): "`full` on Linux, `process` elsewhere"}
_RANGE = re.compile(r"(INTEGER|FLOAT) RANGE|FLOAT|INTEGER")
Before = Mapping[str, Row]


def table(name: str) -> Make:
    """Find how a table is made, by its name in a page."""
    what, _, whose = name.partition(" of ")
    return partial(MAKERS[what], whose) if whose else SINGLE[name]


def commands() -> dict[str, click.Command]:
    """Every command as a person types it."""
    root = course_cli.command
    context = click.Context(root)
    found = {name: root.get_command(context, name) for name in root.list_commands(context)}
    inner = {
        f"{name} {part}": one
        for name, group in found.items()
        if isinstance(group, click.Group)
        for part, one in group.commands.items()
    }
    single = {name: one for name, one in found.items() if not isinstance(one, click.Group)}
    both = sorted({**single, **inner}.items(), key=lambda pair: list(found).index(pair[0].split()[0]))
    return {"grade": grade_cli.command} | {f"course {name}": one for name, one in both if one}


def _list_of_commands(_before: Before) -> Table:
    rows = [
        (f"[`{name}`](#{name.replace(' ', '-')})", cell(one.get_short_help_str(limit=200)))
        for name, one in commands().items()
    ]
    return Table(("command", "does"), rows)


def _options(name: str, _before: Before) -> Table:
    command = commands()[name]
    context = click.Context(command, info_name=name)
    usage = command.get_usage(context).removeprefix("Usage: ")
    rows: list[Row] = [(code(" ".join(usage.split())), "how it is typed", "")]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            record = parameter.get_help_record(context)
            if record:
                told, help_text = record[0], record[1].partition("[")[0].strip()
                default = OF_THE_MACHINE.get((name, parameter.name)) or _default(parameter, context)
                rows.append((code(_RANGE.sub("N", told)), cell(help_text), default))
    return Table(("", "meaning", "if not given"), rows)


def _default(option: click.Option, context: click.Context) -> str:
    if option.required:
        return "required"
    if told := re.search(r"\[default: (.+)\]", option.help or ""):
        return cell(told[1])
    value = option.get_default(context)
    if option.is_flag or value is None or repr(value) in {"''", "()", "Sentinel.UNSET"}:
        return ""
    return code(str(value))


def _keys(name: str, _before: Before) -> Table:
    schema = RECORDS[name].model_json_schema(by_alias=True)
    rows, drafts = [], {}
    for key, one in schema["properties"].items():
        rows.append((code(key), cell(form_of(one)), cell(default_of(key, one, schema.get("required", [])))))
        drafts[code(key)] = cell(one.get("description", ""))
    return Table(("key", "holds", "if not given", "meaning"), rows, by_hand=True, drafts=drafts)


def _report_keys(name: str, _before: Before) -> Table:
    schema = REPORTS[name].model_json_schema()
    if "properties" not in schema:  # written by a function of its own
        schema = schema["$defs"][name]
    rows = [(code(key), cell(form_of(one))) for key, one in schema["properties"].items()]
    return Table(("key", "holds", "meaning"), rows, by_hand=True)


def _total_keys(_before: Before) -> Table:
    return Table(("key", "meaning"), [(code(field.name),) for field in fields(Total)], by_hand=True)


def _score_keys(_before: Before) -> Table:
    return Table(("key", "meaning"), [(code(field.name),) for field in fields(Score)], by_hand=True)


def _kinds(_before: Before) -> Table:
    return Table(
        ("kind", "students write"), [(f"[`{kind}`](../kinds/{kind}.md)", _told(kind)) for kind in KINDS]
    )


def _told(kind: str) -> str:
    page = (ROOT / "docs" / "kinds" / f"{kind}.md").read_text(encoding="utf-8")
    line = page.splitlines()[2]
    return cell(line.removeprefix("Students write ").partition(". ")[0].rstrip("."))


def _lmss(_before: Before) -> Table:
    return Table(
        ("name", "system", "writes"),
        [(f"[`{lms.name}`](../lms/{lms.name}.md)", cell(lms.title), cell(lms.summary)) for lms in EXPORTS],
    )


def _layers(_before: Before) -> Table:
    rows = [(code(name), cell(", ".join(f"`{key}`" for key in keys))) for name, keys in LAYERS.items()]
    return Table(
        ("layer", "parameters, in order"), [*rows, (code("Sequential"), "layers, one after the other")]
    )


def _sizes(before: Before) -> Table:
    rows = []
    for layer, (_, shape, *_rest) in before.items():
        sizes = tuple(int(size) for size in raw(shape).split("x"))
        found = output_shape(parse_layer(raw(layer)), SCOPE, sizes)
        rows.append((layer, shape, code("x".join(map(str, found)))))
    return Table(("layer", "goes in", "comes out"), rows)


def _functions(_before: Before) -> Table:
    return Table(("function", "gives"), [(code(name),) for name in FUNCTIONS], by_hand=True)


def _values(before: Before) -> Table:
    rows = [(formula, code(str(evaluate(raw(formula), SCOPE)))) for formula in before]
    return Table(("formula", "value"), rows)


def _families(_before: Before) -> Table:
    return Table(("family", "what belongs to it"), [(code(name),) for name in FAMILIES], by_hand=True)


def _outcomes(_before: Before) -> Table:
    return Table(("outcome", "when"), [(code(name),) for name in get_args(OutcomeName)], by_hand=True)


def _codes(_before: Before) -> Table:
    codes = [entry.DONE, entry.NOT_FULL_MARKS, entry.WRONG_USE, entry.BUG, entry.INTERRUPTED]
    return Table(("code", "when"), [(code(str(number)),) for number in codes], by_hand=True)


def _ways(_before: Before) -> Table:
    rows = [(code(name), cell(way.help)) for name, way in WAYS.items()]
    return Table(("`--isolation`", "what it does", "where it is there"), rows, by_hand=True)


def isolation_layers() -> set[str]:
    """Return the layers that a report can list under `isolation`."""
    worker = ROOT / "grader" / "worker"
    confined = re.findall(
        r'confinement\.add\("(\w+)"', (worker / "confinement.py").read_text(encoding="utf-8")
    )
    others = [
        name
        for file in ("forkserver.py", "isolation/spawner.py")
        for line in re.findall(r'return \("process".+', (worker / file).read_text(encoding="utf-8"))
        for name in re.findall(r'"(\w+)"', line)
    ]
    return {*confined, *others}


def _isolation_layers(_before: Before) -> Table:
    return Table(
        ("layer", "takes away"), [(code(name),) for name in sorted(isolation_layers())], by_hand=True
    )


def _refusals(_before: Before) -> Table:
    rows = [(code(what), cell(remedy(what, "", "Line 4"))) for what in REMEDIES]
    return Table(("refused", "what students read"), rows)


def _editions(_before: Before) -> Table:
    return Table(("edition", "meaning"), [(code(one),) for one in get_args(Edition)], by_hand=True)


def _operations(_before: Before) -> Table:
    names = [name for name in vars(Remote) if name.startswith("__") and callable(getattr(Remote, name))]
    operators = {f"__{one}__" for one in (*BINARY, *UNARY)}
    skipped = {"__init__", "__getattr__", "__setattr__", "__hash__", "__class__", *operators}
    return Table(
        ("python", "meaning"), [(code(name),) for name in names if name not in skipped], by_hand=True
    )


def _verbs(_before: Before) -> Table:
    parts = {name: list(inspect.signature(getattr(Verbs, name)).parameters)[1:] for name in sorted(VERBS)}
    rows = [(code(f"student.{name}({', '.join(parts[name])})"),) for name in parts]
    return Table(("verb", "result"), rows, by_hand=True)


def _side_effects(_before: Before) -> Table:
    return Table(("field", "meaning"), [(code(one.name),) for one in fields(SideEffects)], by_hand=True)


def _errors(where: str, before: Before) -> Table:
    rows, drafts = [], {}
    for wrong in before:
        told = fault_of(where, wrong)
        rows.append((wrong, cell(f"{told.path}: {told.sentence}" if told.path else told.sentence)))
        drafts[wrong] = cell(told.remedy)
    return Table(("you write", "you read", "what to do"), rows, by_hand=True, drafts=drafts)


MAKERS: dict[str, Any] = {
    "options": _options,
    "keys": _keys,
    "report keys": _report_keys,
    "errors": _errors,
}
SINGLE: dict[str, Make] = {
    "commands": _list_of_commands,
    "score keys": _score_keys,
    "total keys": _total_keys,
    "kinds": _kinds,
    "LMSs": _lmss,
    "layers": _layers,
    "sizes": _sizes,
    "functions": _functions,
    "values": _values,
    "families": _families,
    "outcomes": _outcomes,
    "exit codes": _codes,
    "ways": _ways,
    "isolation layers": _isolation_layers,
    "refusals": _refusals,
    "editions": _editions,
    "operations": _operations,
    "verbs": _verbs,
    "side effects": _side_effects,
}


def needed() -> Iterator[tuple[str, str]]:
    """Yield every table that some page must have, and what it is about."""
    for name in SINGLE:
        yield name, name
    for name in commands():
        yield f"options of {name}", f"the command `{name}`"
    for name in RECORDS:
        yield f"keys of {name}", f"the keys of {name}"
    for name in REPORTS:
        yield f"report keys of {name}", f"the keys of {name}"


def unlisted() -> Sequence[str]:
    """Name the records that course.yaml and exercise.yaml can hold and that no table lists."""
    defs: dict[str, Any] = {}
    for record in (Course, Exercise):
        schema = record.model_json_schema()
        defs |= schema.get("$defs", {})
    kinds = {kind.__name__ for kind in KINDS.values()}
    return sorted(set(defs) - set(RECORDS) - kinds)
