"""The launches of bench/gpu/launches.ts in PyTorch, whose own kernel it is: requests from stdin, an answer a line. "one" and "hundred"
are in microseconds, "rate" in launches per second."""

import sys
import time

import torch

stream = torch.cuda.Stream()
x, y = torch.zeros(32, device="cuda"), torch.zeros(32, device="cuda")

loops = {"one": (200, 1), "hundred": (20, 100), "rate": (1, 10_000)}

with torch.cuda.stream(stream):
    for line in sys.stdin:
        what = line.strip()
        rounds, launches = loops[what]
        start = time.perf_counter()
        for _ in range(rounds):
            for _ in range(launches):
                y.add_(x, alpha=2)
            stream.synchronize()
        seconds = time.perf_counter() - start
        print(launches / seconds if what == "rate" else seconds * 1e6 / rounds, flush=True)
