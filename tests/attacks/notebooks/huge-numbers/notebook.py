"""Whole numbers of four thousand digits each, and numbers by the million, which reading turns into objects."""


def notebook():
    large = b",".join([b"9" * 4000] * 1000)
    small = b",".join(b"%d.5" % number for number in range(700_000))
    return b'{"nbformat": 4, "metadata": {"a": [' + large + b"], \"b\": [" + small + b']}, "cells": []}'
