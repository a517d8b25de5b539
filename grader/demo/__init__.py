"""A made-up class: who its students are, and what they hand in."""
