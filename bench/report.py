#!/usr/bin/env python3
"""Tables, numbers and columns for figures from what bench/compare.py measured.

Reads steps.csv, repeatability.csv, scaling.csv and machine.csv in a folder (data/bench)
and writes beside them

    ratios.csv, width.csv, batch.csv, roofline.csv, roofs.csv    for figures/bench/*.gp
    steps_table.tex, repeat_table.tex, macros.tex                for paper/bench.tex

Needs only the standard library.  Usage: python3 bench/report.py data/bench
"""

import csv
import math
import os
import re
import sys

from compare import OURS, RUNS, write_csv

PEERS = ["eager", "compile", "transformerlens", "jit"]
MACRO = {"eager": "Eager", "compile": "Compiled", "transformerlens": "TransformerLens",
         "jit": "Jax"}


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def value(text):
    return float(text) if text not in (None, "") else math.nan


class Steps:
    """steps.csv by run, variant and threads; ours under the variant OURS."""

    def __init__(self, rows):
        self.rows, self.by = rows, {}
        for row in rows:
            variant = OURS if row["framework"] == OURS else row["variant"]
            self.by[row["run"], variant, int(row["threads"])] = row
        self.runs = [run for run in RUNS if any(key[0] == run for key in self.by)]
        self.threads = sorted({key[2] for key in self.by if key[1] == OURS})
        self.most = self.threads[-1]

    def get(self, run, variant, threads, column):
        return value(self.by.get((run, variant, threads), {}).get(column, "nan"))

    def of(self, run, variant):
        return [row for key, row in self.by.items() if key[:2] == (run, variant)]

    def best(self, run, variant, column="median_ms"):
        values = [value(row[column]) for row in self.of(run, variant)]
        values = [x for x in values if not math.isnan(x)]
        return min(values, default=math.nan)

    def best_peer(self, run):
        values = [self.best(run, variant) for variant in PEERS]
        return min((x for x in values if not math.isnan(x)), default=math.nan)

    def ratio(self, run):
        return self.best_peer(run) / self.best(run, OURS)

    def ratio_at_peak(self, run):
        """What the ratio would be if our step were its needed GFLOP at the fma peak."""
        needed = self.get(run, OURS, self.most, "needed_gflop")
        peak = self.get(run, OURS, self.most, "peak_gflops")
        return self.best_peer(run) / (1e3 * needed / peak)

    def mean(self, of_run):
        """The geometric mean over runs, each once: without the rows +test."""
        return geometric_mean([of_run(run) for run in self.runs if "+" not in run])


def finite(values):
    return [x for x in values if not math.isnan(x)]


def geometric_mean(values):
    values = finite(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan


# --- Columns for figures ---

def write_ratios(folder, steps):
    columns = {"run": "experiment and configuration", "ours": "our best, ms per step"}
    columns |= {name: "the variant's best over ours (nan: none)" for name in PEERS}
    rows = []
    for run in steps.runs:
        ours = steps.best(run, OURS)
        rows.append({"run": run, "ours": ours}
                    | {name: steps.best(run, name) / ours for name in PEERS})
    write_csv(os.path.join(folder, "ratios.csv"),
              "Milliseconds per step of peers over ours, each the better of its threads",
              columns, rows)


def write_scaling(folder, scaling):
    most = max((int(row["threads"]) for row in scaling), default=1)

    def find(framework, threads, d_model, batch, column="tokens_per_second"):
        for row in scaling:
            if (row["framework"], int(row["threads"]), int(row["d_model"]),
                    int(row["batch"])) == (framework, threads, d_model, batch):
                return value(row[column])
        return math.nan

    widths = sorted({int(row["d_model"]) for row in scaling if row["batch"] == "64"})
    rows = [{"d_model": d, "ours_1": find(OURS, 1, d, 64), "ours_all": find(OURS, most, d, 64),
             "torch": find("torch", most, d, 64), "jax": find("jax", most, d, 64),
             "peak": find(OURS, most, d, 64, "peak_tokens"),
             "memory": find(OURS, most, d, 64, "memory_tokens")} for d in widths]
    meaning = {"ours_1": "ours, one thread", "ours_all": "ours, all threads",
               "torch": "PyTorch eager, all threads", "jax": "JAX, all threads",
               "peak": "at the fma peak of all threads",
               "memory": "at their memory bandwidth, by the model of bench/traffic.h"}
    write_csv(os.path.join(folder, "width.csv"), "Tokens per second against the width",
              {"d_model": "width of the residual stream"} | meaning, rows)

    batches = sorted({int(row["batch"]) for row in scaling})
    columns = {"batch": "sequences of 18 tokens"}
    rows = [{"batch": batch} for batch in batches]
    for d in (128, 512):
        columns |= {f"ours_1_{d}": f"ours, one thread, d_model {d}",
                    f"ours_all_{d}": f"ours, all threads, d_model {d}",
                    f"peak_{d}": "at the fma peak", f"memory_{d}": "at memory bandwidth"}
        for row in rows:
            batch = row["batch"]
            row |= {f"ours_1_{d}": find(OURS, 1, d, batch),
                    f"ours_all_{d}": find(OURS, most, d, batch),
                    f"peak_{d}": find(OURS, most, d, batch, "peak_tokens"),
                    f"memory_{d}": find(OURS, most, d, batch, "memory_tokens")}
    write_csv(os.path.join(folder, "batch.csv"), "Tokens per second against the batch",
              columns, rows)


def write_roofline(folder, steps, scaling, machine):
    rows = []
    for run in steps.runs:
        flop = steps.get(run, OURS, steps.most, "needed_gflop")
        mbytes = steps.get(run, OURS, steps.most, "mbytes")
        rows.append({"run": run, "intensity": 1e3 * flop / mbytes,
                     "gflops_1": steps.get(run, OURS, 1, "gflops"),
                     "gflops_all": steps.get(run, OURS, steps.most, "gflops")})
    write_csv(os.path.join(folder, "roofline.csv"), "Where the runs stand under the roofline",
              {"run": "experiment and configuration",
               "intensity": "needed flop per byte, by the model of bench/traffic.h",
               "gflops_1": "needed 1e9 flop/s, one thread",
               "gflops_all": "the same, all threads"}, rows)

    def roof(threads, x):
        return min(value(machine.get(f"peak_gflops_{threads}", "nan")),
                   x * value(machine.get(f"bandwidth_gbs_{threads}", "nan")))

    rows = [{"intensity": x, "roof_1": roof(1, x), "roof_all": roof(steps.most, x)}
            for x in (10 ** (i / 50) for i in range(-25, 151))]
    write_csv(os.path.join(folder, "roofs.csv"),
              "min (fma peak, intensity times bandwidth), in 1e9 flop/s",
              {"intensity": "flop per byte", "roof_1": "one thread",
               "roof_all": "all threads"}, rows)


# --- LaTeX ---

def digits(x, n=3):
    """n significant digits, as the analyses' macros print them."""
    if math.isnan(x):
        return "--"
    if x == 0:
        return "0"
    if abs(x) >= 1e6 or abs(x) < 1e-3:
        mantissa, exponent = f"{x:.{n - 1}e}".split("e")
        return rf"\ensuremath{{{mantissa} \times 10^{{{int(exponent)}}}}}"
    after = max(0, n - 1 - math.floor(math.log10(abs(x))))
    text = f"{x:.{after}f}"
    return text


def power(x):
    """One digit and a power of ten, narrow enough for a table."""
    if math.isnan(x) or x == 0:
        return digits(x)
    mantissa, exponent = f"{x:.0e}".split("e")
    return rf"\ensuremath{{{mantissa}{{\cdot}}10^{{{int(exponent)}}}}}"


def escape(text):
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def cell(steps, run, variant):
    """Milliseconds, or why there are none; one crash among several is marked."""
    rows = steps.of(run, variant)
    bad = [row["status"] for row in rows if row["status"] != "ok"]
    if not rows:
        return ""
    if len(bad) == len(rows):
        return re.sub(r"[ (].*", "", bad[0]) if bad[0] != "not installed" else bad[0]
    return digits(steps.best(run, variant)) + (r"\rlap{$^\ast$}" if bad else "")


def write_lines(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        file.write("% Written by bench/report.py.\n" + "\n".join(lines) + "\n")
    os.replace(path + ".tmp", path)


def write_steps_table(folder, steps):
    many = steps.most > 1
    threads = [1, steps.most] if many else [1]
    n = len(threads)
    lines = [rf"\begin{{tabular}}{{@{{}}lr@{{\quad}}{'r' * 2 * n}@{{\quad}}rrrr@{{\quad}}rr@{{}}}}",
             r"\toprule",
             rf"& & \multicolumn{{{n}}}{{c}}{{ours, ms}} & \multicolumn{{{n}}}{{c}}{{of peak}}"
             r" & \multicolumn{2}{c}{PyTorch, ms} & Trans- & & \multicolumn{2}{c}{ratio} \\",
             rf"\cmidrule(lr){{3-{2 + n}}}\cmidrule(lr){{{3 + n}-{2 + 2 * n}}}"
             rf"\cmidrule(lr){{{3 + 2 * n}-{4 + 2 * n}}}\cmidrule(l){{{7 + 2 * n}-{8 + 2 * n}}}",
             " & ".join(["run", "GFLOP", *2 * [rf"{t}\,th." for t in threads], "eager",
                         "compiled", "f.Lens", "JAX", "found", "at peak"]) + r" \\",
             r"\midrule"]
    for run in steps.runs:
        lines.append(" & ".join(
            [rf"\texttt{{{run}}}", digits(steps.get(run, OURS, 1, "needed_gflop"), 2)]
            + [digits(steps.get(run, OURS, t, "median_ms")) for t in threads]
            + [digits(steps.get(run, OURS, t, "share_of_peak"), 2) for t in threads]
            + [cell(steps, run, variant) for variant in PEERS]
            + [digits(ratio, 2 if ratio < 100 else 3)
               for ratio in (steps.ratio(run), steps.ratio_at_peak(run))]) + r" \\")
    lines += [r"\midrule",
              rf"\multicolumn{{{6 + 2 * n}}}{{@{{}}l}}{{geometric mean}} & "
              + digits(steps.mean(steps.ratio)) + r" & \\",
              r"\bottomrule", r"\end{tabular}"]
    write_lines(folder, "steps_table.tex", lines)


class Repeats:
    def __init__(self, rows):
        self.rows = rows

    def worst(self, framework, against, run=None):
        values = [value(row["largest_difference"]) for row in self.rows
                  if row["framework"] == framework and row["against"] in against
                  and run in (None, row["run"])]
        return max(values, default=math.nan)


def write_repeat_table(folder, steps, repeats):
    lines = [r"\begin{tabular}{@{}lrrrrr@{\quad}rrrrr@{}}", r"\toprule",
             r"& \multicolumn{5}{c}{memory, MiB} & \multicolumn{5}{c}{largest difference of"
             r" a loss}\\", r"\cmidrule(lr){2-6}\cmidrule(l){7-11}",
             r"& & \multicolumn{2}{c}{PyTorch} & Trans- & & & \multicolumn{2}{c}{PyTorch}"
             r" & \multicolumn{2}{c}{JAX}\\",
             r"\cmidrule(lr){3-4}\cmidrule(lr){8-9}\cmidrule(l){10-11}",
             r"run & ours & eager & comp. & f.Lens & JAX & ours & again & threads & again"
             r" & threads\\", r"\midrule"]
    for run in steps.runs:
        memory = [digits(steps.best(run, v, "memory_mb"), 3) for v in [OURS] + PEERS]
        memory = ["" if x == "--" else x for x in memory]
        every = ("nothing", "threads", "kernels")
        different = [repeats.worst(OURS, every, run)]
        different += [repeats.worst(framework, (against,), run)
                      for framework in ("torch", "jax") for against in ("nothing", "threads")]
        lines.append(" & ".join([rf"\texttt{{{run}}}"] + memory
                                + [power(x) for x in different]) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    write_lines(folder, "repeat_table.tex", lines)


def write_macros(folder, steps, repeats, machine):
    ratios = {run: steps.ratio(run) for run in steps.runs}
    known = {run: ratio for run, ratio in ratios.items() if not math.isnan(ratio)}
    least, greatest = (min(known, key=known.get, default=""),
                       max(known, key=known.get, default=""))
    peers = [row for row in steps.rows if row["framework"] != OURS]
    bad = [row for row in peers if row["status"].startswith(("crash", "failed", "timeout"))]
    many = steps.most
    pairs = [row for row in repeats.rows if row["framework"] == OURS]

    def worst(column):
        return max(finite([value(row[column]) for row in peers]), default=math.nan)

    macros = {
        "Cpu": escape(machine.get("cpu", "?")), "Processors": machine.get("processors", "?"),
        "System": escape(machine.get("system", "?")), "Date": machine.get("date", "?"),
        "Isa": {"avx512": "AVX-512", "avx2": "AVX2", "neon": "NEON"}.get(
            machine.get("isa"), machine.get("isa", "?")),
        "Compiler": escape(machine.get("compiler", "?")),
        "Torch": escape(machine.get("torch", "?")), "JaxVersion": machine.get("jax", "?"),
        "Optax": machine.get("optax", "?"), "Python": machine.get("python", "?"),
        "LensVersion": machine.get("transformer_lens", "?"),
        "Threads": str(many), "Rounds": machine.get("rounds", "?"),
        "Losses": machine.get("losses", "?"), "Runs": str(len(steps.runs)),
        "PeakOne": digits(value(machine.get("peak_gflops_1"))),
        "PeakAll": digits(value(machine.get(f"peak_gflops_{many}"))),
        "BandwidthOne": digits(value(machine.get("bandwidth_gbs_1"))),
        "BandwidthAll": digits(value(machine.get(f"bandwidth_gbs_{many}"))),
        "RatioMean": digits(steps.mean(steps.ratio)),
        "RatioLeast": digits(known.get(least, math.nan), 2),
        "RatioLeastRun": rf"\texttt{{{least}}}",
        "RatioGreatest": digits(known.get(greatest, math.nan), 2),
        "RatioGreatestRun": rf"\texttt{{{greatest}}}",
        "AtPeakAddition": digits(steps.ratio_at_peak("addition/infinite"), 2),
        "AtPeakOneHead": digits(steps.ratio_at_peak("sort/one-head"), 2),
        "AtPeakPermutation": digits(steps.ratio_at_peak("permutation/notebook"), 2),
        "Variants": str(len(peers)), "Failures": str(len(bad)),
        "FirstDifference": digits(worst("first_difference"), 2),
        "LaterDifference": digits(worst("later_difference"), 2),
        "MemoryMost": digits(max(finite([value(row["memory_mb"]) for row in steps.rows
                                         if row["framework"] == OURS]), default=math.nan)),
        "MemoryLeastPeer": digits(min(finite([value(row["memory_mb"]) for row in peers]),
                                      default=math.nan)),
        "RepeatPairs": str(len(pairs)),
        "RepeatDifferent": str(sum(row["first_step"] != "-1" for row in pairs)),
        "TorchAgain": digits(repeats.worst("torch", ("nothing",)), 2),
        "TorchThreads": digits(repeats.worst("torch", ("threads",)), 2),
        "JaxAgain": digits(repeats.worst("jax", ("nothing",)), 2),
        "JaxThreads": digits(repeats.worst("jax", ("threads",)), 2),
    }
    for variant in PEERS:
        macros["Mean" + MACRO[variant]] = digits(steps.mean(
            lambda run: steps.best(run, variant) / steps.best(run, OURS)))
    write_lines(folder, "macros.tex",
                [rf"\newcommand{{\bench{name}}}{{{text}}}" for name, text in macros.items()])


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "data/bench"
    steps, scaling = Steps(read(folder, "steps.csv")), read(folder, "scaling.csv")
    machine = {row["what"]: row["value"] for row in read(folder, "machine.csv")}
    repeats = Repeats(read(folder, "repeatability.csv"))
    write_ratios(folder, steps)
    write_scaling(folder, scaling)
    write_roofline(folder, steps, scaling, machine)
    write_steps_table(folder, steps)
    write_repeat_table(folder, steps, repeats)
    write_macros(folder, steps, repeats, machine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
