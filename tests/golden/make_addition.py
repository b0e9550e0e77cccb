#!/usr/bin/env python3
"""Writes addition_golden.h: notebook 004's addition section in PyTorch.

    python3 tests/golden/make_addition.py > tests/golden/addition_golden.h
    python3 tests/golden/make_addition.py --log infinite 101    # step,loss on stdout

The published file is from PyTorch 2.13.0 (CPU, x86-64, one thread).
data_generator, Transformer (its one-layer case, parameters drawn in the same
order), the loss and the training steps are the notebook's; only .cuda () is left
out, and the order of what seeds and draws from the global stream is kept: a
generator seeds it when it is first asked.  Losses are written with the digits that
read back exactly.
"""
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.set_num_threads(1)
DIGITS, SEED, BATCH, DATA = 5, 129000, 64, 750
PLUS_INDEX, EQUALS_INDEX = 10, 11


def data_generator(batch_size, num_digits, seed):
    torch.manual_seed(seed)
    while True:
        batch = torch.zeros((batch_size, 3 * num_digits + 3)).to(torch.int64)
        x = torch.randint(0, 10, (batch_size, num_digits))
        y = torch.randint(0, 10, (batch_size, num_digits))
        batch[:, :num_digits] = x
        batch[:, num_digits] = PLUS_INDEX
        batch[:, 1 + num_digits:1 + num_digits * 2] = y
        batch[:, 1 + num_digits * 2] = EQUALS_INDEX
        carries = [torch.zeros((batch_size,)).to(torch.int64)]
        for i in range(num_digits):
            carry = carries[-1]
            digit_sum = batch[:, num_digits - 1 - i] + batch[:, 2 * num_digits - i] + carry
            batch[:, -1 - i] = digit_sum % 10
            carry = (digit_sum >= 10).to(torch.int64)
            carries.append(carry)
        batch[:, -1 - num_digits] = carries[-1]
        carries = torch.stack(carries, axis=1)
        yield batch, carries


class Transformer(nn.Module):
    def __init__(self, d_model, n_ctx, num_heads=4, d_vocab=12, d_out=10):
        super().__init__()
        d_head, d_mlp = d_model // num_heads, 4 * d_model

        def draw(*shape, over=d_model):
            return nn.Parameter(torch.randn(*shape) / np.sqrt(over))
        self.W_E = draw(d_model, d_vocab)
        self.W_pos = draw(n_ctx, d_model)
        self.W_K, self.W_Q, self.W_V = [draw(num_heads, d_head, d_model) for _ in range(3)]
        self.W_O = draw(num_heads, d_model, d_head)
        self.W_in = draw(d_mlp, d_model)
        self.b_in = nn.Parameter(torch.zeros(d_mlp))
        self.W_out = draw(d_model, d_mlp)
        self.b_out = nn.Parameter(torch.zeros(d_model))
        self.W_U = draw(d_model, d_out, over=d_out)
        self.d_head = d_head

    def forward(self, x):
        x = torch.einsum("dbp->bpd", self.W_E[:, x]) + self.W_pos[:x.shape[-1]]
        k, q, v = [torch.einsum("ihd,bpd->biph", W, x) for W in (self.W_K, self.W_Q, self.W_V)]
        mask = torch.tril(torch.ones(x.shape[-2], x.shape[-2]))
        scores = torch.tril(torch.einsum("biph,biqh->biqp", k, q)) - 1e10 * (1 - mask)
        attn = F.softmax(scores / np.sqrt(self.d_head), dim=-1)
        z = torch.einsum("biph,biqp->biqh", v, attn)
        x = x + torch.einsum("idh,biqh->biqd", self.W_O, z).sum(1)
        post = F.relu(torch.einsum("md,bpd->bpm", self.W_in, x) + self.b_in)
        x = x + torch.einsum("dm,bpm->bpd", self.W_out, post) + self.b_out
        return x @ self.W_U


def get_pred_log_probs(logits, tokens, num_digits):
    trunc_logits = logits[:, -(num_digits + 2):-1]
    ans_tokens = tokens[:, -(num_digits + 1):]
    log_probs = F.log_softmax(trunc_logits.to(torch.float64), dim=-1)
    return torch.gather(log_probs, -1, ans_tokens[:, :, None])[..., 0]


def run(d_model, steps, is_finite=False, num_digits=DIGITS, seed=SEED, watch=None):
    """The losses per token of each step's training and test batch."""
    if is_finite:
        test_ds = data_generator(BATCH, num_digits, seed)
        train_ds = data_generator(DATA, num_digits, seed)
        train_tokens, _ = next(train_ds)
    else:
        ds = data_generator(BATCH, num_digits, seed)
    torch.manual_seed(seed)
    model = Transformer(d_model, 3 * num_digits + 3)
    optimizer = optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.1, betas=(0.9, 0.98))
    scheduler = optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(step / 10, 1))
    trains, tests, test_batches = [], [], []
    for step in range(steps):
        tokens = train_tokens if is_finite else next(ds)[0]
        per_token = -get_pred_log_probs(model(tokens), tokens, num_digits).mean(0)
        loss = per_token.mean()
        loss.backward()
        if is_finite:
            test_tokens, _ = next(test_ds)
            test_batches.append(test_tokens)
            with torch.no_grad():
                tests.append(-get_pred_log_probs(model(test_tokens), test_tokens,
                                                 num_digits).mean(0))
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        trains.append(per_token.detach())
        if watch is not None:
            watch(step, loss.item())
    return trains, tests, test_batches


def array(kind, name, values):
    values = list(values)
    print(f"static const {kind} {name}[{len(values)}] = {{")
    for i in range(0, len(values), 18 if kind == "int32_t" else 4):
        row = values[i:i + (18 if kind == "int32_t" else 4)]
        print("  " + " ".join(f"{v!r}," for v in row))
    print("};\n")


def totals(per_token):
    return [p.mean().item() for p in per_token]


if sys.argv[1:2] == ["--log"]:
    print("step,loss")
    run(512, int(sys.argv[3]), sys.argv[2] == "finite",
        watch=lambda step, loss: print(f"{step},{loss!r}", flush=True))
    sys.exit()

print(f"/* Written by make_addition.py with PyTorch {torch.__version__.split('+')[0]}.  "
      "Do not edit.  */\n#include <stdint.h>\n")
endless = data_generator(BATCH, DIGITS, SEED)
for name in ("first", "second"):
    tokens, carries = next(endless)
    array("int32_t", f"golden_{name}_tokens", tokens.ravel().tolist())
    array("int32_t", f"golden_{name}_carries", carries.ravel().tolist())
tokens, _ = next(data_generator(DATA, DIGITS, SEED))
array("int32_t", "golden_fixed_last_tokens", tokens[-1].tolist())

for digits in (2, 8):
    tokens, carries = next(data_generator(BATCH, digits, 1))
    array("int32_t", f"golden_{digits}_digits_tokens", tokens[:3].ravel().tolist())
    array("int32_t", f"golden_{digits}_digits_carries", carries[:3].ravel().tolist())

trains, _, _ = run(512, 101)
array("double", "golden_infinite_losses", totals(trains)[::10])
array("double", "golden_infinite_first_per_token", trains[0].tolist())
trains, _, _ = run(128, 101)
array("double", "golden_small_losses", totals(trains)[::10])
trains, tests, batches = run(128, 31, is_finite=True)
array("double", "golden_finite_losses", totals(trains)[::10])
array("double", "golden_finite_test_losses", totals(tests)[::10])
array("int32_t", "golden_test_tokens_0", batches[0][:3].ravel().tolist())
array("int32_t", "golden_test_tokens_10", batches[10][:3].ravel().tolist())
