"""Proving a course before it is published."""
