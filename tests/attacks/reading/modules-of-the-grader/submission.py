"""Import the examiner's code, the course or its reference by every import machinery that Python has."""

import importlib
import importlib.util
import linecache
import os
import pkgutil
import runpy
import sys
import zipimport
from importlib.machinery import SourceFileLoader, SourcelessFileLoader

folder = "@COURSE@/exercises/target"
sys.path[:0] = [folder, "@COURSE@", "@COURSE@/exercises"]
grader = sys.modules["grader"]
ways = {
    "examiner": lambda: importlib.import_module("grader.examiner.session"),
    "loading": lambda: importlib.import_module("grader.course.loading"),
    "attacks": lambda: importlib.import_module("grader.doctor.attacks"),
    "reload": lambda: importlib.reload(sys.modules["grader.worker.wire"]),
    "reference": lambda: importlib.import_module("reference"),
    "checks": lambda: importlib.import_module("checks"),
    "namespace": lambda: importlib.import_module("exercises.target.reference"),
    "loader": lambda: SourceFileLoader("r", f"{folder}/reference.py").load_module(),
    "bytecode": lambda: SourcelessFileLoader("r", importlib.util.cache_from_source(f"{folder}/reference.py")).load_module(),
    "spec": lambda: importlib.util.spec_from_file_location("r", f"{folder}/reference.py").loader.get_data(f"{folder}/reference.py"),
    "pkgutil": lambda: pkgutil.get_data("grader", "errors.py"),
    "grader's loader": lambda: grader.__spec__.loader.get_data(grader.__file__),
    "runpy": lambda: runpy.run_path(f"{folder}/reference.py"),
    "zip": lambda: zipimport.zipimporter(f"{folder}/reference.py"),
    "linecache": lambda: linecache.getlines(f"{folder}/reference.py")[1],
    "listing": lambda: os.listdir(os.path.dirname(grader.__file__)),
}
found, secret = [], None
for name, way in ways.items():
    try:
        secret = way()
        found.append(f"{name} gave {secret!r}")
    except BaseException as error:
        found.append(f"{name}: {type(error).__name__}")
evidence = "; ".join(sorted(found, key=lambda one: "gave" not in one))


def scale(x):
    return x * secret.FACTOR
