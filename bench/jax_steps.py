#!/usr/bin/env python3
"""Milliseconds per training step of the notebooks' runs in JAX, on the CPU.

The steps of bench/pytorch.py as a JAX user writes them: parameters in a dictionary,
einsum for every product, one jitted function that takes loss, gradient and optax's
update, with donated buffers.  Parameters are float32; the loss head is float64 where
the notebook's is.  Nothing waits for a loss: a stretch ends when its last step has.
Differences, which favour JAX: ReduceLROnPlateau is left out (sort/one-head,
permutation), and so are batches of another size (permutation), which would compile
anew.

With --threads 1 the process is bound to one processor, and XLA told so.

Needs jax and optax (0.10 and 0.2 were used) and numpy.  bench/compare.py runs every
row in a process of its own, beside tc-bench.
"""

import itertools
import os
import random
import sys

import party

ARGS = party.parse(__doc__, ["jit"]) if __name__ == "__main__" else None
if ARGS is not None:
    party.limit_to(ARGS.threads)
    if ARGS.threads == 1:
        os.environ["XLA_FLAGS"] = (os.environ.get("XLA_FLAGS", "")
                                   + " --xla_cpu_multi_thread_eigen=false")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

try:
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(party.NOT_INSTALLED)

jax.config.update("jax_enable_x64", True)


# --- The decoder, on TransformerLens's names and layouts ---

def norm(w, name, x):
    x = x - x.mean(-1, keepdims=True)
    x = x / jnp.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)
    return x * w[name + ".w"] + w[name + ".b"]


def attention(w, name, x):
    def project(kind):
        y = jnp.einsum("bpd,idh->bpih", x, w[f"{name}.W_{kind}"])
        return y + w[f"{name}.b_{kind}"] if f"{name}.b_{kind}" in w else y

    q, k, v = project("Q"), project("K"), project("V")
    n = x.shape[1]
    scores = jnp.einsum("bqih,bpih->biqp", q, k) / np.float32(np.sqrt(q.shape[-1]))
    scores = jnp.where(np.tril(np.ones((n, n), bool)), scores, np.float32(-1e10))
    pattern = jax.nn.softmax(scores, axis=-1)
    z = jnp.einsum("biqp,bpih->bqih", pattern, v)
    out = jnp.einsum("bqih,ihd->bqd", z, w[f"{name}.W_O"])
    return out + w[f"{name}.b_O"] if f"{name}.b_O" in w else out


def mlp(w, name, x):
    hidden = jax.nn.relu(x @ w[f"{name}.W_in"] + w[f"{name}.b_in"])
    return hidden @ w[f"{name}.W_out"] + w[f"{name}.b_out"]


def forward(w, tokens, doubles=False):
    x = w["embed.W_E"][tokens] + w["pos_embed.W_pos"][: tokens.shape[1]]
    layer = 0
    while f"blocks.{layer}.attn.W_Q" in w:
        name = f"blocks.{layer}"
        entered = x
        x = x + attention(w, f"{name}.attn",
                          norm(w, f"{name}.ln1", x) if f"{name}.ln1.w" in w else x)
        if f"{name}.mlp.W_in" in w:
            x = x + mlp(w, f"{name}.mlp",
                        norm(w, f"{name}.ln2", x) if f"{name}.ln2.w" in w else x)
        x = entered + x if doubles else x
        layer += 1
    if "ln_final.w" in w:
        x = norm(w, "ln_final", x)
    logits = x @ w["unembed.W_U"]
    return logits + w["unembed.b_U"] if "unembed.b_U" in w else logits


def draw(seed, d_vocab, d_vocab_out, d_model, n_heads, d_head, d_mlp, n_ctx, n_layers=1,
         has_bias=False, has_norm=False):
    """Parameters where there are none to start from; the notebook's scales."""
    rng = np.random.default_rng(seed)
    shapes = {"embed.W_E": (d_vocab, d_model), "pos_embed.W_pos": (n_ctx, d_model),
              "unembed.W_U": (d_model, d_vocab_out)}
    zeros, ones = {}, {}
    for layer in range(n_layers):
        name = f"blocks.{layer}"
        for kind in "QKV":
            shapes[f"{name}.attn.W_{kind}"] = (n_heads, d_model, d_head)
            zeros[f"{name}.attn.b_{kind}"] = (n_heads, d_head)
        shapes[f"{name}.attn.W_O"] = (n_heads, d_head, d_model)
        zeros[f"{name}.attn.b_O"] = (d_model,)
        ones[f"{name}.ln1.w"] = zeros[f"{name}.ln1.b"] = (d_model,)
        if d_mlp > 0:
            shapes[f"{name}.mlp.W_in"] = (d_model, d_mlp)
            shapes[f"{name}.mlp.W_out"] = (d_mlp, d_model)
            zeros[f"{name}.mlp.b_in"] = (d_mlp,)
            zeros[f"{name}.mlp.b_out"] = (d_model,)
            ones[f"{name}.ln2.w"] = zeros[f"{name}.ln2.b"] = (d_model,)
    ones["ln_final.w"] = zeros["ln_final.b"] = (d_model,)
    zeros["unembed.b_U"] = (d_vocab_out,)
    w = {key: rng.standard_normal(shape) / np.sqrt(d_model) for key, shape in shapes.items()}
    w |= {key: np.zeros(shape) for key, shape in zeros.items()
          if ".b_" not in key or has_bias or ".mlp." in key}
    w |= {key: np.ones(shape) for key, shape in ones.items()}
    return {key: value.astype(np.float32) for key, value in w.items()
            if has_norm or not key.split(".")[-2].startswith("ln")}


# --- Losses ---

def nll(logits, answer):
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    return -jnp.take_along_axis(log_probs, answer[..., None], axis=-1)[..., 0]


def nll64(logits, answer):
    return nll(logits.astype(jnp.float64), answer)


def warm_up(lr, steps):
    return lambda count: lr * jnp.minimum(count / steps, 1)


# --- Runs: parameters, batches, a loss, an optimiser ---

class Run:
    """batches() gives tuples of arrays, what is fixed on the device already;
    first(tokens) makes such a tuple from tokens alone."""

    drops = ()                    # zeros that the export adds and the model lacks

    def first(self, tokens):
        return (tokens,)


class SkipTrigram(Run):
    batch_size, length, rand, seed = 256, 40, 10, 6798
    optimizer = optax.adamw(warm_up(1e-3, 10), b1=0.9, b2=0.98, weight_decay=0.1)

    def parameters(self):
        return draw(self.seed, 22, 10, 32, 1, 8, 0, 42)

    def batches(self):
        rng = np.random.default_rng(self.seed)
        while True:
            batch = np.ones((self.batch_size, self.length + 2), np.int32)
            batch[:, 0] = 0
            batch[:, 1:-1] = rng.integers(2, self.rand + 2, (self.batch_size, self.length))
            index = rng.integers(1, self.length + 1, self.batch_size)
            batch[np.arange(self.batch_size), index] = \
                self.rand + 2 + rng.integers(0, self.rand, self.batch_size)
            yield (batch,)

    def loss(self, w, tokens):
        answer = tokens.max(axis=1) - self.rand - 2
        return nll64(forward(w, tokens)[:, -1, :], answer).mean()


class Addition(Run):
    digits, seed = 5, 129000
    optimizer = optax.adamw(warm_up(1e-4, 10), b1=0.9, b2=0.98, weight_decay=0.1)

    def __init__(self, d_model=512, batch_size=64):
        self.d_model, self.batch_size = d_model, batch_size

    def parameters(self):
        d = self.d_model
        return draw(self.seed, 12, 10, d, 4, d // 4, 4 * d, 3 * self.digits + 3)

    def batches(self):
        rng = np.random.default_rng(self.seed)
        size, digits = self.batch_size, self.digits
        while True:
            batch = np.zeros((size, 3 * digits + 3), np.int32)
            batch[:, :digits] = rng.integers(0, 10, (size, digits))
            batch[:, digits + 1 : 2 * digits + 1] = rng.integers(0, 10, (size, digits))
            batch[:, digits], batch[:, 2 * digits + 1] = 10, 11
            carry = np.zeros(size, np.int32)
            for i in range(digits):
                total = batch[:, digits - 1 - i] + batch[:, 2 * digits - i] + carry
                batch[:, -1 - i] = total % 10
                carry = total // 10
            batch[:, -1 - digits] = carry
            yield (batch,)

    def loss(self, w, tokens):
        logits = forward(w, tokens)[:, -(self.digits + 2) : -1]
        return nll64(logits, tokens[:, -(self.digits + 1) :]).mean()


class ModularAddition(Run):
    p = 113
    optimizer = optax.adamw(warm_up(1e-3, 10), b1=0.9, b2=0.98, weight_decay=1.0)

    def __init__(self):
        pairs = [(i, j, self.p) for i in range(self.p) for j in range(self.p)]
        random.seed(0)
        random.shuffle(pairs)
        n_train = int(0.3 * len(pairs))
        self.train = jnp.asarray(pairs[:n_train], jnp.int32)
        self.test = jnp.asarray(pairs[n_train:], jnp.int32)

    def parameters(self):
        return draw(0, self.p + 1, self.p + 1, 128, 4, 32, 512, 3)

    def batches(self):
        while True:
            yield (self.train,)

    def loss(self, w, tokens):
        answer = (tokens[:, 0] + tokens[:, 1]) % self.p
        return nll64(forward(w, tokens)[:, -1], answer).mean()


class ModularAdditionWithTest(ModularAddition):
    def test_loss(self, w):
        return self.loss(w, self.test)


class Induction(Run):
    length, block, repeats, vocab, batch_size, seed = 85, 16, 3, 128, 128, 123
    optimizer = optax.adamw(warm_up(1e-3, 100), weight_decay=1.0)

    def parameters(self):
        return draw(self.seed, self.vocab, self.vocab, 48, 4, 12, 0, self.length, 2)

    def batches(self):
        rng = np.random.RandomState(self.seed)
        slot = (self.length - 1) // self.repeats
        row = np.arange(self.batch_size)[:, None]
        while True:
            noise = rng.randint(1, self.vocab, (self.batch_size, self.length))
            noise[:, 0] = 0
            starts = [rng.randint(1 + i * slot, 1 + (i + 1) * slot - (self.block - 1),
                                  (self.batch_size,))[:, None] for i in range(self.repeats)]
            mask = np.zeros((self.batch_size, self.length))
            for start in starts[1:]:
                noise[row, start + np.arange(self.block)] = \
                    noise[row, starts[0] + np.arange(self.block)]
                mask[row, start + np.arange(self.block - 1)] = 1.0
            yield noise, mask

    def loss(self, w, tokens, mask):
        logits = forward(w, tokens, doubles=True)[:, :-1]
        return (nll(logits, tokens[:, 1:]) * mask[:, :-1]).mean() * mask.size / mask.sum()


class Lists(Run):
    """START, a list, MID, the sorted list."""

    def batches(self):
        rng = np.random.default_rng(0)
        size, length, n = self.batch_size, self.length, self.n_values
        while True:
            if self.distinct:
                x = np.array([random.sample(range(n), k=length) for _ in range(size)], np.int32)
            else:
                x = rng.integers(0, n, (size, length), np.int32)
            start, mid = np.full((size, 1), n), np.full((size, 1), n + 1)
            yield (np.concatenate([start, x, mid, np.sort(x, axis=1)], axis=1),)

    def loss(self, w, tokens):
        first = self.length + 1
        return nll(forward(w, tokens)[:, first:-1], tokens[:, first + 1 :]).mean()


class SortOneHead(Lists):
    batch_size, length, n_values, distinct = 128, 10, 64, True
    optimizer = optax.adamw(1e-3, weight_decay=0.01)

    def parameters(self):
        return draw(42, 66, 66, 128, 1, 32, 512, 22, has_bias=True, has_norm=True)


class SortAttnOnly(Lists):
    batch_size, length, n_values, distinct = 16, 20, 30, False
    optimizer = optax.adam(1e-3)

    def parameters(self):
        return draw(123, 32, 32, 32, 1, 32, 0, 42, has_bias=True)


class Permutation(Run):
    optimizer = optax.chain(optax.clip_by_global_norm(1.0),
                            optax.adamw(1e-3, b1=0.9, b2=0.99, weight_decay=0.01))

    def parameters(self):
        return draw(0, 65, 65, 128, 1, 64, 0, 122, has_bias=True, has_norm=True)

    def batches(self):
        sequences = party.permutation_sequences()
        while True:
            yield (np.array(list(itertools.islice(sequences, 4)), np.int32),)

    def loss(self, w, tokens):
        return nll(forward(w, tokens)[:, :-1], tokens[:, 1:]).mean()


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

def make_step(run):
    def step(w, state, *batch):
        loss, gradient = jax.value_and_grad(run.loss)(w, *batch)
        test = run.test_loss(w) if hasattr(run, "test_loss") else None
        updates, state = run.optimizer.update(gradient, state, w)
        return optax.apply_updates(w, updates), state, loss, test

    return jax.jit(step, donate_argnums=(0, 1))


def starting(run, folder, name):
    """Parameters and first batches."""
    w, tokens = party.read_start(folder, name)
    if w is None:
        return run.parameters(), []
    known = run.parameters()
    return {key: w[key] for key in known}, tokens


def make(run, folder, name, n_losses):
    """Losses of the first steps, and what makes more of them."""
    w, first = starting(run, folder, name)
    w = {key: jnp.asarray(value) for key, value in w.items()}
    state, batches, step = run.optimizer.init(w), run.batches(), make_step(run)
    if len(first) > 0 and isinstance(run, Induction):
        next(batches)             # the batch that the notebook only looks at

    losses = []
    for i in range(n_losses):
        own = i >= len(first) or isinstance(run, Induction)
        batch = next(batches) if own else (first[i].astype(np.int32),)
        w, state, loss, _ = step(w, state, *batch)
        losses.append(float(loss))

    def steps(n):
        nonlocal w, state
        for _ in range(n):
            w, state, loss, _ = step(w, state, *next(batches))
        jax.block_until_ready((w, loss))

    return losses, steps


def scale(d_model, batch_size):
    run = Addition(d_model, batch_size)
    _, steps = make(run, None, None, 0)
    return steps, batch_size * (3 * run.digits + 3)


def main():
    framework = f"jax-{jax.__version__}"
    if ARGS.scaling:
        party.print_scaling(framework, ARGS, scale)
    elif ARGS.party:
        losses, steps = make(RUNS[ARGS.run](), ARGS.start, ARGS.run, ARGS.losses)
        party.serve(jax.__version__, losses, steps, ARGS.threads)
    else:
        party.print_runs(framework, ARGS, RUNS,
                         lambda name: make(RUNS[name](), ARGS.start, name, ARGS.losses))
    return 0


if __name__ == "__main__":
    sys.exit(main())
