"""Compares scenarios/schema.json with an independent validator.

Usage: schema.py PRINTED TEXTS
    PRINTED  what `shortfall schema` prints
    TEXTS    folder of the scenario texts that the tests read (tests/texts)
"""

import datetime
import json
import re
import sys
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker

SCENARIOS = Path("scenarios")
SCHEMA = SCENARIOS / "schema.json"
# Fewer texts than this prove nothing.
FEW = 20
# The test that breaks texts and CSV tables at random: what it breaks may be the
# tables alone.
RANDOM = "no_scenario_panics"
# What is said of mistakes of form: those that show in one value or one table,
# whatever else the file says.
FORM = re.compile(
    r"error: (unknown key|unknown law|unknown unit|expected|this text is empty|this (list|table) is empty"
    r"|`.*` has no (`|states)|the file has no|`.*` is not one of|`.*` is not a number|a law has one key"
    r"|a season has 12|a name is made of|a .* law gives plain numbers|a .* that is fixed is needed"
    r"|give one of|give `|`.*` makes nothing|`.*` ends, but nothing|policy `.*` has)"
)
# Tests whose mistakes are said like those, but cannot be said in a schema.
BEYOND = {
    "a_number_that_is_not_finite": "JSON has no infinity, and a pattern does not count digits",
    "a_path_out_of_order": "where a path begins depends on the start of the scenario",
    "a_table_with_bad_rows": "the mistakes are in a CSV file",
    "a_wrong_price": "what a commodity is counted in stands elsewhere",
}
# Scenario whose parts the broken variants replace.
BROKEN_FROM = SCENARIOS / "rare-earths-2025.toml"


def plain(value):
    """TOML as JSON: dates and times as texts."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return value


def read(path):
    """A scenario; nothing if it is no TOML, or newer than this module reads."""
    try:
        return plain(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None


def put(scenario, path, value):
    """A copy of the scenario in which one value is another, or is not there."""
    changed = json.loads(json.dumps(scenario))
    *parents, last = path
    table = changed
    for step in parents:
        table = table[step]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return changed


def broken(scenario):
    """Variants with one mistake of form each."""
    good, *_ = scenario["commodities"]
    policy, *_ = scenario["policies"]
    commodity = ("commodities", good)
    kind, *_ = scenario["policies"][policy]
    instrument = scenario["policies"][policy][kind]
    return {
        "a number for a text": put(scenario, ("scenario", "title"), 5),
        "a text for a whole number": put(scenario, ("scenario", "trials"), "many"),
        "no trials": put(scenario, ("scenario", "trials"), 0),
        "a fraction of a trial": put(scenario, ("scenario", "trials"), 1.5),
        "a text for true or false": put(scenario, (*commodity, "pipeline"), "yes"),
        "no title": put(scenario, ("scenario", "title"), None),
        "an unknown key": put(scenario, (*commodity, "dispersoin"), 10),
        "an unknown table": put(scenario, ("sanctions",), {}),
        "an unknown kind of policy": put(
            scenario, ("policies", policy), {"export-tax": instrument}
        ),
        "two kinds of policy": put(
            scenario, ("policies", policy, "disruption"), {"role": "shock"}
        ),
        "no kind of policy": put(scenario, ("policies", policy), {}),
        "an unknown role": put(
            scenario, ("policies", policy, kind, "role"), "shok"
        ),
        "an unknown unit": put(scenario, ("scenario", "horizon"), "12 bananas"),
        "a number without its unit": put(scenario, (*commodity, "cover"), 30),
        "a mass for a duration": put(scenario, (*commodity, "cover"), "25 kt"),
        "a mass for a price": put(scenario, (*commodity, "price"), "25 kt"),
        "a unit of time for a good": put(scenario, (*commodity, "unit"), "days"),
        "a comma in a number": put(scenario, (*commodity, "cover"), "1,000 days"),
        "a share above 1": put(scenario, (*commodity, "restocking"), 1.5),
        "an unknown law": put(
            scenario, (*commodity, "cover"), {"cauchy": {"mean": "30 days"}}
        ),
        "a law without a member": put(
            scenario, (*commodity, "cover"), {"uniform": {"low": "30 days"}}
        ),
        "a law of another dimension": put(
            scenario, (*commodity, "cover"), {"exponential": {"mean": "30 t"}}
        ),
        "two laws": put(
            scenario,
            (*commodity, "cover"),
            {"exponential": {"mean": "30 days"}, "empirical": ["30 days"]},
        ),
        "a law where none may be": put(
            scenario, ("scenario", "horizon"), {"exponential": {"mean": "1 year"}}
        ),
        "a date with a time": put(scenario, ("scenario", "start"), "2025-01-01T00:00"),
        "no such day": put(scenario, ("scenario", "start"), "2025-02-30"),
        "a focus without a country": put(scenario, ("scenario", "focus"), good),
        "an empty list": put(scenario, ("scenario", "focus"), []),
        "a season of a quarter": put(scenario, ("sites", 0, "season"), [1, 1, 1]),
        "a site that makes nothing": put(
            scenario,
            ("sites", 0),
            {"name": "x", "country": "CN", "capacity": "1 t/d"},
        ),
    }


def complaints(paths, validator):
    """Says why scenarios are not valid, and returns how many are not."""
    failures = 0
    for path in paths:
        scenario = read(path)
        errors = [] if scenario is None else list(validator.iter_errors(scenario))
        failures += bool(errors)
        for error in errors[:3]:
            print(f"{path} at {error.json_path}: {error.message[:200]}")
    return failures


def check_files(printed, validator):
    """The schema is one, is what the program prints, and takes what is shipped."""
    validator.check_schema(validator.schema)
    failures = complaints(sorted(SCENARIOS.glob("*.toml")), validator)
    if Path(printed).read_bytes() != SCHEMA.read_bytes():
        print(f"{SCHEMA} is not what `shortfall schema` prints")
        failures += 1
    return failures


def check_right(texts, validator):
    """What the program reads is valid."""
    paths = sorted(Path(texts, "right").glob("*.toml"))
    failures = complaints(paths, validator)
    print(f"read by the program: {len(paths)} texts of the tests, {failures} of them not valid")
    return failures + (len(paths) < FEW)


def check_broken(validator):
    """Variants of a shipped scenario with one mistake of form are not valid."""
    variants = broken(read(BROKEN_FROM))
    accepted = [mistake for mistake, variant in variants.items() if validator.is_valid(variant)]
    print(f"broken variants: {len(variants)}, of them valid: {accepted}")
    return len(accepted)


def check_wrong(texts, validator):
    """What the program refuses for its form is not valid."""
    of_form, missed, rest, caught = 0, 0, 0, 0
    for message in sorted(Path(texts, "wrong").glob("*.txt")):
        test = message.stem.rsplit("-", 1)[0]
        scenario = read(message.with_suffix(".toml"))
        if scenario is None or test == RANDOM:
            continue
        valid = validator.is_valid(scenario)
        if FORM.search(message.read_text()) and test not in BEYOND:
            of_form += 1
            missed += valid
            if valid:
                print(f"valid, though of wrong form: {message}")
        else:
            rest += 1
            caught += not valid
    print(f"refused for their form: {of_form} texts of the tests, {missed} of them valid")
    print(f"refused for other reasons: {rest}, of them not valid either: {caught}")
    return missed + (of_form < FEW)


def main(printed, texts):
    schema = json.loads(SCHEMA.read_text())
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return (
        check_files(printed, validator)
        + check_right(texts, validator)
        + check_broken(validator)
        + check_wrong(texts, validator)
    )


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
