#!/usr/bin/env python3
"""Writes skip_trigram_golden.h: notebook 004's skip-trigram section in PyTorch.

    python3 tests/golden/make_skip_trigram.py > tests/golden/skip_trigram_golden.h

The published file is from PyTorch 2.13.0 (CPU, x86-64).  data_generator,
SkipTrigramOld, Transformer (its attention-only, one-layer case) and the training
steps are the notebook's; only .cuda () is left out.  Losses and gradients are
written with the digits that read back exactly.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.set_num_threads(1)
RAND, LENGTH, SEED = 10, 40, 6798


def data_generator(batch_size, seq_len, rand_size, seed):
    rand_gen = torch.Generator(device="cpu")
    rand_gen.manual_seed(seed)
    while True:
        batch = torch.zeros((batch_size, seq_len + 2)).to(torch.int64)
        batch[:, 1:1 + seq_len] = torch.randint(2, rand_size + 2, (batch_size, seq_len),
                                                generator=rand_gen)
        batch[:, -1] = 1
        mask = torch.randint(0, rand_size, (batch_size,), generator=rand_gen)
        index = torch.randint(1, seq_len + 1, (batch_size,), generator=rand_gen)
        batch[torch.arange(batch_size, dtype=torch.int64), index] = rand_size + 2 + mask
        yield batch, mask


class SkipTrigramOld(nn.Module):
    def __init__(self, d_vocab, d_vocab_out, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.QK = nn.Parameter(torch.randn(d_vocab) / np.sqrt(d_vocab))
        self.OV = nn.Parameter(torch.randn(d_vocab, d_vocab_out) / np.sqrt(d_vocab))

    def forward(self, x):
        attn = F.softmax(self.QK[x], dim=-1)
        return torch.einsum("bp,bpv->bv", attn, self.OV[x])


class Transformer(nn.Module):
    def __init__(self, d_vocab, d_out, n_ctx, d_model=32, d_head=8):
        super().__init__()

        def draw(*shape, over=d_model):
            return nn.Parameter(torch.randn(*shape) / np.sqrt(over))
        self.W_E = draw(d_model, d_vocab)
        self.W_pos = draw(n_ctx, d_model)
        self.W_K, self.W_Q, self.W_V = [draw(1, d_head, d_model) for _ in range(3)]
        self.W_O = draw(1, d_model, d_head)
        self.W_U = draw(d_model, d_out, over=d_out)
        self.d_head = d_head

    def forward(self, x):
        x = torch.einsum("dbp->bpd", self.W_E[:, x]) + self.W_pos[:x.shape[-1]]
        k, q, v = [torch.einsum("ihd,bpd->biph", W, x) for W in (self.W_K, self.W_Q, self.W_V)]
        mask = torch.tril(torch.ones(x.shape[-2], x.shape[-2]))
        scores = torch.tril(torch.einsum("biph,biqh->biqp", k, q)) - 1e10 * (1 - mask)
        attn = F.softmax(scores / np.sqrt(self.d_head), dim=-1)
        z = torch.einsum("biph,biqp->biqh", v, attn)
        return ((x + torch.einsum("idh,biqh->bqd", self.W_O, z)) @ self.W_U)[:, -1]


def losses_of(model, tokens, mask):
    log_probs = F.log_softmax(model(tokens).to(torch.float64), dim=-1)
    return -torch.gather(log_probs, dim=-1, index=mask[:, None])


def train(model, optimizer, batches, steps, test=None):
    scheduler = optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(step / 10, 1))
    train_losses, test_losses = [], []
    for _ in range(steps):
        loss = losses_of(model, *next(batches)).mean()
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        train_losses.append(loss.item())
        if test is not None:
            test_losses.append(losses_of(model, *next(test)).mean().item())
    return train_losses, test_losses


def adamw(model):
    return optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1, betas=(0.9, 0.98))


def forever(batch):
    while True:
        yield batch


def array(kind, name, values):
    values = list(values)
    print(f"static const {kind} {name}[{len(values)}] = {{")
    for i in range(0, len(values), 12 if kind == "int32_t" else 4):
        row = values[i:i + (12 if kind == "int32_t" else 4)]
        print("  " + " ".join(f"{v!r}," for v in row))
    print("};\n")


def bits(tensor):
    return [f"0x{b:08x}" for b in tensor.detach().numpy().view(np.uint32).ravel()]


print(f"/* Written by make_skip_trigram.py with PyTorch {torch.__version__.split('+')[0]}.  "
      "Do not edit.  */\n#include <stdint.h>\n")
endless = data_generator(256, LENGTH, RAND, SEED)
for name in ("first", "second"):
    tokens, mask = next(endless)
    array("int32_t", f"golden_{name}_tokens", tokens[:3].ravel().tolist())
    array("int32_t", f"golden_{name}_targets", mask.tolist())
tokens, mask = next(data_generator(100, LENGTH, RAND, SEED))
array("int32_t", "golden_fixed_last_tokens", tokens[99].tolist())
array("int32_t", "golden_fixed_targets", mask.tolist())

model = SkipTrigramOld(2 * RAND + 2, RAND, SEED)
for name, parameter in (("qk", model.QK), ("ov", model.OV)):
    print(f"static const uint32_t golden_{name}[{parameter.numel()}] = {{")
    values = bits(parameter)
    for i in range(0, len(values), 6):
        print("  " + " ".join(v + "," for v in values[i:i + 6]))
    print("};\n")
batch = next(data_generator(256, LENGTH, RAND, SEED))
losses_of(model, *batch).mean().backward()
array("double", "golden_qk_gradient", model.QK.grad.double().tolist())
array("double", "golden_ov_gradient", model.OV.grad.double().ravel().tolist())

model = SkipTrigramOld(2 * RAND + 2, RAND, SEED)
losses, _ = train(model, adamw(model), data_generator(256, LENGTH, RAND, SEED), 201)
array("double", "golden_minimal_losses", losses[::20])
model = SkipTrigramOld(2 * RAND + 2, RAND, SEED)
sgd = optim.SGD(model.parameters(), lr=1, weight_decay=0.01)
losses, _ = train(model, sgd, data_generator(256, LENGTH, RAND, SEED), 201)
array("double", "golden_sgd_losses", losses[::20])

torch.manual_seed(SEED)
model = Transformer(2 * RAND + 2, RAND, LENGTH + 2)
fixed = next(data_generator(100, LENGTH, RAND, SEED))
losses, tests = train(model, adamw(model), forever(fixed), 201,
                      data_generator(256, LENGTH, RAND, SEED))
array("double", "golden_finite_losses", losses[::20])
array("double", "golden_finite_test_losses", tests[::20])
