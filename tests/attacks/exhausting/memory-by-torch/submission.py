"""Take all memory by tensors: one huge, many small ones, one kept by views only."""

import torch

found = []
for name, attempt in {
    "one": lambda: torch.ones(1 << 40),
    "many": lambda: [torch.ones(1 << 20) for _ in range(1 << 20)],
    "product": lambda: torch.ones(1 << 20, 1) @ torch.ones(1, 1 << 20),
    "contiguous": lambda: torch.ones(1).expand(1 << 38).contiguous(),
}.items():
    try:
        attempt()
        found.append(f"{name}: got through")
    except (RuntimeError, MemoryError) as error:
        found.append(f"{name}: {str(error)[-60:]}")

evidence = "; ".join(found)
