#!/usr/bin/env python3
"""Milliseconds per training step of the notebooks' runs in PyTorch.

The step is written as the notebook writes it (einsum attention, logits of every
position, float64 loss, AdamW with a LambdaLR warm-up), on the CPU.  Every row is
measured in a process of its own; one that dies is printed as a crash.  Prints
CSV with the first columns of bin/tc-bench:

    run,framework,variant,threads,median_ms,min_ms,max_ms,repeats

Usage: python3 bench/pytorch.py [--run NAME ...] [--threads 1 2] [--seconds 1]
                                [--repeats 5] [--compile]
Needs torch (2.13.0 was used) and numpy; sort/one-head also transformer_lens (3.9.0).
"""

import argparse
import random
import statistics
import subprocess
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, d_model, n_heads, d_head, n_ctx):
        super().__init__()
        scale = np.sqrt(d_model)
        self.W_K = nn.Parameter(torch.randn(n_heads, d_head, d_model) / scale)
        self.W_Q = nn.Parameter(torch.randn(n_heads, d_head, d_model) / scale)
        self.W_V = nn.Parameter(torch.randn(n_heads, d_head, d_model) / scale)
        self.W_O = nn.Parameter(torch.randn(n_heads, d_model, d_head) / scale)
        self.register_buffer("mask", torch.tril(torch.ones((n_ctx, n_ctx))))
        self.d_head = d_head

    def forward(self, x):
        n = x.shape[-2]
        k = torch.einsum("ihd,bpd->biph", self.W_K, x)
        q = torch.einsum("ihd,bpd->biph", self.W_Q, x)
        v = torch.einsum("ihd,bpd->biph", self.W_V, x)
        scores = torch.einsum("biph,biqh->biqp", k, q)
        scores = torch.tril(scores) - 1e10 * (1 - self.mask[:n, :n])
        pattern = F.softmax(scores / np.sqrt(self.d_head), dim=-1)
        z = torch.einsum("biph,biqp->biqh", v, pattern)
        return torch.einsum("idh,biqh->biqd", self.W_O, z).sum(1)


class MLP(nn.Module):
    def __init__(self, d_model, d_mlp):
        super().__init__()
        self.W_in = nn.Parameter(torch.randn(d_mlp, d_model) / np.sqrt(d_model))
        self.b_in = nn.Parameter(torch.zeros(d_mlp))
        self.W_out = nn.Parameter(torch.randn(d_model, d_mlp) / np.sqrt(d_model))
        self.b_out = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        x = F.relu(torch.einsum("md,bpd->bpm", self.W_in, x) + self.b_in)
        return torch.einsum("dm,bpm->bpd", self.W_out, x) + self.b_out


class Transformer(nn.Module):
    """Notebook 004's transformer of one layer; without an MLP where d_mlp is 0."""

    def __init__(self, d_vocab, d_vocab_out, d_model, n_heads, d_head, d_mlp, n_ctx):
        super().__init__()
        self.W_E = nn.Parameter(torch.randn(d_model, d_vocab) / np.sqrt(d_model))
        self.W_pos = nn.Parameter(torch.randn(n_ctx, d_model) / np.sqrt(d_model))
        self.attn = Attention(d_model, n_heads, d_head, n_ctx)
        self.mlp = MLP(d_model, d_mlp) if d_mlp > 0 else None
        self.W_U = nn.Parameter(torch.randn(d_model, d_vocab_out) / np.sqrt(d_vocab_out))

    def forward(self, tokens):
        x = torch.einsum("dbp -> bpd", self.W_E[:, tokens])
        x = x + self.W_pos[: x.shape[-2]]
        x = x + self.attn(x)
        if self.mlp is not None:
            x = x + self.mlp(x)
        return x @ self.W_U


def nll(logits, answer):
    """Mean loss in float64."""
    log_probs = F.log_softmax(logits.to(torch.float64), dim=-1)
    return -torch.gather(log_probs, -1, answer[..., None]).mean()


def stepper(model, compile_model, losses, lr, weight_decay):
    """A function that makes one step: losses (forward) gives the loss to descend
    and perhaps others, all of which are read."""
    forward = torch.compile(model) if compile_model else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay,
                                  betas=(0.9, 0.98))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(s / 10, 1))

    def step():
        loss, *others = losses(forward)
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        return [loss.item()] + [other.item() for other in others]

    return step


def skip_trigram(compile_model):
    batch_size, seq_len, rand_size, seed = 256, 40, 10, 6798

    def batches():
        gen = torch.Generator(device="cpu")
        gen.manual_seed(seed)
        while True:
            batch = torch.zeros((batch_size, seq_len + 2)).to(torch.int64)
            batch[:, 1 : 1 + seq_len] = torch.randint(
                2, rand_size + 2, (batch_size, seq_len), generator=gen)
            batch[:, -1] = 1
            answer = torch.randint(0, rand_size, (batch_size,), generator=gen)
            index = torch.randint(1, seq_len + 1, (batch_size,), generator=gen)
            batch[torch.arange(batch_size), index] = rand_size + 2 + answer
            yield batch, answer

    torch.manual_seed(seed)
    model = Transformer(2 * rand_size + 2, rand_size, 32, 1, 8, 0, seq_len + 2)
    data = batches()

    def losses(forward):
        tokens, answer = next(data)
        return [nll(forward(tokens)[:, -1, :], answer)]

    return stepper(model, compile_model, losses, 1e-3, 0.1)


def addition(compile_model):
    batch_size, digits, seed = 64, 5, 129000

    def batches():
        while True:
            batch = torch.zeros((batch_size, 3 * digits + 3)).to(torch.int64)
            x = torch.randint(0, 10, (batch_size, digits))
            y = torch.randint(0, 10, (batch_size, digits))
            batch[:, :digits] = x
            batch[:, digits] = 10
            batch[:, 1 + digits : 1 + digits * 2] = y
            batch[:, 1 + digits * 2] = 11
            carry = torch.zeros((batch_size,)).to(torch.int64)
            for i in range(digits):
                total = batch[:, digits - 1 - i] + batch[:, 2 * digits - i] + carry
                batch[:, -1 - i] = total % 10
                carry = (total >= 10).to(torch.int64)
            batch[:, -1 - digits] = carry
            yield batch

    torch.manual_seed(seed)
    model = Transformer(12, 10, 512, 4, 128, 2048, 3 * digits + 3)
    data = batches()

    def losses(forward):
        tokens = next(data)
        return [nll(forward(tokens)[:, -(digits + 2) : -1], tokens[:, -(digits + 1) :])]

    return stepper(model, compile_model, losses, 1e-4, 0.1)


def modular_addition(compile_model, with_test=False):
    p = 113
    pairs = [(i, j, p) for i in range(p) for j in range(p)]
    random.seed(0)
    random.shuffle(pairs)
    n_train = int(0.3 * len(pairs))
    parts = [torch.tensor(pairs[:n_train]), torch.tensor(pairs[n_train:])]
    if not with_test:
        parts.pop()
    answers = [(part[:, 0] + part[:, 1]) % p for part in parts]
    torch.manual_seed(0)
    model = Transformer(p + 1, p + 1, 128, 4, 32, 512, 3)

    def losses(forward):
        return [nll(forward(part)[:, -1], answer) for part, answer in zip(parts, answers)]

    return stepper(model, compile_model, losses, 1e-3, 1.0)


def modular_addition_with_test(compile_model):
    return modular_addition(compile_model, with_test=True)


def list_batches(batch_size, length, n_values, distinct):
    """START, a list, MID, the sorted list."""
    while True:
        if distinct:
            x = torch.tensor([random.sample(range(n_values), k=length)
                              for _ in range(batch_size)])
        else:
            x = torch.randint(0, n_values, (batch_size, length))
        start, mid = [torch.full((batch_size, 1), n_values + i) for i in range(2)]
        yield torch.cat([start, x, mid, torch.sort(x, dim=1).values], dim=1)


def sorting(model, compile_model, batches, length, weight_decay):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=weight_decay)
    forward = torch.compile(model) if compile_model else model

    def step():
        tokens = next(batches)
        logits = forward(tokens)[:, length + 1 : -1]
        log_probs = F.log_softmax(logits, dim=-1)
        loss = -log_probs.gather(-1, tokens[:, length + 2 :, None]).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return [loss.item()]

    return step


def sort_attn_only(compile_model):
    """Notebook 002, without EasyTransformer's hooks."""
    torch.manual_seed(123)
    model = Transformer(32, 32, 32, 1, 32, 0, 42)
    return sorting(model, compile_model, list_batches(16, 20, 30, False), 20, 0.0)


def sort_one_head(compile_model):
    """Notebook 000; needs transformer_lens below 4."""
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    cfg = HookedTransformerConfig(d_model=128, n_layers=1, n_heads=1, d_head=32, n_ctx=22,
                                  d_vocab=66, act_fn="relu", seed=42, device="cpu")
    return sorting(HookedTransformer(cfg), compile_model, list_batches(128, 10, 64, True), 10,
                   0.01)


RUNS = {
    "sort/one-head": sort_one_head,
    "sort/attn-only": sort_attn_only,
    "skip-trigram/infinite": skip_trigram,
    "addition/infinite": addition,
    "modular-addition/add": modular_addition,
    "modular-addition/add+test": modular_addition_with_test,
}


def measure(step, clock, seconds, repeats):
    """Milliseconds per step of each of `repeats` stretches of about `seconds`."""
    def time_steps(n):
        start = clock()
        for _ in range(n):
            step()
        return (clock() - start) * 1e3 / n

    time_steps(3)
    steps = max(1, int(seconds * 1e3 / time_steps(3)))
    return [time_steps(steps) for _ in range(repeats)]


def measure_here(run, threads, args):
    """Prints a row.  As in tc-bench one thread is timed by its own clock."""
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    times = measure(RUNS[run](args.compile), clock, args.seconds, args.repeats)
    print(f"{label(run, threads, args)},{statistics.median(times):.4f},"
          f"{min(times):.4f},{max(times):.4f},{args.repeats}")


def label(run, threads, args):
    variant = "compile" if args.compile else "eager"
    return f"{run},torch-{torch.__version__},{variant},{threads}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=sorted(RUNS), nargs="+", default=list(RUNS))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return measure_here(args.run[0], args.threads[0], args)

    print("run,framework,variant,threads,median_ms,min_ms,max_ms,repeats")
    for run in args.run:
        for threads in args.threads:
            sys.stdout.flush()
            command = [sys.executable, __file__, "--child", "--run", run, "--threads",
                       str(threads), "--seconds", str(args.seconds), "--repeats",
                       str(args.repeats)] + ["--compile"] * args.compile
            status = subprocess.run(command).returncode
            if status != 0:
                print(f"{label(run, threads, args)},crash,,,{status}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
