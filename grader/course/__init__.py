"""Courses: their records, how they are loaded, and the paper for each student."""
