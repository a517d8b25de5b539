"""Drawings of walks, in text."""
