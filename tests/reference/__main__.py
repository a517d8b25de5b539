"""`python -m tests.reference` brings the tables of docs/reference up to date."""

from __future__ import annotations

from tests.reference.page import REFERENCE, TODO, rewritten
from tests.reference.tables import table

if __name__ == "__main__":
    for page in sorted(REFERENCE.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        new = rewritten(text, table)
        if new != text:
            page.write_text(new, encoding="utf-8")
            print(f"Rewrote docs/reference/{page.name}.")
        for line in new.splitlines():
            if TODO in line:
                print(f"Complete docs/reference/{page.name}: {line}")
