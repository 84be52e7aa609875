"""Reads the table of a sweep with pandas, polars and DuckDB, without options.

    read_sweep.py DIR    fails unless all three find what summary.json says
"""

import json
import sys

import duckdb
import pandas
import polars

folder = sys.argv[1]
table = f"{folder}/sweep.parquet"
with open(f"{folder}/summary.json") as file:
    summary = json.load(file)

# Metrics on three sides.
ROWS = 15 * 3

expected = {}
for point in summary["points"]:
    for response in point["responses"]:
        if response["statistic"] == "mean":
            parts = ("commodity", "country", "metric", "variant")
            key = (point["point"], *(response[part] for part in parts))
            expected[key] = response["value"]
assert expected, "no response is a mean"


def check(reader, rows, means):
    assert rows == len(summary["points"]) * len(summary["focus"]) * ROWS, (reader, rows)
    for key, mean in expected.items():
        assert means[key] == mean, (reader, key, means[key], mean)


KEY = ["point", "commodity", "country", "metric", "variant"]
frame = pandas.read_parquet(table)
check("pandas", len(frame), frame.set_index(KEY)["mean"].to_dict())
for factor in summary["factors"]:
    levels = frame.drop_duplicates("point").set_index("point")[factor["key"]]
    for point in summary["points"]:
        level = point["levels"][factor["key"]]
        assert level is None or str(levels[point["point"]])[:10] == str(level)[:10], (factor, level)

frame = polars.read_parquet(table)
check("polars", frame.height, {tuple(row[:5]): row[5] for row in frame[KEY + ["mean"]].rows()})

rows = duckdb.sql(f"select {', '.join(KEY)}, mean from '{table}'").fetchall()
check("DuckDB", len(rows), {tuple(row[:5]): row[5] for row in rows})
print(f"pandas, polars and DuckDB read {table}")
