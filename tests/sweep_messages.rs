//! What a user reads when a sweep file is wrong; and right ones come to the
//! points they should.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use proptest::prelude::*;
use shortfall::scenario::sweep::{
    Design, Level, METRICS, SIDES, STATISTICS, Sweep, load_sweep, load_sweep_embedded,
};
use shortfall::scenario::{self, Override, Scenario};
use shortfall::study::sweep::Statistic;
use shortfall::study::{Metric, Side};

mod texts;

const SCENARIO: &str = r#"[scenario]
title   = "Magnets"
start   = 2025-04-01
horizon = "24 months"
focus   = ["magnet @ JP"]
sources = { gacc = "China customs, HS 850511" }

[countries]
CN = "China"
JP = "Japan"

[commodities.magnet]
unit  = "t"
price = "75 USD/kg"

[[sites]]
name     = "ningbo"
country  = "CN"
makes    = "magnet"
capacity = "60 kt/yr"

[[demand]]
of   = "magnet"
in   = "JP"
rate = "6.1 kt/yr"

[policies.licensing.export-licence]
role      = "shock"
by        = "CN"
on        = ["magnet"]
effective = 2025-04-04
review    = "60 days"
approval  = 0.3
"#;

const SWEEP: &str = r#"[sweep]
title    = "Licences"
scenario = "magnets"
trials   = 50

[factors.approval]
path   = "policies.licensing.export-licence.approval"
values = ["20 %", "40 %", 0.6]

[factors.review]
path  = "policies.licensing.export-licence.review"
range = { low = "20 days", high = "120 days", steps = 3 }
"#;

/// Reads a sweep over a scenario.
fn read_with(scenario: &str, sweep: &str) -> Result<Sweep, String> {
    let kept = |text: &str| -> &'static str { text.to_owned().leak() };
    let files = vec![
        ("magnets.toml", kept(scenario)),
        ("sweeps/s.toml", kept(sweep)),
    ];
    let read = load_sweep_embedded("s", files.leak()).map_err(|report| report.render());
    texts::keep_sweep(sweep, read.as_ref().err().map(String::as_str));
    read
}

fn read(text: &str) -> Result<Sweep, String> {
    read_with(SCENARIO, text)
}

fn right(text: &str) -> Sweep {
    read(text).unwrap_or_else(|said| panic!("{said}"))
}

fn wrong(text: &str) -> String {
    read(text).expect_err("the sweep is wrong")
}

/// The sweep with these pieces of it replaced.
fn edit(changes: &[(&str, &str)]) -> String {
    let mut text = SWEEP.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    text
}

fn changed(changes: &[(&str, &str)]) -> String {
    wrong(&edit(changes))
}

/// The sweep with another key in `[sweep]`.
fn with(keys: &str) -> String {
    edit(&[("trials   = 50", keys)])
}

/// What is said of the first point whose scenario is wrong.
fn wrong_point(text: &str) -> String {
    let sweep = right(text);
    let mut points = 0..sweep.points.len();
    points
        .find_map(|point| sweep.scenario(point).err())
        .expect("a point is wrong")
        .render()
}

/// The levels of each point, as they would be read aloud.
fn points(sweep: &Sweep) -> Vec<String> {
    let level = |level: &Level| match level {
        Level::Number(number) => number.to_string(),
        Level::Date(date) => date.to_string(),
        Level::Text(text) => text.clone(),
        Level::Base => "-".to_owned(),
    };
    let point = |point: &Vec<Level>| point.iter().map(level).collect::<Vec<_>>().join(" | ");
    sweep.points.iter().map(point).collect()
}

#[test]
fn the_words_of_a_sweep_are_those_of_a_study() {
    assert_eq!(METRICS, Metric::ALL.map(Metric::name));
    assert_eq!(SIDES, Side::ALL.map(Side::name));
    assert_eq!(STATISTICS, Statistic::ALL.map(Statistic::name));
}

#[test]
fn designs_are_read_by_the_names_they_are_written_with() {
    let sampled = ["lhs", "sobol"].map(|name| (name, "\npoints = 4"));
    let whole = ["grid", "zip", "one-at-a-time", "morris"].map(|name| (name, ""));
    for (name, points) in sampled.into_iter().chain(whole) {
        let sweep = right(&with(&format!("design = \"{name}\"{points}")));
        assert_eq!(sweep.design.name(), name);
    }
}

/// The columns of the table of a sweep that are no factors.
fn other_columns() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let any_balance = "price = \"75 USD/kg\"\nbalance = \"as-given\"";
    let scenario = SCENARIO.replace("price = \"75 USD/kg\"", any_balance);
    fs::write(at("magnets.toml"), scenario).unwrap();
    fs::write(at("s.toml"), edit(&[("\"magnets\"", "\"magnets.toml\"")])).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shortfall"));
    command.current_dir(folder.path());
    command.args(["sweep", "s.toml", "--trials", "2", "--quiet", "--out", "o"]);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let table = fs::read_to_string(at("o/sweep.csv")).unwrap();
    let head = table.lines().next().unwrap().split(',');
    let (factors, others): (Vec<_>, Vec<_>) = head
        .map(str::to_owned)
        .partition(|name| ["approval", "review"].contains(&name.as_str()));
    assert_eq!(factors, ["approval", "review"]);
    others
}

#[test]
fn no_factor_takes_the_name_of_another_column() {
    let columns = other_columns();
    assert!(columns.len() > 20, "{columns:?}");
    for column in columns {
        let said = changed(&[("factors.approval", &format!("factors.{column}"))]);
        let first = said.lines().next().unwrap();
        let expected = format!("error: no factor may be called `{column}`");
        assert_eq!(first, expected, "{said}");
    }
}

#[test]
fn sweeps_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Sweep>();
}

#[test]
fn an_empty_file() {
    let said = wrong("");
    insta::assert_snapshot!(said, @r#"
    error: the file has no `sweep`
    --> sweeps/s.toml
     = help: `sweep`: the sweep as a whole

    error: the file has no `factors`
    --> sweeps/s.toml
     = help: `factors`: what is varied, by key
    "#);
}

#[test]
fn no_toml() {
    let said = wrong("[sweep\ntitle = x\n");
    insta::assert_snapshot!(said, @r#"
    error: not TOML: unclosed table
     --> sweeps/s.toml:1:7
      |
    1 | [sweep
      |       ^ expected `]`
    "#);
}

#[test]
fn every_key_can_be_wrong_at_once() {
    let said = wrong(
        r#"[sweep]
question = 5
name     = "My sweep"
scenario = "magnet"
trials   = 0
seed     = -1
design   = "gird"
points   = "many"
show     = ["shortfal", "mean baseline", "price_spot price_paid", "shortfall p95", "shortfall p95 shocked"]
colour   = "red"

[sweep.set]
"scenario.trials" = 10
scenario = { horizon = "1 year" }

[factors.price]
titel  = "Price"
path   = "commodities.magnet.price"
values = ["70 USD/kg", "0.07 USD/g", "80 USD/kg"]

[factors.wait]
path  = "policies..licensing"
range = { low = "120 days", high = "20 days" }

[factors.mean]
values = []
law    = 5
"#,
    );
    insta::assert_snapshot!(said, @r#"
    error: `sweep` has no `title`
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^^^^^^^ `title` is missing
      |
      = help: `title`: one line for the top of the report

    error: expected a text in quotes
     --> sweeps/s.toml:2:12
      |
    2 | question = 5
      |            ^ this is a number

    error: a name is made of a-z, 0-9 and -
     --> sweeps/s.toml:3:12
      |
    3 | name     = "My sweep"
      |            ^^^^^^^^^^
      |
      = help: for example "my-sweep"

    error: cannot read the scenario `magnet`: there is no such file
     --> sweeps/s.toml:4:12
      |
    4 | scenario = "magnet"
      |            ^^^^^^^^ did you mean `magnets`?

    error: 0 is out of range
     --> sweeps/s.toml:5:12
      |
    5 | trials   = 0
      |            ^ must lie between 1 and 10000000

    error: -1 is out of range
     --> sweeps/s.toml:6:12
      |
    6 | seed     = -1
      |            ^^ must be at least 0

    error: `gird` is not one of "grid", "zip", "one-at-a-time", "lhs", "sobol", "morris"
     --> sweeps/s.toml:7:12
      |
    7 | design   = "gird"
      |            ^^^^^^ did you mean "grid"?

    error: expected a whole number
     --> sweeps/s.toml:8:12
      |
    8 | points   = "many"
      |            ^^^^^^ this is a text

    error: `shortfal` is no metric, side or statistic
     --> sweeps/s.toml:9:13
      |
    9 | show     = ["shortfal", "mean baseline", "price_spot price_paid", "shortfall p95", "shortfall p95 shocked"]
      |             ^^^^^^^^^^ did you mean `shortfall`?

    error: this response has no metric
     --> sweeps/s.toml:9:25
      |
    9 | show     = ["shortfal", "mean baseline", "price_spot price_paid", "shortfall p95", "shortfall p95 shocked"]
      |                         ^^^^^^^^^^^^^^^
      |
      = help: the metrics are shortfall, shortfall_share, shortfall_days, rationed_by_price, unserved, forgone, peak_rate, time_to_survive, time_to_recover, minimum_cover, price_paid, price_spot, import_bill, value_lost, reserve_drawn

    error: `price_paid` is one too many
     --> sweeps/s.toml:9:42
      |
    9 | show     = ["shortfal", "mean baseline", "price_spot price_paid", "shortfall p95", "shortfall p95 shocked"]
      |                                          ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: a response has one metric, one side and one statistic

    error: this response is there twice
     --> sweeps/s.toml:9:84
      |
    9 | show     = ["shortfal", "mean baseline", "price_spot price_paid", "shortfall p95", "shortfall p95 shocked"]
      |                                                                   ---------------  ^^^^^^^^^^^^^^^^^^^^^^^
      |                                                                   |
      |                                                                   first here

    error: unknown key `colour` in `sweep`
      --> sweeps/s.toml:10:1
       |
    10 | colour   = "red"
       | ^^^^^^
       |
       = help: the keys here are title, question, name, scenario, trials, seed, design, points, trajectories, levels, design_seed, filters, show, set

    error: `scenario.trials` cannot be changed in a sweep
      --> sweeps/s.toml:13:1
       |
    13 | "scenario.trials" = 10
       | ^^^^^^^^^^^^^^^^^
       |
       = help: every point has the trials of `sweep.trials`

    error: this would take the place of all `scenario`
      --> sweeps/s.toml:14:1
       |
    14 | scenario = { horizon = "1 year" }
       | ^^^^^^^^
       |
       = help: a path stands in quotes: "scenario.horizon"

    error: unknown key `titel` in `factors.price`
      --> sweeps/s.toml:17:1
       |
    17 | titel  = "Price"
       | ^^^^^ did you mean `title`?

    error: this value is there twice
      --> sweeps/s.toml:19:24
       |
    19 | values = ["70 USD/kg", "0.07 USD/g", "80 USD/kg"]
       |           -----------  ^^^^^^^^^^^^
       |           |
       |           first here

    error: not a path of keys
      --> sweeps/s.toml:22:9
       |
    22 | path  = "policies..licensing"
       |         ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: keys are separated by dots; quote a key that holds anything but letters, digits, - and _

    error: the high end is not above the low one
      --> sweeps/s.toml:23:36
       |
    23 | range = { low = "120 days", high = "20 days" }
       |                 ----------         ^^^^^^^^^
       |                 |
       |                 the low one

    error: no factor may be called `mean`
      --> sweeps/s.toml:25:10
       |
    25 | [factors.mean]
       |          ^^^^
       |
       = help: the table of results has a column of that name

    error: `factors.mean` has `values` and `law`
      --> sweeps/s.toml:25:10
       |
    25 | [factors.mean]
       |          ^^^^
       |
       = help: give one of `values`, `range`, `law` and `levels`

    error: `factors.mean` has no `path`
      --> sweeps/s.toml:25:10
       |
    25 | [factors.mean]
       |          ^^^^ `path` is missing
       |
       = help: `path`: what is varied, as for `--set`
    "#);
}

#[test]
fn keys_that_do_not_go_with_the_design() {
    let said = wrong(&with(
        "points = 8\ntrajectories = 3\nlevels = 6\ndesign_seed = 2",
    ));
    insta::assert_snapshot!(said, @r#"
    error: `points` does not go with the design grid
     --> sweeps/s.toml:4:10
      |
    4 | points = 8
      |          ^
      |
      = help: it goes with lhs and sobol

    error: `trajectories` does not go with the design grid
     --> sweeps/s.toml:5:16
      |
    5 | trajectories = 3
      |                ^
      |
      = help: it goes with morris

    error: `levels` does not go with the design grid
     --> sweeps/s.toml:6:10
      |
    6 | levels = 6
      |          ^
      |
      = help: it goes with morris

    error: `design_seed` does not go with the design grid
     --> sweeps/s.toml:7:15
      |
    7 | design_seed = 2
      |               ^
      |
      = help: it goes with lhs, sobol and morris
    "#);
}

#[test]
fn a_sample_of_unknown_size() {
    let said = wrong(&with("design = \"lhs\""));
    insta::assert_snapshot!(said, @r#"
    error: a sweep with the design lhs needs `points`
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^^^^^^^ `points` is missing
      |
      = help: `points`: how many points are sampled
    "#);
}

#[test]
fn a_sample_of_too_many_points() {
    let said = wrong(&with("design = \"sobol\"\npoints = 200_000"));
    insta::assert_snapshot!(said, @r#"
    error: 200000 is out of range
     --> sweeps/s.toml:5:10
      |
    5 | points = 200_000
      |          ^^^^^^^ must lie between 2 and 100000
    "#);
}

#[test]
fn an_odd_number_of_levels() {
    let said = wrong(&with(
        "design = \"morris\"\nlevels = 5\nfilters = [\"approval > 20 %\"]",
    ));
    insta::assert_snapshot!(said, @r#"
    error: 5 is odd
     --> sweeps/s.toml:5:10
      |
    5 | levels = 5
      |          ^
      |
      = help: Morris's method takes an even number of levels

    error: `filters` do not go with the design morris
     --> sweeps/s.toml:6:12
      |
    6 | filters = ["approval > 20 %"]
      |            ^^^^^^^^^^^^^^^^^
      |
      = help: Morris's method needs all points of its trajectories
    "#);
}

#[test]
fn too_many_trajectories() {
    let said = wrong(&with("design = \"morris\"\ntrajectories = 50_000"));
    insta::assert_snapshot!(said, @r#"
    error: this sweep has 150000 points, of at most 100000
     --> sweeps/s.toml:5:16
      |
    5 | trajectories = 50_000
      |                ^^^^^^
      |
      = help: give fewer trajectories, or fewer factors
    "#);
}

#[test]
fn no_factors() {
    let said = wrong(&SWEEP[..SWEEP.find("[factors").unwrap()]);
    insta::assert_snapshot!(said, @r#"
    error: the file has no `factors`
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^ `factors` is missing
      |
      = help: `factors`: what is varied, by key
    "#);
}

#[test]
fn an_empty_table_of_factors() {
    let said = wrong(&format!(
        "{}\n[factors]\n",
        &SWEEP[..SWEEP.find("[factors").unwrap()]
    ));
    insta::assert_snapshot!(said, @r#"
    error: this table is empty
     --> sweeps/s.toml:7:1
      |
    7 | [factors]
      | ^^^^^^^^^
    "#);
}

#[test]
fn a_factor_without_values_or_with_too_many() {
    let said = changed(&[
        ("values = [\"20 %\", \"40 %\", 0.6]", ""),
        ("steps = 3 }", "steps = 3 }\nvalues = [\"30 days\"]"),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: `factors.approval` has no values
     --> sweeps/s.toml:6:10
      |
    6 | [factors.approval]
      |          ^^^^^^^^
      |
      = help: give one of `values`, `range`, `law` and `levels`

    error: `factors.review` has `values` and `range`
      --> sweeps/s.toml:10:10
       |
    10 | [factors.review]
       |          ^^^^^^
       |
       = help: give one of `values`, `range`, `law` and `levels`
    "#);
}

#[test]
fn a_misspelt_way_of_giving_values() {
    let said = changed(&[("values", "value"), ("path ", "paths ")]);
    insta::assert_snapshot!(said, @r#"
    error: unknown key `paths` in `factors.approval`
     --> sweeps/s.toml:7:1
      |
    7 | paths   = "policies.licensing.export-licence.approval"
      | ^^^^^ did you mean `path`?

    error: unknown key `value` in `factors.approval`
     --> sweeps/s.toml:8:1
      |
    8 | value = ["20 %", "40 %", 0.6]
      | ^^^^^ did you mean `values`?
    "#);
}

#[test]
fn a_factor_without_a_path() {
    let said = changed(&[(
        "path   = \"policies.licensing.export-licence.approval\"",
        "",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: `factors.approval` has no `path`
     --> sweeps/s.toml:6:10
      |
    6 | [factors.approval]
      |          ^^^^^^^^ `path` is missing
      |
      = help: `path`: what is varied, as for `--set`
    "#);
}

#[test]
fn values_that_are_none() {
    let said = changed(&[
        ("[\"20 %\", \"40 %\", 0.6]", "[]"),
        (
            "{ low = \"20 days\", high = \"120 days\", steps = 3 }",
            "\"20 days\"",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: this list is empty
     --> sweeps/s.toml:8:10
      |
    8 | values = []
      |          ^^

    error: expected a table
      --> sweeps/s.toml:12:9
       |
    12 | range = "20 days"
       |         ^^^^^^^^^ this is a text
    "#);
}

#[test]
fn a_value_that_is_there_twice() {
    let said = changed(&[("0.6", "0.4, \"20 %\"")]);
    insta::assert_snapshot!(said, @r#"
    error: this value is there twice
     --> sweeps/s.toml:8:27
      |
    8 | values = ["20 %", "40 %", 0.4, "20 %"]
      |                   ------  ^^^
      |                   |
      |                   first here

    error: this value is there twice
     --> sweeps/s.toml:8:32
      |
    8 | values = ["20 %", "40 %", 0.4, "20 %"]
      |           ------ first here    ^^^^^^
    "#);
}

#[test]
fn a_range_that_is_none() {
    let said = changed(&[("low = \"20 days\"", "low = \"20 weeks\"")]);
    insta::assert_snapshot!(said, @r#"
    error: the high end is not above the low one
      --> sweeps/s.toml:12:36
       |
    12 | range = { low = "20 weeks", high = "120 days", steps = 3 }
       |                 ----------         ^^^^^^^^^^
       |                 |
       |                 the low one
    "#);
}

#[test]
fn a_range_of_two_dimensions() {
    let said = changed(&[("high = \"120 days\"", "high = \"120 t\"")]);
    insta::assert_snapshot!(said, @r#"
    error: expected time, found mass
      --> sweeps/s.toml:12:35
       |
    12 | range = { low = "20 days", high = "120 t", steps = 3 }
       |                 --------- as here ^^^^^^^
    "#);
}

#[test]
fn a_range_of_one_step() {
    let said = changed(&[("steps = 3", "steps = 1")]);
    insta::assert_snapshot!(said, @r#"
    error: 1 is out of range
      --> sweeps/s.toml:12:55
       |
    12 | range = { low = "20 days", high = "120 days", steps = 1 }
       |                                                       ^ must lie between 2 and 1000
    "#);
}

#[test]
fn a_range_without_steps() {
    let said = changed(&[(", steps = 3", "")]);
    insta::assert_snapshot!(said, @r#"
    error: a range without `steps` does not go with the design grid
      --> sweeps/s.toml:12:9
       |
    12 | range = { low = "20 days", high = "120 days" }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: give `values` or a `range` with `steps`, or sample with lhs, sobol or morris
    "#);
}

#[test]
fn a_range_of_words() {
    let said = changed(&[
        ("low = \"20 days\"", "low = \"soon\""),
        ("high = \"120 days\"", "high = 2025-04-04"),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: expected a number with its unit; or two dates
      --> sweeps/s.toml:12:17
       |
    12 | range = { low = "soon", high = 2025-04-04, steps = 3 }
       |                 ^^^^^^ this is a text

    error: expected a number with its unit; or two dates
      --> sweeps/s.toml:12:32
       |
    12 | range = { low = "soon", high = 2025-04-04, steps = 3 }
       |                                ^^^^^^^^^^ this is a date
    "#);
}

#[test]
fn a_range_that_is_not_finite() {
    let said = changed(&[(
        "low = \"20 days\", high = \"120 days\"",
        "low = 0, high = inf",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: expected a finite number
      --> sweeps/s.toml:12:27
       |
    12 | range = { low = 0, high = inf, steps = 3 }
       |                           ^^^
    "#);
}

#[test]
fn a_log_scale_from_zero() {
    let said = changed(&[
        ("low = \"20 days\"", "low = \"0 days\""),
        ("steps = 3", "steps = 3, scale = \"log\""),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: a range with `scale = "log"` begins above zero
      --> sweeps/s.toml:12:17
       |
    12 | range = { low = "0 days", high = "120 days", steps = 3, scale = "log" }
       |                 ^^^^^^^^
       |
       = help: give a number above 0, or leave out `scale`
    "#);
}

#[test]
fn an_unknown_scale() {
    let said = changed(&[("steps = 3", "steps = 3, scale = \"lgo\"")]);
    insta::assert_snapshot!(said, @r#"
    error: `lgo` is not one of "linear", "log"
      --> sweeps/s.toml:12:66
       |
    12 | range = { low = "20 days", high = "120 days", steps = 3, scale = "lgo" }
       |                                                                  ^^^^^ did you mean "log"?
    "#);
}

#[test]
fn a_range_of_dates() {
    let said = changed(&[
        (
            "low = \"20 days\", high = \"120 days\", steps = 3",
            "low = 2025-05-01, high = 2025-05-02, steps = 3",
        ),
        (
            "values = [\"20 %\", \"40 %\", 0.6]",
            "range = { low = 2025-05-01, high = 2025-04-01, steps = 3 }",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: the last day is not after the first
     --> sweeps/s.toml:8:36
      |
    8 | range = { low = 2025-05-01, high = 2025-04-01, steps = 3 }
      |                 ----------         ^^^^^^^^^^
      |                 |
      |                 the first

    error: this range has no 3 different values
      --> sweeps/s.toml:12:9
       |
    12 | range = { low = 2025-05-01, high = 2025-05-02, steps = 3 }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_log_scale_of_dates() {
    let said = changed(&[(
        "low = \"20 days\", high = \"120 days\", steps = 3",
        "low = 2025-05-01, high = 2025-06-02, steps = 3, scale = \"log\"",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: dates have no scale of ratios
      --> sweeps/s.toml:12:9
       |
    12 | range = { low = 2025-05-01, high = 2025-06-02, steps = 3, scale = "log" }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_law_in_a_grid() {
    let said = changed(&[(
        "range = { low = \"20 days\", high = \"120 days\", steps = 3 }",
        "law = { normal = { mean = \"20 days\", sd = \"5 days\" } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: a law does not go with the design grid
      --> sweeps/s.toml:12:7
       |
    12 | law = { normal = { mean = "20 days", sd = "5 days" } }
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: give `values` or a `range` with `steps`, or sample with lhs, sobol or morris
    "#);
}

#[test]
fn a_law_that_is_none() {
    let said = wrong(
        &with("design = \"lhs\"\npoints = 4")
            .replace(
                "range = { low = \"20 days\", high = \"120 days\", steps = 3 }",
                "law = { uniform = { low = \"20 days\", high = \"5 t\" } }",
            )
            .replace(
                "values = [\"20 %\", \"40 %\", 0.6]",
                "law = { unifrom = { low = 0.1, high = 0.2 } }",
            ),
    );
    insta::assert_snapshot!(said, @r#"
    error: unknown law `unifrom`
     --> sweeps/s.toml:9:9
      |
    9 | law = { unifrom = { low = 0.1, high = 0.2 } }
      |         ^^^^^^^ did you mean `uniform`?

    error: expected a quantity: time, found mass
      --> sweeps/s.toml:13:45
       |
    13 | law = { uniform = { low = "20 days", high = "5 t" } }
       |                                             ^^^^^
       |
       = help: write it like "30 days"
    "#);
}

#[test]
fn lists_of_different_length_in_a_zip() {
    let said = wrong(&with("design = \"zip\"").replace("steps = 3", "steps = 4"));
    insta::assert_snapshot!(said, @r#"
    error: 4 levels cannot be zipped
      --> sweeps/s.toml:10:10
       |
     6 | [factors.approval]
       |          -------- `approval` has 3
    ...
    10 | [factors.review]
       |          ^^^^^^
    "#);
}

#[test]
fn named_levels_that_are_wrong() {
    let said = changed(&[(
        "path  = \"policies.licensing.export-licence.review\"\nrange = { low = \"20 days\", high = \"120 days\", steps = 3 }",
        r#"path = "scenario.start"
levels = [
    { name = "short", set = { "policies.licensing.export-licence.review" = "20 days" } },
    { name = "short", set = { policies.licensing.export-licence.review = "90 days" } },
    { name = "long" },
]"#,
    )]);
    insta::assert_snapshot!(said, @r#"
    error: a factor with `levels` has no `path`
      --> sweeps/s.toml:11:8
       |
    11 | path = "scenario.start"
       |        ^^^^^^^^^^^^^^^^
       |
       = help: each level says itself what it sets

    error: two levels have the same name
      --> sweeps/s.toml:14:5
       |
    13 |     { name = "short", set = { "policies.licensing.export-licence.review" = "20 days" } },
       |     ------------------------------------------------------------------------------------ the first
    14 |     { name = "short", set = { policies.licensing.export-licence.review = "90 days" } },
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: this would take the place of all `policies`
      --> sweeps/s.toml:14:31
       |
    14 |     { name = "short", set = { policies.licensing.export-licence.review = "90 days" } },
       |                               ^^^^^^^^
       |
       = help: a path stands in quotes: "policies.licensing.export-licence.review"

    error: `factors.review.levels.long` has no `set`
      --> sweeps/s.toml:15:5
       |
    15 |     { name = "long" },
       |     ^^^^^^^^^^^^^^^^^ `set` is missing
       |
       = help: `set`: what it sets, by path
    "#);
}

#[test]
fn levels_of_the_same_name() {
    let said = changed(&[(
        "path  = \"policies.licensing.export-licence.review\"\nrange = { low = \"20 days\", high = \"120 days\", steps = 3 }",
        r#"levels = [
    { name = "short", set = { "policies.licensing.export-licence.review" = "20 days" } },
    { name = "short", set = { "policies.licensing.export-licence.review" = "90 days" } },
]"#,
    )]);
    insta::assert_snapshot!(said, @r#"
    error: two levels have the same name
      --> sweeps/s.toml:13:5
       |
    12 |     { name = "short", set = { "policies.licensing.export-licence.review" = "20 days" } },
       |     ------------------------------------------------------------------------------------ the first
    13 |     { name = "short", set = { "policies.licensing.export-licence.review" = "90 days" } },
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn no_levels() {
    let said = changed(&[(
        "path  = \"policies.licensing.export-licence.review\"\nrange = { low = \"20 days\", high = \"120 days\", steps = 3 }",
        "levels = []",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: `factors.review` has no levels
      --> sweeps/s.toml:10:10
       |
    10 | [factors.review]
       |          ^^^^^^
    "#);
}

#[test]
fn paths_that_lead_nowhere() {
    let said = changed(&[
        (
            "policies.licensing.export-licence.approval",
            "policies.licencing.export-licence.approval",
        ),
        (
            "\"policies.licensing.export-licence.review\"",
            "[\"sites.ningbo.capacity.most\", \"demand.7.rate\"]",
        ),
        (
            "trials   = 50",
            "set = { \"site.ningbo.capacity\" = \"5 kt/yr\", \"sites.ningo.capacity\" = \"5 kt/yr\" }",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: the scenario has no `site`
     --> sweeps/s.toml:4:10
      |
    4 | set = { "site.ningbo.capacity" = "5 kt/yr", "sites.ningo.capacity" = "5 kt/yr" }
      |          ^^^^
      |
      = help: did you mean `sites`?

    error: `sites` has no `ningo`
     --> sweeps/s.toml:4:52
      |
    4 | set = { "site.ningbo.capacity" = "5 kt/yr", "sites.ningo.capacity" = "5 kt/yr" }
      |                                                    ^^^^^
      |
      = help: did you mean `ningbo`?

    error: `policies` has no `licencing`
     --> sweeps/s.toml:7:20
      |
    7 | path   = "policies.licencing.export-licence.approval"
      |                    ^^^^^^^^^
      |
      = help: did you mean `licensing`?

    error: `sites.ningbo.capacity` is a text, nothing can be set inside it
      --> sweeps/s.toml:11:33
       |
    11 | path  = ["sites.ningbo.capacity.most", "demand.7.rate"]
       |                                 ^^^^

    error: `demand` has no `7`
      --> sweeps/s.toml:11:48
       |
    11 | path  = ["sites.ningbo.capacity.most", "demand.7.rate"]
       |                                                ^
       |
       = help: count its entries from 0
    "#);
}

#[test]
fn a_path_that_is_none() {
    let said = changed(&[(
        "policies.licensing.export-licence.approval",
        "policies.licensing.export-licence.approval = 1 #",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: not a path of keys
     --> sweeps/s.toml:7:10
      |
    7 | path   = "policies.licensing.export-licence.approval = 1 #"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: keys are separated by dots; quote a key that holds anything but letters, digits, - and _
    "#);
}

#[test]
fn what_two_factors_set() {
    let said = changed(&[
        ("export-licence.review", "export-licence"),
        (
            "low = \"20 days\", high = \"120 days\"",
            "low = 1, high = 2",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: `policies.licensing.export-licence` is set twice
      --> sweeps/s.toml:11:10
       |
     7 | path   = "policies.licensing.export-licence.approval"
       |           ------------------------------------------ here, too, by way of `policies.licensing.export-licence.approval`
    ...
    11 | path  = "policies.licensing.export-licence"
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn what_one_factor_sets_twice() {
    let said = changed(&[(
        "\"policies.licensing.export-licence.review\"",
        "[\"sites.ningbo.capacity\", \"sites.0.capacity\"]",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: `sites.0.capacity` is set twice
      --> sweeps/s.toml:11:36
       |
    11 | path  = ["sites.ningbo.capacity", "sites.0.capacity"]
       |           ---------------------    ^^^^^^^^^^^^^^^^
       |           |
       |           here, too, by way of `sites.ningbo.capacity`
    "#);
}

#[test]
fn what_a_factor_and_the_sweep_set() {
    let said = wrong(&with("set = { \"policies.licensing.export-licence.review\" = \"30 days\", \"sites.0.capacity\" = \"40 kt/yr\" }").replace("export-licence.approval", "export-licence.review").replace("path  = \"policies.licensing.export-licence.review\"", "path = \"sites.ningbo\""));
    insta::assert_snapshot!(said, @r#"
    error: `policies.licensing.export-licence.review` is set twice
     --> sweeps/s.toml:7:11
      |
    4 | set = { "policies.licensing.export-licence.review" = "30 days", "sites.0.capacity" = "40 kt/yr" }
      |          ---------------------------------------- here for all points
    ...
    7 | path   = "policies.licensing.export-licence.review"
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: `sites.ningbo` is set twice
      --> sweeps/s.toml:11:9
       |
     4 | set = { "policies.licensing.export-licence.review" = "30 days", "sites.0.capacity" = "40 kt/yr" }
       |                                                                  ---------------- here for all points, by way of `sites.0.capacity`
    ...
    11 | path = "sites.ningbo"
       |         ^^^^^^^^^^^^
    "#);
}

#[test]
fn what_a_sweep_says_itself() {
    let said = changed(&[(
        "\"policies.licensing.export-licence.approval\"",
        "[\"scenario.trials\", \"scenario.seed\", \"scenario.focus.0\", \"scenario.name\", \"scenario\"]",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: `scenario.trials` cannot be changed in a sweep
     --> sweeps/s.toml:7:11
      |
    7 | path   = ["scenario.trials", "scenario.seed", "scenario.focus.0", "scenario.name", "scenario"]
      |           ^^^^^^^^^^^^^^^^^
      |
      = help: every point has the trials of `sweep.trials`

    error: `scenario.seed` cannot be changed in a sweep
     --> sweeps/s.toml:7:30
      |
    7 | path   = ["scenario.trials", "scenario.seed", "scenario.focus.0", "scenario.name", "scenario"]
      |                              ^^^^^^^^^^^^^^^
      |
      = help: every point has the same seed, `sweep.seed`, so that points differ by their factors alone

    error: `scenario.focus` cannot be changed in a sweep
     --> sweeps/s.toml:7:47
      |
    7 | path   = ["scenario.trials", "scenario.seed", "scenario.focus.0", "scenario.name", "scenario"]
      |                                               ^^^^^^^^^^^^^^^^^^
      |
      = help: every point reports on the same focus

    error: `scenario.name` cannot be changed in a sweep
     --> sweeps/s.toml:7:67
      |
    7 | path   = ["scenario.trials", "scenario.seed", "scenario.focus.0", "scenario.name", "scenario"]
      |                                                                   ^^^^^^^^^^^^^^^
      |
      = help: the results have the name of the sweep, `sweep.name`

    error: `scenario` cannot be changed as a whole
     --> sweeps/s.toml:7:84
      |
    7 | path   = ["scenario.trials", "scenario.seed", "scenario.focus.0", "scenario.name", "scenario"]
      |                                                                                    ^^^^^^^^^^
      |
      = help: change its keys one by one
    "#);
}

#[test]
fn keys_that_no_factor_can_have() {
    let said = changed(&[
        ("factors.approval", "factors.p95_se"),
        ("factors.review", "factors.\"a b\""),
    ]) + &changed(&[
        ("factors.approval", "factors.or"),
        ("factors.review", "factors.country"),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: no factor may be called `p95_se`
     --> sweeps/s.toml:6:10
      |
    6 | [factors.p95_se]
      |          ^^^^^^
      |
      = help: the table of results has a column of that name

    error: `a b` is no key of a factor
      --> sweeps/s.toml:10:10
       |
    10 | [factors."a b"]
       |          ^^^^^
       |
       = help: use letters, digits, - and _
    error: no factor may be called `or`
     --> sweeps/s.toml:6:10
      |
    6 | [factors.or]
      |          ^^
      |
      = help: filters have a word of that name

    error: no factor may be called `country`
      --> sweeps/s.toml:10:10
       |
    10 | [factors.country]
       |          ^^^^^^^
       |
       = help: the table of results has a column of that name
    "#);
}

#[test]
fn a_reference_that_does_not_fit() {
    let said = wrong(
        &with("design = \"one-at-a-time\"")
            .replace("0.6]", "0.6]\nreference = \"20 days\"")
            .replace("steps = 3 }", "steps = 3 }\nreference = 2025-04-04"),
    );
    insta::assert_snapshot!(said, @r#"
    error: expected a plain number, as the values are
     --> sweeps/s.toml:9:13
      |
    9 | reference = "20 days"
      |             ^^^^^^^^^ this is a text

    error: expected time, as the values are
      --> sweeps/s.toml:14:13
       |
    14 | reference = 2025-04-04
       |             ^^^^^^^^^^ this is a date
    "#);
}

#[test]
fn a_reference_in_a_grid() {
    let said = changed(&[("0.6]", "0.6]\nreference = \"20 %\"")]);
    insta::assert_snapshot!(said, @r#"
    error: `reference` does not go with the design grid
     --> sweeps/s.toml:9:13
      |
    9 | reference = "20 %"
      |             ^^^^^^
      |
      = help: it goes with one-at-a-time
    "#);
}

#[test]
fn a_reference_that_is_no_level() {
    let said = wrong(&with("design = \"one-at-a-time\"").replace(
        "path  = \"policies.licensing.export-licence.review\"\nrange = { low = \"20 days\", high = \"120 days\", steps = 3 }",
        r#"levels = [{ name = "short", set = { "policies.licensing.export-licence.review" = "20 days" } }]
reference = "long""#,
    ));
    insta::assert_snapshot!(said, @r#"
    error: `factors.review` has no such level
      --> sweeps/s.toml:12:13
       |
    12 | reference = "long"
       |             ^^^^^^
       |
       = help: its levels are short
    "#);
}

#[test]
fn filters_that_are_wrong() {
    let said = wrong(&with(
        r#"filters = [
    "aproval >= 20 %",
    "approval",
    "approval >= 20 days",
    "approval >= review",
    "approval >= much or review == 3",
    "(approval < 0.3 or review > 30 days) and approval > 0.2",
    "20 % < approval",
    "0.2 < approval < 0.3",
    "approval <",
    "approval > 0.2 and",
]"#,
    ));
    insta::assert_snapshot!(said, @r#"
    error: `aproval` is no factor
     --> sweeps/s.toml:5:6
      |
    5 |     "aproval >= 20 %",
      |      ^^^^^^^ did you mean `approval`?

    error: `approval` compares nothing
     --> sweeps/s.toml:6:6
      |
    6 |     "approval",
      |      ^^^^^^^^
      |
      = help: a filter compares a factor by < <= > >= = or !=, as in "approval >= 20 %"

    error: expected a plain number, found time
     --> sweeps/s.toml:7:18
      |
    7 |     "approval >= 20 days",
      |                  ^^^^^^^

    error: expected a plain number, found time
     --> sweeps/s.toml:8:18
      |
    8 |     "approval >= review",
      |                  ^^^^^^ `approval` and `review` differ

    error: `much` is neither a factor nor a number
     --> sweeps/s.toml:9:18
      |
    9 |     "approval >= much or review == 3",
      |                  ^^^^
      |
      = help: write a number like 20 %

    error: `review == 3` is not one comparison
     --> sweeps/s.toml:9:26
      |
    9 |     "approval >= much or review == 3",
      |                          ^^^^^^^^^^^
      |
      = help: a filter compares a factor by < <= > >= = or !=, as in "approval >= 20 %"

    error: `(approval` is no factor
      --> sweeps/s.toml:10:6
       |
    10 |     "(approval < 0.3 or review > 30 days) and approval > 0.2",
       |      ^^^^^^^^^
       |
       = help: filters have no brackets; give several, all of which hold

    error: `30 days)` is neither a factor nor a number
      --> sweeps/s.toml:10:34
       |
    10 |     "(approval < 0.3 or review > 30 days) and approval > 0.2",
       |                                  ^^^^^^^^
       |
       = help: write a number like 20 days

    error: `20 %` is no factor
      --> sweeps/s.toml:11:6
       |
    11 |     "20 % < approval",
       |      ^^^^
       |
       = help: the factor stands first, as in "approval >= 20 %"

    error: `0.2 < approval < 0.3` is not one comparison
      --> sweeps/s.toml:12:6
       |
    12 |     "0.2 < approval < 0.3",
       |      ^^^^^^^^^^^^^^^^^^^^
       |
       = help: a filter compares a factor by < <= > >= = or !=, as in "approval >= 20 %"

    error: `approval <` compares nothing
      --> sweeps/s.toml:13:6
       |
    13 |     "approval <",
       |      ^^^^^^^^^^
       |
       = help: a filter compares a factor by < <= > >= = or !=, as in "approval >= 20 %"

    error: a comparison is missing
      --> sweeps/s.toml:14:6
       |
    14 |     "approval > 0.2 and",
       |      ^^^^^^^^^^^^^^^^^^
       |
       = help: a filter compares a factor by < <= > >= = or !=, as in "approval >= 20 %"
    "#);
}

#[test]
fn filters_of_words_and_dates() {
    let said = wrong(&with("filters = [\"approval < pro-rata\", \"approval = prorata\", \"review > 3\", \"approval = review\"]").replace("values = [\"20 %\", \"40 %\", 0.6]", "values = [\"pro-rata\", \"equilibrium\"]").replace("low = \"20 days\", high = \"120 days\"", "low = 2025-05-01, high = 2025-06-01"));
    insta::assert_snapshot!(said, @r#"
    error: `<` compares words, which have no order
     --> sweeps/s.toml:4:13
      |
    4 | filters = ["approval < pro-rata", "approval = prorata", "review > 3", "approval = review"]
      |             ^^^^^^^^^^^^^^^^^^^
      |
      = help: compare them by = or !=

    error: `prorata` is no level of `approval`
     --> sweeps/s.toml:4:47
      |
    4 | filters = ["approval < pro-rata", "approval = prorata", "review > 3", "approval = review"]
      |                                               ^^^^^^^ did you mean `pro-rata`?

    error: expected a date, or another factor
     --> sweeps/s.toml:4:67
      |
    4 | filters = ["approval < pro-rata", "approval = prorata", "review > 3", "approval = review"]
      |                                                                   ^
      |
      = help: write it as 2025-04-04

    error: expected a word, found a date
     --> sweeps/s.toml:4:83
      |
    4 | filters = ["approval < pro-rata", "approval = prorata", "review > 3", "approval = review"]
      |                                                                                   ^^^^^^ `approval` and `review` differ
    "#);
}

#[test]
fn filters_that_leave_nothing() {
    let said = wrong(&with(
        "filters = [\"approval > 30 %\", \"approval < 30 %\"]",
    ));
    insta::assert_snapshot!(said, @r#"
    error: the filters leave none of 9 points
     --> sweeps/s.toml:4:12
      |
    4 | filters = ["approval > 30 %", "approval < 30 %"]
      |            ^^^^^^^^^^^^^^^^^  ----------------- this one holds at 3
      |            |
      |            this one holds at 6
    "#);
}

#[test]
fn filters_that_hold_nowhere() {
    let said = wrong(&with(
        "filters = [\"review > 0 days\", \"approval > 95 %\", \"review < 1 day\"]",
    ));
    insta::assert_snapshot!(said, @r#"
    error: this filter holds at none of 9 points
     --> sweeps/s.toml:4:31
      |
    4 | filters = ["review > 0 days", "approval > 95 %", "review < 1 day"]
      |                               ^^^^^^^^^^^^^^^^^
      |
      = help: widen it, or what its factors range over

    error: this filter holds at none of 9 points
     --> sweeps/s.toml:4:50
      |
    4 | filters = ["review > 0 days", "approval > 95 %", "review < 1 day"]
      |                                                  ^^^^^^^^^^^^^^^^
      |
      = help: widen it, or what its factors range over
    "#);
}

#[test]
fn a_filter_that_takes_the_reference_away() {
    let said = wrong(&with(
        "design = \"one-at-a-time\"\nfilters = [\"approval > 50 %\"]",
    ));
    insta::assert_snapshot!(said, @r#"
    error: this filter takes the reference point away
     --> sweeps/s.toml:5:12
      |
    5 | filters = ["approval > 50 %"]
      |            ^^^^^^^^^^^^^^^^^
      |
      = help: the other points of one-at-a-time are compared with it
    "#);
}

#[test]
fn too_many_points() {
    let said = changed(&[
        ("steps = 3", "steps = 1000"),
        (
            "values = [\"20 %\", \"40 %\", 0.6]",
            "range = { low = 0, high = 1, steps = 1000 }",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: this sweep has 1000000 points, of at most 100000
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^^^^^^^
      |
      = help: give fewer levels, or filters, or sample with lhs or sobol
    "#);
}

#[test]
fn too_many_combinations() {
    let said = wrong(&(with("filters = [\"approval > 30 %\"]") + "[factors.stock]\npath = \"commodities.magnet.cover\"\nrange = { low = \"1 day\", high = \"90 days\", steps = 1000 }\n").replace("steps = 3", "steps = 1000").replace("values = [\"20 %\", \"40 %\", 0.6]", "range = { low = 0, high = 1, steps = 1000 }"));
    insta::assert_snapshot!(said, @r#"
    error: these levels can be combined in 1000000000 ways
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^^^^^^^
      |
      = help: filters choose of at most 10000000: give fewer levels
    "#);
}

#[test]
fn too_many_factors() {
    let said = {
        let factor = |n: usize| {
            format!("[factors.f{n}]\npath = \"scenario.sources.s{n}\"\nvalues = [\"{n}\"]\n")
        };
        let head = &SWEEP[..SWEEP.find("[factors").unwrap()];
        let said = wrong(&format!(
            "{head}{}",
            (1..=65).map(factor).collect::<String>()
        ));
        said.split("\n\n")
            .find(|said| said.contains("at most"))
            .unwrap()
            .to_owned()
    };
    insta::assert_snapshot!(said, @r#"
    error: a sweep has at most 64 factors
       --> sweeps/s.toml:198:10
        |
    198 | [factors.f65]
        |          ^^^ this is one of 65
    "#);
}

#[test]
fn too_many_responses() {
    let said = wrong(&with(
        "show = [\"shortfall mean\", \"shortfall p_any\", \"shortfall p50\", \"shortfall p90\", \"shortfall p95\", \"shortfall cvar_p95\", \"unserved\", \"unserved p50\", \"unserved p90\", \"unserved p95\", \"peak_rate\", \"peak_rate p50\", \"peak_rate p90\"]",
    ));
    insta::assert_snapshot!(said, @r#"
    error: a sweep shows at most 12 responses
     --> sweeps/s.toml:4:209
      |
    4 | ...rved p90", "unserved p95", "peak_rate", "peak_rate p50", "peak_rate p90"]
      |                                                             ^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_scenario_that_is_not_there() {
    let said = changed(&[("\"magnets\"", "\"rare-earth\"")]);
    insta::assert_snapshot!(said, @r#"
    error: cannot read the scenario `rare-earth`: there is no such file
     --> sweeps/s.toml:3:12
      |
    3 | scenario = "rare-earth"
      |            ^^^^^^^^^^^^
      |
      = help: name a file, by its path from the folder of this one, or a built-in scenario
    "#);
}

#[test]
fn a_scenario_that_is_wrong() {
    let said = {
        let scenario = SCENARIO.replace("6.1 kt/yr", "6.1 kt");
        read_with(&scenario, SWEEP).unwrap_err()
    };
    insta::assert_snapshot!(said, @r#"
    error: expected a volume of magnet per time, found mass
      --> magnets.toml:25:8
       |
    25 | rate = "6.1 kt"
       |        ^^^^^^^^
       |
       = help: write it like "6100 t/yr"
    "#);
}

#[test]
fn a_scenario_that_is_no_toml() {
    let said = {
        let sweep = "[sweep]\nscenario = \"magnets\"\ndesign = \"gird\"\n";
        read_with("[scenario\n", sweep).unwrap_err()
    };
    insta::assert_snapshot!(said, @r#"
    error: the file has no `factors`
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^ `factors` is missing
      |
      = help: `factors`: what is varied, by key

    error: `sweep` has no `title`
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^^^^^^^ `title` is missing
      |
      = help: `title`: one line for the top of the report

    error: `gird` is not one of "grid", "zip", "one-at-a-time", "lhs", "sobol", "morris"
     --> sweeps/s.toml:3:10
      |
    3 | design = "gird"
      |          ^^^^^^ did you mean "grid"?

    error: not TOML: unclosed table
     --> magnets.toml:1:10
      |
    1 | [scenario
      |          ^ expected `]`
    "#);
}

#[test]
fn a_scenario_by_a_wrong_path() {
    let said = changed(&[("\"magnets\"", "\"../magnetz.toml\"")]);
    insta::assert_snapshot!(said, @r#"
    error: cannot read the scenario `../magnetz.toml`: there is no such file
     --> sweeps/s.toml:3:12
      |
    3 | scenario = "../magnetz.toml"
      |            ^^^^^^^^^^^^^^^^^
      |
      = help: name a file, by its path from the folder of this one, or a built-in scenario
    "#);
}

#[test]
fn a_source_that_is_not_known() {
    let said = changed(&[("0.6]", "0.6]\nsource = \"gac\"")]);
    insta::assert_snapshot!(said, @r#"
    error: unknown source `gac`
     --> sweeps/s.toml:9:10
      |
    9 | source = "gac"
      |          ^^^^^ did you mean `gacc`?
      |
      = help: add it to `scenario.sources`, or cite in several words
    "#);
}

#[test]
fn no_such_sweep() {
    let said = load_sweep_embedded("s", &[]).unwrap_err().render();
    insta::assert_snapshot!(said, @r#"
    error: cannot read the sweep: there is no such file
    --> sweeps/s.toml
    "#);
}

#[test]
fn a_value_that_the_scenario_cannot_have() {
    let said = wrong_point(&edit(&[("0.6", "1.5")]));
    insta::assert_snapshot!(said, @r#"
    error: 1.5 is out of range
     --> sweeps/s.toml:8:27
      |
    8 | values = ["20 %", "40 %", 1.5]
      |                           ^^^ must lie between 0 and 1
      |
      = help: for 1.5 percent write 0.015 or "1.5 %"
    "#);
}

#[test]
fn a_sampled_value_that_the_scenario_cannot_have() {
    let said = wrong_point(&with("design = \"lhs\"\npoints = 20").replace(
        "values = [\"20 %\", \"40 %\", 0.6]",
        "range = { low = \"50 %\", high = \"150 %\" }",
    ));
    insta::assert_snapshot!(said, @r#"
    error: "133.628 %" is out of range
     --> sweeps/s.toml:9:9
      |
    9 | range = { low = "50 %", high = "150 %" }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ must lie between 0 and 100 %
    "#);
}

#[test]
fn a_key_that_the_scenario_does_not_know() {
    let said = wrong_point(&edit(&[(
        "export-licence.review",
        "export-licence.reviews",
    )]));
    insta::assert_snapshot!(said, @r#"
    error: unknown key `reviews` in `policies.licensing.export-licence`
      --> sweeps/s.toml:11:44
       |
    11 | path  = "policies.licensing.export-licence.reviews"
       |                                            ^^^^^^^ did you mean `review`?
    "#);
}

#[test]
fn a_table_that_cannot_be_read() {
    let said = wrong_point(&edit(&[
        ("policies.licensing.export-licence.approval", "trade"),
        (
            "[\"20 %\", \"40 %\", 0.6]",
            "[{ magnet = { flows = \"no.csv\", unit = \"t/yr\" } }]",
        ),
    ]));
    insta::assert_snapshot!(said, @r#"
    error: cannot read `no.csv`
     --> sweeps/s.toml:8:32
      |
    8 | values = [{ magnet = { flows = "no.csv", unit = "t/yr" } }]
      |                                ^^^^^^^^ there is no such file
    "#);
}

#[test]
fn a_point_that_is_not_there() {
    let said = right(SWEEP).scenario(9).unwrap_err().render();
    insta::assert_snapshot!(said, @r#"
    error: this sweep has 9 points, and none is 9
     --> sweeps/s.toml:1:1
      |
    1 | [sweep]
      | ^^^^^^^
      |
      = help: they are counted from 0
    "#);
}

/// The sweep with other factors.
fn factors(head: &str, factors: &str) -> Sweep {
    let text = with(head);
    right(&format!(
        "{}{factors}",
        &text[..text.find("[factors").unwrap()]
    ))
}

const SHARE: &str = "policies.licensing.export-licence.approval";
const WAIT: &str = "policies.licensing.export-licence.review";

/// The constant that a number of the scenario of a point is.
fn constant(sweep: &Sweep, point: usize, path: &str) -> f64 {
    let loaded = sweep
        .scenario(point)
        .unwrap_or_else(|said| panic!("{said}"));
    let policy = loaded.scenario.policies.first().unwrap();
    let said = format!("{:?}", policy.instrument);
    let (_, rest) = said.split_once(path).unwrap();
    let (_, rest) = rest.split_once("Constant(").unwrap();
    rest.split_once(')').unwrap().0.parse().unwrap()
}

/// All of a scenario.
fn said(scenario: &Scenario) -> String {
    format!("{scenario:?}")
}

#[test]
fn correlations_of_a_number_that_is_fixed_fall_away() {
    let scenario = SCENARIO
        .replace(
            "review    = \"60 days\"",
            "review    = \"60 days\"\nshare     = { uniform = { low = 0.2, high = 0.9 } }",
        )
        .replace(
            "approval  = 0.3",
            "approval  = { uniform = { low = 0.1, high = 0.5 } }",
        );
    let correlated = format!(
        "{scenario}\n[[correlations]]\nbetween = [\"{SHARE}\", \"policies.licensing.export-licence.share\"]\nrank = 0.5\n"
    );
    let correlations = |sweep: &str, point| {
        let sweep = read_with(&correlated, sweep).unwrap_or_else(|said| panic!("{said}"));
        sweep.scenario(point).unwrap().scenario.correlations.len()
    };
    let alone = with("trials   = 50\ndesign   = \"one-at-a-time\"");
    assert_eq!([0, 1, 2].map(|point| correlations(SWEEP, point)), [0; 3]);
    // The first point is as the scenario is; the next have other approvals, the last
    // another review.
    assert_eq!(
        [0, 1, 3, 6].map(|point| correlations(&alone, point)),
        [1, 0, 0, 1]
    );
    // What the scenario itself fixes cannot be correlated by anyone.
    let said = read_with(
        SCENARIO,
        &with(&format!(
            "trials   = 50\n[sweep.set]\ncorrelations = [{{ between = [\"{WAIT}\", \"sites.ningbo.capacity\"], rank = 0.5 }}]"
        )),
    );
    assert!(
        said.unwrap_err()
            .contains("`sites.ningbo.capacity` is fixed")
    );
}

#[test]
fn a_grid_has_all_combinations_in_order() {
    let sweep = right(SWEEP);
    assert_eq!(
        (sweep.trials, sweep.seed, sweep.name.as_str()),
        (50, 1, "s")
    );
    assert_eq!(sweep.varies, "magnets");
    assert_eq!(sweep.show, [["shortfall_share", "shocked", "mean"]]);
    assert_eq!(
        points(&sweep),
        [
            "20 | 20", "20 | 70", "20 | 120", "40 | 20", "40 | 70", "40 | 120", "60 | 20",
            "60 | 70", "60 | 120"
        ]
    );
    let units: Vec<&str> = sweep.factors.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(units, ["%", "days"]);
    assert_eq!(sweep.factors[1].between, Some((20.0, 120.0)));
}

#[test]
fn what_is_recorded_is_what_is_run() {
    let sweep = right(SWEEP);
    for (point, levels) in sweep.points.iter().enumerate() {
        let [Level::Number(percent), Level::Number(days)] = levels[..] else {
            panic!("{levels:?}");
        };
        let approval = constant(&sweep, point, "approval");
        assert!((approval - percent / 100.0).abs() < 1e-12, "{approval}");
        assert_eq!(constant(&sweep, point, "review"), days);
    }
}

#[test]
fn filters_keep_what_fulfils_all() {
    let sweep = right(&with(
        r#"filters = ["approval > 0.2", "review <= 10 weeks and approval = '40 %' or review >= 120 days"]"#,
    ));
    assert_eq!(
        points(&sweep),
        ["40 | 20", "40 | 70", "40 | 120", "60 | 120"]
    );
    assert_eq!(sweep.dropped, 5);
}

#[test]
fn filters_compare_factors_in_their_units() {
    let two = format!(
        "[factors.low]\npath = \"commodities.magnet.cover\"\nvalues = [\"1 week\", \"3 weeks\"]\n\
         [factors.high]\npath = \"{WAIT}\"\nvalues = [\"7 days\", \"20 days\", \"21 days\"]\n"
    );
    let sweep = factors("filters = [\"low < high\"]", &two);
    assert_eq!(points(&sweep), ["1 | 20", "1 | 21"]);
    let sweep = factors("filters = [\"low = high\"]", &two);
    assert_eq!(points(&sweep), ["1 | 7", "3 | 21"]);
}

#[test]
fn filters_compare_dates_and_words() {
    let two = r#"
[factors.start]
path = "policies.licensing.export-licence.effective"
range = { low = 2025-04-04, high = 2025-04-08, steps = 3 }
[factors.rule]
levels = [
    { name = "slow and strict", set = { "policies.licensing.export-licence.review" = "90 days" } },
    { name = "as it is", set = {} },
]
"#;
    let sweep = factors(
        "filters = [\"start > 2025-04-04 and rule = 'slow and strict'\"]",
        two,
    );
    assert_eq!(
        points(&sweep),
        [
            "2025-04-06 | slow and strict",
            "2025-04-08 | slow and strict"
        ]
    );
    let other = factors("filters = [\"rule != 'slow and strict'\"]", two);
    assert_eq!(other.points.len(), 3);
    assert_eq!(constant(&sweep, 0, "review"), 90.0);
    assert_eq!(constant(&other, 0, "review"), 60.0);
}

#[test]
fn a_zip_goes_level_by_level() {
    let sweep = right(&with("design = \"zip\""));
    assert_eq!(points(&sweep), ["20 | 20", "40 | 70", "60 | 120"]);
}

#[test]
fn one_at_a_time_begins_at_what_the_scenario_says() {
    let sweep = right(&with("design = \"one-at-a-time\""));
    assert_eq!(
        points(&sweep),
        [
            "30 | 60", "20 | 60", "40 | 60", "60 | 60", "30 | 20", "30 | 70", "30 | 120"
        ]
    );
    let stated = &sweep.reference().scenario;
    assert_eq!(said(&sweep.scenario(0).unwrap().scenario), said(stated));
    let text = with("design = \"one-at-a-time\"").replace("0.6]", "0.6]\nreference = 0.4");
    let sweep = right(&text);
    assert_eq!(
        points(&sweep)[..3],
        ["40 | 60", "20 | 60", "60 | 60"].map(str::to_owned)
    );
    assert!((constant(&sweep, 0, "approval") - 0.4).abs() < 1e-12);
}

/// A law is no level, and neither are two paths that the scenario has different.
#[test]
fn a_reference_that_is_no_plain_value_is_left_as_it_is() {
    let scenario = SCENARIO.replace(
        "review    = \"60 days\"",
        "review    = { exponential = { mean = \"60 days\" } }",
    );
    let text = format!(
        "{}[factors.wait]\npath = \"{WAIT}\"\nvalues = [\"30 days\"]\n\
         [factors.cover]\npath = [\"commodities.magnet.cover\", \"commodities.magnet.transit\"]\nvalues = [\"20 days\"]\n",
        "[sweep]\ntitle = \"t\"\nscenario = \"magnets\"\ndesign = \"one-at-a-time\"\n"
    );
    let sweep = read_with(&scenario, &text).unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(points(&sweep), ["- | -", "30 | -", "- | 20"]);
}

#[test]
fn what_is_set_holds_at_all_points() {
    let sweep = right(&with(
        "[sweep.set]\n\"scenario.horizon\" = \"12 months\"\n\"policies.licensing.export-licence.effective\" = 2025-06-01",
    ));
    assert_eq!(sweep.reference().scenario.horizon, 365.0);
    let unset = right(SWEEP);
    for point in 0..sweep.points.len() {
        let loaded = sweep.scenario(point).unwrap();
        assert_eq!(loaded.scenario.horizon, 365.0);
        assert_ne!(loaded.hash, unset.scenario(point).unwrap().hash);
    }
}

/// A factor may vary a part of what is set.
#[test]
fn what_is_set_can_be_varied_in_part() {
    let sweep = factors(
        "set = { \"policies.winter\" = { demand-shock = { role = \"background\", of = \"magnet\", in = [\"JP\"], change = 0, effective = 2025-12-01 } } }",
        "[factors.winter]\npath = \"policies.winter.demand-shock.change\"\nvalues = [\"-5 %\", \"5 %\"]\n",
    );
    let changes: BTreeSet<String> = (0..2)
        .map(|point| format!("{:?}", sweep.scenario(point).unwrap().scenario.policies))
        .collect();
    assert_eq!(changes.len(), 2);
}

#[test]
fn sampled_designs_cover_their_ranges() {
    for design in ["lhs", "sobol"] {
        let sweep = factors(
            &format!("design = \"{design}\"\npoints = 64\nfilters = [\"share > 0.1\"]"),
            &format!(
                "[factors.share]\npath = \"{SHARE}\"\nrange = {{ low = 0.1, high = \"90 %\" }}\n\
                 [factors.wait]\npath = \"{WAIT}\"\nrange = {{ low = \"1 day\", high = \"100 days\", scale = \"log\" }}\n\
                 [factors.start]\npath = \"policies.licensing.export-licence.effective\"\nrange = {{ low = 2025-04-04, high = 2025-12-04 }}\n\
                 [factors.cover]\npath = \"commodities.magnet.cover\"\nvalues = [\"10 days\", \"20 days\"]\n\
                 [factors.price]\npath = \"commodities.magnet.price\"\nlaw = {{ lognormal = {{ median = \"75 USD/kg\", p90 = \"100 USD/kg\" }} }}\n"
            ),
        );
        assert_eq!(sweep.points.len(), 64, "{design}");
        let numbers = |factor: usize| {
            let number = |point: &Vec<Level>| match point[factor] {
                Level::Number(number) => number,
                ref other => panic!("{other:?}"),
            };
            sweep.points.iter().map(number).collect::<Vec<f64>>()
        };
        let below = |factor: usize, bound: f64| {
            numbers(factor)
                .iter()
                .filter(|&&number| number < bound)
                .count()
        };
        assert_eq!(below(0, 0.5), 32, "linear: half below the middle");
        assert_eq!(below(1, 10.0), 32, "log: half below the geometric mean");
        assert_eq!(below(3, 15.0), 32, "each value as often as the other");
        assert_eq!(below(4, 75.0), 32, "half below the median of the law");
        assert!(numbers(0).iter().all(|share| (0.1..=0.9).contains(share)));
        let dates: BTreeSet<String> = sweep
            .points
            .iter()
            .map(|point| format!("{:?}", point[2]))
            .collect();
        assert!(dates.len() > 50, "{dates:?}");
        for (point, share) in numbers(0).into_iter().enumerate() {
            assert_eq!(constant(&sweep, point, "approval"), share);
        }
        let hashes: BTreeSet<String> = (0..64)
            .map(|point| sweep.scenario(point).unwrap().hash)
            .collect();
        assert_eq!(hashes.len(), 64, "no two points have the same hash");
    }
}

#[test]
fn the_seed_of_a_design_moves_its_points() {
    let sampled = |seed: &str| {
        let text = with(&format!("design = \"lhs\"\npoints = 8\n{seed}"));
        points(&right(&text.replace(", steps = 3", "")))
    };
    assert_eq!(sampled(""), sampled("design_seed = 1"));
    assert_ne!(sampled(""), sampled("design_seed = 2"));
}

/// Trajectories move one factor at a time, by more than half of its range.
#[test]
fn morris_moves_one_factor_at_a_time() {
    let sweep = factors(
        "design = \"morris\"\ntrajectories = 5\nlevels = 6",
        &format!(
            "[factors.share]\npath = \"{SHARE}\"\nrange = {{ low = 0, high = 1 }}\n\
             [factors.wait]\npath = \"{WAIT}\"\nlaw = {{ gamma = {{ shape = 2, mean = \"60 days\" }} }}\n\
             [factors.cover]\npath = \"commodities.magnet.cover\"\nrange = {{ low = \"10 days\", high = \"60 days\", steps = 6 }}\n"
        ),
    );
    assert_eq!(sweep.design, Design::Morris { levels: 6 });
    assert_eq!(sweep.points.len(), 5 * 4);
    let mut waits = BTreeSet::new();
    for trajectory in sweep.points.chunks(4) {
        for pair in trajectory.windows(2) {
            let moved = pair[0].iter().zip(&pair[1]).filter(|(a, b)| a != b);
            assert_eq!(moved.count(), 1, "{pair:?}");
        }
        waits.extend(trajectory.iter().map(|point| format!("{:?}", point[1])));
    }
    assert!((2..=6).contains(&waits.len()), "{waits:?}");
    assert!((0..20).all(|point| sweep.scenario(point).is_ok()));
}

#[test]
fn whole_numbers_stay_whole_in_a_range() {
    let sweep = factors(
        "",
        "[factors.parts]\npath = \"policies.licensing.export-licence.applications\"\nrange = { low = 1, high = 3, steps = 3 }\n",
    );
    assert_eq!(points(&sweep), ["1", "2", "3"]);
    for point in 0..3 {
        sweep
            .scenario(point)
            .unwrap_or_else(|said| panic!("{said}"));
    }
}

#[test]
fn laws_are_levels_as_they_are_written() {
    let sweep = factors(
        "",
        &format!(
            "[factors.wait]\npath = \"{WAIT}\"\nvalues = [\"30 days\", {{ exponential = {{ mean = \"60 days\" }} }}]\n"
        ),
    );
    assert_eq!(
        points(&sweep),
        ["30 days", "{ exponential = { mean = \"60 days\" } }"]
    );
    assert_eq!(sweep.factors[0].unit, "");
}

#[test]
fn a_sweep_reads_files_once() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("sweeps");
    std::fs::create_dir(&below).unwrap();
    let put = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    put("trade.csv", "from,to,volume\nCN,JP,5000\n");
    put("more.csv", "from,to,volume\nCN,JP,6000\n");
    put(
        "magnets.toml",
        &format!("{SCENARIO}\n[trade.magnet]\nflows = \"trade.csv\"\nunit = \"t/yr\"\n"),
    );
    let text = format!(
        "\u{feff}{}\n[factors.trade]\npath = \"trade.magnet.flows\"\nvalues = [\"trade.csv\", \"more.csv\"]\n",
        edit(&[("\"magnets\"", "\"../magnets.toml\"")])
    );
    put("sweeps/my.toml", &text);
    let read = || load_sweep(&below.join("my.toml"), &[]).unwrap_or_else(|said| panic!("{said}"));
    let sweep = read();
    let names: Vec<&str> = sweep
        .files()
        .iter()
        .map(|(name, _)| name.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, ["my.toml", "magnets.toml", "more.csv", "trade.csv"]);
    put("more.csv", "from,to,volume\nCN,JP,7000\n");
    let changed = read();
    assert_ne!(sweep.hash(), changed.hash(), "a table of a value counts");
    let hashes: BTreeSet<&String> = sweep.files().iter().map(|(_, hash)| hash).collect();
    let others = changed
        .files()
        .iter()
        .filter(|(_, hash)| !hashes.contains(hash));
    assert_eq!(others.count(), 1);
    drop(folder);
    for point in 0..sweep.points.len() {
        sweep
            .scenario(point)
            .unwrap_or_else(|said| panic!("{said}"));
    }
}

/// A point is the same scenario as `--set` makes of the file.
#[test]
fn a_point_is_what_set_makes() {
    let sweep = right(SWEEP);
    let set = [format!("{SHARE}=\"20 %\""), format!("{WAIT}=\"70 days\"")];
    let set: Vec<Override> = set.iter().map(|one| one.as_str().into()).collect();
    let loaded = scenario::load_embedded("magnets", &[("magnets.toml", SCENARIO)], &set).unwrap();
    let point = sweep.scenario(1).unwrap().scenario;
    assert_eq!(said(&point), said(&loaded.scenario));
    assert_ne!(said(&point), said(&sweep.reference().scenario));
}

proptest! {
    /// Whatever a sweep file says, there is a sweep or a message.
    #[test]
    fn no_sweep_panics(
        pieces in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
        words in prop::collection::vec(prop::sample::select(WORDS), 6),
        lines in any::<bool>(),
    ) {
        let mut text = with("design = \"lhs\"\npoints = 5\nfilters = [\"approval < 50 % and review > 3 weeks or approval = 0.3\"]\nset = { \"scenario.horizon\" = \"1 year\" }");
        for ((from, length), word) in pieces.iter().zip(words) {
            let start = text.floor_char_boundary(from.index(text.len()));
            let most = if lines { 40 } else { 6 };
            let end = text.ceil_char_boundary((start + length.index(most)).min(text.len()));
            text.replace_range(start..end, word);
        }
        if let Ok(sweep) = read(&text) {
            for point in 0..sweep.points.len().min(20) {
                let _ = sweep.scenario(point);
            }
        }
    }
}

/// What is put into a sweep to break it.
const WORDS: &[&str] = &[
    "",
    " ",
    "\"",
    "=",
    "0",
    "-1",
    "1e308",
    "nan",
    "inf",
    "[]",
    "{}",
    "[",
    "}",
    "\n",
    ",",
    " and ",
    " or ",
    "<",
    "µ",
    "true",
    "2025-02-29",
    "2025-04-04",
    "\"20 t\"",
    "design = \"morris\"\n",
    "design = \"zip\"\n",
    "design = \"one-at-a-time\"\n",
    "design = \"sobol\"\n",
    "levels = []\n",
    "steps = 2",
    "scale = \"log\"",
    "reference = 5\n",
    "law = { normal = { mean = 1, sd = 1 } }\n",
    "values = [1, \"a\", 2025-04-04]\n",
    "path = \"scenario\"\n",
    "sites.0",
    "1e-300",
    "\u{1F600}",
];

/// Points share most of their mistakes, and each is told once.
#[test]
fn a_mistake_of_many_points_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let balanced = SCENARIO.replace("price = ", "balance = \"as-given\"\nprice = ");
    fs::write(at("magnets.toml"), balanced).unwrap();
    let factor = |key: &str, words: [&str; 2]| {
        let level = |word: &str| {
            format!("{{ name = \"{word}\", set = {{ \"sites.ningbo.{word}\" = 1 }} }}")
        };
        let levels = words.map(level).join(", ");
        format!("[factors.{key}]\nlevels = [{levels}]\n")
    };
    let head = "[sweep]\ntitle = \"T\"\nscenario = \"magnets.toml\"\n";
    let sweep = [
        head,
        &factor("x", ["sise", "last"]),
        &factor("y", ["ovner", "plce"]),
    ];
    fs::write(at("s.toml"), sweep.concat()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_shortfall"));
    let done = command
        .current_dir(folder.path())
        .args(["sweep", "s.toml", "--dry-run"]);
    let told = String::from_utf8(done.output().unwrap().stderr).unwrap();
    for word in ["sise", "last", "ovner", "plce"] {
        let said = format!("error: unknown key `{word}`");
        assert_eq!(told.matches(&said).count(), 1, "{told}");
    }
}
