"""The small class of tests/classroom, for lanes."""

from tests.classroom.conftest import small

__all__ = ["small"]
