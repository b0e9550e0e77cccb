#!/usr/bin/env python3
"""Writes permutation_golden.h: notebook 001 in Python and TransformerLens.

    python3 tests/golden/make_permutation.py > tests/golden/permutation_golden.h

The published file is from PyTorch 2.13.0 and TransformerLens 3 (CPU, x86-64, one
thread).  generate_dataset, the dataset, the loss and the training steps are the
notebook's; random and torch, which it leaves unseeded, are seeded here.
"""
import string
import sys
from itertools import combinations, permutations
from random import seed, shuffle

import torch
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, Dataset
from transformer_lens import HookedTransformer, HookedTransformerConfig

torch.set_num_threads(1)
SEED = 0
special_chars = "> ."
[beg, space, period] = list(special_chars)
elements = special_chars + string.ascii_letters + string.digits


def str_to_tokens(s):
    return [elements.index(ch) for ch in s]


def permute(elements):
    return ["".join(item) for item in permutations(elements, len(elements))]


def data_from_permute(terms):
    output = space.join(terms)
    return f"> {output}."


def generate_dataset(n, combs=None, unsorted=False):
    if not combs:
        elems = elements[len(special_chars):]
        combs = list(combinations(elems, n))
        shuffle(combs)
    while True:
        for comb in combs:
            if unsorted:        # ours
                comb = list(comb)
                shuffle(comb)
            terms = permute("".join(comb))
            yield data_from_permute(terms)


class PermutationDataset(Dataset):
    def __init__(self, n=5, max_len=1024, unsorted=False):
        super().__init__()
        self.generator = generate_dataset(n, unsorted=unsorted)
        self.max_len = max_len

    def __len__(self):
        return self.max_len

    def __getitem__(self, _):
        while True:
            for entry in self.generator:
                return {"tokens": torch.tensor(str_to_tokens(entry))}


def loss_fn(logits, tokens):
    logits = logits[:, :-1]
    tokens = tokens[:, 1:]
    log_probs = logits.log_softmax(-1)
    correct_log_probs = log_probs.gather(-1, tokens[..., None])[..., 0]
    return -correct_log_probs.mean()


def collate_fn(data):
    return torch.stack([d["tokens"] for d in data])


def train(n, batch_size, steps, epoch_size=None, unsorted=False, n_layers=1, d_mlp=None,
          act_fn="solu", cosine=None):
    seed(SEED)
    dataset = PermutationDataset(n=n, max_len=epoch_size or batch_size * steps,
                                 unsorted=unsorted)
    loader = DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True,
                        generator=torch.Generator(), collate_fn=collate_fn)
    first = next(generate_dataset(n, combs=list(combinations(elements[3:], n))))
    torch.manual_seed(SEED)
    model = HookedTransformer(HookedTransformerConfig(
        n_layers=n_layers, d_model=128, d_head=64, n_heads=1, d_mlp=d_mlp,
        d_vocab=len(elements), n_ctx=len(first), act_fn=act_fn, attn_only=d_mlp is None,
        seed=SEED, device="cpu"))
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, betas=(.9, .99))
    if cosine:
        scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, cosine)
    else:
        scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", patience=100)
    losses, sizes, norms = [], [], []
    while len(losses) < steps:
        for tokens in loader:
            loss = loss_fn(model(tokens), tokens)
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
            optimizer.step()
            optimizer.zero_grad()
            scheduler.step(*([] if cosine else [loss]))
            losses.append(loss.item())
            sizes.append(tokens.shape[0])
    return losses[:steps], norms[:steps], sizes[:steps]


def array(kind, name, values):
    values = list(values)
    print(f"static const {kind} {name}[{len(values)}] = {{")
    width = 18 if kind == "int32_t" else 4
    for i in range(0, len(values), width):
        print("  " + " ".join(f"{v!r}," for v in values[i:i + width]))
    print("};\n")


def texts(name, values):
    print(f"static const char *const {name}[] = {{")
    for v in values:
        print(f'  "{v}",')
    print("};\n")


print(f"/* Written by make_permutation.py with PyTorch {torch.__version__.split('+')[0]}.  "
      "Do not edit.  */\n#include <stdint.h>\n")
texts("golden_ordered", [next(generate_dataset(n, combs=combinations(elements[3:], n)))
                         for n in (1, 2, 3, 4)])
for n in (2, 3, 4, 5):
    seed(SEED)
    stream = generate_dataset(n)
    texts(f"golden_shuffled_{n}", [next(stream)[:2 + n] for _ in range(6)])
seed(1)
stream = generate_dataset(4, unsorted=True)
texts("golden_unsorted", [next(stream) for _ in range(4)])

losses, norms, sizes = train(4, 4, 40, epoch_size=122)
array("double", "golden_notebook_losses", losses)
array("double", "golden_notebook_norms", norms)
array("int32_t", "golden_notebook_sizes", sizes)
losses, _, _ = train(3, 32, 5, cosine=3000)
array("double", "golden_three_losses", losses)
losses, _, _ = train(3, 8, 5, unsorted=True, n_layers=2, cosine=3000)
array("double", "golden_two_layers_losses", losses)
for act_fn in ("relu", "solu"):
    losses, _, _ = train(3, 8, 5, d_mlp=64, act_fn=act_fn, cosine=3000)
    array("double", f"golden_{act_fn}_losses", losses)
