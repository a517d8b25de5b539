"""Who needs what optimisers import is known by what is mentioned; nobody else pays for it."""

from __future__ import annotations

import json
import sys

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.examiner.preloads import preloads, sources_of
from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.language.limits import Limits
from grader.worker.forkserver import ForkServer

LOOK = "import sys\nx = 'torch._dyn' 'amo' in sys.modules\n"
BOTH = ["torch", "torch._dynamo"]


def has_compiler(server: ForkServer, text: str) -> object:
    """Return whether torch._dynamo was there when a file began."""
    submission = submission_of("e.py", (LOOK + text).encode())
    with Session(server, submission, {"x": ""}, ["torch"], Limits(seconds=60, memory_mib=1024)) as session:
        return session.fetch("x")


def test_a_server_imports_it_for_the_first_file_that_mentions_it_and_only_then():
    with ForkServer(["torch"]) as server:
        assert has_compiler(server, "import torch\n") is False
        assert has_compiler(server, "from torch import nn, optim\n") is True
        assert has_compiler(server, "import torch\n") is True


@pytest.mark.parametrize(
    "text",
    [
        "import torch\no = torch.optim.SGD([])",
        "import torch.optim.lr_scheduler",
        "from torch.utils import checkpoint",
        "import torch\ncheck = torch.utils.checkpoint.checkpoint_sequential",
        "import torch\nf = torch.compile(g)",
        "import torch\nmodel.compile()",
        "from torch.func import vmap",
    ],
)
def test_what_needs_it_is_found_in_any_kind_of_file(text):
    assert preloads(["torch"], [text.encode()]) == BOTH
    assert preloads(["torch"], [json.dumps({"source": text}).encode()]) == BOTH  # a cell as one text
    assert preloads(["torch"], [json.dumps(text.splitlines(keepends=True)).encode()]) == BOTH
    assert preloads(["torch"], [text.encode("utf-16")]) == BOTH
    assert preloads(["numpy"], [text.encode()]) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import torch\nx = torch.ones(1)  # this is optimal, and an optimisation",
        "import re, torch\nwords = re.compile('a')",
        "size = 3  # optim",
        "from scipy import optimize",
    ],
)
def test_nobody_else_pays(text):
    assert preloads(["torch"], [text.encode()]) == []


def test_the_files_of_an_exercise_count(tmp_path):
    assert preloads(["torch"], sources_of(None)) == preloads(["torch"], sources_of(tmp_path)) == []
    (tmp_path / "misconceptions.py").write_text("import torch.optim")
    assert preloads(["torch"], sources_of(tmp_path)) == BOTH
