#!/usr/bin/env python3
"""Writes modular_addition_golden.h: notebook 004's modular addition in PyTorch.

    python3 tests/golden/make_modular_addition.py > tests/golden/modular_addition_golden.h

The published file is from PyTorch 2.13.0 (CPU, x86-64), NumPy 2 and Python 3.11.
gen_train_test, the functions, Transformer (its one-layer case with an MLP) and the
training steps are the notebook's; the notebook sets no seed for the weights, here it
is that of the split.  The demo is TransformerLens's Grokking demo: its data, its
weights in the order in which versions before 3 drew them, its training steps.
Numbers are written with the digits that read back exactly.
"""
import random

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.set_num_threads(1)
P, FRAC, D_MODEL, D_HEAD, HEADS, D_MLP = 113, 0.3, 128, 32, 4, 512


def gen_train_test(frac_train, num, seed=0):
    pairs = [(i, j, num) for i in range(num) for j in range(num)]
    random.seed(seed)
    random.shuffle(pairs)
    div = int(frac_train * len(pairs))
    return pairs[:div], pairs[div:]


np.random.seed(0)
random_answers = np.random.randint(low=0, high=P, size=(P, P))
fns = {"add": lambda x, y: (x + y) % P, "subtract": lambda x, y: (x - y) % P,
       "x2xyy2": lambda x, y: (x**2 + x * y + y**2) % P,
       "random": lambda x, y: random_answers[x][y]}


class Transformer(nn.Module):
    """The notebook's, with its layouts and its order of drawing."""

    def __init__(self, d_out):
        super().__init__()

        def draw(*shape, over=D_MODEL):
            return nn.Parameter(torch.randn(*shape) / np.sqrt(over))
        self.W_E = draw(D_MODEL, P + 1)
        self.W_pos = draw(3, D_MODEL)
        self.W_K, self.W_Q, self.W_V = [draw(HEADS, D_HEAD, D_MODEL) for _ in range(3)]
        self.W_O = draw(HEADS, D_MODEL, D_HEAD)
        self.W_in = draw(D_MLP, D_MODEL)
        self.b_in = nn.Parameter(torch.zeros(D_MLP))
        self.W_out = draw(D_MODEL, D_MLP)
        self.b_out = nn.Parameter(torch.zeros(D_MODEL))
        self.W_U = draw(D_MODEL, d_out, over=d_out)

    def forward(self, x):
        x = torch.einsum("dbp->bpd", self.W_E[:, x]) + self.W_pos[:x.shape[-1]]
        k, q, v = [torch.einsum("ihd,bpd->biph", W, x) for W in (self.W_K, self.W_Q, self.W_V)]
        mask = torch.tril(torch.ones(x.shape[-2], x.shape[-2]))
        scores = torch.tril(torch.einsum("biph,biqh->biqp", k, q)) - 1e10 * (1 - mask)
        attn = F.softmax(scores / np.sqrt(D_HEAD), dim=-1)
        z = torch.einsum("biph,biqp->biqh", v, attn)
        x = x + torch.einsum("idh,biqh->biqd", self.W_O, z).sum(1)
        hidden = F.relu(torch.einsum("md,bpd->bpm", self.W_in, x) + self.b_in)
        x = x + torch.einsum("dm,bpm->bpd", self.W_out, hidden) + self.b_out
        return (x @ self.W_U)[:, -1]


def demo_model():
    """HookedTransformer's weights in the old order, put into the notebook's layouts."""
    torch.manual_seed(999)

    def draw(*shape):
        return nn.init.normal_(torch.empty(*shape), std=0.8 / np.sqrt(D_MODEL))
    W_E, W_pos = draw(P + 1, D_MODEL), draw(3, D_MODEL)
    W_Q, W_K, W_V = [draw(HEADS, D_MODEL, D_HEAD) for _ in range(3)]
    W_O = draw(HEADS, D_HEAD, D_MODEL)
    W_in, W_out = draw(D_MODEL, D_MLP), draw(D_MLP, D_MODEL)
    W_U = draw(D_MODEL, P)
    model = Transformer(P)
    for name, value in (("W_E", W_E.T), ("W_pos", W_pos), ("W_Q", W_Q.transpose(1, 2)),
                        ("W_K", W_K.transpose(1, 2)), ("W_V", W_V.transpose(1, 2)),
                        ("W_O", W_O.transpose(1, 2)), ("W_in", W_in.T), ("W_out", W_out.T),
                        ("W_U", W_U)):
        getattr(model, name).data = value.contiguous()
    model.b_in.requires_grad = model.b_out.requires_grad = False
    return model


def full_loss(model, data, fn):
    tokens = torch.tensor([row[:3] for row in data])
    answers = torch.tensor([int(fn(i, j)) for i, j, _ in data])
    log_probs = F.log_softmax(model(tokens).to(torch.float64), dim=-1)
    return -log_probs.gather(-1, answers[:, None]).mean()


def train(model, train_data, test_data, fn, steps, warm_up):
    optimizer = optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=1e-3,
                            weight_decay=1.0, betas=(0.9, 0.98))
    scheduler = optim.lr_scheduler.LambdaLR(optimizer,
                                            lambda s: min(s / 10, 1) if warm_up else 1)
    losses, tests = [], []
    for step in range(steps):
        loss = full_loss(model, train_data, fn)
        if step % 10 == 0:
            with torch.no_grad():
                tests.append(full_loss(model, test_data, fn).item())
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    return losses, tests


def array(kind, name, values):
    values = list(values)
    print(f"static const {kind} {name}[{len(values)}] = {{")
    for i in range(0, len(values), 12 if kind == "int32_t" else 4):
        row = values[i:i + (12 if kind == "int32_t" else 4)]
        print("  " + " ".join(f"{v!r}," for v in row))
    print("};\n")


def flat(data):
    return [v for i, j, _ in data for v in (i, j)]


print("/* Written by make_modular_addition.py with PyTorch "
      f"{torch.__version__.split('+')[0]}.  Do not edit.  */\n#include <stdint.h>\n")
train_data, test_data = gen_train_test(FRAC, P)
array("int32_t", "golden_python_train", flat(train_data[:24]))
array("int32_t", "golden_python_test", flat(test_data[:24]))
torch.manual_seed(598)
indices = torch.randperm(P * P)
cutoff = int(P * P * FRAC)
demo_pairs = [(i // P, i % P, P) for i in indices.tolist()]
array("int32_t", "golden_torch_train", flat(demo_pairs[:24]))
array("int32_t", "golden_torch_test", flat(demo_pairs[cutoff:cutoff + 24]))
array("int32_t", "golden_random_answers", random_answers.ravel()[:60].tolist())

initial = []
for name in ("add", "subtract", "x2xyy2", "random"):
    torch.manual_seed(0)
    initial.append(full_loss(Transformer(P + 1), train_data, fns[name]).item())
array("double", "golden_initial_losses", initial)

torch.manual_seed(0)
losses, tests = train(Transformer(P + 1), train_data, test_data, fns["add"], 21, True)
array("double", "golden_losses", losses)
array("double", "golden_test_losses", tests)
losses, tests = train(demo_model(), demo_pairs[:cutoff], demo_pairs[cutoff:], fns["add"], 6, False)
array("double", "golden_demo_losses", losses)
array("double", "golden_demo_test_losses", tests)
