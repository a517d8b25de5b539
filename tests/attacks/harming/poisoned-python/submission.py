"""Change what the next submission would meet: builtins, torch, modules, types, the collector, codecs."""

import builtins
import codecs
import gc
import importlib
import json
import os
import sys
import warnings

import torch

honest_clone = torch.Tensor.clone
torch.Tensor.clone = lambda self, **_: torch.zeros(1)
torch.Tensor.__mul__ = lambda self, other: self
torch.manual_seed(0)
torch.set_default_dtype(torch.float16)
torch.set_grad_enabled(False)
torch.set_num_threads(64)
builtins.len = lambda _: 7
builtins.isinstance = lambda *_: True
json.dumps = lambda *_, **__: "{}"
os._exit = lambda _: None
sys.modules["torch"] = None
sys.path[:] = ["@OUTSIDE@"]
sys.setrecursionlimit(50)
importlib.invalidate_caches = None
codecs.register(lambda name: None)
warnings.simplefilter("error")
gc.disable()
