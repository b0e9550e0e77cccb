#!/usr/bin/env python3
"""Writes sort_golden.h: notebooks 000, 002 and 003 in PyTorch.

    python3 tests/golden/make_sort.py > tests/golden/sort_golden.h

The published file is from PyTorch 2.13.0 and TransformerLens 3.9.0 (CPU, x86-64, one
thread).  Lists, models, losses and training steps are the notebooks'.  What 000 takes
from Python's stream starts where TransformerLens seeds it with the model's seed; its
weights are drawn in the order that TransformerLens had in November 2023.  002's model
is not here: test_sort.c compares it with what the notebook printed.
"""
import random
import warnings

import numpy as np
import torch

warnings.filterwarnings("ignore")
from transformer_lens import HookedTransformer, HookedTransformerConfig  # noqa: E402

torch.set_num_threads(1)


def distinct(seed, count, length, n_values, start):
    """Lists as random.sample draws them, between their tokens."""
    random.seed(seed)
    while True:
        x = torch.tensor([random.sample(range(n_values), k=length) for _ in range(count)])
        yield between(x, start)


def repeated(seed, count, length, n_values, start):
    torch.manual_seed(seed)
    while True:
        yield between(torch.randint(0, n_values, (count, length)), start)


def varying(seed, count, longest, n_values, start):
    """The training script of 003: a length for each batch."""
    torch.manual_seed(seed)
    while True:
        length = torch.randint(1, longest + 1, (1,)).item()
        yield between(torch.cat([torch.randint(0, n_values, (1, length))
                                 for _ in range(count)]), start)


def between(x, start):
    n = len(x)
    return torch.cat((torch.full((n, 1), start), x, torch.full((n, 1), start + 1),
                      torch.sort(x, dim=1).values), dim=1)


def loss_fn(logits, tokens, length):
    log_probs = logits[:, length + 1:-1].double().log_softmax(-1)
    return -log_probs.gather(-1, tokens[:, length + 2:, None])[..., 0].mean()


def acc_fn(logits, tokens, length):
    right = logits[:, length + 1:-1].argmax(-1) == tokens[:, length + 2:]
    return right.prod(dim=1).float().mean().item(), right.float().mean().item()


def one_head():
    cfg = HookedTransformerConfig(d_model=128, n_layers=1, n_heads=1, d_head=32, n_ctx=22,
                                  d_vocab=66, act_fn="relu", seed=42, device="cpu",
                                  attn_only=False)
    model = HookedTransformer(cfg)
    weights = dict(model.named_parameters())
    torch.manual_seed(42)
    for name in ("embed.W_E", "pos_embed.W_pos", *(f"blocks.0.attn.W_{m}" for m in "QKVO"),
                 "blocks.0.mlp.W_in", "blocks.0.mlp.W_out", "unembed.W_U"):
        torch.nn.init.normal_(weights[name], std=cfg.initializer_range)
    optim = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(.9, .999))
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optim, "min", patience=100)
    batches = distinct(42, 128, 10, 64, 64)
    rows = []
    for step in range(31):
        tokens = next(batches)
        logits = model(tokens)
        loss = loss_fn(logits, tokens, 10)
        loss.backward()
        optim.step()
        optim.zero_grad()
        scheduler.step(loss)
        if step % 10 == 0:
            rows.append((loss.item(), *acc_fn(logits, tokens, 10)))
    return rows


def ints(name, values):
    values = [str(int(v)) for v in values]
    lines, line = [], " "
    for v in values:
        if len(line) + len(v) + 2 > 78:
            lines.append(line)
            line = " "
        line += f" {v},"
    lines.append(line)
    print(f"static const int32_t {name}[] = {{\n" + "\n".join(lines) + "\n};")


def doubles(name, values):
    print(f"static const double {name}[] = {{\n  " + ",\n  ".join(repr(float(v)) for v in values)
          + "\n};")


print("/* Made by make_sort.py, which says how.  */\n")
batches = distinct(42, 128, 10, 64, 64)
ints("golden_one_head_first", next(batches)[:4].flatten())
ints("golden_one_head_second", next(batches)[-1])
batches = repeated(123, 16, 20, 30, 30)
ints("golden_attn_only_first", next(batches)[-1])
ints("golden_attn_only_second", next(batches)[0])
batches = varying(42, 100, 5, 64, 65)
for i in range(6):
    tokens = next(batches)
    ints(f"golden_varying_{i}", tokens[99])
rows = one_head()
doubles("golden_one_head_loss", [r[0] for r in rows])
doubles("golden_one_head_token_accuracy", [r[2] for r in rows])
