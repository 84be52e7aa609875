"""Whole trials of shortfall against independent models in SimPy.

    compare.py SHORTFALL

Runs both on the same scenarios and prints what each finds. Exits with 1 if any two
differ by more than four standard errors of their difference.
"""

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import desk
import licence
import numpy as np
import pandas as pd
import r1

HERE = Path(__file__).parent
TOLERANCE = 4.0
TRIALS = {"r1": (2_000, 160), "desk": (8_000, 2_400), "licence": (4_000, 1_200)}

METRICS = (
    "shortfall",
    "shortfall_share",
    "peak_rate",
    "time_to_survive",
    "time_to_recover",
    "minimum_cover",
    "import_bill",
)

Values = dict[str, Iterable[float]]


def run(program: str, scenario: Path, trials: int, out: str) -> tuple[pd.DataFrame, dict]:
    """Trials of shortfall: values of each, and the summary."""
    command = [program, "run", str(scenario), "--trials", str(trials), "--quiet", "--out", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    summary = json.loads((Path(out) / "summary.json").read_text(encoding="utf-8"))
    return pd.read_parquet(Path(out) / "trials.parquet"), summary


def of_r1(trials: pd.DataFrame, _: dict) -> Values:
    """The same numbers as `r1.trial`."""
    ending = ":shortfall_share:shocked"
    shares = trials[[column for column in trials if column.endswith(ending)]]
    one = shares.columns[0].removesuffix(ending)
    return {
        "shortfall, share, all": shares.mean(axis=1),
        "shortfall, share, one": shares.iloc[:, 0],
        "first day short, one": trials[f"{one}:time_to_survive:shocked"],
    }


def of_desk(trials: pd.DataFrame, _: dict) -> Values:
    """The same numbers as `desk.trial`, but for the queue."""
    short = trials["gas:B:shortfall:shocked"]
    return {
        "shortfall, t": short,
        "any shortfall, share": (short > 0).astype(float),
        "first day short, at most 365": trials["gas:B:time_to_survive:shocked"].fillna(365.0),
        "drawn from the reserve, t": trials["gas:B:reserve_drawn:shocked"],
    }


def of_licence(trials: pd.DataFrame, _: dict) -> Values:
    """The same numbers as `licence.trial`."""
    values: Values = {}
    for name, price in (("gallium", 300.0), ("germanium", 1000.0)):
        of = {metric: trials[f"{name}:JP:{metric}:shocked"] for metric in METRICS}
        values |= {
            f"{name} short, t": of["shortfall"],
            f"{name} short of over 0.5 %, share": (of["shortfall_share"] > 0.005).astype(float),
            f"{name}, worst month, share": of["peak_rate"],
            f"{name}, first day short, at most 1095": of["time_to_survive"].fillna(1095.0),
            f"{name}, days until no more short": of["time_to_recover"],
            f"{name}, least cover, days": of["minimum_cover"],
            f"{name} imported, t": of["import_bill"] / price,
        }
    drawn = trials["germanium:JP:reserve_drawn:shocked"]
    return values | {"germanium drawn from the reserve, t": drawn}


def queue(summary: dict) -> float:
    """The mean queue at the desk, t."""
    (desk_,) = [policy for policy in summary["policies"] if policy["name"] == "desk"]
    return desk_["queued"][0]["mean"]


def estimates(values: Iterable[float]) -> list[tuple[str, float, float]]:
    """Mean and standard deviation, each with its standard error."""
    x = np.asarray(list(values), dtype=float)
    sd, n = x.std(ddof=1), len(x)
    fourth = ((x - x.mean()) ** 4).mean()
    spread = math.sqrt(max(0.0, fourth - sd**4) / (4 * sd**2 * n))
    return [("mean", x.mean(), sd / math.sqrt(n)), ("sd", sd, spread)]


def row(what: str, ours: tuple[float, float], peer: tuple[float, float]) -> bool:
    """Prints a line; whether they agree."""
    z = (ours[0] - peer[0]) / math.hypot(ours[1], peer[1])
    agree = abs(z) <= TOLERANCE
    numbers = f"{ours[0]:12.6g} ± {ours[1]:<9.2g} {peer[0]:12.6g} ± {peer[1]:<9.2g} {z:6.2f}"
    print(f"  {what:<36} {numbers}  {'agree' if agree else 'DIFFER'}")
    return agree


def compare(
    name: str, program: str, scenario: Path, trial: Callable[[int], dict[str, float]], of: Callable
) -> bool:
    """Prints a table; whether all of it agrees."""
    ours, peers = TRIALS[name]
    with tempfile.TemporaryDirectory() as out:
        values, summary = run(program, scenario, ours, out)
    with ProcessPoolExecutor() as pool:
        told = list(pool.map(trial, range(peers), chunksize=10))
    print(f"{name}: {ours} trials of shortfall, {peers} of SimPy")
    agree = True
    for what, column in of(values, summary).items():
        pairs = zip(estimates(column), estimates(t[what] for t in told), strict=True)
        for (which, mine, mine_se), (_, theirs, theirs_se) in pairs:
            if which == "mean" or "share, all" in what or what.endswith(", t"):
                agree &= row(f"{what}: {which}", (mine, mine_se), (theirs, theirs_se))
    if name == "desk":
        # The summary tells no error of it: it goes with that of the peer.
        what = "mean queue at the desk, t"
        _, theirs, se = estimates(t[what] for t in told)[0]
        agree &= row(what, (queue(summary), se * math.sqrt(peers / ours)), (theirs, se))
    return agree


def main() -> int:
    program = str(Path(sys.argv[1]).resolve())
    benches = HERE.parent.parent / "benches" / "r1" / "r1.toml"
    agree = compare("r1", program, benches, r1.trial, of_r1)
    agree &= compare("desk", program, HERE / "desk.toml", desk.trial, of_desk)
    agree &= compare("licence", program, HERE / "licence.toml", licence.trial, of_licence)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
