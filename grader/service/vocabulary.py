"""The names that front ends use in calls to a service."""

from grader.classroom.marking import MAX_COMMENT, MarkingTask
from grader.examiner.outcome import Outcome
from grader.gradebook.entries import LastOutput, MarkedItem
from grader.handout.generation import Generated
from grader.handout.pack import Edition
from grader.handout.stubs import Format
from grader.lms import EXPORTS, LMSS, TAKING_BACK
from grader.lms.base import Lms
from grader.lms.export import Change, File
from grader.lms.sending import Sending
from grader.lms.token import VARIABLE as TOKEN_VARIABLE
from grader.lms.token import Token, read_token
from grader.proof.matrix import Proved
from grader.worker.isolation.ways import FULL, WAYS, own_way
from grader.worker.isolation.ways import HELP as ISOLATION_HELP

__all__ = [
    "EXPORTS",
    "FULL",
    "ISOLATION_HELP",
    "LMSS",
    "MAX_COMMENT",
    "TAKING_BACK",
    "TOKEN_VARIABLE",
    "WAYS",
    "Change",
    "Edition",
    "File",
    "Format",
    "Generated",
    "LastOutput",
    "Lms",
    "MarkedItem",
    "MarkingTask",
    "Outcome",
    "Proved",
    "Sending",
    "Token",
    "own_way",
    "read_token",
]
