"""The half of a zygote that stays clean and forks the fork servers.

It is forked before the zygote imports what examiners need. A fork server is forked from it, so it holds no
more than one that is started by exec, and the imports of examiners serve all of them.

An examiner sends one message for each server: JSON (`folder`, `confine`, `environment`) and three
descriptors: a leash, the server's line, and a file for errors. On the leash comes the server's number.
When the examiner closes the leash or ends, the server is ended and the leash closed.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

assert sys.platform != "win32"  # it has no fork

from grader.worker.prctl import die_with
from grader.worker.starting import Process, ServerPlace, Start, close_above, forked

STARTER = 4  # the descriptor of an examiner's line to it
_LINE = 3  # the descriptor of its own end
_MAX_REQUEST = 1 << 16  # bytes
_ANSWER_SECONDS = 30.0


def begin(serve: Callable[[socket.socket], None]) -> tuple[int, socket.socket]:
    """Fork this process, which knows nothing yet; return the number and the line of the clean half."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # examiners share it
    parent, pid = os.getpid(), os.fork()
    if pid:
        theirs.close()
        return pid, ours
    try:
        if die_with(parent):
            os.dup2(theirs.fileno(), _LINE)
            close_above(_LINE)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            ServerStarter(socket.socket(fileno=_LINE), forked(serve)).run()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)


@dataclass
class ServerStarter:
    """The line on which examiners ask, and the servers by leash."""

    line: socket.socket
    start: Start
    servers: dict[socket.socket, Process] = field(default_factory=dict)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Start and end servers until nobody can ask any more."""
        self.selector.register(self.line, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if isinstance(key.fileobj, socket.socket) and key.fileobj in self.servers:
                    self._end(key.fileobj)
                elif not self._begin():
                    return

    def _begin(self) -> bool:
        """Start one server; return whether somebody asked."""
        content, descriptors, _, _ = socket.recv_fds(self.line, _MAX_REQUEST, 3)
        if not content:
            return False
        if len(descriptors) == 3:  # fewer if this process has too many open
            leash = socket.socket(fileno=descriptors.pop(0))
            try:
                self._fork(leash, json.loads(content), *descriptors)
            except OSError:  # the system has no room for another process
                leash.close()
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _fork(self, leash: socket.socket, request: dict[str, Any], line: int, errors: int) -> None:
        os.environ.clear()
        os.environ.update(request["environment"])
        server = self.start(ServerPlace(line, errors, request["folder"], request["confine"]))
        self.servers[leash] = server
        self.selector.register(leash, selectors.EVENT_READ)
        with contextlib.suppress(OSError):  # otherwise the closed leash ends it
            leash.sendall(b"%d" % server.pid)

    def _end(self, leash: socket.socket) -> None:
        server = self.servers.pop(leash)
        for kill in (os.killpg, os.kill):  # its group may not exist yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(server.pid, signal.SIGKILL)
        server.wait()
        self.selector.unregister(leash)
        leash.close()


@dataclass
class _Asked:
    """A fork server that another process has forked."""

    pid: int
    leash: socket.socket

    def wait(self) -> None:
        """Wait until it has ended."""
        with contextlib.suppress(OSError):  # the other process has ended, and the server with it
            self.leash.shutdown(socket.SHUT_WR)
            self.leash.settimeout(None)
            self.leash.recv(1)
        self.leash.close()


def asked(place: ServerPlace) -> Process:
    """Have the clean half of this examiner's zygote fork a fork server."""
    ours, theirs = socket.socketpair()
    request = {"folder": place.folder, "confine": place.confine, "environment": dict(os.environ)}
    with theirs, socket.socket(fileno=os.dup(STARTER)) as line:
        socket.send_fds(line, [json.dumps(request).encode()], [theirs.fileno(), place.control, place.errors])
    ours.settimeout(_ANSWER_SECONDS)
    said = ours.recv(_MAX_REQUEST)
    if not said:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return _Asked(int(said), ours)
