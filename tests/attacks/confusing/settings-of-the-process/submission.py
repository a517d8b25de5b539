"""Change what the process takes for granted: warnings as errors, locale, dtype, rounding, gradients, hash, limits."""

import ctypes
import decimal
import gc
import locale
import os
import sys
import time
import warnings

import numpy
import torch

warnings.simplefilter("error")
warnings.showwarning = None
for name in ("tr_TR.UTF-8", "de_DE.UTF-8", "C", ""):
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        pass
os.environ.update(TZ="Mars", LANG="xx", PYTHONHASHSEED="0", LC_ALL="\udcff")
time.tzset()
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_flush_denormal(True)
torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
torch.set_grad_enabled(False)
torch.inference_mode().__enter__()
torch.set_num_threads(2)
numpy.seterr(all="raise")
numpy.set_printoptions(legacy="1.13")
ctypes.CDLL("libm.so.6").fesetround(0x800)
decimal.getcontext().prec = 1
sys.set_int_max_str_digits(0)
sys.setswitchinterval(1e-9)
gc.set_threshold(1)


def scale(x):
    return x * 10**5000


def same(x):
    return torch.ones(4)
