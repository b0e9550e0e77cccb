#!/usr/bin/env python3
"""Writes fourier_golden.h: notebook 004's Fourier functions in PyTorch, float64.

    python3 tests/golden/make_fourier.py > tests/golden/fourier_golden.h

The published file is from PyTorch 2.13.0 (CPU, x86-64).  The functions are the
notebook's, uncommented, with p small; the basis for odd p continues its code for
10 points without the last row.  The tensor is a formula that the test repeats.
The logit fit is an ordinary least-squares problem solved as such.
"""
import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def make_basis(n):
    basis, names = [torch.ones(n)], ["const"]
    for i in range(1, (n + 1) // 2):
        basis.append(torch.cos(2 * np.pi / n * i * torch.arange(n)))
        names.append(f"cos {i}")
        basis.append(torch.sin(2 * np.pi / n * i * torch.arange(n)))
        names.append(f"sin {i}")
    if n % 2 == 0:
        basis.append(torch.cos(np.pi * torch.arange(n)))
        names.append("+-1")
    basis = torch.stack(basis)
    return basis / basis.pow(2).sum(1, keepdim=True).sqrt(), names


def tensor(rows, cols):
    """Row-major: the fractional parts of (i + 1)^2 sqrt(2), less a half."""
    i = torch.arange(rows * cols) + 1.0
    return ((i * i * np.sqrt(2.0)) % 1.0 - 0.5).reshape(rows, cols)


def fft2d(mat, p, basis):
    cube = mat.reshape(p, p, -1)
    return torch.einsum("xyz,fx,Fy->fFz", cube, basis, basis).reshape(mat.shape)


def fourier_2d_basis_term(x_index, y_index, basis):
    return (basis[x_index][:, None] * basis[y_index][None, :]).flatten()


def cos_xpy(freq, basis):
    a = fourier_2d_basis_term(2 * freq - 1, 2 * freq - 1, basis)
    b = fourier_2d_basis_term(2 * freq, 2 * freq, basis)
    return (a - b) / np.sqrt(2)


def sin_xpy(freq, basis):
    a = fourier_2d_basis_term(2 * freq, 2 * freq - 1, basis)
    b = fourier_2d_basis_term(2 * freq - 1, 2 * freq, basis)
    return (a + b) / np.sqrt(2)


def write(name, values, per_line=4):
    values = np.asarray(values, dtype=np.float64).ravel()
    print(f"static const double {name}[{len(values)}] = {{")
    for i in range(0, len(values), per_line):
        print("  " + " ".join(f"{v!r}," for v in values[i:i + per_line].tolist()))
    print("};\n")


def write_period(p):
    basis, _ = make_basis(p)
    x = tensor(p * p, 3)
    write(f"golden_basis_{p}", basis)
    write(f"golden_fft2d_{p}", fft2d(x, p, basis)[:, 1])
    write(f"golden_cos_sum_{p}", cos_xpy(2, basis) @ x)
    write(f"golden_sin_sum_{p}", sin_xpy(2, basis) @ x)


def write_ranks(p, top):
    basis, names = make_basis(p)
    flat = fft2d(tensor(p * p, 1), p, basis).flatten()
    values, indices = flat.pow(2).sort(descending=True)
    total = values.sum()
    write("golden_rank_coefficients", flat[indices[:top]])
    write("golden_rank_fractions", values[:top] / total)
    write("golden_rank_cumulative", values.cumsum(0)[:top] / total)
    rows = ", ".join(f'"{names[i // p]} x {names[i % p]}"' for i in indices[:top].tolist())
    print(f"static const char *const golden_rank_names[{top}] = {{ {rows} }};\n")


def write_logits(p, keys):
    basis, _ = make_basis(p)
    logits = tensor(p * p, p)
    a, b, c = torch.meshgrid(*[torch.arange(p)] * 3, indexing="ij")
    labels = ((a + b) % p)[:, :, 0].flatten()
    # A signal beneath the noise, so that the fit has something to find.
    logits = logits + (1.25 * torch.cos(2 * np.pi * 2 / p * (a + b - c))
                       + 0.5 * torch.cos(2 * np.pi * 3 / p * (a + b - c))).reshape(p * p, p)
    kept = sum(torch.outer(d, d @ logits)
               for k in keys for d in (cos_xpy(k, basis), sin_xpy(k, basis)))
    even = logits - logits.mean(1, keepdim=True)
    even = even - even.mean(0, keepdim=True)
    design = torch.stack([torch.cos(2 * np.pi * k / p * (a + b - c)).flatten() for k in keys], 1)
    alpha = torch.linalg.lstsq(design, even.flatten()).solution
    fit = design @ alpha
    explained = 1 - (even.flatten() - fit).pow(2).sum() / even.pow(2).sum()
    write("golden_losses", [
        F.cross_entropy(logits, labels),
        F.cross_entropy(kept + logits.mean(0), labels),
        F.cross_entropy(logits - kept, labels),
        F.cross_entropy(fit.reshape(p * p, p), labels)])
    write("golden_alpha", alpha)
    write("golden_explained", [explained])


def write_similarity():
    v = tensor(3, 5)
    unit = v / v.pow(2).sum(1, keepdim=True).sqrt()
    write("golden_cov", v @ v.T)
    write("golden_cosines", unit @ unit.T)
    a, b = v[0], v[1]
    write("golden_separation",
          [(a - b).pow(2).sum() / a.pow(2).sum().sqrt() / b.pow(2).sum().sqrt()])
    mass = tensor(1, 9).abs().flatten().sort().values
    n = len(mass)
    i = torch.arange(n) + 1.0
    write("golden_gini", [2 * (i * mass).sum() / (n * mass.sum()) - (n + 1) / n])


print(f"/* Written by make_fourier.py with PyTorch {torch.__version__.split('+')[0]}."
      "  Do not edit.  */\n")
write_period(7)
write_period(10)
write_ranks(7, 6)
write_logits(7, [2, 3])
write_similarity()
