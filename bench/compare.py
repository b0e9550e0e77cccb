#!/usr/bin/env python3
"""Training steps of Toy Circuits beside PyTorch's, TransformerLens's and JAX's.

Every contestant is a process of its own: tc-bench, bench/pytorch.py or
bench/jax_steps.py with one run, variant and number of threads.  All of them start
from the same parameters and make the same first steps on the same batches, whose
losses are compared; then they take turns, ours before each peer, for several rounds.
What is not installed, crashes or takes too long gets a row that says so.

Writes steps.csv, repeatability.csv, scaling.csv and machine.csv to --out;
bench/report.py makes tables and numbers for the paper from them.  Needs only the
standard library; run it with the Python that has torch, jax, optax, numpy and
transformer_lens (below 4): `make bench PYTHON=...`.
"""

import argparse
import csv
import datetime
import importlib.metadata
import io
import json
import os
import platform
import selectors
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NOT_INSTALLED = 77
RUNS = ["skip-trigram/infinite", "induction/infinite", "addition/infinite",
        "modular-addition/add", "modular-addition/add+test", "sort/one-head",
        "sort/attn-only", "permutation/notebook"]
PEERS = [("torch", "eager"), ("torch", "compile"), ("torch", "transformerlens"),
         ("jax", "jit")]
OURS = "toycircuits"
# Where the portable kernels, slow without fused multiply-adds, take no minutes.
SMALL = ["skip-trigram/infinite", "sort/attn-only", "permutation/notebook"]


def note(text):
    print(text, file=sys.stderr, flush=True)


# --- Contestants ---

class Party:
    """A process that answers in lines of JSON; `status` says what became of it."""

    def __init__(self, args, run, framework, variant, threads, again=False):
        self.run, self.framework, self.variant = run, framework, variant
        self.threads, self.again, self.status = threads, again, "ok"
        self.timeout, self.ms, self.peaks = args.timeout, [], []
        self.ready, self.memory_kb = None, None
        environment = dict(os.environ)
        if framework == OURS:
            command = [args.bench, "--party", run, "--threads", str(threads),
                       "--losses", str(args.losses)]
            if variant:
                environment["TC_KERNELS"] = variant
        else:
            script = {"torch": "pytorch.py", "jax": "jax_steps.py"}[framework]
            command = [sys.executable, os.path.join(HERE, script), "--party", "--run", run,
                       "--variant", variant, "--threads", str(threads), "--start",
                       args.start, "--losses", str(args.losses)]
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.stderr,
                                        env=environment)
        self.buffer = b""

    def name(self):
        variant = self.variant or "best"
        return f"{self.framework} {variant}, threads {self.threads}"

    def fail(self, status):
        if self.status != "ok":
            return
        self.status = status
        self.process.kill()
        self.process.wait()
        self.stderr.seek(0)
        last = self.stderr.read().decode(errors="replace").strip().splitlines()[-1:]
        note(f"  {self.name()}: {status}{': ' + last[0] if last else ''}")

    def died(self):
        code = self.process.wait()
        if code == NOT_INSTALLED:
            self.fail("not installed")
        elif code < 0:
            self.fail(f"crash ({signal.Signals(-code).name})")
        else:
            self.fail(f"failed ({code})")

    def read(self, timeout):
        """The next answer, or None."""
        deadline = time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while self.status == "ok":
                line, newline, rest = self.buffer.partition(b"\n")
                if newline:
                    self.buffer = rest
                    if line.startswith(b"{"):
                        return json.loads(line)
                elif not selector.select(deadline - time.monotonic()):
                    self.fail("timeout")
                else:
                    more = os.read(self.process.stdout.fileno(), 1 << 16)
                    if not more:
                        self.died()
                    self.buffer += more
        return None

    def wait_ready(self):
        self.ready = self.read(self.timeout)

    def measure(self, seconds):
        if self.status != "ok":
            return
        try:
            self.process.stdin.write(f"{seconds}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            return self.died()
        answer = self.read(self.timeout)
        if answer is not None:
            self.ms.append(answer["ms"])
            self.peaks.append(answer.get("peak", 0))
        time.sleep(0.05)          # its idle threads spin for a while

    def finish(self):
        if self.status == "ok":
            self.process.stdin.close()
            answer = self.read(self.timeout)
            self.memory_kb = answer and answer["memory_kb"]
        if self.status == "ok" and self.process.wait() != 0:
            self.died()


def parties_of(args, run):
    """Ours, the peers, and second processes that only show whether losses repeat."""
    most = args.threads
    counts = sorted({1, most} | {1 << i for i in range(most.bit_length()) if 1 << i <= most})
    ours = [Party(args, run, OURS, "", threads) for threads in counts]
    again = [Party(args, run, OURS, "", most, again=True)]
    again += [Party(args, run, OURS, isa, 1, again=True) for isa in args.isas
              if isa != "portable" or run in SMALL]
    peers = []
    for framework, variant in PEERS:
        if args.no_peers or (variant == "transformerlens"
                             and not run.startswith(("sort", "permutation"))):
            continue
        peers += [Party(args, run, framework, variant, threads)
                  for threads in sorted({1, most})]
        if variant in ("eager", "jit"):
            again.append(Party(args, run, framework, variant, most, again=True))
    return ours, peers, again


def take_turns(args, ours, peers):
    for turn in range(args.rounds):
        order = peers[turn % max(1, len(peers)):] + peers[:turn % max(1, len(peers))]
        for i in range(max(len(order), len(ours))):
            ours[(turn + i) % len(ours)].measure(args.seconds)
            if i < len(order):
                order[i].measure(args.seconds)


def compare(args, run):
    started = time.monotonic()
    note(f"{run}")
    ours, peers, again = parties_of(args, run)
    for party in again + ours + peers:
        party.wait_ready()
    for party in again:
        party.finish()
    for party in ours + peers:      # threads, caches, memory
        party.measure(0)
        party.measure(args.seconds / 4)
        party.ms, party.peaks = [], []
    take_turns(args, ours, peers)
    for party in ours + peers:
        party.finish()
    for party in ours + peers:
        if party.status == "ok":
            note(f"  {party.name()}: {statistics.median(party.ms):.4g} ms")
    note(f"  ({time.monotonic() - started:.0f} s)")
    return ours, peers, again


# --- Tables ---

def write_csv(path, title, columns, rows):
    """columns: name -> meaning."""
    with open(path + ".tmp", "w", encoding="utf-8", newline="") as file:
        file.write(f"# {title}\n")
        for name, meaning in columns.items():
            file.write(f"# {name}: {meaning}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([number(row.get(name)) for name in columns])
    os.replace(path + ".tmp", path)


def number(x):
    if x is None:
        return "nan"
    return f"{x:.5g}" if isinstance(x, float) else x


def difference(a, b):
    """The largest relative difference, and the first step that differs at all."""
    pairs = list(zip(a, b))
    largest = max((abs(x - y) / abs(x) for x, y in pairs), default=None)
    first = next((i for i, (x, y) in enumerate(pairs) if x != y), None)
    return largest, first


STEP_COLUMNS = {
    "run": "experiment and configuration; +test: with the test loss of each step",
    "framework": "toycircuits, or a peer and its version",
    "variant": "instruction set; eager, compile, transformerlens; jit",
    "threads": "threads (jax with 1: one processor)",
    "median_ms": "milliseconds per step, median of the repeats",
    "min_ms": "least", "max_ms": "greatest", "repeats": "stretches measured",
    "first_loss": "loss before the first update, in nats",
    "first_difference": "relative difference of it from ours",
    "later_difference": "the largest over the first steps, all on the same batches",
    "memory_mb": "greatest resident set of the process, in MiB",
    "needed_gflop": "multiply-adds counted twice that a step needs, in 1e9",
    "executed_gflop": "that it executes",
    "mbytes": "bytes that it moves, in 1e6, by the model of bench/traffic.h",
    "gflops": "needed_gflop per second",
    "peak_gflops": "fma peak of so many threads just then, in 1e9 per second",
    "share_of_peak": "their ratio",
    "status": "ok; not installed; crash (signal); failed (exit status); timeout",
}


def step_row(party, reference):
    ready = party.ready or {}
    losses = ready.get("losses", [])
    row = {"run": party.run, "framework": party.framework,
           "variant": ready.get("variant", party.variant), "threads": party.threads,
           "status": party.status}
    if party.framework != OURS:
        row["framework"] += "-" + ready.get("version", "?")
    if losses:
        row["first_loss"] = f"{losses[0]:.9g}"
        row["first_difference"] = difference(reference[:1], losses[:1])[0]
        row["later_difference"] = difference(reference, losses)[0]
    if party.memory_kb:
        row["memory_mb"] = party.memory_kb / 1024
    if party.ms and party.status == "ok":
        row |= {"median_ms": statistics.median(party.ms), "min_ms": min(party.ms),
                "max_ms": max(party.ms), "repeats": len(party.ms)}
    if party.framework == OURS and party.ms:
        peak = statistics.median(party.peaks)
        rate = ready["needed"] / row["median_ms"] * 1e3
        row |= {"needed_gflop": ready["needed"] * 1e-9, "gflops": rate * 1e-9,
                "executed_gflop": ready["executed"] * 1e-9,
                "mbytes": ready["bytes"] * 1e-6, "peak_gflops": peak * 1e-9,
                "share_of_peak": rate / peak if peak else None}
    return row


REPEAT_COLUMNS = {
    "run": "experiment and configuration",
    "framework": "framework", "variant": "instruction set, eager or jit",
    "against": "what differs: nothing (the same command again), threads, or kernels",
    "threads": "threads of the first process", "other_threads": "of the second",
    "steps": "losses compared",
    "first_step": "first step whose loss differs at all; -1: none",
    "largest_difference": "largest relative difference of a loss",
}


def repeat_row(a, b, against):
    if not (a.ready and b.ready):
        return None
    x, y = a.ready["losses"], b.ready["losses"]
    largest, first = difference(x, y)
    return {"run": a.run, "framework": a.framework,
            "variant": b.ready.get("variant", b.variant), "against": against,
            "threads": a.threads, "other_threads": b.threads, "steps": len(x),
            "first_step": -1 if first is None else first, "largest_difference": largest}


def repeat_rows(ours, peers, again):
    first = {(p.framework, p.variant, p.threads): p for p in ours + peers}
    rows = []
    for party in again:
        if party.framework == OURS and party.variant:
            rows.append(repeat_row(ours[0], party, "kernels"))
        else:
            twin = first[party.framework, party.variant, party.threads]
            single = first[party.framework, party.variant, 1]
            rows.append(repeat_row(twin, party, "nothing"))
            rows.append(repeat_row(single, twin, "threads"))
    return [row for row in rows if row]


# --- Scaling ---

SCALING_COLUMNS = {
    "framework": "framework", "variant": "instruction set, eager or jit",
    "threads": "threads", "d_model": "width of the residual stream",
    "batch": "sequences of 18 tokens", "tokens": "tokens of a step",
    "parameters": "parameters of the model",
    "median_ms": "milliseconds per step", "min_ms": "least", "max_ms": "greatest",
    "tokens_per_second": "tokens / median",
    "needed_gflop": "as in steps.csv", "executed_gflop": "as in steps.csv",
    "mbytes": "as in steps.csv",
    "peak_tokens": "tokens per second at the fma peak of so many threads",
    "memory_tokens": "tokens per second at the bandwidth of so many threads",
}


def table_of(command):
    """A program's CSV as a list of dictionaries; empty where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        note(f"  {os.path.basename(command[0])} ...: exit status {done.returncode}")
        return []
    return list(csv.DictReader(io.StringIO(done.stdout)))


def measure_scaling(args, machine):
    note("scaling")
    common = ["--threads", str(args.threads), "--repeats", "3", "--seconds"]
    rows = table_of([args.bench, "--scaling", *common, str(args.seconds / 2)])
    work = {(row["d_model"], row["batch"]): row for row in rows}
    if not args.no_peers:
        for script in ("pytorch.py", "jax_steps.py"):
            rows += table_of([sys.executable, os.path.join(HERE, script), "--scaling",
                              *common, str(args.seconds / 2)])
    roofs = {row["threads"]: row for row in machine}
    for row in rows:
        same = work[row["d_model"], row["batch"]]
        row["framework"] = row["framework"].split("-")[0]
        row |= {name: same[name] for name in
                ("parameters", "needed_gflop", "executed_gflop", "mbytes")}
        tokens, roof = int(row["tokens"]), roofs[row["threads"]]
        row["tokens_per_second"] = tokens / float(row["median_ms"]) * 1e3
        row["peak_tokens"] = (tokens * float(roof["peak_gflops"])
                              / float(row["needed_gflop"]))
        row["memory_tokens"] = (tokens * 1e3 * float(roof["bandwidth_gbs"])
                                / float(row["mbytes"]))
    return rows


# --- The machine ---

def cpu_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        family = f"family {fields['cpu family']} model {fields['model']}"
        return f"{fields['model name']} ({family})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def version_of(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def describe_machine(args):
    rows = [("cpu", cpu_name()), ("processors", str(args.threads)),
            ("system", f"{platform.system()} {platform.release().split('-')[0]}"),
            ("date", datetime.date.today().isoformat()),
            ("python", platform.python_version())]
    rows += [(package, version_of(package)) for package in
             ("torch", "transformer_lens", "jax", "optax", "numpy")]
    rows += [("rounds", str(args.rounds)), ("losses", str(args.losses))]
    return [{"what": what, "value": value} for what, value in rows]


def write_machine(args, machine):
    rows = describe_machine(args)
    for row in machine:
        rows.append({"what": f"peak_gflops_{row['threads']}", "value": row["peak_gflops"]})
        rows.append({"what": f"bandwidth_gbs_{row['threads']}",
                     "value": row["bandwidth_gbs"]})
    if machine:
        rows.append({"what": "isa", "value": machine[0]["variant"]})
        rows.append({"what": "compiler", "value": machine[0]["compiler"]})
    write_csv(os.path.join(args.out, "machine.csv"), "Where it was measured, and with what",
              {"what": "key", "value": "value; peaks in 1e9 flop/s, bandwidths in 1e9 "
               "bytes/s, by number of threads"}, rows)


# --- All of it ---

def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="bin/tc-bench", help="the program tc-bench")
    parser.add_argument("--out", default="data/bench", help="folder for the tables")
    parser.add_argument("--only", default="", help="runs whose name contains it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4, help="length of a stretch")
    parser.add_argument("--losses", type=int, default=20, help="first steps compared")
    parser.add_argument("--timeout", type=float, default=300, help="seconds to wait")
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--no-scaling", action="store_true")
    args = parser.parse_args()
    args.threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") \
        else os.cpu_count()
    args.bench = os.path.abspath(args.bench)
    return args


def supported(args, start):
    """Instruction sets other than the best that this machine can run."""
    found = []
    for isa in ("avx2", "portable"):
        probe = subprocess.run([args.bench, "--export", start, "--losses", "0"],
                               env={**os.environ, "TC_KERNELS": isa},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if probe.returncode == 0:
            found.append(isa)
    return found


def main():
    args = parse()
    os.makedirs(args.out, exist_ok=True)
    steps, repeats = [], []
    with tempfile.TemporaryDirectory() as start:
        args.start = start
        args.isas = supported(args, start)
        subprocess.run([args.bench, "--export", start, "--losses", str(args.losses)],
                       check=True)
        note("machine")
        machine = table_of([args.bench, "--machine", "--threads", str(args.threads),
                            "--seconds", "1"])
        for run in (run for run in RUNS if args.only in run):
            ours, peers, again = compare(args, run)
            reference = ours[0].ready["losses"]
            steps += [step_row(party, reference) for party in ours + peers]
            repeats += repeat_rows(ours, peers, again)
        write_machine(args, machine)
        write_csv(os.path.join(args.out, "steps.csv"), "What a training step takes",
                  STEP_COLUMNS, steps)
        write_csv(os.path.join(args.out, "repeatability.csv"),
                  "Whether losses repeat: the same run in two processes", REPEAT_COLUMNS,
                  repeats)
        if not args.no_scaling:
            write_csv(os.path.join(args.out, "scaling.csv"),
                      "Addition's step against width, batch and threads", SCALING_COLUMNS,
                      measure_scaling(args, machine))
    return 0


if __name__ == "__main__":
    sys.exit(main())
