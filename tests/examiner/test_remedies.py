"""What a graded file may not do: each way that tutorials do it gives one sentence with what to write instead."""

from __future__ import annotations

import sys
from collections.abc import Iterator

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.examiner.remedies import REMEDIES
from grader.examiner.session import Session
from grader.examiner.submission import submission_of
from grader.examiner.trouble import StudentError
from grader.examiner.wording import explain
from grader.language.limits import Limits
from grader.worker.forkserver import ForkServer

PACKAGES = ["torch", "numpy", "matplotlib"]
LOADER = "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\nd = TensorDataset(torch.arange(8))\n"
TRIED = {
    "loader": [
        f"{LOADER}for (batch,) in DataLoader(d, batch_size=2, num_workers=2):\n    x = batch",
        f"{LOADER}x = next(iter(DataLoader(d, num_workers=1, persistent_workers=True)))",
        f"{LOADER}def train(loader):\n    return [b for b, in loader]\nx = train(DataLoader(d, num_workers=4))",
    ],
    "processes": [
        "import multiprocessing as mp\nwith mp.Pool(2) as pool:\n    x = pool.map(abs, [1])",
        "from multiprocessing import Process\nx = Process(target=print).start()",
        "from multiprocessing import get_context\nx = get_context('spawn').Queue()",
        "from concurrent.futures import ProcessPoolExecutor\nx = list(ProcessPoolExecutor(2).map(abs, [1]))",
        "import torch.multiprocessing as mp\nx = mp.spawn(print, nprocs=2)",
        "import torch\nx = torch.ones(2).share_memory_()",
        "import subprocess\nx = subprocess.run(['ls', '-l'])",
        "import subprocess\nx = subprocess.check_output('nvidia-smi', shell=True)",
        "import os\nx = os.popen('ls').read()",
        "import torch.distributed as d\nx = d.init_process_group('gloo', 'tcp://127.0.0.1:1', rank=0, world_size=1)",
    ],
    "network": [
        "from urllib.request import urlopen\nx = urlopen('http://example.com/').read()",
        "import urllib.request as r\nx = r.urlretrieve('https://example.com/data.csv', 'data.csv')",
        "import socket\nx = socket.socket()",
        "import socket\nx = socket.create_connection(('example.com', 80))",
        "import http.client as h\nc = h.HTTPSConnection('example.com')\nx = c.request('GET', '/')",
        "import torch\nx = torch.hub.load('pytorch/vision', 'resnet18', pretrained=True)",
        "from torch.hub import load_state_dict_from_url as load\nx = load('https://example.com/resnet18.pth')",
    ],
    "files": [
        "with open('log.txt', 'w') as f:\n    x = f.write('a')",
        "x = open('/tmp/log.txt', 'a')",
        "from pathlib import Path\nx = Path('a.txt').write_text('a')",
        "from pathlib import Path\nx = Path('models').mkdir(parents=True, exist_ok=True)",
        "import os\nx = os.makedirs('checkpoints/run1', exist_ok=True)",
        "import torch\nx = torch.save(torch.nn.Linear(2, 1).state_dict(), 'model.pth')",
        "import torch\nx = torch.save({}, 'models/model.pth')",
        "import torch\nx = torch.jit.script(torch.nn.Linear(2, 1)).save('m.pt')",
        "import torch\nx = torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), 'm.pt')",
        "import numpy as np\nx = np.save('a.npy', np.ones(2))",
        "import numpy as np\nx = np.savetxt('a.csv', np.ones(2))",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nx = plt.savefig('loss.png')",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nx = plt.gcf().savefig('loss.pdf')",
        "import logging\nx = logging.basicConfig(filename='train.log')",
        "import pickle\nx = pickle.dump([1], open('a.pkl', 'wb'))",
        "import tempfile\nx = tempfile.mkdtemp()",
        "import tempfile\nx = tempfile.NamedTemporaryFile()",
    ],
    "read": ["x = open('/etc/passwd').read()"],
    "absent": [
        "x = open('houses.csv').read()",
        "import torch\nx = torch.load('model.pth')",
        "import numpy as np\nx = np.loadtxt('houses.csv', delimiter=',')",
    ],
    "asyncio": ["import asyncio\nx = asyncio.run(asyncio.sleep(0))"],
    "compiler": [
        "from torch.utils.cpp_extension import load_inline as l\nx = l('a', 'int f();', functions='f')"
    ],
    "device": [
        "import torch\nx = torch.ones(1).cuda()",
        "import torch\nx = torch.nn.Linear(1, 1).to('cuda')",
    ],
    "system": [
        "import os\nx = os.fork()",
        "import os\nx = os.execv('/bin/ls', ['ls'])",
        "import os\nx = os.kill(1, 9)",
    ],
}
WRITES = {  # where a submission has a folder of its own
    "outside": [
        "x = open('/tmp/log.txt', 'w')",
        "import torch\nx = torch.save({}, '/tmp/m.pt')",
        "import os\nx = os.makedirs('/tmp/runs')",
    ],
}
FINE = """
import logging, os, tempfile, torch
torch.save({'a': 1}, 'm.pt')
os.makedirs('runs/1')
logging.basicConfig(filename='runs/1/train.log')
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
    file.write(b'a')
x = torch.load('m.pt')['a']
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    """Yield a fork server that has imported what a course lists."""
    with ForkServer(PACKAGES) as started:
        yield started


def told(server: ForkServer, source: str, scratch_mib: int = 0, *, hidden: bool = False) -> str:
    """Return what a student reads of a file that gives x no value."""
    limits = Limits(seconds=60, memory_mib=1024, scratch_mib=scratch_mib)
    submission = submission_of("e.py", source.encode())
    with Session(server, submission, {"x": "x = ..."}, PACKAGES, limits) as session:
        with pytest.raises(StudentError) as error:
            session.fetch("x")
        return explain(error.value.trouble, "x", 60, hidden=hidden)


@pytest.mark.parametrize(
    ("kind", "scratch", "source"),
    [(kind, 0, source) for kind, sources in TRIED.items() for source in sources]
    + [(kind, 4, source) for kind, sources in WRITES.items() for source in sources],
)
def test_who_attempts_what_is_refused_reads_what_to_write_instead(server, kind, scratch, source):
    sentence = told(server, source, scratch)
    before, _, after = REMEDIES[kind].partition("{detail}")
    assert sentence.startswith(f"Line {source.count(chr(10)) + (kind != 'loader')}") or ": " not in sentence
    assert before.format(who="").strip() in sentence
    assert sentence.endswith(after)
    assert "torchgrade" not in sentence


def test_a_remedy_names_what_it_is_about(server):
    assert told(server, TRIED["loader"][0]) == (
        "Line 4 starts other processes (num_workers=2), which a graded file must not do; write num_workers=0."
    )
    assert told(server, TRIED["files"][0]) == (
        "Line 1 writes to files or folders ('log.txt'), which a graded file must not do; "
        "remove it, or write to io.BytesIO()."
    )


def test_beside_a_hidden_check_only_the_type_is_told(server):
    assert told(server, "x = open('secret.txt', 'w')", hidden=True) == (
        "Line 1 raised PermissionError: a graded file has no network, no other process "
        "and no file outside its own folder."
    )
    assert (
        told(server, "import torch\nx = torch.save({}, 'secret')", hidden=True)
        == "Line 2 raised RuntimeError."
    )


def test_files_can_be_written_where_the_course_allows_it(server):
    limits = Limits(seconds=60, memory_mib=1024, scratch_mib=4)
    with Session(server, submission_of("e.py", FINE.encode()), {"x": ""}, PACKAGES, limits) as session:
        assert session.fetch("x") == 1


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f():\n    raise FileNotFoundError('mine')\nx = f()", "FileNotFoundError: mine."),
        ("def f():\n    raise PermissionError('mine')\nx = f()", "PermissionError: mine."),
        ("def f():\n    raise OSError(5, 'mine')\nx = f()", "OSError: [Errno 5] mine."),
        ("import torch\nx = torch.ones(2) @ torch.ones(3)", "RuntimeError: "),
        ("import io, torch\nx = torch.load(io.BytesIO(b'abc'))", "IndexError: "),
        ("import io, torch\nx = torch.save(lambda: 0, io.BytesIO())", "an error: Can't pickle"),
    ],
)
def test_other_errors_keep_their_own_words(server, source, sentence):
    assert f"raised {sentence}" in told(server, source)


def test_an_error_that_cannot_be_looked_at_is_told_all_the_same(server):
    odd = "class E(OSError):\n    filename = property(lambda self: 1 / 0)\ndef f():\n    raise E(1, 'odd')\nx = f()"
    assert told(server, odd) == "Line 4 raised an error: [Errno 1] odd."


def test_a_data_set_that_opens_a_file_starts_no_process(server):
    source = (
        "from torch.utils.data import DataLoader, Dataset\nclass D(Dataset):\n    def __len__(self): return 1\n"
        "    def __getitem__(self, index): return open('out.txt', 'w')\nx = next(iter(DataLoader(D())))"
    )
    assert told(server, source).startswith("Line 4 writes to files or folders ('out.txt')")


FLOATS = "A layer takes floats: write 1.0 instead of 1, or call .float()."
FOUR = "An image has the shape (batch, channels, height, width): call .reshape(1, 1, height, width)."
CONV = "import torch\nfrom torch import nn\nx = nn.Conv2d(1, 1, 1)({})"


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        (CONV.format("torch.tensor([[1]])"), FLOATS),
        (CONV.format("torch.ones(5, 5)"), FOUR),
        (CONV.format("torch.tensor([[[[1]]]])"), FLOATS),
        (CONV.format("torch.ones(1, 1, 2, 2, dtype=torch.float64)"), FLOATS),
        ("import torch\nx = torch.nn.MaxPool2d(2)(torch.ones(4, 4))", FOUR),
    ],
)
def test_what_torch_says_of_an_input_is_followed_by_what_to_write(server, source, advice):
    text = told(server, source)
    assert "raised RuntimeError: " in text
    assert text.endswith(f" {advice}")
    assert advice not in told(server, source, hidden=True)


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("x = [1 2]", "is not valid Python: invalid syntax. Perhaps you forgot a comma?"),
        ("x = {'stride' = 2}", "cannot assign to literal; in a dict write : instead of =."),
        ("x = dict('stride'=2)", "Write the argument's name without quotes, as in stride=2."),
        ("x = 1\nif x = 3:\n    x = 2", "Maybe you meant '==' or ':=' instead of '='?"),
        ("x = 2 cells", "is not valid Python: invalid syntax."),
    ],
)
def test_what_python_says_of_a_file_ends_once_and_does_not_mislead(server, source, end):
    assert told(server, source).endswith(end)
