#!/usr/bin/env python3
"""Writes induction_golden.h: notebook 004's section "Induction Heads" in PyTorch.

    python3 tests/golden/make_induction.py > tests/golden/induction_golden.h
    python3 tests/golden/make_induction.py --log infinite 101    # step,loss on stdout

The published file is from PyTorch 2.13.0 and NumPy 1.26 (CPU, x86-64, one thread).
generate_dataset, the model (parameters drawn in the same order), the loss and the
training steps are the notebook's; only .to ('cuda') is left out.  Losses are written
with the digits that read back exactly.
"""
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader

torch.set_num_threads(1)
data_config = dict(seq_len=85, subseq_len=16, num_repeats=3, vocab_size=128,
                   batch_size=128, seed=123)
NUM_BATCHES = 4


def generate_dataset(seq_len, subseq_len, num_repeats, vocab_size, batch_size, seed, **kwargs):
    np.random.seed(seed)

    def make_batch():
        background_noise = np.random.randint(1, vocab_size, (batch_size, seq_len))
        background_noise[:, 0] = 0
        interval_length = (seq_len - 1)//num_repeats
        indices = [np.random.randint(1+i*interval_length,
                                     1+(i+1)*interval_length - (subseq_len - 1),
                                     (batch_size,)) for i in range(num_repeats)]
        batch_index = np.arange(batch_size)[:, None] + np.zeros(subseq_len, dtype=np.int32)
        mask = np.zeros((batch_size, seq_len))
        for i in range(1, num_repeats):
            background_noise[batch_index, indices[i][:, None]+np.arange(subseq_len)] \
                = background_noise[batch_index, indices[0][:, None]+np.arange(subseq_len)]
            mask[batch_index[:, :-1], indices[i][:, None]+np.arange(subseq_len-1)] = 1.0
        return torch.tensor(background_noise), torch.tensor(mask)
    while True:
        yield make_batch()


def notebook_sines(max_ctx, d_model):
    table = torch.zeros((max_ctx, d_model))
    angles = torch.arange(max_ctx)[:, None]/10000**(torch.arange(d_model//2)/d_model)
    table[:, ::2] = torch.cos(angles)
    table[:, 1::2] = torch.sin(angles)
    return table / np.sqrt(d_model)


def standard_sines(max_ctx, d_model):
    table = torch.zeros((max_ctx, d_model))
    i = torch.arange(0, d_model, 2)
    angles = torch.arange(max_ctx)[:, None] / 10000 ** (i / d_model)
    table[:, ::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)
    return table


class Model(nn.Module):
    def __init__(self, positions="orig", doubled=True, num_layers=2, d_model=48, num_heads=4,
                 n_ctx=85, d_vocab=128):
        super().__init__()
        self.d_head, self.doubled = d_model // num_heads, doubled

        def draw(*shape, over):
            return nn.Parameter(torch.randn(*shape) / np.sqrt(over))
        self.W_E = draw(d_model, d_vocab, over=d_model)
        if positions == "orig":
            self.W_pos = draw(n_ctx, d_model, over=d_model)
        else:
            self.W_pos = {"sine": notebook_sines,
                          "standard": standard_sines}[positions](n_ctx, d_model)
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            layer = nn.Module()
            layer.W_K, layer.W_Q, layer.W_V = [
                draw(num_heads, self.d_head, d_model, over=self.d_head) for _ in range(3)]
            layer.W_O = draw(d_model, self.d_head * num_heads, over=d_model)
            self.layers.append(layer)
        self.W_U = draw(d_model, d_vocab, over=d_vocab)

    def attention(self, layer, x):
        k, q, v = [torch.einsum('ihd,bpd->biph', W, x)
                   for W in (layer.W_K, layer.W_Q, layer.W_V)]
        mask = torch.tril(torch.ones(x.shape[-2], x.shape[-2]))
        scores = torch.tril(torch.einsum('biph,biqh->biqp', k, q)) - 1e10 * (1 - mask)
        pattern = F.softmax(scores/np.sqrt(self.d_head), dim=-1)
        z = torch.einsum('biph,biqp->biqh', v, pattern)
        return torch.einsum('df,bqf->bqd', layer.W_O, z.permute(0, 2, 1, 3).flatten(2))

    def forward(self, tokens):
        x = torch.einsum('dbp -> bpd', self.W_E[:, tokens]) + self.W_pos[:tokens.shape[-1]]
        for layer in self.layers:
            block = x + self.attention(layer, x)
            x = x + block if self.doubled else block
        return x @ self.W_U


def rescale(model, from_doubled):
    """The other kind of residual's parameters for the same function."""
    (first, second), s = model.layers, 2.0 if from_doubled else 0.5
    with torch.no_grad():
        first.W_O /= s
        for W in (second.W_Q, second.W_K, second.W_V):
            W *= s
        second.W_O /= s * s
        model.W_U *= s * s


def cross_entropy_masked(logits, tokens, mask, cutoff=0):
    l = logits[:, cutoff:-1]
    t = tokens[:, 1+cutoff:]
    logprobs = F.log_softmax(l, dim=-1)
    prediction_logprobs = torch.gather(logprobs, index=t[:, :, None], dim=-1)[:, :, 0]
    prediction_logprobs = prediction_logprobs * mask[:, cutoff:-1]
    loss = -torch.mean(prediction_logprobs)
    loss = loss*mask.numel()/mask.sum()
    return loss


def train(steps, batches, watch=None, match=False, **kwargs):
    """Losses of the first steps; batches() is called once the model is drawn."""
    torch.manual_seed(data_config["seed"])
    model = Model(**kwargs)
    if match:
        rescale(model, from_doubled=not kwargs.get("doubled", True))
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1)
    scheduler = optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(step/100, 1))
    losses = []
    for step, (tokens, mask) in zip(range(steps), batches(model)):
        loss = cross_entropy_masked(model(tokens), tokens, mask)
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if watch is not None:
            watch(step, loss.item())
    return losses


def endless(model):
    ds = generate_dataset(**data_config)
    next(ds)        # printed, and not trained on
    return ds


def fixed_sets():
    config = dict(data_config, batch_size=data_config["batch_size"] * NUM_BATCHES)
    train_set = next(generate_dataset(**config))
    config = dict(data_config, batch_size=data_config["batch_size"] * 5,
                  seed=data_config["seed"] + 1)
    return train_set, next(generate_dataset(**config))


def epochs(train_set, tests, test_set):
    """Batches of every epoch; the test loss after each goes to tests."""
    loader = DataLoader([(train_set[0][i], train_set[1][i])
                         for i in range(train_set[0].shape[0])],
                        batch_size=data_config["batch_size"], shuffle=True)

    def batches(model):
        while True:
            yield from loader
            with torch.no_grad():
                tests.append(cross_entropy_masked(model(test_set[0]), *test_set).item())
    return batches


def array(kind, name, values):
    values = list(values)
    print(f"static const {kind} {name}[{len(values)}] = {{")
    width = 18 if kind == "int32_t" else 4
    for i in range(0, len(values), width):
        print("  " + " ".join(f"{v!r}," for v in values[i:i + width]))
    print("};\n")


RUNS = {"infinite": {}, "plain-residual": dict(doubled=False),
        "reparametrised": dict(doubled=False, match=True),
        "doubled-plain-init": dict(match=True),
        "sine": dict(positions="sine"), "sine-standard": dict(positions="standard")}

if sys.argv[1:2] == ["--log"]:
    print("step,loss")
    train(int(sys.argv[3]), endless, **RUNS[sys.argv[2]],
          watch=lambda step, loss: print(f"{step},{loss!r}", flush=True))
    sys.exit()

print(f"/* Written by make_induction.py with PyTorch {torch.__version__.split('+')[0]}.  "
      "Do not edit.  */\n#include <stdint.h>\n")
ds = generate_dataset(**data_config)
for name in ("printed", "first"):
    tokens, mask = next(ds)
    array("int32_t", f"golden_{name}_tokens", tokens[[0, 1, 127]].ravel().tolist())
    array("int32_t", f"golden_{name}_mask", mask[[0, 1, 127]].to(int).ravel().tolist())
small = dict(seq_len=31, subseq_len=5, num_repeats=5, vocab_size=9, batch_size=4, seed=7)
tokens, mask = next(generate_dataset(**small))
array("int32_t", "golden_small_tokens", tokens.ravel().tolist())
array("int32_t", "golden_small_mask", mask.to(int).ravel().tolist())

for name, options in RUNS.items():
    array("double", f"golden_{name.replace('-', '_')}_losses",
          train(21 if name == "infinite" else 3, endless, **options))

(train_set, test_set), tests, seen = fixed_sets(), [], []


def noted(batches):
    def inner(model):
        for tokens, mask in batches(model):
            seen.append(tokens)
            yield tokens, mask
    return inner


losses = train(10, noted(epochs(train_set, tests, test_set)))
array("double", "golden_finite_losses", losses)
array("double", "golden_finite_test_losses", tests)
array("int32_t", "golden_finite_first_rows", [r for b in seen for r in b[0].tolist()[:6]])
