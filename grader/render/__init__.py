"""The pages that people see in a terminal."""
