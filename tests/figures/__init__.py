"""Tests of grader/figures."""
