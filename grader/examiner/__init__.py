"""Who decides: runs submissions in workers and judges what comes back."""
