#!/usr/bin/env python3
"""Golden vectors of the decoder, computed by PyTorch; and the exchange of models
with TransformerLens.

  make_model.py                  write model-*.safetensors beside this script
  make_model.py --exchange DUMP  check a model that the program DUMP
                                 (tests/dump_model) saved against TransformerLens,
                                 and keep the file as model-saved.safetensors

Made with PyTorch 2.13.0 (CPU), safetensors and transformer_lens 3.9.0.  Each
golden file holds parameters (under TransformerLens's names), tokens, targets,
logits, the gradient of the mean cross-entropy with respect to the targets'
logits and every parameter; those from TransformerLens hold every hooked
activation and its gradient too.  The metadata are the configuration.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS = ["n_layers", "n_heads", "d_model", "d_head", "d_mlp", "n_ctx", "d_vocab",
           "d_vocab_out", "act_fn", "normalization", "positions", "init",
           "attn_bias", "mlp_bias", "unembed_bias", "doubled_residual"]


def config(**given):
    """Defaults as tc_config_default's."""
    base = dict(n_layers=1, n_heads=1, d_model=32, d_head=32, d_mlp=0, n_ctx=1, d_vocab=1,
                d_vocab_out=1, act_fn="relu", normalization="none", positions="learned",
                init="notebook", attn_bias=0, mlp_bias=0, unembed_bias=0,
                doubled_residual=0)
    base.update(given)
    return base


# --- The notebook's decoder, in its own layouts, shapes and order of draws ---

class Notebook(nn.Module):
    """Notebook 004's Transformer, and its induction section's
    AttnOnlyTransformer where init is notebook-induction."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        induction = c["init"] == "notebook-induction"
        d, h, e, m = c["d_model"], c["n_heads"], c["d_head"], c["d_mlp"]
        fan = e if induction else d
        self.W_E = nn.Parameter(torch.randn(d, c["d_vocab"]) / np.sqrt(d))
        if c["positions"] == "learned":
            self.W_pos = nn.Parameter(torch.randn(c["n_ctx"], d) / np.sqrt(d))
        else:
            angle = (torch.arange(c["n_ctx"])[:, None]
                     / 10000 ** (torch.arange(d // 2) / d))
            table = torch.zeros(c["n_ctx"], d)
            table[:, ::2], table[:, 1::2] = torch.cos(angle), torch.sin(angle)
            self.W_pos = nn.Parameter(table / np.sqrt(d), requires_grad=False)
        self.blocks = nn.ModuleList()
        for _ in range(c["n_layers"]):
            b = nn.Module()
            b.W_K = nn.Parameter(torch.randn(h, e, d) / np.sqrt(fan))
            b.W_Q = nn.Parameter(torch.randn(h, e, d) / np.sqrt(fan))
            b.W_V = nn.Parameter(torch.randn(h, e, d) / np.sqrt(fan))
            if induction:
                b.W_O = nn.Parameter(torch.randn(d, h * e) / np.sqrt(d))
            else:
                b.W_O = nn.Parameter(torch.randn(h, d, e) / np.sqrt(d))
            if m:
                b.W_in = nn.Parameter(torch.randn(m, d) / np.sqrt(d))
                b.b_in = nn.Parameter(torch.zeros(m))
                b.W_out = nn.Parameter(torch.randn(d, m) / np.sqrt(d))
                b.b_out = nn.Parameter(torch.zeros(d))
            self.blocks.append(b)
        self.W_U = nn.Parameter(torch.randn(d, c["d_vocab_out"])
                                / np.sqrt(c["d_vocab_out"]))

    def forward(self, tokens):
        c, n = self.c, tokens.shape[-1]
        mask = torch.tril(torch.ones(n, n))
        x = torch.einsum("dbp->bpd", self.W_E[:, tokens]) + self.W_pos[:n]
        for b in self.blocks:
            before = x
            k = torch.einsum("ihd,bpd->biph", b.W_K, x)
            q = torch.einsum("ihd,bpd->biph", b.W_Q, x)
            v = torch.einsum("ihd,bpd->biph", b.W_V, x)
            scores = torch.tril(torch.einsum("biph,biqh->biqp", k, q)) - 1e10 * (1 - mask)
            pattern = F.softmax(scores / np.sqrt(c["d_head"]), dim=-1)
            z = torch.einsum("biph,biqp->biqh", v, pattern)
            if c["init"] == "notebook-induction":
                x = x + torch.einsum("df,bqf->bqd", b.W_O,
                                     z.transpose(1, 2).flatten(2))
            else:
                x = x + torch.einsum("idh,biqh->biqd", b.W_O, z).sum(1)
            if c["d_mlp"]:
                pre = torch.einsum("md,bpd->bpm", b.W_in, x) + b.b_in
                post = F.relu(pre) if c["act_fn"] == "relu" else F.gelu(pre)
                x = x + torch.einsum("dm,bpm->bpd", b.W_out, post) + b.b_out
            if c["doubled_residual"]:
                x = before + x
        return x @ self.W_U

    def named(self, gradients):
        """Parameters or gradients under TransformerLens's names and layouts."""
        c, out = self.c, {}

        def put(name, p, change=lambda t: t):
            t = p.grad if gradients else p
            if t is None:
                t = torch.zeros_like(p)
            out[name] = change(t.detach())

        def swap(t):
            return t.transpose(-1, -2)

        put("embed.W_E", self.W_E, swap)
        put("pos_embed.W_pos", self.W_pos)
        for i, b in enumerate(self.blocks):
            for w in "QKV":
                put(f"blocks.{i}.attn.W_{w}", getattr(b, f"W_{w}"), swap)
            if c["init"] == "notebook-induction":
                put(f"blocks.{i}.attn.W_O", b.W_O, lambda t: swap(t).reshape(
                    c["n_heads"], c["d_head"], c["d_model"]))
            else:
                put(f"blocks.{i}.attn.W_O", b.W_O, swap)
            if c["d_mlp"]:
                put(f"blocks.{i}.mlp.W_in", b.W_in, swap)
                put(f"blocks.{i}.mlp.b_in", b.b_in)
                put(f"blocks.{i}.mlp.W_out", b.W_out, swap)
                put(f"blocks.{i}.mlp.b_out", b.b_out)
        put("unembed.W_U", self.W_U)
        return out


# --- TransformerLens's ---

def hooked(c, seed=None):
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    cfg = HookedTransformerConfig(
        n_layers=c["n_layers"], n_heads=c["n_heads"], d_model=c["d_model"],
        d_head=c["d_head"], d_mlp=c["d_mlp"] or None, attn_only=not c["d_mlp"],
        n_ctx=c["n_ctx"], d_vocab=c["d_vocab"], d_vocab_out=c["d_vocab_out"],
        act_fn=c["act_fn"], seed=seed, device="cpu",
        normalization_type={"none": None, "ln": "LN", "lnpre": "LNPre"}[c["normalization"]])
    model = HookedTransformer(cfg)
    model.set_use_attn_result(True)
    return model


def is_buffer(name):
    return name.endswith((".mask", ".IGNORE"))


def disturb(model):
    """Gives biases and normalisations values that a mistake would show."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=generator))


# --- Files ---

def batch(c, n_seq, n_pos, targets, seed):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(0, c["d_vocab"], (n_seq, n_pos), generator=generator)
    places = [(s, p) for s in range(n_seq) for p in targets(s)]
    classes = torch.randint(0, c["d_vocab_out"], (len(places),), generator=generator)
    return tokens, torch.tensor(places), classes


def sort_metadata(path):
    """The reference writer leaves them in the order of a random hash."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length:])


def write(name, c, tensors, seed=None):
    meta = {k: str(c[k]) for k in OPTIONS}
    if seed is not None:
        meta["seed"] = str(seed)
    out = {k: v.detach().to(torch.int32 if v.dtype == torch.int64 else torch.float32)
           .contiguous().clone() for k, v in tensors.items()}
    path = HERE / f"model-{name}.safetensors"
    save_file(out, path, metadata=meta)
    sort_metadata(path)
    path.chmod(0o644)
    print(f"{path.name}: {path.stat().st_size} bytes")


def run(forward, tokens, places, classes):
    """Logits, their gradient at the targets; leaves parameter gradients behind."""
    logits = forward(tokens)
    chosen = logits[places[:, 0], places[:, 1]]
    chosen.retain_grad()
    F.cross_entropy(chosen, classes).backward()
    return {"tokens": tokens, "target_seq": places[:, 0], "target_pos": places[:, 1],
            "target": classes, "logits": logits, "d_logits": chosen.grad}


def make_notebook(name, c, n_seq, n_pos, targets, seed):
    torch.manual_seed(seed)
    model = Notebook(c)
    tensors = run(model, *batch(c, n_seq, n_pos, targets, seed))
    tensors.update({f"params.{k}": v for k, v in model.named(False).items()})
    tensors.update({f"grads.{k}": v for k, v in model.named(True).items()})
    write(name, c, tensors, seed)


def make_hooked(name, c, n_seq, n_pos, targets, seed):
    model = hooked(c, seed)
    disturb(model)
    activations, gradients = {}, {}

    def keep(store):
        def hook(tensor, hook):
            store[hook.name] = tensor.detach().clone()
        return hook

    def add(store):             # ln1 runs once for each of q, k and v
        def hook(tensor, hook):
            store[hook.name] = store.get(hook.name, 0) + tensor.detach()
        return hook

    for hook_name in model.hook_dict:
        if hook_name.endswith(("_input", "attn_in", "mlp_in")):
            continue            # silent unless a flag is set
        model.add_hook(hook_name, keep(activations), "fwd")
        model.add_hook(hook_name, add(gradients), "bwd")
    tensors = run(model, *batch(c, n_seq, n_pos, targets, seed))
    for k, p in model.named_parameters():
        tensors[f"params.{k}"] = p
        tensors[f"grads.{k}"] = p.grad if p.grad is not None else torch.zeros_like(p)
    shape = (n_seq, n_pos, c["d_model"])
    for k, v in activations.items():
        tensors[f"acts.{k}"] = v.expand(shape) if k == "hook_pos_embed" else v
    for k, v in gradients.items():
        tensors[f"act_grads.{k}"] = v.expand(shape) if k == "hook_pos_embed" else v
    write(name, c, tensors)


def make_all():
    make_notebook("skip-trigram", config(
        d_model=32, d_head=8, n_ctx=42, d_vocab=22, d_vocab_out=10),
        8, 42, lambda s: [41], 6798)
    make_notebook("relu", config(
        n_heads=2, d_model=12, d_head=6, d_mlp=20, n_ctx=7, d_vocab=9, d_vocab_out=9,
        mlp_bias=1), 5, 7, lambda s: [3, 4, 6], 1)
    make_notebook("gelu", config(
        n_layers=3, n_heads=3, d_model=10, d_head=5, d_mlp=16, n_ctx=6, d_vocab=7,
        d_vocab_out=5, act_fn="gelu", mlp_bias=1), 4, 6, lambda s: range(s, 6, 2), 2)
    make_notebook("induction", config(
        n_layers=2, n_heads=4, d_model=16, d_head=4, n_ctx=24, d_vocab=12, d_vocab_out=12,
        init="notebook-induction", positions="sine-notebook", doubled_residual=1),
        4, 24, lambda s: range(10 + s, 23, 3), 123)
    biases = dict(attn_bias=1, unembed_bias=1, init="transformerlens")
    make_hooked("ln", config(
        n_layers=2, n_heads=2, d_model=8, d_head=3, d_mlp=10, n_ctx=5, d_vocab=7,
        d_vocab_out=5, act_fn="gelu_new", normalization="ln", mlp_bias=1, **biases),
        2, 4, lambda s: [1, 3], 3)
    make_hooked("lnpre", config(
        n_heads=3, d_model=9, d_head=4, d_mlp=17, n_ctx=5, d_vocab=7, d_vocab_out=7,
        act_fn="solu", normalization="lnpre", mlp_bias=1, **biases),
        2, 5, lambda s: [2, 3, 4], 4)
    make_hooked("attn-only", config(
        n_layers=2, n_heads=2, d_model=8, d_head=4, n_ctx=5, d_vocab=6, d_vocab_out=6,
        **biases), 2, 5, lambda s: [4], 5)
    # A state_dict as TransformerLens users save it, buffers and all.
    model = hooked(config(n_heads=2, d_model=6, d_head=3, d_mlp=8, n_ctx=4, d_vocab=5,
                          d_vocab_out=5), 999)
    state = {k: v.contiguous() for k, v in model.state_dict().items()}
    path = HERE / "model-state-dict.safetensors"
    save_file(state, path)
    path.chmod(0o644)


def exchange(program):
    """A model of ours in TransformerLens: same logits; only buffers missing."""
    c = config(n_layers=2, n_heads=2, d_model=8, d_head=3, d_mlp=10, n_ctx=5, d_vocab=7,
               d_vocab_out=5, act_fn="gelu_new", normalization="ln")
    with tempfile.TemporaryDirectory() as folder:
        saved = pathlib.Path(folder) / "model.safetensors"
        printed = subprocess.run([program, saved], check=True, capture_output=True,
                                 text=True).stdout.split("\n")
        model = hooked(c)
        missing = model.load_state_dict(load_file(saved), strict=False)
        assert all(map(is_buffer, missing.missing_keys)), missing
        assert not missing.unexpected_keys, missing
        tokens = torch.tensor([[int(t) for t in printed[0].split()]])
        ours = torch.tensor([[float(x) for x in line.split()] for line in printed[1:6]])
        theirs = model(tokens)[0].detach()
        print(f"largest difference of a logit: {(ours - theirs).abs().max():.2e}")
        assert (ours - theirs).abs().max() < 1e-5
        (HERE / "model-saved.safetensors").write_bytes(saved.read_bytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--exchange", metavar="DUMP")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.exchange:
        exchange(arguments.exchange)
    else:
        make_all()
