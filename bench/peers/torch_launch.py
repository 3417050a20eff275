"""The launches of bench/gpu.ts in PyTorch, whose own kernel it is: requests "one" and "hundred" from stdin, an answer
a line, in microseconds."""

import sys
import time

import torch

stream = torch.cuda.Stream()
x, y = torch.zeros(32, device="cuda"), torch.zeros(32, device="cuda")

with torch.cuda.stream(stream):
    for line in sys.stdin:
        rounds, launches = (200, 1) if line.strip() == "one" else (20, 100)
        start = time.perf_counter()
        for _ in range(rounds):
            for _ in range(launches):
                y.add_(x, alpha=2)
            stream.synchronize()
        print((time.perf_counter() - start) * 1e6 / rounds, flush=True)
