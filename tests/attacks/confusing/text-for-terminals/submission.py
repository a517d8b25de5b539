"""Answer with commands for a terminal, a page and a spreadsheet, text that runs backwards, and NUL."""

word = (
    "\x1b[2J\x1b]0;w\x07\x9b31m\u202ew\u2066\u2028\u0085\x00\x08\r\n"
    "<script>alert(1)</script>=HYPERLINK(\"http://x\")`$(id)`{{ word }}%s{0}"
)
formula = "n\x00 + \x1b[2J k \u202e # \u2066"
