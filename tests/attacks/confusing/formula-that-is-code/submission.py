"""Answer with a formula that reads attributes, makes functions, imports, formats and assigns."""

parts = (
    "n.__class__.__base__.__subclasses__()",
    "(lambda: n)()",
    "__import__('os')._exit(0)",
    "f'{n!r:>{9**9}}'",
    "(n := 3)",
    "[n for n in (n,)][0].real",
    "exp.__globals__",
    "exp(*[n], **{})",
    "await n",
    "n if k else (yield)",
)
turn = 0


class Text(str):
    """Another formula each time it is read."""

    def __str__(self):
        global turn
        turn += 1
        return parts[turn % len(parts)]


formula = Text(" + ".join(parts))
word = Text("w")
