"""A made-up class: its students and what they hand in."""
