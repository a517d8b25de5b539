"""`check` in a notebook: what runs in the student's own kernel. It imports no torch, pack or examiner."""
