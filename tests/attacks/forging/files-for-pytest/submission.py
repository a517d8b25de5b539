"""Leave conftest.py, pytest.ini, sitecustomize.py, a junit file and other checks where pytest could find them."""

import os

texts = {
    "conftest.py": "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n",
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "sitecustomize.py": "import os; os._exit(0)\n",
    "checks.py": "def test_scale(student):\n    pass\n",
    "attack-junit.xml": '<testsuite tests="4" failures="0"/>',
}
found = []
for folder in ("@COURSE@/exercises/target", "@COURSE@", "@OUTSIDE@", ".", os.path.dirname(os.__file__), "/tmp"):
    for name, text in texts.items():
        name = name if name.startswith("attack-") else f"attack-{name}" if folder in {"/tmp", "@OUTSIDE@"} else name
        try:
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
            found.append(f"wrote {folder}/{name}")
        except OSError as error:
            found.append(error.strerror)
for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONSTARTUP"):
    os.environ[name] = "-p attack"
evidence = "; ".join(dict.fromkeys(found))


def scale(x):
    return x


