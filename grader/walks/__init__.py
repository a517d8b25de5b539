"""How a layer computes, step by step: which inputs meet which weights for which output."""
