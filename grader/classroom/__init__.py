"""A whole class: roster, submissions, grading one after another."""
