"""A whole class: roster, submissions, and what becomes of their grading."""
