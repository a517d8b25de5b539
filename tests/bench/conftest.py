"""The course of kinds is graded by benchmarks, not collected as tests."""

collect_ignore = ["kinds"]
