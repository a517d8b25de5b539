"""Auto-graded exercises and quizzes for courses in PyTorch."""

__version__ = "0.1.0"
