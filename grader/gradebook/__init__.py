"""The gradebook: a database of submissions, reports and scores."""
