#!/usr/bin/env python3
"""Milliseconds per training step of the notebooks' runs in PyTorch, on the CPU.

The steps of notebook 004 are written as it writes them (einsum attention, logits of
every position, float64 loss, AdamW with a LambdaLR warm-up) but without its hooks;
those of 000, 001 and 002, which use TransformerLens or its ancestor, twice: with
TransformerLens's HookedTransformer (variant transformerlens) and in plain PyTorch
(nn.Linear, F.scaled_dot_product_attention).  Variants:

    eager, compile                                    all runs
    transformerlens, transformerlens-compile          sort and permutation

Needs torch (2.13.0 was used) and numpy; for TransformerLens transformer_lens below 4.
bench/compare.py runs every variant in a process of its own, beside tc-bench.
"""

import itertools
import random
import sys

import party

try:
    import numpy as np
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(party.NOT_INSTALLED)


# --- Notebook 004's transformer ---

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

    def heads(self, x):
        n = x.shape[-2]
        k = torch.einsum("ihd,bpd->biph", self.W_K, x)
        q = torch.einsum("ihd,bpd->biph", self.W_Q, x)
        v = torch.einsum("ihd,bpd->biph", self.W_V, x)
        scores = torch.einsum("biph,biqh->biqp", k, q)
        scores = torch.tril(scores) - 1e10 * (1 - self.mask[:n, :n])
        pattern = F.softmax(scores / np.sqrt(self.d_head), dim=-1)
        return torch.einsum("biph,biqp->biqh", v, pattern)

    def forward(self, x):
        return torch.einsum("idh,biqh->biqd", self.W_O, self.heads(x)).sum(1)

    def load(self, w, layer):
        for name in ("W_K", "W_Q", "W_V", "W_O"):
            tensor = w[f"blocks.{layer}.attn.{name}"]
            getattr(self, name).data = torch.tensor(tensor.swapaxes(1, 2)).contiguous()


class InductionAttention(Attention):
    """That of the induction section, whose heads are flattened."""

    def __init__(self, d_model, n_heads, d_head, n_ctx):
        super().__init__(d_model, n_heads, d_head, n_ctx)
        self.W_O = nn.Parameter(torch.randn(d_model, d_head * n_heads) / np.sqrt(d_model))

    def forward(self, x):
        z = self.heads(x).permute(0, 2, 1, 3).flatten(2)
        return torch.einsum("df,bqf->bqd", self.W_O, z)

    def load(self, w, layer):
        super().load(w, layer)
        W_O = w[f"blocks.{layer}.attn.W_O"]
        self.W_O.data = torch.tensor(W_O.reshape(-1, W_O.shape[-1]).T).contiguous()


class MLP(nn.Module):
    def __init__(self, d_model, d_mlp):
        super().__init__()
        self.W_in = nn.Parameter(torch.randn(d_mlp, d_model) / np.sqrt(d_model))
        self.b_in = nn.Parameter(torch.zeros(d_mlp))
        self.W_out = nn.Parameter(torch.randn(d_model, d_mlp) / np.sqrt(d_model))
        self.b_out = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        x = F.relu(torch.einsum("md,bpd->bpm", self.W_in, x) + self.b_in)
        return torch.einsum("dm,bpm->bpd", self.W_out, x) + self.b_out

    def load(self, w, layer):
        for name in ("W_in", "b_in", "W_out", "b_out"):
            getattr(self, name).data = torch.tensor(w[f"blocks.{layer}.mlp.{name}"].T).contiguous()


class Block(nn.Module):
    def __init__(self, attention, mlp):
        super().__init__()
        self.attn, self.mlp = attention, mlp

    def forward(self, x):
        x = x + self.attn(x)
        return x if self.mlp is None else x + self.mlp(x)


class Transformer(nn.Module):
    """Without an MLP where d_mlp is 0.  doubles: the induction section's residual
    stream, which adds a block that has added it already."""

    def __init__(self, d_vocab, d_vocab_out, d_model, n_heads, d_head, d_mlp, n_ctx,
                 n_layers=1, attention=Attention, doubles=False):
        super().__init__()
        self.W_E = nn.Parameter(torch.randn(d_model, d_vocab) / np.sqrt(d_model))
        self.W_pos = nn.Parameter(torch.randn(n_ctx, d_model) / np.sqrt(d_model))
        self.blocks = nn.ModuleList(
            [Block(attention(d_model, n_heads, d_head, n_ctx),
                   MLP(d_model, d_mlp) if d_mlp > 0 else None) for _ in range(n_layers)])
        self.W_U = nn.Parameter(torch.randn(d_model, d_vocab_out) / np.sqrt(d_vocab_out))
        self.doubles = doubles

    def forward(self, tokens):
        x = torch.einsum("dbp -> bpd", self.W_E[:, tokens])
        x = x + self.W_pos[: x.shape[-2]]
        for block in self.blocks:
            x = x + block(x) if self.doubles else block(x)
        return x @ self.W_U

    def load(self, w):
        self.W_E.data = torch.tensor(w["embed.W_E"].T).contiguous()
        self.W_pos.data = torch.tensor(w["pos_embed.W_pos"])
        self.W_U.data = torch.tensor(w["unembed.W_U"])
        for layer, block in enumerate(self.blocks):
            block.attn.load(w, layer)
            if block.mlp is not None:
                block.mlp.load(w, layer)


# --- The model of 000, 001 and 002: plain, and TransformerLens's ---

class PlainBlock(nn.Module):
    def __init__(self, d_model, n_heads, d_head, d_mlp, norm):
        super().__init__()
        self.n_heads = n_heads
        self.ln1, self.ln2 = norm(), norm() if d_mlp > 0 else None
        self.qkv = nn.Linear(d_model, 3 * n_heads * d_head)
        self.out = nn.Linear(n_heads * d_head, d_model)
        self.mlp = nn.Sequential(nn.Linear(d_model, d_mlp), nn.ReLU(),
                                 nn.Linear(d_mlp, d_model)) if d_mlp > 0 else None

    def forward(self, x):
        qkv = self.qkv(self.ln1(x)).unflatten(-1, (3, self.n_heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(z.transpose(1, 2).flatten(2))
        return x if self.mlp is None else x + self.mlp(self.ln2(x))


class Plain(nn.Module):
    def __init__(self, d_vocab, d_model, n_heads, d_head, d_mlp, n_ctx, has_norm):
        super().__init__()
        norm = (lambda: nn.LayerNorm(d_model)) if has_norm else nn.Identity
        self.embed = nn.Embedding(d_vocab, d_model)
        self.pos_embed = nn.Parameter(0.02 * torch.randn(n_ctx, d_model))
        self.block = PlainBlock(d_model, n_heads, d_head, d_mlp, norm)
        self.ln_final = norm()
        self.unembed = nn.Linear(d_model, d_vocab)

    def forward(self, tokens):
        x = self.embed(tokens) + self.pos_embed[: tokens.shape[1]]
        return self.unembed(self.ln_final(self.block(x)))

    def load(self, w):
        block = {key[len("blocks.0."):]: value for key, value in w.items()
                 if key.startswith("blocks.0.")}
        attn = {key[5:]: value for key, value in block.items() if key.startswith("attn.")}
        rows = [attn[f"W_{x}"].swapaxes(1, 2).reshape(-1, attn["W_Q"].shape[1]) for x in "QKV"]
        bias = [attn[f"b_{x}"].reshape(-1) for x in "QKV"]

        def fill(module, weight, b):
            module.weight.data = torch.tensor(np.ascontiguousarray(weight))
            module.bias.data = torch.tensor(np.ascontiguousarray(b))

        self.embed.weight.data = torch.tensor(w["embed.W_E"])
        self.pos_embed.data = torch.tensor(w["pos_embed.W_pos"])
        fill(self.block.qkv, np.concatenate(rows), np.concatenate(bias))
        fill(self.block.out, attn["W_O"].reshape(-1, attn["W_O"].shape[-1]).T, attn["b_O"])
        fill(self.unembed, w["unembed.W_U"].T, w["unembed.b_U"])
        if self.block.mlp is not None:
            fill(self.block.mlp[0], block["mlp.W_in"].T, block["mlp.b_in"])
            fill(self.block.mlp[2], block["mlp.W_out"].T, block["mlp.b_out"])
        if isinstance(self.ln_final, nn.LayerNorm):
            fill(self.block.ln1, block["ln1.w"], block["ln1.b"])
            fill(self.ln_final, w["ln_final.w"], w["ln_final.b"])
            if self.block.ln2 is not None:
                fill(self.block.ln2, block["ln2.w"], block["ln2.b"])


def hooked_transformer(d_vocab, d_model, n_heads, d_head, d_mlp, n_ctx, has_norm):
    from transformer_lens import HookedTransformer, HookedTransformerConfig

    class Hooked(HookedTransformer):
        def load(self, w):
            self.load_state_dict({name: torch.tensor(x) for name, x in w.items()},
                                 strict=False)

    return Hooked(HookedTransformerConfig(
        d_model=d_model, n_layers=1, n_heads=n_heads, d_head=d_head, n_ctx=n_ctx,
        d_vocab=d_vocab, act_fn="relu", d_mlp=d_mlp or None, attn_only=d_mlp == 0,
        normalization_type="LN" if has_norm else None, device="cpu", seed=42))


# --- Runs: a model, batches, a loss, an optimiser ---

def nll(logits, answer):
    """Mean loss in float64."""
    log_probs = F.log_softmax(logits.to(torch.float64), dim=-1)
    return -torch.gather(log_probs, -1, answer[..., None]).mean()


def warm_up(optimizer, steps):
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(step / steps, 1))


class Run:
    """The loop's body.  losses(forward, tokens) gives the loss to descend and perhaps
    others, all of which are read."""

    max_grad_norm = None
    steps_by_loss = False         # of the scheduler

    def step(self, forward, tokens):
        loss, *others = self.losses(forward, tokens)
        loss.backward()
        if self.max_grad_norm is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.max_grad_norm)
        self.optimizer.step()
        if self.scheduler is not None:
            self.scheduler.step(loss) if self.steps_by_loss else self.scheduler.step()
        self.optimizer.zero_grad()
        return [loss.item()] + [other.item() for other in others]


class SkipTrigram(Run):
    batch_size, seq_len, rand_size, seed = 256, 40, 10, 6798

    def __init__(self, variant):
        torch.manual_seed(self.seed)
        self.model = Transformer(2 * self.rand_size + 2, self.rand_size, 32, 1, 8, 0,
                                 self.seq_len + 2)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3,
                                           weight_decay=0.1, betas=(0.9, 0.98))
        self.scheduler = warm_up(self.optimizer, 10)

    def batches(self):
        gen = torch.Generator(device="cpu")
        gen.manual_seed(self.seed)
        size, length, rand = self.batch_size, self.seq_len, self.rand_size
        while True:
            batch = torch.zeros((size, length + 2)).to(torch.int64)
            batch[:, 1 : 1 + length] = torch.randint(2, rand + 2, (size, length), generator=gen)
            batch[:, -1] = 1
            mask = torch.randint(0, rand, (size,), generator=gen)
            index = torch.randint(1, length + 1, (size,), generator=gen)
            batch[torch.arange(size), index] = rand + 2 + mask
            yield batch

    def losses(self, forward, tokens):
        answer = tokens.max(dim=1).values - self.rand_size - 2
        return [nll(forward(tokens)[:, -1, :], answer)]


class Addition(Run):
    digits, seed = 5, 129000

    def __init__(self, variant, d_model=512, batch_size=64):
        self.batch_size = batch_size
        torch.manual_seed(self.seed)
        self.model = Transformer(12, 10, d_model, 4, d_model // 4, 4 * d_model,
                                 3 * self.digits + 3)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4,
                                           weight_decay=0.1, betas=(0.9, 0.98))
        self.scheduler = warm_up(self.optimizer, 10)

    def batches(self):
        size, digits = self.batch_size, self.digits
        while True:
            batch = torch.zeros((size, 3 * digits + 3)).to(torch.int64)
            batch[:, :digits] = torch.randint(0, 10, (size, digits))
            batch[:, 1 + digits : 1 + digits * 2] = torch.randint(0, 10, (size, digits))
            batch[:, digits] = 10
            batch[:, 1 + digits * 2] = 11
            carry = torch.zeros((size,)).to(torch.int64)
            for i in range(digits):
                total = batch[:, digits - 1 - i] + batch[:, 2 * digits - i] + carry
                batch[:, -1 - i] = total % 10
                carry = (total >= 10).to(torch.int64)
            batch[:, -1 - digits] = carry
            yield batch

    def losses(self, forward, tokens):
        logits = forward(tokens)[:, -(self.digits + 2) : -1]
        return [nll(logits, tokens[:, -(self.digits + 1) :])]


class ModularAddition(Run):
    p, with_test = 113, False

    def __init__(self, variant):
        pairs = [(i, j, self.p) for i in range(self.p) for j in range(self.p)]
        random.seed(0)
        random.shuffle(pairs)
        n_train = int(0.3 * len(pairs))
        self.train, self.test = torch.tensor(pairs[:n_train]), torch.tensor(pairs[n_train:])
        torch.manual_seed(0)
        self.model = Transformer(self.p + 1, self.p + 1, 128, 4, 32, 512, 3)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3,
                                           weight_decay=1.0, betas=(0.9, 0.98))
        self.scheduler = warm_up(self.optimizer, 10)

    def batches(self):
        while True:
            yield self.train

    def loss(self, forward, part):
        return nll(forward(part)[:, -1], (part[:, 0] + part[:, 1]) % self.p)

    def losses(self, forward, tokens):
        parts = [tokens, self.test] if self.with_test else [tokens]
        return [self.loss(forward, part) for part in parts]


class ModularAdditionWithTest(ModularAddition):
    with_test = True


class Induction(Run):
    seq_len, subseq_len, repeats, vocab_size, batch_size, seed = 85, 16, 3, 128, 128, 123

    def __init__(self, variant):
        torch.manual_seed(self.seed)
        self.model = Transformer(self.vocab_size, self.vocab_size, 48, 4, 12, 0,
                                 self.seq_len, 2, InductionAttention, doubles=True)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=1)
        self.scheduler = warm_up(self.optimizer, 100)

    def batches(self):
        np.random.seed(self.seed)
        slot = (self.seq_len - 1) // self.repeats
        row = np.arange(self.batch_size)[:, None]
        while True:
            noise = np.random.randint(1, self.vocab_size, (self.batch_size, self.seq_len))
            noise[:, 0] = 0
            starts = [np.random.randint(1 + i * slot, 1 + (i + 1) * slot - (self.subseq_len - 1),
                                        (self.batch_size,))[:, None]
                      for i in range(self.repeats)]
            mask = np.zeros((self.batch_size, self.seq_len))
            for start in starts[1:]:
                noise[row, start + np.arange(self.subseq_len)] = \
                    noise[row, starts[0] + np.arange(self.subseq_len)]
                mask[row, start + np.arange(self.subseq_len - 1)] = 1.0
            yield torch.tensor(noise), torch.tensor(mask)

    def losses(self, forward, batch):
        tokens, mask = batch
        log_probs = F.log_softmax(forward(tokens)[:, :-1], dim=-1)
        prediction = torch.gather(log_probs, index=tokens[:, 1:, None], dim=-1)[:, :, 0]
        loss = -torch.mean(prediction * mask[:, :-1])
        return [loss * mask.numel() / mask.sum()]


class Decoder(Run):
    """The plain model, or TransformerLens's."""

    def __init__(self, variant, *shape):
        make = hooked_transformer if variant.startswith("transformerlens") else Plain
        self.model = make(*shape)

    def losses(self, forward, tokens):
        logits = forward(tokens)[:, self.first : -1]
        log_probs = F.log_softmax(logits, dim=-1)
        return [-log_probs.gather(-1, tokens[:, self.first + 1 :, None]).mean()]


def list_batches(batch_size, length, n_values, distinct):
    """START, a list, MID, the sorted list."""
    while True:
        if distinct:
            x = torch.tensor([random.sample(range(n_values), k=length)
                              for _ in range(batch_size)])
        else:
            x = torch.randint(0, n_values, (batch_size, length))
        start, mid = [torch.full((batch_size, 1), n_values + i) for i in range(2)]
        yield torch.cat([start, x, mid, torch.sort(x, dim=1).values], dim=1)


class SortOneHead(Decoder):
    """Notebook 000."""
    first, steps_by_loss = 11, True

    def __init__(self, variant):
        torch.manual_seed(42)
        super().__init__(variant, 66, 128, 1, 32, 512, 22, True)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, "min",
                                                                    patience=100)

    def batches(self):
        return list_batches(128, 10, 64, True)


class SortAttnOnly(Decoder):
    """Notebook 002."""
    first, scheduler = 21, None

    def __init__(self, variant):
        torch.manual_seed(123)
        super().__init__(variant, 32, 32, 1, 32, 0, 42, False)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def batches(self):
        return list_batches(16, 20, 30, False)


class Permutation(Decoder):
    """Notebook 001, whose epochs end with a batch of 2."""
    first, steps_by_loss, max_grad_norm = 0, True, 1.0

    def __init__(self, variant):
        torch.manual_seed(0)
        super().__init__(variant, 65, 128, 1, 64, 0, 122, True)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, betas=(0.9, 0.99))
        self.scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, "min",
                                                                    patience=100)

    def batches(self):
        sequences = party.permutation_sequences()
        while True:
            for size in [4] * 30 + [2]:
                yield torch.tensor(list(itertools.islice(sequences, size)))


RUNS = {
    "skip-trigram/infinite": SkipTrigram,
    "induction/infinite": Induction,
    "addition/infinite": Addition,
    "modular-addition/add": ModularAddition,
    "modular-addition/add+test": ModularAdditionWithTest,
    "sort/one-head": SortOneHead,
    "sort/attn-only": SortAttnOnly,
    "permutation/notebook": Permutation,
}


# --- Running them ---

def make(name, args):
    """Losses of the first steps, and what makes more of them."""
    run = RUNS[name](args.variant)
    start, first = party.read_start(args.start, name)
    batches = run.batches()
    if start is not None:
        run.model.load(start)
    forward = torch.compile(run.model) if args.variant.endswith("compile") else run.model

    def batch(i):
        """The first batches come with the start.  The stream goes on from its own
        beginning; induction's masks are made there, so it draws the same ones."""
        if i >= len(first) or isinstance(run, Induction):
            return next(batches)
        return torch.tensor(first[i])

    if start is not None and isinstance(run, Induction):
        next(batches)             # the batch that the notebook only looks at
    losses = [run.step(forward, batch(i))[0] for i in range(args.losses)]

    def steps(n):
        for _ in range(n):
            run.step(forward, next(batches))

    return losses, steps


def scale(d_model, batch_size):
    run = Addition("eager", d_model, batch_size)
    batches = run.batches()

    def steps(n):
        for _ in range(n):
            run.step(run.model, next(batches))

    return steps, batch_size * (3 * run.digits + 3)


def main():
    args = party.parse(__doc__, ["eager", "compile", "transformerlens",
                                 "transformerlens-compile"])
    torch.set_num_threads(args.threads)
    framework = f"torch-{torch.__version__}"
    runs = [name for name, run in RUNS.items()
            if issubclass(run, Decoder) or not args.variant.startswith("transformerlens")]
    if args.variant.startswith("transformerlens"):
        try:
            import transformer_lens  # noqa: F401
        except ImportError as error:
            print(error, file=sys.stderr)
            return party.NOT_INSTALLED
    if args.scaling:
        party.print_scaling(framework, args, scale)
    elif args.party:
        losses, steps = make(args.run, args)
        party.serve(torch.__version__, losses, steps, args.threads)
    else:
        party.print_runs(framework, args, runs, lambda name: make(name, args))
    return 0


if __name__ == "__main__":
    sys.exit(main())
