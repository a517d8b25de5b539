"""What students hand in is read as the cells of Python that it is, or refused in a sentence."""

from __future__ import annotations

import codecs
import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionFault
from grader.worker.magics import without_magics
from grader.worker.reading import ENCODINGS, MAX_CODE, read_cells


def notebook(*sources: object, version: int = 4, **more: object) -> bytes:
    """Return the bytes of a notebook with these code cells."""
    common = {"cell_type": "code", "metadata": {}, "outputs": []}
    modern: list[object] = [{**common, "source": source, "execution_count": None} for source in sources]
    old: list[object] = [{**common, "input": source, "language": "python"} for source in sources]
    body: dict[str, object] = {"cells": modern} if version == 4 else {"worksheets": [{"cells": old}]}
    return json.dumps({"nbformat": version, "nbformat_minor": 0, "metadata": {}, **body, **more}).encode()


@pytest.mark.parametrize(
    ("source", "cleaned", "skipped"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1", [1]),
        ("%load_ext a\n%autoreload 2\nx = 1", "pass\npass\nx = 1", [1, 2]),
        ("x = 1\n!pip install a", "x = 1\npass", [2]),
        ("files = !ls\nx = 1", "pass\nx = 1", [1]),
        ("x = %time 3", "pass", [1]),
        ("x?\n?x\nx??", "pass\npass\npass", [1, 2, 3]),
        ("if y:\n    !ls\n    x = 1", "if y:\n    pass\n    x = 1", [2]),
        ("%%time\nx = 1", "pass\nx = 1", [1]),
        ("%%capture out\nx = 1", "pass\nx = 1", [1]),
        ("\n%%bash\nrm x", "\n\n", [2]),
        ("%%writefile a.py\nx = 1", "\n", [1]),
        ("x = 7 %2\ny = 'what?'", "x = 7 %2\ny = 'what?'", []),
        ('x = """\n%time\n!ls\n"""', 'x = """\n%time\n!ls\n"""', []),
        ("x = (7\n%2)", "x = (7\n%2)", []),
        ("x = # what?", "x = # what?", None),
        ("def (:\n%time", "def (:\n%time", []),
        ("", "", []),
    ],
)
def test_magics_are_skipped_and_nothing_else(source, cleaned, skipped):
    text, lines = without_magics(source)
    if skipped is not None:
        assert (text, [line for line, _ in lines]) == (cleaned, skipped)
    assert text.count("\n") == source.count("\n")


def test_skipped_lines_are_told_with_cell_and_line():
    submission = read_cells("a.ipynb", notebook("x = 1", "\n  %run y"))
    assert submission.notes == ("Line 2 of cell 2 from the top: `%run y` was skipped; it is not Python.",)


@pytest.mark.parametrize("version", [3, 4])
def test_cells_of_notebooks_old_and_new_keep_their_order_and_numbers(version):
    submission = read_cells("a.ipynb", notebook(["a = 1\n", "b = 2"], "c = 3", version=version))
    assert [(cell.label, cell.source) for cell in submission.cells] == [
        ("cell 1 from the top", "a = 1\nb = 2"),
        ("cell 2 from the top", "c = 3"),
    ]


def test_only_code_cells_count():
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "x = 1"}]
    submission = read_cells("a.ipynb", b"\xef\xbb\xbf" + notebook(cells=cells))
    assert (submission.cells, submission.notes) == ((), ())


@pytest.mark.parametrize("content", [b"", b" \r\n\t"])
def test_an_empty_notebook_is_no_fault(content):
    submission = read_cells("a.ipynb", content)
    assert (submission.cells, submission.notes) == ((), ("a.ipynb is empty.",))


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"5",
        b"null",
        b"x = ",
        b"{" * 9,
        b"[" * 100_000,
        b"\xff\xfex",
        b'{"cells": 5}',
        b'{"cells": [5]}',
        b'{"cells": [{"cell_type": "code", "source": 5}]}',
        b'{"cells": [{"cell_type": "code", "source": "x = 1"',
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_notebook_is_refused(content):
    with pytest.raises(SubmissionFault, match=r"^a.ipynb is not a notebook that Jupyter can open"):
        read_cells("a.ipynb", content)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("x = 'ä'\n".encode(), "x = 'ä'\n"),
        ("x = 'ä'\n".encode("utf-8-sig"), "x = 'ä'\n"),
        ("# coding: latin-1\nx = 'ä'\n".encode("latin-1"), "# coding: latin-1\nx = 'ä'\n"),
        (
            "#!/x\n# -*- coding: cp1252 -*-\nx = '€'".encode("cp1252"),
            "#!/x\n# -*- coding: cp1252 -*-\nx = '€'",
        ),
        (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        (b"", ""),
    ],
)
def test_python_is_read_in_its_own_encoding(content, text):
    (cell,) = read_cells("a.py", content).cells
    assert (cell.label, cell.source) == ("a.py", text)


@pytest.mark.parametrize(
    "content", [b"x = 1\0", b"\x89PNG\r\n\x1a\n\0", b"\xff\xfex", b"\x81\x02\x03", b"\0\0"]
)
def test_what_is_no_python_text_is_refused(content):
    with pytest.raises(SubmissionFault, match=r"^a\.py is not a text file\. Save it as UTF-8 text\."):
        read_cells("a.py", content)


@pytest.mark.parametrize(
    ("content", "source", "note"),
    [
        ("# Lösung\nk = 'ä'\n".encode("cp1252"), "# Lösung\nk = 'ä'\n", "Windows-1252"),
        ("# coding: utf-8\nk = 'ä'\n".encode("latin-1"), "# coding: utf-8\nk = 'ä'\n", "Windows-1252"),
        ("k = 'Ł'\r\n".encode("utf-16"), "k = 'Ł'\r\n", "UTF-16"),  # PowerShell's >
        (codecs.BOM_UTF16_BE + "k = 1\n".encode("utf-16-be"), "k = 1\n", "UTF-16"),
        ("k = 1\n".encode("utf-16-le"), "k = 1\n", "UTF-16"),
        ("k = 1\n".encode("utf-16-be"), "k = 1\n", "UTF-16"),
        ("# coding: koi8-r\nk = 'да'\n".encode("koi8-r"), "# coding: koi8-r\nk = 'да'\n", ""),
        (b"# coding: no-such\nk = 1\n", "# coding: no-such\nk = 1\n", ""),
        (b"# coding: rot13\nk = 1\n", "# coding: rot13\nk = 1\n", ""),
        (b"\xef\xbb\xbf# coding: latin-1\nk = 1\n", "# coding: latin-1\nk = 1\n", ""),
    ],
)
def test_texts_as_editors_save_them_are_read(content, source, note):
    submission = read_cells("a.py", content)
    assert [cell.source for cell in submission.cells] == [source]
    assert [note in told for told in submission.notes] == [True] * bool(note)


CELLS = '{"cells": [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "source": ["k = 1\\n", "m = 2"]}]}'


@pytest.mark.parametrize(
    "text",
    [
        CELLS,  # no metadata, no outputs, no format
        CELLS.replace('"cells"', '"nbformat": 99, "metadata": 5, "cells"'),
        '{"worksheets": [{"cells": [{"cell_type": "code", "input": ["k = 1\\n", "m = 2"]}]}], "nbformat": 3}',
        '{"cells": [{"cell_type": "code", "outputs": [{"output_type": "strea"}], "source": "k = 1\\nm = 2"}]}',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["a.ipynb", "a.py"])
def test_of_a_notebook_only_the_code_matters(text, encoding, name):
    submission = read_cells(name, text.encode(encoding))
    assert [cell.source for cell in submission.cells] == ["k = 1\nm = 2"]
    assert any("was read as one" in note for note in submission.notes) == (name == "a.py")


def test_python_saved_as_a_notebook_is_read_as_python():
    submission = read_cells("a.ipynb", b"k = 1\n")
    assert [cell.source for cell in submission.cells] == ["k = 1\n"]
    assert submission.notes == ("a.ipynb is Python text, not a notebook, and was read as such.",)


@given(st.binary(max_size=60), st.sampled_from(["a.py", "a.ipynb"]))
@settings(deadline=None)
def test_whatever_is_in_a_file_it_is_read_or_refused(content, name):
    with contextlib.suppress(SubmissionFault):
        read_cells(name, content)


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_code_may_be_so_long_and_no_longer(name):
    """Outputs do not count, however many there are."""

    def content(length: int) -> bytes:
        source = "#" * length
        outputs = [{"output_type": "strea", "text": "x" * 2 * MAX_CODE}]
        cell = {"cell_type": "code", "source": source, "outputs": outputs}
        return (source if name == "a.py" else json.dumps({"cells": [cell]})).encode()

    assert len(read_cells(name, content(MAX_CODE)).cells) == 1
    with pytest.raises(SubmissionFault, match="more than a million characters of code"):
        read_cells(name, content(MAX_CODE + 1))


def test_encodings_have_the_names_that_python_gives_them():
    assert {codecs.lookup(name).name for name in ENCODINGS} == ENCODINGS


def test_a_cell_is_called_by_its_number_only_if_no_other_has_it():
    numbers = [5, 5, 7, None, True, -1, 10**9, "8"]
    cells = [{"cell_type": "code", "source": "x", "execution_count": number} for number in numbers]
    found = [cell.label for cell in read_cells("a.ipynb", notebook(cells=cells)).cells]
    assert found[2] == "cell [7]"
    assert [label for label in found if "[" not in label] == [
        f"cell {place} from the top" for place in (1, 2, 4, 5, 6, 7, 8)
    ]
