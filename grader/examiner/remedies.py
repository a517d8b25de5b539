"""What students are told who attempt what a worker refuses: what it is, and what to write instead."""

from __future__ import annotations

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


def remedy(refused: str, detail: str, who: str) -> str:
    """One sentence about what was refused.

    >>> remedy("loader", "num_workers=2", "Line 4")
    'Line 4 starts other processes (num_workers=2), which a graded file may not; write num_workers=0.'
    """
    return REMEDIES[refused].format(who=who, detail=f" ({detail})" if detail else "")
