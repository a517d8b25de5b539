"""Stop itself by a signal and be traced by nobody: a process that is neither alive nor dead."""

import os
import signal


def scale(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x


size = os.kill(os.getpid(), signal.SIGTSTP)
secret = os.kill(os.getpid(), signal.SIGTTIN)
