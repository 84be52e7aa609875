"""Compares scenarios/schema.json and scenarios/sweep-schema.json with an
independent validator.

Usage: schema.py PRINTED SWEEPS TEXTS
    PRINTED  what `shortfall schema` prints
    SWEEPS   what `shortfall schema --sweep` prints
    TEXTS    folder of the texts that the tests read (tests/texts)
"""

import datetime
import json
import re
import sys
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker

SCENARIOS = Path("scenarios")
# Fewer texts than this prove nothing.
FEW = 20
# The tests that break texts at random: what they break may be the CSV tables alone,
# or paths into the scenario.
RANDOM = ["no_scenario_panics", "no_sweep_panics"]
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
# The same of sweeps: what is said of mistakes of form, and those beyond a schema.
SWEEP_FORM = re.compile(
    r"error: (unknown key|expected (a list of values|a number with its unit|a table|a text in quotes|a whole number|a law|one of)"
    r"|this text is empty|this (list|table) is empty"
    r"|`.*` has no (`|values)|`.*` has `|the file has no|`.*` is not one of|.* is out of range|.* is odd"
    r"|`.*` does? not go with the design|a (law|range without `steps`) does not go with"
    r"|a sweep with the design|`filters` do not go with|a factor with `levels` has no"
    r"|no factor may be called|`.*` is no key of a factor|a name is made of"
    r"|`.*` is no metric|this response has no metric|`.*` is one too many|a sweep (has|shows) at most"
    r"|a law has one key|unknown law|this would take the place)"
)
SWEEP_BEYOND = {"paths_that_lead_nowhere": "what a path leads to stands in the scenario"}
# Scenario and sweep whose parts the broken variants replace.
BROKEN_FROM = SCENARIOS / "rare-earths-2025.toml"
BROKEN_SWEEP_FROM = SCENARIOS / "sweeps" / "magnets-licences.toml"


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


def broken_sweep(sweep):
    """The same of a sweep."""
    factor, *_ = sweep["factors"]
    at = ("factors", factor)
    spread = {"uniform": {"low": "20 %", "high": "60 %"}}
    return {
        "no title": put(sweep, ("sweep", "title"), None),
        "no scenario": put(sweep, ("sweep", "scenario"), None),
        "an unknown key": put(sweep, ("sweep", "filter"), []),
        "an unknown table": put(sweep, ("factor",), {}),
        "no factors": put(sweep, ("factors",), None),
        "an empty table of factors": put(sweep, ("factors",), {}),
        "a name in capitals": put(sweep, ("sweep", "name"), "Mine"),
        "no trials": put(sweep, ("sweep", "trials"), 0),
        "an unknown design": put(sweep, ("sweep", "design"), "gird"),
        "a sample of no size": put(sweep, ("sweep", "design"), "sobol"),
        "a grid of a size": put(sweep, ("sweep", "points"), 64),
        "trajectories of a grid": put(sweep, ("sweep", "trajectories"), 10),
        "a seed of a grid": put(sweep, ("sweep", "design_seed"), 1),
        "odd levels": put(put(sweep, ("sweep", "design"), "morris"), ("sweep", "levels"), 5),
        "filters of trajectories": put(
            put(sweep, ("sweep", "design"), "morris"), ("sweep", "filters"), ["review > 30 days"]
        ),
        "an unknown response": put(sweep, ("sweep", "show"), ["shortfal"]),
        "a response of no metric": put(sweep, ("sweep", "show"), ["shocked mean"]),
        "a response of two sides": put(
            sweep, ("sweep", "show"), ["unserved shocked baseline"]
        ),
        "a response of two metrics": put(sweep, ("sweep", "show"), ["unserved forgone"]),
        "a path without quotes": put(sweep, ("sweep", "set"), {"scenario": {"horizon": "1 year"}}),
        "a factor without a path": put(sweep, (*at, "path"), None),
        "a factor without values": put(sweep, (*at, "values"), None),
        "an empty list of values": put(sweep, (*at, "values"), []),
        "a value that is there twice": put(sweep, (*at, "values"), ["20 %", "20 %"]),
        "values and a law": put(sweep, (*at, "law"), spread),
        "values and levels": put(sweep, (*at, "levels"), [{"name": "low", "set": {}}]),
        "levels with a path": put(
            put(sweep, (*at, "values"), None), (*at, "levels"), [{"name": "low", "set": {}}]
        ),
        "a law in a grid": put(put(sweep, (*at, "values"), None), (*at, "law"), spread),
        "a reference in a grid": put(sweep, (*at, "reference"), "30 %"),
        "a range of one step": put(sweep, ("factors", "review", "range", "steps"), 1),
        "a range without steps": put(sweep, ("factors", "review", "range", "steps"), None),
        "a range without an end": put(sweep, ("factors", "review", "range", "high"), None),
        "a range of words": put(sweep, ("factors", "review", "range", "high"), "long"),
        "an unknown scale": put(sweep, ("factors", "review", "range", "scale"), "cubic"),
        "a factor of the name of a column": put(sweep, ("factors", "cvar_p95_se"), sweep["factors"][factor]),
        "a factor of the name of a word": put(sweep, ("factors", "and"), sweep["factors"][factor]),
        "a factor of two words": put(sweep, ("factors", "a b"), sweep["factors"][factor]),
    }


def complaints(paths, validator):
    """Says why texts are not valid, and returns how many are not."""
    failures = 0
    for path in paths:
        scenario = read(path)
        errors = [] if scenario is None else list(validator.iter_errors(scenario))
        failures += bool(errors)
        for error in errors[:3]:
            print(f"{path} at {error.json_path}: {error.message[:200]}")
    return failures


def check_files(language):
    """The schema is one, is what the program prints, and takes what is shipped."""
    validator = language.validator
    validator.check_schema(validator.schema)
    failures = complaints(sorted(language.folder.glob("*.toml")), validator)
    if Path(language.printed).read_bytes() != language.schema.read_bytes():
        print(f"{language.schema} is not what `shortfall {language.command}` prints")
        failures += 1
    return failures


def check_right(language):
    """What the program reads is valid."""
    paths = sorted(Path(language.texts, "right").glob("*.toml"))
    failures = complaints(paths, language.validator)
    print(f"read by the program: {len(paths)} texts of the tests, {failures} of them not valid")
    return failures + (len(paths) < FEW)


def check_broken(language):
    """Variants of a shipped file with one mistake of form are not valid."""
    variants = language.broken(read(language.broken_from))
    accepted = [
        mistake for mistake, variant in variants.items() if language.validator.is_valid(variant)
    ]
    print(f"broken variants: {len(variants)}, of them valid: {accepted}")
    return len(accepted)


def check_wrong(language):
    """What the program refuses for its form is not valid."""
    of_form, missed, rest, caught = 0, 0, 0, 0
    for message in sorted(Path(language.texts, "wrong").glob("*.txt")):
        test = message.stem.rsplit("-", 1)[0]
        text = read(message.with_suffix(".toml"))
        if text is None or test in RANDOM:
            continue
        valid = language.validator.is_valid(text)
        if language.form.search(message.read_text()) and test not in language.beyond:
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


class Language:
    """A kind of files, its schema, and what to hold that against."""

    def __init__(self, command, schema, folder, printed, texts, form, beyond, broken, broken_from):
        self.command, self.schema, self.folder = command, SCENARIOS / schema, folder
        self.printed, self.texts, self.form, self.beyond = printed, texts, form, beyond
        self.broken, self.broken_from = broken, broken_from
        self.validator = Draft202012Validator(
            json.loads(self.schema.read_text()), format_checker=FormatChecker()
        )

    def check(self):
        """How much is wrong."""
        print(f"{self.schema}:")
        checks = [check_files, check_right, check_broken, check_wrong]
        return sum(check(self) for check in checks)


def main(printed, sweeps, texts):
    scenarios = Language(
        "schema", "schema.json", SCENARIOS, printed, texts, FORM, BEYOND, broken, BROKEN_FROM
    )
    of_sweeps = Language(
        "schema --sweep", "sweep-schema.json", SCENARIOS / "sweeps", sweeps, Path(texts, "sweeps"),
        SWEEP_FORM, SWEEP_BEYOND, broken_sweep, BROKEN_SWEEP_FROM,
    )
    return scenarios.check() + of_sweeps.check()


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
