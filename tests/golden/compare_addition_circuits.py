#!/usr/bin/env python3
"""Compares what tc-addition-analyse published about a trained model with NumPy.

usage: compare_addition_circuits.py model.safetensors data-folder [data-seed]

Recomputes, in float64 and by other means (FFT instead of a basis, means over
subsets instead of projections, SVD instead of eigenvectors), the mean attention,
the energies, the codes of the heads and the splits of three columns, from
PyTorch's own stream of sums.  Prints the largest difference of each.

Run in November 2026 on runs small and infinite: attention within 2e-7 (the
model's float32), energies within 1e-13 percent, codes within 5e-6 (published
with six digits), splits within 2e-5 percent.
"""
import csv
import sys

import numpy as np
import torch
from safetensors.numpy import load_file

path, folder = sys.argv[1:3]
data_seed = int(sys.argv[3]) if len(sys.argv) > 3 else 129000
W = {name: value.astype(np.float64) for name, value in load_file(path).items()}
ATTN, MLP = "blocks.0.attn.", "blocks.0.mlp."
HEADS = len(W[ATTN + "W_Q"])


def table(name):
    with open(f"{folder}/{name}.csv") as f:
        return list(csv.DictReader(line for line in f if not line.startswith("#")))


def stream(number):
    """tc_addition_stream_seed"""
    mask = (1 << 64) - 1
    z = (data_seed + number * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    torch.manual_seed((z ^ (z >> 31)) & 0xFFFFFFFF)


def draw(n):
    return [torch.randint(0, 10, (n, 5)).numpy() for _ in range(2)]


def tokens(x, y):
    powers = 10 ** np.arange(4, -1, -1)
    z = x @ powers + y @ powers
    answer = np.stack([z // 10**i % 10 for i in range(5, -1, -1)], axis=1)
    n = len(x)
    return np.hstack([x, np.full((n, 1), 10), y, np.full((n, 1), 11), answer])


def forward(t):
    """Pattern [b, heads, p, p]; neurons and logits at the six answer positions."""
    x = W["embed.W_E"][t] + W["pos_embed.W_pos"]
    q, k, v = (np.einsum("bpd,hde->bhpe", x, W[ATTN + n]) for n in ("W_Q", "W_K", "W_V"))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    scores = np.where(np.tril(np.ones((18, 18))) > 0, scores, -np.inf)
    pattern = np.exp(scores - scores.max(-1, keepdims=True))
    pattern /= pattern.sum(-1, keepdims=True)
    x = (x + np.einsum("bhpe,hed->bpd", pattern @ v, W[ATTN + "W_O"]))[:, 11:17]
    pre = x @ W[MLP + "W_in"] + W[MLP + "b_in"]
    post = np.maximum(pre, 0)
    x = x + post @ W[MLP + "W_out"] + W[MLP + "b_out"]
    return pattern, pre, post, x @ W["unembed.W_U"]


def shares(m):
    """Energy of the functions of a digit in m's columns, percent, k = 1 ... 5."""
    f = (np.abs(np.fft.fft(m, axis=0)) ** 2).sum(1)
    energy = np.array([f[1], f[2], f[3], f[4], f[5] / 2])
    return 100 * energy / energy.sum()


def compare_attention():
    stream(11)
    mean = sum(forward(tokens(*draw(64)))[0].sum(0) for _ in range(50)) / 3200
    return max(abs(float(r["attention"])
                   - mean[int(r["head"]), 11 + int(r["tok"]), int(r["position"])])
               for r in table("attention"))


def neuron_inputs():
    e = W["embed.W_E"][:10]
    return [e @ W[ATTN + "W_V"][h] @ W[ATTN + "W_O"][h] @ W[MLP + "W_in"]
            for h in range(HEADS)]


def compare_energy():
    matrices = [W["embed.W_E"][:10], W["unembed.W_U"].T,
                (W[MLP + "W_out"] @ W["unembed.W_U"]).T, *neuron_inputs()]
    return max(abs(float(r["share"])
                   - shares(matrices[int(r["panel"])])[int(r["frequency"]) - 1])
               for r in table("energy"))


def compare_codes():
    worst = 0
    for h, m in enumerate(neuron_inputs()):
        u, s, _ = np.linalg.svd(m - m.mean(0))
        code = u[:, 0] * np.sqrt(10) * np.sign(u[:, 0] @ np.arange(-4.5, 5))
        rows = [r for r in table("codes") if int(r["head"]) == h]
        worst = max(worst, abs(s[0]**2 / (s**2).sum() - float(rows[0]["share"]) / 100),
                    *(abs(code[i] - float(rows[i]["code"])) for i in range(10)))
    return worst


def grids(column, carry, contexts):
    """Means over contexts: [reading][inputs, outputs, logits]."""
    stream(14)
    sums = [[0, 0, 0], [0, 0, 0]]
    seen = 0
    while seen < contexts:
        x, y = (d[0] for d in draw(1))
        into = 0
        for i in range(column):
            into = int(x[4 - i] + y[4 - i] + into >= 10)
        if into != carry:
            continue
        seen += 1
        xs, ys = np.repeat(x[None], 100, 0), np.repeat(y[None], 100, 0)
        xs[:, 4 - column], ys[:, 4 - column] = np.arange(100) // 10, np.arange(100) % 10
        _, pre, post, logits = forward(tokens(xs, ys))
        logits -= logits.mean(-1, keepdims=True)
        for reading in range(2):
            k = 5 - column - reading
            shift = int(x[3 - column] + y[3 - column]) % 10 if reading and column < 4 else 0
            for q, m in enumerate((pre[:, k], post[:, k],
                                   np.roll(logits[:, k], -shift, axis=1))):
                sums[reading][q] = sums[reading][q] + m / contexts
    return sums


def split(m):
    d, e = np.arange(100) // 10, np.arange(100) % 10
    m = m - m.mean(0)
    total = (m**2).sum()
    energy = lambda f: sum((f == v).sum() * (m[f == v].mean(0) ** 2).sum() for v in set(f))
    modulo = np.stack([m[(d + e) % 10 == s].mean(0) for s in range(10)])
    waves = shares(modulo) * energy((d + e) % 10) / total
    return {"additive": 100 * (energy(d) + energy(e)) / total,
            "sum": 100 * energy(d + e) / total,
            **{f"k{k}": waves[k - 1] for k in range(1, 6)}}


def compare_pairs():
    worst = 0
    for column, carry in ((0, 0), (2, 1), (4, 0)):
        means = grids(column, carry, 8)
        for r, reading in enumerate(("own", "next")):
            for q, quantity in enumerate(("neuron inputs", "neuron outputs", "logits")):
                row, = (t for t in table("pairs")
                        if (t["model"], t["column"], t["carry"], t["reading"], t["quantity"])
                        == ("trained", str(column), str(carry), reading, quantity))
                ours = split(means[r][q])
                worst = max(worst, *(abs(ours[c] - float(row[c])) for c in ours))
    return worst


print(f"attention {compare_attention():.2g}")
print(f"energy    {compare_energy():.2g} percent")
print(f"codes     {compare_codes():.2g}")
print(f"pairs     {compare_pairs():.2g} percent")
