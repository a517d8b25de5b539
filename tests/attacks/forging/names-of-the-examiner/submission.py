"""Define the names that the examiner uses, and look-alikes of the questions' in other alphabets."""

import sys
import types

student = reference = FACTOR = params = turn = session = keys = expected = 1
outcome, score, points, report = "passed", 12, 12, {"score": 12}
ѕcale = lambda x: x  # noqa: E731 a Cyrillic letter
sесret = 7
ｓｃａｌｅ = lambda x: x  # noqa: E731 wide letters, which Python reads as plain ones
globals().update({"secret\u200b": 1, "scale ": 1, "": 1, "same\n": 1, "__getattr__": lambda name: FACTOR})
module = types.ModuleType("reference of target")
module.scale = module.same = ｓｃａｌｅ
sys.modules["reference of target"] = sys.modules["reference"] = sys.modules["checks"] = module


def test_scale_ones(student, reference):
    pass


def test_same(student=None, reference=None):
    pass
