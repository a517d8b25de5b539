"""Run submissions in workers and judge what comes back."""
