"""What bench/pytorch.py and bench/jax_steps.py share: a process that serves one run
to bench/compare.py, what a run starts from, and a table for use by hand.

A party answers on standard output as `tc-bench --party` does: first a line of JSON
with its version and the losses of its first steps; then for each line read, which
holds seconds, {"ms": milliseconds per step} of so long a stretch; at the end
{"memory_kb": greatest resident set}.
"""

import argparse
import itertools
import json
import os
import random
import resource
import statistics
import string
import sys
import time

import numpy as np

NOT_INSTALLED = 77              # exit status, as of a test that is skipped
N_LOSSES = 20


def parse(description, variants):
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default=None, help="one run; default: all")
    parser.add_argument("--variant", choices=variants, default=variants[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", metavar="DIR",
                        help="parameters and first batches, from tc-bench --export")
    parser.add_argument("--losses", type=int, default=N_LOSSES,
                        help="steps before the first measurement")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scaling", action="store_true",
                        help="addition's step against the width of the model")
    parser.add_argument("--party", action="store_true",
                        help="serve --run to compare.py on standard input and output")
    return parser.parse_args()


# --- What a run starts from ---

def read_safetensors(path):
    """The float32 tensors of a file, by name."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], np.float32)
            .reshape(entry["shape"]).copy() for name, entry in header.items()}


def read_start(folder, run):
    """Initial parameters (TransformerLens's names and layouts) and the tokens of the
    first batches [batch, sequence, position]; (None, []) without a folder."""
    if folder is None:
        return None, []
    path = os.path.join(folder, run.replace("/", "-").replace("+test", ""))
    batches = np.fromfile(path + ".batches", np.int32)
    return (read_safetensors(path + ".safetensors"),
            batches[3:].reshape(batches[:3]).astype(np.int64))


# --- Data of two peers ---

ELEMENTS = "> ." + string.ascii_letters + string.digits


def permutation_sequences():
    """Notebook 001's sequences as lists of tokens, in an order drawn once."""
    combs = list(itertools.combinations(ELEMENTS[3:], 4))
    random.shuffle(combs)
    for comb in itertools.cycle(combs):
        terms = ["".join(term) for term in itertools.permutations(comb, 4)]
        yield [ELEMENTS.index(ch) for ch in f"> {' '.join(terms)}."]


# --- Measuring ---

def limit_to(threads):
    """Binds this process to so many processors, before libraries count them."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


class Timer:
    """Milliseconds per step of stretches.  As in tc-bench one thread is timed by its
    own clock, several by the wall's.  steps(n) makes n steps and waits for them."""

    def __init__(self, steps, threads):
        self.steps = steps
        self.clock = time.process_time if threads == 1 else time.perf_counter
        self.ms = None

    def measure(self, seconds):
        n = max(1, int(seconds * 1e3 / self.ms)) if self.ms else 1
        start = self.clock()
        self.steps(n)
        self.ms = (self.clock() - start) * 1e3 / n
        return self.ms


def serve(version, losses, steps, threads):
    say({"version": version, "losses": losses})
    timer = Timer(steps, threads)
    timer.measure(0)
    for line in sys.stdin:
        say({"ms": timer.measure(float(line))})
    say({"memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss})


def say(answer):
    print(json.dumps(answer), flush=True)


# --- By hand ---

def print_runs(framework, args, runs, make):
    """A row for each run; make(run) returns losses and steps."""
    print("run,framework,variant,threads,median_ms,min_ms,max_ms,repeats,first_loss")
    for run in [args.run] if args.run else runs:
        losses, steps = make(run)
        timer = Timer(steps, args.threads)
        timer.measure(0)
        times = [timer.measure(args.seconds) for _ in range(args.repeats)]
        print(f"{run},{framework},{args.variant},{args.threads},"
              f"{statistics.median(times):.4f},{min(times):.4f},{max(times):.4f},"
              f"{args.repeats},{losses[0] if losses else ''}", flush=True)


def print_scaling(framework, args, make):
    """A row for each width; make(d_model, batch_size) returns steps and the number of
    tokens of a step."""
    print("framework,variant,threads,d_model,batch,tokens,median_ms,min_ms,max_ms")
    for d_model in (32, 64, 128, 256, 512, 1024):
        steps, tokens = make(d_model, 64)
        timer = Timer(steps, args.threads)
        timer.measure(0)
        timer.measure(0)
        times = [timer.measure(args.seconds) for _ in range(args.repeats)]
        print(f"{framework},{args.variant},{args.threads},{d_model},64,{tokens},"
              f"{statistics.median(times):.4f},{min(times):.4f},{max(times):.4f}",
              flush=True)
