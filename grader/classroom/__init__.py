"""A whole class: its roster, its submissions, and their grading."""
