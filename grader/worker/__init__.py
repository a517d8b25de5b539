"""Runs student code, and holds the wire to it. Of the other packages it imports errors alone."""
