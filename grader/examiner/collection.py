"""Collect checks: pytest does it once for all submissions, without running its own loop."""

from __future__ import annotations

import copy
import importlib.util
import inspect
import math
import os
import re
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from grader.course.file_names import CHECKS_FILE, REFERENCE_FILE, VISIBLE_CHECKS_FILE
from grader.course.material import Material
from grader.course.sources import defined_checks, read_source
from grader.course.variant_source import PARAMS, reads_params
from grader.errors import CourseFaults, Fault
from grader.examiner.aside import aside
from grader.examiner.check_result import Check
from grader.examiner.checks import FIXTURES, CheckFixtures, CheckSuite, line_of
from grader.examiner.deed import Deed, Note, nowhere
from grader.examiner.plain_checks import cases_if_plain
from grader.examiner.surroundings import NOTHING_AROUND, Surroundings
from grader.examiner.variant_module import VariantModule
from grader.worker.comparing import quicken
from grader.worker.temporary import Folder

if TYPE_CHECKING:
    from grader.course.loading import LoadedCourse

T = TypeVar("T")

MARKERS = (
    "points(weight): a check's share of its question's points, relative to the question's other checks",
    "question(id): the question that a check belongs to, where its name does not begin with test_<id>",
)
_SILENT = ("skip", "skipif", "xfail")  # marks that keep a check from counting
_OPTIONS = (
    "--disable-plugin-autoload",
    "--noconftest",
    "--import-mode=importlib",
    "--capture=no",
    "--assert=plain",
    "--strict-markers",
    *("-p no:terminal -p no:cacheprovider -p no:warnings -p no:logging -p no:debugging".split()),
    *("-p no:junitxml -p no:faulthandler -p no:unraisableexception -p no:threadexception".split()),
    f"--config-file={os.devnull}",
)
_USERS_OPTIONS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")  # in the environment


@dataclass
class _Collector:
    """The plugin that replaces pytest's own loop."""

    work: Callable[[pytest.Session], None]
    root: Path  # where pytest's names of files begin
    note: Note
    around: Mapping[Path, Surroundings]  # by folder
    faults: list[Fault] = field(default_factory=list)
    plugins: int = 0  # before checks were imported, which can bring some

    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        self.plugins = _plugins_of(session)

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        if isinstance(collector, pytest.Module):
            self.note(Deed(f"The import of {collector.path.name}", collector.path))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Turn what would end pytest into an error of the file that raised it."""
        try:
            with self.around.get(collector.path.parent, NOTHING_AROUND).entered(), aside():
                report = yield
            error = _raised_in(report)
            if not isinstance(error, pytest.exit.Exception):
                return report
        except SystemExit as left:
            error = left
        self.faults.append(_quits(error, collector.path))
        return pytest.CollectReport(collector.nodeid, "passed", None, [])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        file = self.root / report.nodeid.partition("::")[0]
        if report.skipped:
            _, line, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", None, "")
            sentence = f"All checks in this file are skipped: {reason.removeprefix('Skipped: ')}."
            remedy = "Remove the skip, or students lose these points."
            self.faults.append(Fault(file, line, None, "", sentence, remedy))
        if report.failed:
            told = str(report.longrepr).strip()
            last = (told.splitlines() or ["?"])[-1].removeprefix("E").strip()
            places = re.findall(rf"{re.escape(file.name)}\"?(?::|, line )(\d+)", told)
            line = int(places[-1]) if places else None
            sentence = f"The checks cannot be read: {last}."
            self.faults.append(Fault(file, line, None, "", sentence, "Run pytest on it."))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not self.faults:
            self.work(session)
        return True


def _plugins_of(session: pytest.Session) -> int:
    return len(session.config.pluginmanager.list_name_plugin())


def _raised_in(report: pytest.CollectReport) -> BaseException | None:
    call = getattr(report, "call", None)
    return call.excinfo.value if call is not None and call.excinfo is not None else None


def _quits(error: BaseException, file: Path) -> Fault:
    name = "sys.exit" if isinstance(error, SystemExit) else "pytest.exit"
    sentence = f"{file.name} calls {name} when it is imported, which would end the grader."
    return Fault(file, _line_in(error, file), None, "", sentence, "Remove the call.")


def with_checks(
    folders: Mapping[str, Path],
    questions: Mapping[str, Sequence[str]],
    work: Callable[[CheckSuite], T],
    note: Note = nowhere,
    material: Mapping[str, Material] = MappingProxyType({}),
) -> T:
    """Collect the checks of some exercises' code questions, call `work` with them, and return its result.

    `folders`, `questions` and `material` are by exercise: the folder of its checks, the ids of its code
    questions, and the files that it brings. `note` receives what code of the course is about to do.

    Raises:
        CourseFaults: checks or a reference cannot be imported, or a check belongs to no question.

    """
    folders = {name: folder.resolve() for name, folder in folders.items()}
    fixtures = CheckFixtures()
    _try_helpers(material.values(), note)
    around = {folders[name]: Surroundings.of(folders[name], one) for name, one in material.items()}
    references = {
        name: variant_module(folder / REFERENCE_FILE, note, around.get(folder, NOTHING_AROUND))
        for name, folder in folders.items()
    }
    results: list[T] = []
    raised: list[BaseException] = []

    def loop(session: pytest.Session) -> None:
        quicken()  # where no zygote has imported torch, the checks have
        try:
            checks = {}
            for name, folder in folders.items():
                own = [item for item in session.items if item.path.parent == folder]
                checks[name] = [check_of(item, questions[name]) for item in own]
                collector.faults += _faults_of_items(own, folder)
            if _plugins_of(session) > collector.plugins:  # of one module, but for all
                checks = {name: [replace(one, cases=None) for one in some] for name, some in checks.items()}
            if not collector.faults:
                results.append(work(CheckSuite(fixtures, checks, references, note=note, around=around)))
        except BaseException as error:
            raised.append(error)

    files = [folder / name for folder in folders.values() for name in (VISIBLE_CHECKS_FILE, CHECKS_FILE)]
    existing = [str(file) for file in files if file.is_file()]
    if not existing:
        return work(CheckSuite(fixtures, dict.fromkeys(folders, ()), references, note=note, around=around))
    root = Path(existing[0]).parents[2]
    collector = _Collector(loop, root, note, around)
    _run_pytest(root, existing, [collector, fixtures])
    if collector.faults:
        raise CourseFaults(collector.faults)
    if raised:
        raise raised[0]
    if not results:  # something in them has broken pytest itself
        sentence = "pytest cannot collect these checks."
        raise CourseFaults([Fault(Path(existing[0]), None, None, "", sentence, "Run pytest on them.")])
    return results[0]


def _try_helpers(material: Iterable[Material], note: Note) -> None:
    """Import helpers, whose faults would otherwise be those of the first module that imports them."""
    for file in {brought.helpers for brought in material if brought.helpers}:
        load_reference(file, note)


def _faults_of_items(items: Sequence[pytest.Item], folder: Path) -> Iterator[Fault]:
    """Yield a fault for each check that would silently not run: pytest skips it, or its mark does."""
    for item in items:
        marked = next((mark for mark in _SILENT if item.get_closest_marker(mark)), None)
        if marked:
            sentence = f"The check {item.name} is marked {marked}, so it does not count."
            yield fault_at(item, sentence, "Remove the mark or the check.")
    collected = {_path_of(item) for item in items}
    for file in (folder / VISIBLE_CHECKS_FILE, folder / CHECKS_FILE):
        for name, line in defined_checks(file).items() if file.is_file() else ():
            if (file, name) not in collected:
                sentence = f"pytest does not collect {name}, so it never runs."
                yield Fault(file, line, None, "", sentence, "Define it unconditionally, or rename it.")


def _path_of(item: pytest.Item) -> tuple[Path, str]:
    """Return the file of a check and its name there, including the classes around it."""
    classes = [parent.name for parent in item.listchain() if isinstance(parent, pytest.Class)]
    return item.path, "::".join([*classes, item.name.partition("[")[0]])


def with_suite(
    course: LoadedCourse, exercises: Sequence[str], work: Callable[[CheckSuite], T], note: Note = nowhere
) -> T:
    """Call `work` with the checks of some exercises of a course.

    Raises:
        CourseFaults: checks or a reference cannot be imported, or a check belongs to no question.

    """
    code = {
        name: [question.id for question in course.exercise(name).record.questions if question.by_checks]
        for name in exercises
    }
    folders = {name: course.exercise(name).folder for name, questions in code.items() if questions}
    material = {name: course.exercise(name).material for name in folders}
    return with_checks(folders, code, work, note, material)


def _run_pytest(root: Path, files: Sequence[str], plugins: Sequence[object]) -> None:
    """Run pytest on files, without the options its user set for other runs, and forget their modules.

    pytest names a module by its path below the root, and makes each folder on the way a package. If the root
    were the folder of exercises, an exercise called `code` would be mistaken for Python's own module. If the
    modules were kept, another course's checks could be mistaken for these. Above the root pytest has nothing
    to look for: without `--confcutdir` it would list every folder up to that of all temporary files. The
    files of its fixture `tmp_path` get a folder of their own: in the usual one, which all of a user's runs
    of pytest share, it would first remove what older runs have left.
    """
    before = set(sys.modules)
    options = {name: os.environ.pop(name) for name in _USERS_OPTIONS if name in os.environ}
    own = [f"--rootdir={root}", f"--confcutdir={root}"]
    try:
        with Folder("checks", sweeping=False) as folder:
            pytest.main([*_OPTIONS, *own, f"--basetemp={folder.path / 'pytest'}", *files], plugins)
    finally:
        os.environ.update(options)
        new = set(sys.modules) - before
        modules = {name for name in new if getattr(sys.modules[name], "__file__", None) in files}
        for name in new:
            if any(f"{module}.".startswith(f"{name}.") for module in modules):
                del sys.modules[name]


def check_of(item: pytest.Item, questions: Sequence[str]) -> Check:
    """Return the check of a collected item.

    Raises:
        CourseFaults: it belongs to no code question.

    """
    function = getattr(item, "function", None)
    title = (inspect.getdoc(function) or "").partition("\n")[0] if function else ""
    visible = item.path.name == VISIBLE_CHECKS_FILE
    if title and visible and (case := getattr(item, "callspec", None)):
        title = f"{title.removesuffix('.')} [{case.id}]"  # hidden cases would give their inputs away
    return Check(
        id=item.name,
        question=_question_of(item, questions),
        title=title or item.name.removeprefix("test_").replace("_", " "),
        visible=visible,
        weight=_weight_of(item),
        item=item,
        cases=cases_if_plain(item, FIXTURES),
    )


def _weight_of(item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    weight = 1.0 if marker is None else next(iter(marker.args), None)
    if isinstance(weight, int | float) and 0 < weight < math.inf:
        return float(weight)
    sentence = f"The points of the check {item.name} are not a number above 0."
    raise CourseFaults([fault_at(item, sentence, "Write @pytest.mark.points(2).")])


def fault_at(item: pytest.Item, sentence: str, remedy: str) -> Fault:
    """Return a fault at the file and line of a check."""
    return Fault(item.path, line_of(item), None, "", sentence, remedy)


def _question_of(item: pytest.Item, questions: Sequence[str]) -> str:
    marker = item.get_closest_marker("question")
    if marker and marker.args and marker.args[0] in questions:
        return str(marker.args[0])
    name = item.name.partition("[")[0]
    named = [question for question in questions if f"{name}_".startswith(f"test_{question}_")]
    if named and not marker:
        return max(named, key=len)
    if len(questions) == 1 and not marker:
        return questions[0]
    sentence = f"The check {item.name} belongs to no code question."
    remedy = f"Begin its name with test_ and one of: {', '.join(questions)}."
    raise CourseFaults([fault_at(item, sentence, remedy)])


def variant_module(file: Path, note: Note = nowhere, around: Surroundings = NOTHING_AROUND) -> VariantModule:
    """Return reference.py, or another of the author's modules, for one variant after another."""
    reads = file.is_file() and (around.changes or reads_params(read_source(file)))
    return VariantModule(lambda params: load_reference(file, note, around, params), reads)


def load_reference(
    file: Path,
    note: Note = nowhere,
    around: Surroundings = NOTHING_AROUND,
    params: Mapping[str, Any] | None = None,
) -> ModuleType | None:
    """Import reference.py, or another of the author's modules, and return it; None if there is no such file.

    It finds the parameters of a variant under the name `params`.

    Raises:
        CourseFaults: it raises an error when it is imported.

    """
    if not file.is_file():
        return None
    name = f"{file.stem} of {file.parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if params is not None and reads_params(read_source(file)):
        vars(module)[PARAMS] = copy.deepcopy(dict(params))
    note(Deed(f"The import of {file.name}", file))
    try:
        with around.entered(), aside():
            spec.loader.exec_module(module)
    except SystemExit as error:
        raise CourseFaults([_quits(error, file)]) from None
    except Exception as error:
        line = getattr(error, "lineno", None) or _line_in(error, file)
        what = "The reference" if file.name == REFERENCE_FILE else file.name
        sentence = f"{what} cannot be imported: {type(error).__name__}: {error}."
        raise CourseFaults([Fault(file, line, None, "", sentence, "Correct it.")]) from None
    return module


def _line_in(error: BaseException, file: Path) -> int | None:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
