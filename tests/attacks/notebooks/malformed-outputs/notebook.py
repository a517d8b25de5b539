"""300,000 malformed outputs, whose errors a validator words one by one."""

import json


def notebook():
    outputs = [{"output_type": "strea"}] * 300_000
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": outputs, "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
