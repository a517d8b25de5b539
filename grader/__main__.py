"""`python -m grader`: the command `grade`, also where the folder of Python's programs is not on the PATH."""

import sys

from grader.cli.begin import grade

if __name__ == "__main__":
    sys.argv[0] = "python -m grader"
    grade()
