"""Prove a course before it is published."""
