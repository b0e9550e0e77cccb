#!/usr/bin/env python3
"""Writes training_golden.h: what PyTorch's optimisers, schedules and loss do.

    python3 tests/golden/make_optimizer.py > tests/golden/training_golden.h

The published file is from PyTorch 2.13.0 (CPU, x86-64).  Parameters, gradients
and logits come from a small generator that tests/test_optimizer.c repeats, so
only results are stored: float32 as bits, float64 as hexadecimal.

One thing is not PyTorch's: its float32 square root comes from a vendor library
that misses the nearest float in about a fifth of all cases.  Ours is IEEE's, so
ExactSqrt rounds the square root of a double instead, which is the nearest float.
"""
import struct
import sys

import torch
from torch.utils._python_dispatch import TorchDispatchMode

torch.set_num_threads(1)


class ExactSqrt(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function is torch.ops.aten.sqrt.default:
            return function(args[0].to(torch.float64)).to(torch.float32)
        return function(*args, **(kwargs or {}))


class Stream:
    """Knuth's 64-bit linear congruential generator, values in [-1, 1)."""

    def __init__(self, seed):
        self.state = seed

    def value(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        signed = struct.unpack("i", struct.pack("I", self.state >> 32))[0]
        return signed / 2147483648.0

    def tensor(self, n, scale):
        values = torch.tensor([self.value() for _ in range(n)], dtype=torch.float64)
        return (values * scale).to(torch.float32)


SIZES = (5, 43)
STEPS = 50
KEPT = (1, 2, 10, 50)


def warmup(step):
    return min(step / 10, 1)


def plateau_loss(step):
    """Falls, stalls twice; the test repeats it."""
    return 3.0 - 0.1 * step if step < 12 else 1.9 if step < 30 else 1.5


def bits(x):
    return struct.unpack("I", struct.pack("f", x))[0]


def run(make, schedule=None, clip=0.0):
    stream = Stream(2023)
    params = [torch.nn.Parameter(stream.tensor(n, 1.0)) for n in SIZES]
    optimizer = make(params)
    warm = plateau = None
    if schedule == "warmup":
        warm = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup)
    if schedule == "plateau":
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", patience=3)
    kept = []
    for step in range(STEPS):
        for p in params:
            # Gradients of very different sizes, some of them 0.
            g = stream.tensor(p.numel(), 1.0)
            p.grad = torch.where(g.abs() < 0.05, torch.zeros_like(g), g * g.abs())
        if clip:
            torch.nn.utils.clip_grad_norm_(params, clip)
        with ExactSqrt():
            optimizer.step()
        if warm:
            warm.step()
        if plateau:
            plateau.step(plateau_loss(step))
        if step + 1 in KEPT:
            kept.append([bits(v) for p in params for v in p.tolist()])
    return kept


def adamw(**options):
    return lambda params: torch.optim.AdamW(params, foreach=False, **options)


def adam(**options):
    return lambda params: torch.optim.Adam(params, foreach=False, **options)


def sgd(**options):
    return lambda params: torch.optim.SGD(params, foreach=False, **options)


# Name, PyTorch, schedule, clip.  tests/test_optimizer.c has the same list.
CASES = [
    ("adamw_notebook", adamw(lr=1e-3, weight_decay=0.1, betas=(0.9, 0.98)), "warmup", 0),
    ("adamw_defaults", adamw(lr=1e-3), None, 0),
    ("adamw_no_decay", adamw(lr=1e-2, weight_decay=0.0, eps=1e-9), None, 0),
    ("adam", adam(lr=1e-3), None, 0),
    ("adam_decay", adam(lr=1e-3, weight_decay=0.3, betas=(0.4, 0.99)), None, 0),
    ("sgd", sgd(lr=1.0, weight_decay=0.01), "warmup", 0),
    ("sgd_momentum", sgd(lr=0.1, momentum=0.9), None, 0),
    ("sgd_both", sgd(lr=0.1, momentum=0.9, weight_decay=0.05), None, 0),
    ("adamw_plateau", adamw(lr=1e-2, betas=(0.9, 0.99)), "plateau", 0),
    ("adamw_clipped", adamw(lr=1e-3), None, 1.0),
]


def write_cases():
    print("static const uint32_t golden_params[%d][%d][%d] = {"
          % (len(CASES), len(KEPT), sum(SIZES)))
    for name, make, schedule, clip in CASES:
        print("  { /* %s */" % name)
        for row in run(make, schedule, clip):
            print("    {")
            for i in range(0, len(row), 6):
                print("      " + " ".join("0x%08x," % v for v in row[i:i + 6]))
            print("    },")
        print("  },")
    print("};\n")


def write_schedules():
    p = [torch.nn.Parameter(torch.zeros(1))]
    print("/* Rate of the update at each step, base rate 0.003.  */")
    for name in "warmup", "plateau", "plateau_floor":
        optimizer = torch.optim.SGD(p, lr=0.003)
        if name == "warmup":
            scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, warmup)
        elif name == "plateau":
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", patience=3)
        else:
            scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
                optimizer, "min", factor=0.25, patience=1, min_lr=1e-4)
        rates = []
        for step in range(60):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if name == "warmup":
                scheduler.step()
            else:
                scheduler.step(plateau_loss(step))
        print("static const double golden_%s[60] = {" % name)
        for i in range(0, 60, 3):
            print("  " + " ".join("%s," % float.hex(v) for v in rates[i:i + 3]))
        print("};")
    print()


def write_loss():
    stream = Stream(7)
    n, d = 6, 37
    logits = torch.stack([stream.tensor(d, s) for s in (1, 5, 20, 80, 1e-3, 300)])
    target = torch.tensor([3, 0, 36, 17, 5, 20])
    logits[2, 36] = 60.0                # a loss near 0
    logits.requires_grad_(True)
    nll = -torch.log_softmax(logits.to(torch.float64), -1)[range(n), target]
    nll.mean().backward()
    print("static const double golden_nll[%d] = {" % n)
    print("  " + " ".join("%s," % float.hex(v) for v in nll.tolist()))
    print("};")
    print("static const uint32_t golden_dlogits[%d] = {" % (n * d))
    flat = [bits(v) for v in logits.grad.flatten().tolist()]
    for i in range(0, len(flat), 6):
        print("  " + " ".join("0x%08x," % v for v in flat[i:i + 6]))
    print("};")


print("/* Written by make_optimizer.py with PyTorch %s.  Do not edit.  */"
      % torch.__version__.split("+")[0])
print("#include <stdint.h>\n")
write_cases()
write_schedules()
write_loss()
sys.stdout.flush()
