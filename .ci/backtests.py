"""Compares the scores of the built-in backtests with those that are stored.

    backtests.py FRESH.csv STORED.csv CHANGELOG.md

Scores that change, for the worse or the better, are to be stored again, and the
changelog is to say why, with the mark of the scores. Exits with 1 if it does not.
"""

import csv
import hashlib
import sys

NAMES = ("scenario", "series")
SCORES = ("months", "crps", "rmse", "within_50", "within_90")


def read(path: str) -> dict[tuple[str, ...], dict[str, str]]:
    """The scores of each series."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {tuple(row[name] for name in NAMES): {s: row[s] for s in SCORES} for row in rows}


def changes(fresh: dict, stored: dict) -> list[str]:
    """What is not as it is stored, a line each."""
    lines = [f"{' / '.join(name)}: only {where}" for name, where in
             [(n, "stored") for n in stored.keys() - fresh.keys()]
             + [(n, "fresh") for n in fresh.keys() - stored.keys()]]
    for name in stored.keys() & fresh.keys():
        for score in SCORES:
            old, new = stored[name][score], fresh[name][score]
            if old != new:
                worse = float(new) > float(old) if score in ("crps", "rmse") else float(new) < float(old)
                lines.append(f"{' / '.join(name)}: {score} {old} -> {new}, {'worse' if worse else 'better'}")
    return sorted(lines)


def mark(scores: dict) -> str:
    """Eight digits that stand for the scores."""
    text = "\n".join(",".join([*name, *scores[name].values()]) for name in sorted(scores))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def main() -> int:
    fresh, stored = read(sys.argv[1]), read(sys.argv[2])
    changed = changes(fresh, stored)
    if changed:
        print(*changed, sep="\n")
        print(f"The scores are not those of {sys.argv[2]}. If they are meant to be, store {sys.argv[1]} there,")
        print(f"show them in README.md, and say why in {sys.argv[3]}, with the mark {mark(fresh)}.")
        return 1
    with open(sys.argv[3], encoding="utf-8") as file:
        if f"`{mark(stored)}`" not in file.read():
            print(f"{sys.argv[3]} does not tell of these backtest scores: their mark is `{mark(stored)}`")
            return 1
    print(f"{len(stored)} series score as stored, mark {mark(stored)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
