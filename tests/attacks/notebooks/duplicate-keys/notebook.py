"""The key "cells" a hundred thousand times and keys that are all different by the million."""


def notebook():
    same = b",".join([b'"cells": [{"cell_type": "code", "source": "x"}]'] * 100_000)
    other = b",".join(b'"%d": 0' % number for number in range(350_000))
    return b'{"nbformat": 4, "metadata": {' + other + b"}, " + same + b"}"
