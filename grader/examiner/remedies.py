"""What students are told who attempt what a worker refuses: what it is, and what to write instead."""

from __future__ import annotations

import re

REMEDIES = {
    "loader": "{who} starts other processes{detail}, which a graded file may not; write num_workers=0.",
    "processes": "{who} starts another process or program, which a graded file may not; "
    "leave it out, or use a loop or threads.",
    "network": "{who} uses the network, which a graded file may not; "
    "make the data in the file, for example with torch.randn.",
    "files": "{who} writes to files or folders{detail}, which a graded file may not; "
    "leave it out, or write into io.BytesIO().",
    "outside": "{who} writes outside its own folder{detail}, which a graded file may not; "
    "write a file name without folders.",
    "read": "{who} opens a file that is not its own{detail}, which a graded file may not; "
    "write the data into your own file.",
    "absent": "{who} needs a file or folder{detail} that is not there while a file is graded; "
    "leave it out, or write the data into your own file.",
    "asyncio": "{who} uses asyncio, which a graded file may not; call plain functions.",
    "compiler": "{who} compiles a program, which a graded file may not; write it in Python.",
    "device": "{who} asks for a GPU, and a graded file has none; "
    'write device = "cuda" if torch.cuda.is_available() else "cpu".',
    "system": "{who} asks the system{detail} to do what a graded file may not, such as to start a process; "
    "leave it out.",
}
UNSAID = {  # beside a hidden check, where only the type may be told
    "PermissionError": "a graded file has no network, no other process and no file outside its own folder",
}
BETTER = (  # advice of Python's that misleads in a graded file, and what to say in its place
    (
        re.compile(r'(expression cannot contain assignment), perhaps you meant "=="\?'),
        r"\1. Write the name of an argument without quotes, as in stride=2",
    ),
)
ADDED = (  # to what torch says: what to write
    (
        re.compile(r"Input type .+ and (bias|weight) type .+ should be the same|expected scalar type Float"),
        "A layer takes floats: write 1.0 in place of 1, or call .float().",
    ),
    (
        re.compile(r"Expected .*input to conv2d|3D or 4D \(batch mode\) tensor expected"),
        "An image has the shape (batch, channels, height, width): call .reshape(1, 1, height, width).",
    ),
)


def better(message: str) -> str:
    """Return what Python says of a file that it cannot read, without advice that misleads.

    >>> better('expression cannot contain assignment, perhaps you meant "=="?')
    'expression cannot contain assignment. Write the name of an argument without quotes, as in stride=2'
    """
    for said, instead in BETTER:
        message = said.sub(instead, message)
    return message


def added(message: str) -> str:
    """Return what to write where torch says that it cannot take an input; nothing where it says it itself."""
    return next((told for said, told in ADDED if said.search(message)), "")


def remedy(refused: str, detail: str, who: str) -> str:
    """One sentence about what was refused.

    >>> remedy("loader", "num_workers=2", "Line 4")
    'Line 4 starts other processes (num_workers=2), which a graded file may not; write num_workers=0.'
    """
    return REMEDIES[refused].format(who=who, detail=f" ({detail})" if detail else "")
