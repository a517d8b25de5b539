"""85,000 good cells, and one bad output at their end."""

import json


def notebook():
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"c{number}", "source": f"x{number} = 1"} for number in range(85_000)]
    cells[-1]["outputs"] = [{"output_type": "strea"}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
