"""Answer with a dict, an OrderedDict and a list that other threads change while they are turned into a reply."""

import collections
import threading

table, ordered, row = {0: 0}, collections.OrderedDict({0: 0}), [0]


def change():
    """Grow and shrink all three."""
    for number in range(10**6):
        table[number] = ordered[number] = number
        row.append(number)
        if number % 1000 == 999:
            table.clear()
            ordered.clear()
            row.clear()


threading.Thread(target=change, daemon=True).start()
turn = [0]


def scale(x):
    turn[0] += 1
    return (table, ordered, row)[turn[0] % 3]


def same(x):
    return {1: table, 2: row}
