"""What is handed in is a file of a known kind and size; what is in it, a worker reads."""

from __future__ import annotations

import pytest

from grader.errors import SubmissionFault
from grader.examiner.submission import MAX_BYTES, read_submission, submission_of


@pytest.mark.parametrize("suffix", ["py", "ipynb"])
def test_files_may_be_so_large_and_no_larger(tmp_path, suffix):
    file = tmp_path / f"a.{suffix}"
    file.write_bytes(b" " * MAX_BYTES)
    assert read_submission(file).name == file.name
    file.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(SubmissionFault, match="larger than 64 MiB"):
        read_submission(file)


@pytest.mark.parametrize("name", ["a.txt", "a", "a.py.txt", "a.PY", "a.zip"])
def test_other_files_are_refused(name):
    with pytest.raises(SubmissionFault, match=r"neither a .py file nor a .ipynb notebook"):
        submission_of(name, b"x = 1")


def test_files_that_cannot_be_opened_are_named(tmp_path):
    with pytest.raises(SubmissionFault, match="There is no file"):
        read_submission(tmp_path / "none.py")
    with pytest.raises(SubmissionFault, match="cannot be read"):
        read_submission(tmp_path)


def test_imports_are_guessed_without_parsing():
    source = b"import torch.nn as nn\n  from numpy import x\nximport os\nimports = 1\ndef (:"
    assert submission_of("a.py", source).imports == {"torch", "numpy", "x"}
    cells = b'{"cells": [{"cell_type": "code", "source": ["import torch\\n", "from numpy import x"]}]}'
    assert submission_of("a.ipynb", cells).imports >= {"torch", "numpy"}
    assert submission_of("a.py", source.decode().encode("utf-16")).imports >= {"torch", "numpy"}
