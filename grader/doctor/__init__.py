"""Is this machine safe: attacks on the grader, graded as submissions are, and judged by what they gained."""
