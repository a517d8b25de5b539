"""Compile statements of a million characters: sums, brackets, names, texts and a thousand nested functions."""

found = []
for text in (
    "+".join(["1"] * 500_000),
    "x = " + "[" * 150 + "1," * 300_000 + "]" * 150,
    "a" * 10**6 + " = 1",
    "x = '" + "b" * 10**6 + "'",
    "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "-" * 100_000 + "1",
    "x" + ".y" * 100_000,
    "f" + "()" * 50_000,
):
    try:
        found.append(type(compile(text, "target.py", "exec")).__name__)
    except BaseException as error:
        found.append(type(error).__name__)
evidence = "; ".join(found)
scale = eval("lambda x: " + "(" * 90 + "x" + ")" * 90)
