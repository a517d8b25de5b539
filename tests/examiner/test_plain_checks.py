"""Plain checks, which are called without pytest, are judged as pytest would have run them."""

from __future__ import annotations

import textwrap

import pytest

RIGHT = "def double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x\n"
RAISES = "def double(x):\n    raise ValueError('no')\n"
CRASHES = "def double(x):\n    import os; os._exit(3)\n"

PLAIN = """
import asyncio, contextlib, functools, math, os, sys, threading, unittest, warnings
from unittest import mock

import pytest, torch

def test_plain(student, reference, params):
    assert student.double(2) == reference.double(2)

def test_nothing():
    pass

# Cases

@pytest.mark.parametrize(("x", "y"), [(2, 4)])
@pytest.mark.parametrize("z", [0])
def test_cases(student, x, y, z):
    assert student.double(x) == y + z

@pytest.mark.parametrize(
    "x, y", [(1, 2), pytest.param(3, 6, id="three"), pytest.param(2, 4, marks=pytest.mark.points(2))]
)
def test_param(student, x, y):
    assert student.double(x) == y

@pytest.mark.parametrize(argnames=["x"], argvalues=[[n] for n in range(2)], ids=lambda n: f"<{n}>")
def test_named(student, x):
    assert student.double(x) == 2 * x

@pytest.mark.parametrize((), [()])
def test_no_names(student):
    assert student.double(1) == 2

@pytest.mark.parametrize("x", [pytest.param(1, id=pytest.HIDDEN_PARAM)])
def test_hidden_id(student, x):
    assert student.double(x) == 2

@pytest.mark.parametrize("x", [torch.ones(2)], scope="session")
def test_tensor(student, reference, x):
    torch.testing.assert_close(student.double(x), reference.double(x))

@pytest.mark.parametrize("tmp_path", ["a"])
def test_case_with_the_name_of_a_fixture(student, tmp_path):
    assert student.double(tmp_path) == "aa"

@pytest.mark.parametrize("x", ["\\0", "\\ud800", b"\\xff", None])
def test_odd_ids(student, x):
    assert os.environ["PYTEST_CURRENT_TEST"].endswith("] (call)")
    assert student.double(2) == 4

@pytest.mark.parametrize("x", [[1]])
def test_changed_case(student, x):
    x.append(1)
    assert student.double(len(x)) < 8

# Signatures

def test_default(student, reference=None, tmp_path=7):
    assert (student.double(1), reference, tmp_path) == (2, None, 7)

def test_own_default(student=7):
    assert student == 7

def test_keyword_only(*, student, reference):
    assert student.double(2) == reference.double(2)

def test_positional_only(student, /):
    assert student.double(2) == 4

def test_any_arguments(student, *args, **kwargs):
    assert (student.double(1), args, kwargs) == (2, (), {})

# Decorated functions, and what is not one

def decorated(check):
    @functools.wraps(check)
    def run(*args, **kwargs):
        for _ in check(*args, **kwargs) or ():
            pass
    return run

@decorated
def test_decorated(student):
    assert student.double(2) == 4

@decorated
def test_decorated_generator(student):
    yield
    assert student.double(2) == 4

@mock.patch("math.sin")
@mock.patch("math.pi", 4)
def test_patched(sin, student):
    assert student.double(2) == math.pi
    sin.assert_not_called()

@contextlib.contextmanager
def quiet():
    with contextlib.suppress(AssertionError):
        yield

@quiet()
def test_in_a_context(student):
    assert student.double(2) == 4

@torch.no_grad()
def test_without_gradients(student):
    assert not torch.is_grad_enabled()
    assert student.double(2) == 4

def _any(n, student):
    assert student.double(n) == 2 * n

test_partial = functools.partial(_any, 3)
test_lambda = lambda student: None if student.double(2) == 4 else pytest.fail("no")

async def test_async(student):
    assert student.double(2) == 4

def test_returns(student):
    return student.double(2) == 4

# What a check raises

def test_skip(student):
    pytest.skip("no")

def test_fail(student):
    if student.double(2) != 4:
        pytest.fail("not four", pytrace=False)

def test_xfail(student):
    if student.double(2) != 4:
        pytest.xfail("not four")

def test_exit(student):
    pytest.exit("bye", 3)

def test_import_or_skip(student):
    pytest.importorskip("no_such_module")

def test_other_skip(student):
    raise unittest.SkipTest

@unittest.skip("no")
def test_skipped_otherwise(student):
    pass

def test_quit(student):
    if student.double(2) != 4:
        sys.exit()

@pytest.mark.parametrize(
    "error",
    [
        StopIteration,
        StopAsyncIteration,
        GeneratorExit,
        RecursionError,
        asyncio.CancelledError,
        type("Own", (BaseException,), {}),
        BaseExceptionGroup("", [KeyboardInterrupt(), ValueError()]),
        ExceptionGroup("", [AssertionError()]),
    ],
)
@pytest.mark.parametrize("is_fair", [False, True])
def test_raises(student, error, is_fair):
    if student.double(2) != 4 or not is_fair:
        raise error

def test_endless_recursion():
    test_endless_recursion()

def test_wrapped(student):
    try:
        student.double(2)
    except Exception as error:
        raise AssertionError("wrapped") from error

def test_swallowed(student):
    with contextlib.suppress(BaseException):
        student.double(2)

def test_expected(student):
    with pytest.raises(ValueError, match="no") as caught:
        student.double(2)
    assert caught.traceback

def test_approximate(student):
    assert student.double(0.1) == pytest.approx(0.2)

def test_warns(student):
    with pytest.warns(UserWarning):
        warnings.warn("x")
    assert student.double(2) == 4

# What stays

KEPT = []

def test_keeps(student):
    KEPT.append(student)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(math, "pi", 4)
        assert student.double(2) == math.pi

def test_kept(reference):
    assert KEPT[-1].double(2) == reference.double(2)

def test_changes_params(params):
    params["seen"] = params.get("seen", 0) + 1
    assert params["seen"] == 1

def test_clears_the_test(student):
    del os.environ["PYTEST_CURRENT_TEST"]
    assert student.double(2) == 4

def test_thread(student):
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert student.double(2) == 4

class Lazy:
    @property
    def __class__(self):
        raise RuntimeError

lazy = Lazy()
unlike = mock.Mock(spec=type(pytest.fixture(lambda: 4)))
"""
SEEN = """
import random

def test_seen(student, reference):
    x = random.randrange(10**6)
    assert student.double(x) == reference.double(x), f"wrong for {x}"
"""

FOUR = "import pytest\n@pytest.fixture\ndef four(): return 4\n"
PLUGIN = """
import sys, types, pytest
plugin = types.ModuleType("brought_by_checks")
{0}
sys.modules["brought_by_checks"] = plugin
pytest_plugins = ["brought_by_checks"]
"""
IT = "def test_it(student): assert student.double(2) == 4"
NOT_PLAIN = {
    "a fixture of pytest": "def test_it(student, tmp_path): assert student.double(2) == 4",
    "any fixture": "def test_it(request): assert request.getfixturevalue('student').double(2) == 4",
    "its own fixture": f"{FOUR}def test_it(student, four): assert student.double(2) == four",
    "a fixture that is always used": """
        import pytest
        @pytest.fixture(autouse=True)
        def set(): global four; four = 4
        def test_it(student): assert student.double(2) == four
        """,
    "a fixture in place of the grader's": """
        import pytest
        @pytest.fixture(name="student")
        def own(student): return student.double
        def test_it(student): assert student(2) == 4
        """,
    "an imported fixture": "from helpers import *\ndef test_it(student, four): assert student.double(2) == four",
    "the set-up of a function": """
        def setup_function(): global four; four = 4
        def test_it(student): assert student.double(2) == four
        """,
    "the set-up of a module": """
        def setup_module(): global four; four = 4
        def test_it(student): assert student.double(2) == four
        """,
    "the tear-down of a function": f"def teardown_function(): pass\n{IT}",
    "an indirect case": """
        import pytest
        @pytest.fixture
        def four(request): return request.param + 1
        @pytest.mark.parametrize("four", [3], indirect=True)
        def test_it(student, four): assert student.double(2) == four
        """,
    "a case of an unknown fixture": f"import pytest\n@pytest.mark.parametrize('student', [3], indirect=True)\n{IT}",
    "a case in place of the grader's": f"import pytest\n@pytest.mark.parametrize('student', [3])\n{IT}",
    "a fixture with cases": """
        import pytest
        @pytest.fixture(params=[4])
        def four(request): return request.param
        def test_it(student, four): assert student.double(2) == four
        """,
    "a class": "class TestIt:\n    def test_it(self, student): assert student.double(2) == 4",
    "a unittest": "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self): pass",
    "a mark": f"import pytest\n@pytest.mark.usefixtures('tmp_path')\n{IT}",
    "a mark of the module": f"import pytest\npytestmark = [pytest.mark.usefixtures('tmp_path')]\n{IT}",
    "a hook": f"def pytest_generate_tests(metafunc): metafunc.parametrize('student', [3])\n{IT}",
    "a hook for cases": """
        def pytest_generate_tests(metafunc): metafunc.parametrize("x", [2])
        def test_it(student, x): assert student.double(x) == 2 * x
        """,
    "a plugin": f"pytest_plugins = 'pytester'\n{IT}",
    "names that only its functions know": f"def __getattr__(name): raise AttributeError(name)\n{IT}",
    "a list of its own names": f"def __dir__(): return []\n{IT}",
    "a class of its own": f"""
import sys, types
sys.modules[__name__].__class__ = type("Own", (types.ModuleType,), {{}})
{IT}
""",
}


@pytest.fixture
def both_ways(monkeypatch):
    """Return what a function returns with plain checks and, afterwards, without."""

    def call(function):
        plain = function()
        monkeypatch.setattr("grader.examiner.collection.cases_if_plain", lambda *_: None)
        return plain, function()

    return call


@pytest.mark.filterwarnings("ignore:coroutine")
def test_plain_checks_are_called_without_pytest_and_judged_as_with_it(bench, both_ways):
    made = bench(checks=PLAIN, visible=SEEN)
    cases = {check.id: check.cases for check in made.collect().checks["e"]}
    assert cases["test_cases[0-2-4]"] == {"z": 0, "x": 2, "y": 4}
    assert [name for name, own in cases.items() if own is None] == []
    plain, other = both_ways(lambda: [one.questions for one in made.grade(RIGHT, WRONG, RAISES, CRASHES)])
    assert plain == other
    outcomes = [{check.outcome for check in question.checks} for (question,) in plain]
    assert outcomes[0] == {"passed", "failed", "skipped", "ungraded"}
    assert outcomes[3] == {"crashed"}


def test_a_check_can_be_interrupted_both_ways(bench, both_ways):
    made = bench(checks="def test_it(student): raise KeyboardInterrupt")

    def interrupted():
        with pytest.raises(KeyboardInterrupt):
            made.grade(RIGHT)
        return True

    assert both_ways(interrupted) == (True, True)


@pytest.mark.parametrize("checks", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_checks_that_need_pytest_get_it(checks, bench):
    made = bench(checks=checks)
    made.course()
    (made.folder / "helpers.py").write_text(FOUR)
    assert [check.cases for check in made.collect().checks["e"]] == [None]


@pytest.mark.parametrize(
    "change",
    [
        "plugin.pytest_runtest_setup = lambda item: setattr(sys, 'brought', 4)",
        "plugin.own = pytest.fixture(name='student')(lambda: types.SimpleNamespace(double=lambda x: sys.brought))",
    ],
)
def test_what_a_module_brings_for_all_checks_is_done_for_all(bench, change, monkeypatch):
    monkeypatch.setattr("sys.brought", 0, raising=False)
    check = "import sys\n\ndef test_it(student): assert student.double(2) == sys.brought\n"
    visible = f"{PLUGIN.format(change)}\ndef test_seen(): sys.brought = 0\n"
    (report,) = bench(checks=check, visible=visible).grade(RIGHT)
    assert report.is_full, report


def test_a_package_of_checks_is_set_up(bench, monkeypatch):
    monkeypatch.setattr("sys.brought", 0, raising=False)
    made = bench(checks="import sys\n\ndef test_it(student): assert student.double(2) == sys.brought\n")
    made.course()
    setup = "import sys\n\ndef setup_module(): sys.brought = 4\n"
    (made.folder / "__init__.py").write_text(textwrap.dedent(setup))
    (report,) = made.grade(RIGHT)
    assert report.is_full, report
