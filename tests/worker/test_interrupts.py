"""A signal ends a command once, and waits for what must be whole. Each case is a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

assert sys.platform != "win32"  # it has no fork

import pytest

BEGIN = """
import os, signal, sys
from grader.worker import interrupts
def send(number): os.kill(os.getpid(), number)
"""


def end_of(program: str) -> tuple[int, str, str]:
    ran = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_while_it_imports_a_command_leaves_at_once(number: int) -> None:
    program = f"interrupts.leave_at_once()\ntry: send({number})\nfinally: print('tidied')"
    assert end_of(program) == (130, "", "Interrupted.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_later_it_raises_once_and_tidies_up_undisturbed(number: int) -> None:
    program = f"""
interrupts.leave_at_once()
interrupts.raise_from_now()
try: send({number})
except KeyboardInterrupt:
    send({number}); send(signal.SIGINT); print("tidied", interrupts.happened())
"""
    assert end_of(program) == (0, "tidied True\n", "")


def test_it_waits_for_the_outermost_block_that_must_be_whole() -> None:
    program = """
interrupts.leave_at_once()
interrupts.raise_from_now()
try:
    with interrupts.held():
        with interrupts.held(): send(signal.SIGTERM)
        print("whole")
    print("not here")
except KeyboardInterrupt: print("then")
"""
    assert end_of(program) == (0, "whole\nthen\n", "")


def test_what_nohup_ignores_stays_ignored() -> None:
    program = "signal.signal(signal.SIGHUP, signal.SIG_IGN); interrupts.leave_at_once(); send(signal.SIGHUP); print('on')"
    assert end_of(program) == (0, "on\n", "")


def test_a_command_that_is_done_is_not_interrupted_any_more() -> None:
    program = "interrupts.leave_at_once(); interrupts.raise_from_now(); interrupts.ignore(); send(signal.SIGINT); print('done')"
    assert end_of(program) == (0, "done\n", "")


def test_who_uses_this_as_a_library_keeps_their_own_handlers() -> None:
    program = "interrupts.raise_from_now(); interrupts.ignore(); print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)"
    assert end_of(program) == (0, "True\n", "")


def test_what_a_shell_started_in_the_background_can_be_interrupted() -> None:
    program = "signal.signal(signal.SIGINT, signal.SIG_IGN); interrupts.leave_at_once(); send(signal.SIGINT)"
    assert end_of(program) == (130, "", "Interrupted.\n")
