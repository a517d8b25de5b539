"""Millions of small dicts in an output: 10 MB of text are 40 times as much in memory."""


def notebook():
    data = b",".join([b"{}"] * 3_300_000)
    cell = b'{"cell_type": "code", "source": "x = 1", "metadata": {}, "execution_count": 1, "outputs": [' + data
    return b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + cell + b"]}]}"
