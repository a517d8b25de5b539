"""What every front end calls: hand in, grade, regrade, scores, export, analysis. Front ends only show it."""
