"""Sending scores to Canvas over the network, against a made-up server."""
