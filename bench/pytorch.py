#!/usr/bin/env python3
"""Milliseconds per training step of the notebooks' runs in PyTorch.

The step is written as the notebook writes it (einsum attention, full logits,
float64 loss, AdamW with a LambdaLR warm-up, a fresh batch per step), on the
CPU.  Prints one CSV row per variant:

    run,framework,variant,threads,median_ms,min_ms,max_ms,repeats

Usage: python3 bench/pytorch.py [--run skip-trigram] [--threads 1 2]
                                [--steps 200] [--repeats 5] [--compile]
Needs torch (2.13.0 was used) and numpy.
"""

import argparse
import statistics
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


class Transformer(nn.Module):
    """Notebook 004's attention-only transformer."""

    def __init__(self, d_vocab, d_vocab_out, d_model, n_heads, d_head, n_ctx):
        super().__init__()
        self.W_E = nn.Parameter(torch.randn(d_model, d_vocab) / np.sqrt(d_model))
        self.W_pos = nn.Parameter(torch.randn(n_ctx, d_model) / np.sqrt(d_model))
        self.attn = Attention(d_model, n_heads, d_head, n_ctx)
        self.W_U = nn.Parameter(torch.randn(d_model, d_vocab_out) / np.sqrt(d_vocab_out))

    def forward(self, tokens):
        x = torch.einsum("dbp -> bpd", self.W_E[:, tokens])
        x = x + self.W_pos[: x.shape[-2]]
        x = x + self.attn(x)
        return x @ self.W_U


def skip_trigram(compile_model):
    """The notebook's `infinite` run; returns a function that makes one step."""
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
    model = Transformer(2 * rand_size + 2, rand_size, 32, 1, 8, seq_len + 2)
    forward = torch.compile(model) if compile_model else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1,
                                  betas=(0.9, 0.98))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(s / 10, 1))
    data = batches()

    def step():
        tokens, answer = next(data)
        logits = forward(tokens)[:, -1, :]
        log_probs = F.log_softmax(logits.to(torch.float64), dim=-1)
        loss = -torch.gather(log_probs, -1, answer[:, None]).mean()
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        return loss.item()

    return step


RUNS = {"skip-trigram": skip_trigram}


def measure(step, steps, repeats):
    """Milliseconds per step of each of `repeats` stretches of `steps` steps."""
    for _ in range(max(10, steps // 10)):
        step()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(steps):
            step()
        times.append((time.perf_counter() - start) * 1e3 / steps)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=sorted(RUNS), default="skip-trigram")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    args = parser.parse_args()

    print("run,framework,variant,threads,median_ms,min_ms,max_ms,repeats")
    for threads in args.threads:
        torch.set_num_threads(threads)
        times = measure(RUNS[args.run](args.compile), args.steps, args.repeats)
        print(f"{args.run},torch-{torch.__version__},"
              f"{'compile' if args.compile else 'eager'},{threads},"
              f"{statistics.median(times):.4f},{min(times):.4f},{max(times):.4f},"
              f"{args.repeats}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
