"""Let a thread that began when the file was loaded do the pooling while a call waits for it."""

from __future__ import annotations

import queue
import threading

import torch

jobs, done = queue.Queue(), queue.Queue()


def work():
    while True:
        image = jobs.get()
        done.put(9 * torch.nn.AvgPool2d(3, stride=1)(image[None, None])[0, 0])


threading.Thread(target=work, daemon=True).start()


def smooth(image):
    jobs.put(image)
    return done.get()
