"""`python -m grader`: the command `grade`, even if Python's scripts folder is not on the PATH."""

import sys

from grader.cli.begin import grade

if __name__ == "__main__":
    sys.argv[0] = "python -m grader"
    grade()
