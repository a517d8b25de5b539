"""Sentences for students whose code attempts what a worker refuses: what it is, and what to write instead."""

from __future__ import annotations

import re

REMEDIES = {
    "loader": "{who} starts other processes{detail}, which a graded file must not do; write num_workers=0.",
    "processes": "{who} starts another process or program, which a graded file must not do; "
    "remove it, or use a loop or threads.",
    "network": "{who} uses the network, which a graded file must not do; "
    "create the data in the file, for example with torch.randn.",
    "files": "{who} writes to files or folders{detail}, which a graded file must not do; "
    "remove it, or write to io.BytesIO().",
    "outside": "{who} writes outside its own folder{detail}, which a graded file must not do; "
    "use a file name without folders.",
    "read": "{who} opens a file that is not its own{detail}, which a graded file must not do; "
    "put the data in your own file.",
    "absent": "{who} needs a file or folder{detail} that does not exist while a file is graded; "
    "remove it, or put the data in your own file.",
    "asyncio": "{who} uses asyncio, which a graded file must not do; call plain functions.",
    "compiler": "{who} compiles a program, which a graded file must not do; write it in Python.",
    "device": "{who} asks for a GPU, but a graded file has none; "
    'write device = "cuda" if torch.cuda.is_available() else "cpu".',
    "system": "{who} asks the system{detail} for something a graded file must not do, "
    "such as starting a process; remove it.",
}
UNSAID = {  # beside a hidden check, where only the type may be named
    "PermissionError": "a graded file has no network, no other process and no file outside its own folder",
}
BETTER = (  # Python's advice that misleads in a graded file, and what to say instead
    (
        re.compile(r'(expression cannot contain assignment), perhaps you meant "=="\?'),
        r"\1. Write the argument's name without quotes, as in stride=2",
    ),
)
ADDED = (  # to torch's message: what to write
    (
        re.compile(r"Input type .+ and (bias|weight) type .+ should be the same|expected scalar type Float"),
        "A layer takes floats: write 1.0 instead of 1, or call .float().",
    ),
    (
        re.compile(r"Expected .*input to conv2d|3D or 4D \(batch mode\) tensor expected"),
        "An image has the shape (batch, channels, height, width): call .reshape(1, 1, height, width).",
    ),
)


def better(message: str) -> str:
    """Return Python's message about a file that it cannot read, without misleading advice.

    >>> better('expression cannot contain assignment, perhaps you meant "=="?')
    "expression cannot contain assignment. Write the argument's name without quotes, as in stride=2"
    """
    for said, instead in BETTER:
        message = said.sub(instead, message)
    return message


def added(message: str) -> str:
    """Return what to write where torch cannot take an input, or "" if torch says it itself."""
    return next((told for said, told in ADDED if said.search(message)), "")


def remedy(refused: str, detail: str, who: str) -> str:
    """Return a sentence about what was refused.

    >>> remedy("loader", "num_workers=2", "Line 4")
    'Line 4 starts other processes (num_workers=2), which a graded file must not do; write num_workers=0.'
    """
    return REMEDIES[refused].format(who=who, detail=f" ({detail})" if detail else "")
