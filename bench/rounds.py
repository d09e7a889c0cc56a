#!/usr/bin/env python3
"""A round of a fit over four real nodes: against flwr (PyPI), and what secure sums are of it: rounds.py [--json]

The four hospitals, a logistic model of three columns. Ours: `glm`, and federated averaging of a network of one cell, fits one after another over psql's
driver; the time of a fit, with its planning, keys, reading, receipts and answer, over its rounds. flwr (bench/outside/flower.py): averaging of the
same, in memory; from one total to the next. What secure sums cost is what a member's contribution takes more than the same numbers hashed and signed alike
without masks (src/aggregation/series_bench.cc), and agreeing on keys, of all four members as if one after the other. CONCORDAT_BIN has
the programs, among them aggregation_series_bench, CONCORDAT_DATA the rows.
"""
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

from comparison import BIN, DATA, RULES, Four, Lines, census, fitted, levels, median
from federation_members import HOSPITALS, Federation

FITS = 8
FLOWER = pathlib.Path(__file__).resolve().parent / "outside/flower.py"
ROUNDS = 20  # of averaging, ours and flwr's
AVERAGED = "concordat.network('{}', '{}', layers => '{}', rounds => {}, batch => {}, seed => {})"


def hospitals():
    """Seconds a round of each fit: of glm, and of averaging."""
    with Federation(*HOSPITALS) as four:
        four.agree("fits", allows="fit", protection=RULES)
        session = four.session("fits")
        glm, averaged = [], []
        for turn in range(FITS + 1):
            rounds, took, _ = fitted(session, f"SELECT * FROM concordat.glm('disease ~ age + sex + I(thalach - {turn})', 'patients', family => 'binomial')")
            glm.append(took / rounds)
            formula = "disease ~ age + sex + thalach"
            rounds, took, _ = fitted(session, "SELECT * FROM " + AVERAGED.format(formula, "patients", "dense(1) sigmoid", ROUNDS, 32, turn))
            averaged.append(took / rounds)
    return glm[1:], averaged[1:]  # before the first, connections are made


def network():
    """Seconds a round of averaging a network of some thousand parameters over the census, and how many it has."""
    rows = census()
    formula = "income ~ age + education + marital_status + occupation + relationship + race + sex + capital_gain + capital_loss + hours_per_week"
    call = "SELECT * FROM " + AVERAGED.format(formula, "people", "dense(96) relu dense(1) sigmoid", 5, 256, "{}")
    with Four(rows, levels(rows)) as four:
        session = four.session("fits")
        runs = [fitted(session, call.format(turn)) for turn in range(4)]
        path = four.path / "model.safetensors"
        four[four.NAMES[0]].verb("model", "export", runs[0][2], "--as", "safetensors", "--out", path)
        written = path.read_bytes()
    tensors = json.loads(written[8:8 + struct.unpack("<Q", written[:8])[0]])
    parameters = sum(math.prod(tensor["shape"]) for name, tensor in tensors.items() if name != "__metadata__")
    return median(took / rounds for rounds, took, _ in runs[1:]), parameters


def flower(way):
    done = subprocess.run([sys.executable, FLOWER, way, DATA / "heart", str(ROUNDS)], text=True, capture_output=True, timeout=300, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    return median(json.loads(done.stdout.splitlines()[-1])["seconds"])


class Masks:
    """Seconds that masks cost one member, by how many numbers a round has: measured for some, drawn straight between them."""

    def __init__(self):
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            subprocess.run([BIN / "aggregation_series_bench", f"--benchmark_out={out.name}", "--benchmark_out_format=json", "--benchmark_repetitions=5", "--benchmark_min_time=0.1",
                            "--benchmark_report_aggregates_only=true"], check=True, capture_output=True)
            rows = json.loads(pathlib.Path(out.name).read_text())["benchmarks"]
        self.times = {row["run_name"]: row["cpu_time"] / 1e6 for row in rows if row["aggregate_name"] == "median"}
        self.keys = self.times["Keys/members:4"]
        self.sizes = sorted(int(name.split("numbers:")[1].split("/")[0]) for name in self.times if name.startswith("Masked/"))

    def of(self, numbers):
        more = lambda size: self.times[f"Masked/numbers:{size}/members:4"] - self.times[f"Plain/numbers:{size}/members:4"]
        above = next(size for size in self.sizes if size >= numbers)
        below = max([size for size in self.sizes if size <= numbers], default=above)
        if above == below:
            return more(above)
        return more(below) + (more(above) - more(below)) * (numbers - below) / (above - below)

    def share(self, numbers, rounds, seconds):
        """Percent that a round of so many seconds takes longer for them, all four members' one after the other."""
        spent = 4 * (self.of(numbers) + self.keys / rounds)
        return 100 * spent / (seconds - spent)


def main():
    lines = Lines()
    glm, averaged = map(median, hospitals())
    plain, secagg = flower("plain"), flower("secagg")
    quick, quick_secagg, grpc = flower("plain-quick"), flower("secagg-quick"), flower("grpc")
    lines.add("a round over four hospitals, flwr, simulated", plain, "s")
    lines.add("a round over four hospitals, flwr, simulated, SecAgg+", secagg, "s")
    lines.add("what SecAgg+ adds to flwr's", 100 * (secagg / plain - 1), "%")
    lines.add("a round over four hospitals, flwr, simulated, looking every 1 ms", quick, "s")
    lines.add("a round over four hospitals, flwr, simulated, SecAgg+, looking every 1 ms", quick_secagg, "s")
    lines.add("a round over four hospitals, flwr, server and clients by gRPC, nothing secret", grpc, "s")
    bound = ("<=", min(plain / 2, 0.05))
    lines.add("a round over four hospitals, glm over four nodes", glm, "s", plain, bound)
    lines.add("a round over four hospitals, averaging over four nodes", averaged, "s", plain, bound)
    masks, added = Masks(), 100 * (secagg / plain - 1)
    seconds, parameters = network()
    lines.add(f"a round of a network of {parameters} parameters over four nodes, the census, an epoch", seconds, "s")
    lines.add("what secure sums add to a round of glm over four hospitals", masks.share(32, 6, glm), "%", added, ("<=", 5))
    lines.add("what secure sums add to a round of averaging over four hospitals", masks.share(32, ROUNDS, averaged), "%", added, ("<=", 5))
    lines.add(f"what secure sums add to a round of a network of {parameters} parameters", masks.share(parameters + 8, 5, seconds), "%", added, ("<=", 5))
    lines.end()


if __name__ == "__main__":
    main()
