"""Reads the Parquet files of a run with pandas, polars and DuckDB, without options.

    read.py DIR    fails unless all three find what summary.json says
"""

import datetime
import json
import sys

import duckdb
import pandas
import polars

folder = sys.argv[1]
trials, months = f"{folder}/trials.parquet", f"{folder}/months.parquet"
with open(f"{folder}/summary.json") as file:
    summary = json.load(file)


def close(found, expected):
    return abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


def check(reader, rows, mean, month_rows, first_month, last_month):
    """Compares what a reader found with the summary."""
    assert rows == summary["trials_completed"], (reader, rows)
    for name, entry in columns():
        expected = entry["mean"]
        found = mean(name)
        # Time to survive: the mean over the trials that were ever short.
        assert expected is None or close(found, expected), (reader, name, found, expected)
    expected = len(summary["months"]) * len(summary["focus"]) * 4
    assert month_rows == expected, (reader, month_rows, expected)
    found = [str(first_month)[:10], str(last_month)[:10]]
    assert found == [summary["months"][0], summary["months"][-1]], (reader, found)


def columns():
    for entry in summary["metrics"]:
        if entry["variant"] != "difference":
            parts = ("commodity", "country", "metric", "variant")
            yield ":".join(entry[part] for part in parts), entry


frame, fans = pandas.read_parquet(trials), pandas.read_parquet(months)
assert isinstance(fans["month"].iloc[0], datetime.date), fans.dtypes
check(
    "pandas",
    len(frame),
    lambda name: frame[name].mean(),
    len(fans),
    fans["month"].min(),
    fans["month"].max(),
)

frame, fans = polars.read_parquet(trials), polars.read_parquet(months)
assert fans.schema["month"] == polars.Date, fans.schema
check(
    "polars",
    frame.height,
    lambda name: frame[name].mean(),
    fans.height,
    fans["month"].min(),
    fans["month"].max(),
)


def ask(what, file):
    return duckdb.sql(f"select {what} from '{file}'").fetchall()[0][0]


assert ask("any_value(typeof(month))", months) == "DATE"
check(
    "DuckDB",
    ask("count(*)", trials),
    lambda name: ask(f'avg("{name}")', trials),
    ask("count(*)", months),
    ask("min(month)", months),
    ask("max(month)", months),
)

seed = duckdb.sql(
    f"select decode(value) from parquet_kv_metadata('{trials}') where decode(key) = 'seed'"
)
assert seed.fetchall()[0][0] == str(summary["seed"])
print(f"pandas, polars and DuckDB read {folder}")
