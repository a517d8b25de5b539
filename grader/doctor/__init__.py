"""Test whether this machine is safe: attacks are graded like submissions, and judged by their gains."""
