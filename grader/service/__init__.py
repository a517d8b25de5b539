"""The services that every front end calls: grading, regrading, scores, export and analysis."""
