#!/usr/bin/env python3
"""Prints the vectors of tests/test_random.c that no document gives.

Values drawn with PyTorch 2.13.0+cpu, NumPy 2.4.6 and CPython 3.11.7.
"""
import random

import numpy
import torch


def generator(seed=42):
    return torch.Generator(device="cpu").manual_seed(seed)


def bits(x):
    return ", ".join(f"0x{b:08x}" for b in x.numpy().view("uint32"))


def digest(array):
    value = 0xcbf29ce484222325
    for byte in array.tobytes():
        value = (value ^ byte) * 0x100000001b3 % 2 ** 64
    return f"UINT64_C (0x{value:016x})"


def numbers(values):
    return ", ".join(str(int(v)) for v in values)


def torch_vectors():
    yield "NARROW", numbers(torch.randint(0, 2 ** 28 - 1, (4,), generator=generator()))
    yield "WIDE", numbers(torch.randint(-2 ** 31, 2 ** 31, (4,), generator=generator()))
    yield "WIDEST", numbers(torch.randint(0, 10 ** 18, (3,), generator=generator()))
    g = generator()
    first = torch.randn(1, generator=g)
    torch.randn(20, generator=g)
    yield "WAITING", bits(torch.cat([first, torch.randn(3, generator=g)]))

    n = 100003
    g = generator(6798)
    yield "D_RANDN", digest(torch.randn(n, generator=g).numpy())
    yield "D_NORMAL", digest(torch.empty(n).normal_(-3.7, 0.1, generator=g).numpy())
    yield "D_UNIFORM", digest(torch.empty(n).uniform_(-7.3, 1e-3, generator=g).numpy())
    small = [torch.randn(15, generator=g) for _ in range(n // 15)]
    yield "D_SMALL", digest(torch.cat(small).numpy())
    yield "D_RANDINT", digest(torch.randint(-50, 51, (n,), generator=g).numpy().astype("int32"))
    yield "D_RANDPERM", digest(torch.randperm(n, generator=g).numpy().astype("int32"))


def numpy_vectors():
    r = numpy.random.RandomState(42)
    bounds = ((0, 2), (5, 6), (-9, 9), (0, 2 ** 32), (0, 2 ** 32 + 1), (-2 ** 63, 2 ** 63 - 1))
    yield "NUMPY_RANGES", numbers(r.randint(a, b) for a, b in bounds)


def python_vectors():
    yield "PY_POOL", numbers(random.Random(42).sample(range(85), 21)[-8:])
    r = random.Random(42)
    r.random()
    yield "PY_BELOW", numbers(r.randrange(n) for n in (1, 2, 113, 2 ** 32, 10 ** 15, 2 ** 64 - 1))
    yield "PY_WIDE", repr(random.Random(2 ** 32 + 5).random())


if __name__ == "__main__":
    for vectors in torch_vectors(), numpy_vectors(), python_vectors():
        for name, text in vectors:
            print(name, text)
