//! What a user reads when a scenario is wrong; and a right one is read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::expect_used)]

mod texts;

use std::path::Path;

use proptest::prelude::*;
use shortfall::scenario::{self, Arrival, Ends, Instrument, Loaded, Override, Role, Size};

/// A file with every key of the language.
const FULL: &str = include_str!("fixtures/full.toml");

const BASE: &str = r#"[scenario]
title   = "Magnets"
start   = 2025-04-01
horizon = "24 months"
focus   = ["magnet @ JP"]
sources = { gacc = "China customs, HS 850511" }

[countries]
CN = "China"
JP = "Japan"
US = "United States"

[commodities.oxide]
unit  = "t"
price = "620 USD/kg"

[commodities.magnet]
unit  = "t"
price = "75 USD/kg"

[[sites]]
name     = "ganzhou"
country  = "CN"
company  = "CREG"
makes    = "oxide"
capacity = "20 kt/yr"

[[sites]]
name     = "ningbo"
country  = "CN"
recipe   = { inputs = { oxide = 0.3 }, outputs = { magnet = 1 } }
capacity = "60 kt/yr"

[[demand]]
of   = "magnet"
in   = "JP"
rate = "6.1 kt/yr"

[policies.licensing.export-licence]
role     = "shock"
by       = "CN"
on       = ["magnet"]
review   = "60 days"
approval = 0.3
in_regime.talks = { approval = 0.6 }

[regimes.diplomacy]
start = "control"
states.control = { lasts = "70 days", then = { talks = 0.8, war = 0.2 } }
states.talks   = {}
states.war     = { leaves = { talks = "0.5/yr" } }
"#;

type Files<'a> = &'a [(&'a str, &'a str)];

fn read(text: &str, files: Files<'_>, set: &[&str]) -> Result<Loaded, String> {
    let all: Vec<(&str, &str)> = [("base.toml", text)].iter().chain(files).copied().collect();
    let overrides: Vec<Override> = set.iter().map(|&text| text.into()).collect();
    let read = scenario::load_embedded("base", &all, &overrides).map_err(|report| report.render());
    if set.is_empty() {
        texts::keep(text, read.as_ref().err().map(String::as_str));
    }
    read
}

fn message(text: &str) -> String {
    read(text, &[], &[]).expect_err("the scenario is wrong")
}

/// What is said when these pieces of the base scenario are replaced.
fn changed(changes: &[(&str, &str)]) -> String {
    message(&edit(changes))
}

fn edit(changes: &[(&str, &str)]) -> String {
    let mut text = BASE.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    text
}

/// What is said when this is added to the end of the base scenario.
fn added(more: &str) -> String {
    message(&format!("{BASE}\n{more}"))
}

/// What is said about a table.
fn table(more: &str, files: Files<'_>) -> String {
    read(&format!("{BASE}\n{more}"), files, &[]).expect_err("the table is wrong")
}

fn set(overrides: &[&str]) -> String {
    read(BASE, &[], overrides).expect_err("the override is wrong")
}

#[test]
fn the_base_is_right() {
    if let Err(said) = read(BASE, &[], &[]) {
        panic!("{said}");
    }
}

#[test]
fn a_syntax_error() {
    let said = changed(&[("country  = \"CN\"", "country  = CN")]);
    insta::assert_snapshot!(said, @r#"
    error: not TOML: string values must be quoted
      --> base.toml:23:12
       |
    23 | country  = CN
       |            ^^ put it in quotes
    "#);
}

#[test]
fn several_syntax_errors() {
    let said = changed(&[
        ("country  = \"CN\"", "country  = "),
        ("start   = 2025-04-01", "start   = 2025-04-"),
        ("[countries]", "[countries"),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: not TOML: invalid date
     --> base.toml:3:11
      |
    3 | start   = 2025-04-
      |           ^^^^^^^^ expected day

    error: not TOML: unclosed table
     --> base.toml:8:11
      |
    8 | [countries
      |           ^ expected `]`

    error: not TOML: string values must be quoted
      --> base.toml:23:12
       |
    23 | country  = 
       |            ^ put it in quotes
    "#);
}

#[test]
fn a_duplicate_key() {
    let said = changed(&[(
        "title   = \"Magnets\"",
        "title   = \"Magnets\"\ntitle = \"Again\"",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: not TOML: duplicate key
     --> base.toml:3:1
      |
    3 | title = "Again"
      | ^^^^^
    "#);
}

#[test]
fn an_unknown_key() {
    let said = changed(&[(
        "capacity = \"20 kt/yr\"",
        "capacity = \"20 kt/yr\"\nutilization = 1",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: unknown key `utilization` in `sites.ganzhou`
      --> base.toml:27:1
       |
    27 | utilization = 1
       | ^^^^^^^^^^^ did you mean `utilisation`?
    "#);
}

#[test]
fn an_unknown_key_like_no_other() {
    let said = changed(&[(
        "rate = \"6.1 kt/yr\"",
        "rate = \"6.1 kt/yr\"\nprobability = 1",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: unknown key `probability` in `demand.0`
      --> base.toml:38:1
       |
    38 | probability = 1
       | ^^^^^^^^^^^
       |
       = help: the keys here are of, in, tier, rate, season, elasticity, cover, value_at_risk, backlog, initial
    "#);
}

#[test]
fn an_unknown_table() {
    let said = added("[[site]]\nname = \"x\"");
    insta::assert_snapshot!(said, @r#"
    error: unknown key `site`
      --> base.toml:53:3
       |
    53 | [[site]]
       |   ^^^^ did you mean `sites`?
    "#);
}

#[test]
fn a_missing_key() {
    let said = changed(&[("rate = \"6.1 kt/yr\"", "")]);
    insta::assert_snapshot!(said, @r#"
    error: `demand.0` has no `rate`
      --> base.toml:34:1
       |
    34 | [[demand]]
       | ^^^^^^^^^^ `rate` is missing
       |
       = help: `rate`: reference use, as a volume per time
    "#);
}

#[test]
fn a_missing_key_of_a_policy() {
    let said = changed(&[("review   = \"60 days\"", "")]);
    insta::assert_snapshot!(said, @r#"
    error: `policies.licensing.export-licence` has no `review`
      --> base.toml:39:1
       |
    39 | [policies.licensing.export-licence]
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `review` is missing
       |
       = help: `review`: time under review of an application
    "#);
}

#[test]
fn an_empty_file() {
    let said = message("");
    insta::assert_snapshot!(said, @r#"
    error: the file has no `scenario`
    --> base.toml
     = help: `scenario`: what is studied, from when and for how long
    "#);
}

#[test]
fn a_wrong_type() {
    let said = changed(&[
        ("country  = \"CN\"", "country  = 7"),
        ("capacity = \"60 kt/yr\"", "capacity = true"),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: expected a text in quotes
      --> base.toml:23:12
       |
    23 | country  = 7
       |            ^ this is a number

    error: expected a volume of magnet per time, like "6100 t/yr"
      --> base.toml:32:12
       |
    32 | capacity = true
       |            ^^^^ this is true or false
    "#);
}

#[test]
fn a_table_that_is_none() {
    let said = changed(&[("[countries]\nCN = \"China\"", "[countries]\nCN = 1")]);
    insta::assert_snapshot!(said, @r#"
    error: expected a text in quotes
     --> base.toml:9:6
      |
    9 | CN = 1
      |      ^ this is a number
    "#);
}

#[test]
fn a_wrong_dimension() {
    let said = changed(&[("rate = \"6.1 kt/yr\"", "rate = \"6.1 kt\"")]);
    insta::assert_snapshot!(said, @r#"
    error: expected a volume of magnet per time, found mass
      --> base.toml:37:8
       |
    37 | rate = "6.1 kt"
       |        ^^^^^^^^
       |
       = help: write it like "6100 t/yr"
    "#);
}

#[test]
fn a_wrong_price() {
    let said = changed(&[("price = \"75 USD/kg\"", "price = \"75 USD/bbl\"")]);
    insta::assert_snapshot!(said, @r#"
    error: expected money per t of magnet, found money per volume
      --> base.toml:19:9
       |
    19 | price = "75 USD/bbl"
       |         ^^^^^^^^^^^^
       |
       = help: write it like "75 USD/t"
    "#);
}

#[test]
fn a_plain_number_for_a_duration() {
    let said = changed(&[("review   = \"60 days\"", "review   = 60")]);
    insta::assert_snapshot!(said, @r#"
    error: expected a duration, found a plain number
      --> base.toml:43:12
       |
    43 | review   = 60
       |            ^^
       |
       = help: write it like "30 days"
    "#);
}

#[test]
fn an_unknown_unit() {
    let said = changed(&[("rate = \"6.1 kt/yr\"", "rate = \"6.1 kt/yera\"")]);
    insta::assert_snapshot!(said, @r#"
    error: unknown unit `yera`; did you mean `year`?
      --> base.toml:37:16
       |
    37 | rate = "6.1 kt/yera"
       |                ^^^^
       |
       = help: expected a volume of magnet per time, like "6100 t/yr"; units here: s, min, h, hour, hours, d, day, days, week, weeks, month, months, quarter, quarters, a, yr, year, years
    "#);
}

#[test]
fn a_number_with_a_comma() {
    let said = changed(&[("rate = \"6.1 kt/yr\"", "rate = \"6,100 t/yr\"")]);
    insta::assert_snapshot!(said, @r#"
    error: `6,100` is not a number; write it as `12340`, `12_340` or `1.234e4`
      --> base.toml:37:9
       |
    37 | rate = "6,100 t/yr"
       |         ^^^^^
       |
       = help: expected a volume of magnet per time, like "6100 t/yr"
    "#);
}

#[test]
fn an_unknown_commodity() {
    let said = changed(&[("of   = \"magnet\"", "of   = \"magnets\"")]);
    insta::assert_snapshot!(said, @r#"
    error: unknown commodity `magnets`
      --> base.toml:35:8
       |
    35 | of   = "magnets"
       |        ^^^^^^^^^ did you mean `magnet`?
    "#);
}

#[test]
fn an_unknown_country() {
    let said = changed(&[("in   = \"JP\"", "in   = \"DE\"")]);
    insta::assert_snapshot!(said, @r#"
    error: unknown country `DE`
      --> base.toml:36:8
       |
    36 | in   = "DE"
       |        ^^^^
       |
       = help: known: CN, JP, US
    "#);
}

#[test]
fn an_unknown_regime() {
    let said = changed(&[
        ("in_regime.talks", "in_regime.talk"),
        ("start = \"control\"", "start = \"contol\""),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: unknown regime `talk`
      --> base.toml:45:11
       |
    45 | in_regime.talk = { approval = 0.6 }
       |           ^^^^ did you mean `talks`?

    error: unknown regime `contol`
      --> base.toml:48:9
       |
    48 | start = "contol"
       |         ^^^^^^^^ did you mean `control`?
    "#);
}

#[test]
fn an_unknown_site_and_company() {
    let said = added(
        "[policies.a.disruption]\nrole = \"shock\"\nsites = \"ningbo-2\"\nrate = \"1/yr\"\nlasts = \"9 days\"\n[policies.b.disruption]\nrole = \"shock\"\ncompany = \"CREC\"\nrate = \"1/yr\"\nlasts = \"9 days\"",
    );
    insta::assert_snapshot!(said, @r#"
    error: unknown site `ningbo-2`
      --> base.toml:55:9
       |
    55 | sites = "ningbo-2"
       |         ^^^^^^^^^^ did you mean `ningbo`?

    error: unknown company `CREC`
      --> base.toml:60:11
       |
    60 | company = "CREC"
       |           ^^^^^^ did you mean `CREG`?
    "#);
}

#[test]
fn an_unknown_source() {
    let said = changed(&[(
        "rate = \"6.1 kt/yr\"",
        "rate = \"6.1 kt/yr\"\nsource = \"gac\"",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: unknown source `gac`
      --> base.toml:38:10
       |
    38 | source = "gac"
       |          ^^^^^ did you mean `gacc`?
       |
       = help: add it to `scenario.sources`, or cite in several words
    "#);
}

#[test]
fn an_unknown_word() {
    let said = changed(&[("role     = \"shock\"", "role     = \"shok\"")]);
    insta::assert_snapshot!(said, @r#"
    error: `shok` is not one of "shock", "response", "background"
      --> base.toml:40:12
       |
    40 | role     = "shok"
       |            ^^^^^^ did you mean "shock"?
    "#);
}

#[test]
fn a_negative_number() {
    let said = changed(&[("rate = \"6.1 kt/yr\"", "rate = \"-6.1 kt/yr\"")]);
    insta::assert_snapshot!(said, @r#"
    error: "-6.1 kt/yr" is out of range
      --> base.toml:37:8
       |
    37 | rate = "-6.1 kt/yr"
       |        ^^^^^^^^^^^^ must not be negative
    "#);
}

#[test]
fn a_number_that_is_not_finite() {
    let said = changed(&[
        ("approval = 0.3", "approval = nan"),
        ("rate = \"6.1 kt/yr\"", "rate = \"1e999 t/yr\""),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: expected a finite number
      --> base.toml:37:9
       |
    37 | rate = "1e999 t/yr"
       |         ^^^^^
       |
       = help: expected a volume of magnet per time, like "6100 t/yr"

    error: expected a finite number
      --> base.toml:44:12
       |
    44 | approval = nan
       |            ^^^
    "#);
}

#[test]
fn a_probability_above_one() {
    let said = changed(&[("approval = 0.3", "approval = \"130 %\"")]);
    insta::assert_snapshot!(said, @r#"
    error: "130 %" is out of range
      --> base.toml:44:12
       |
    44 | approval = "130 %"
       |            ^^^^^^^ must lie between 0 and 100 %
    "#);
}

#[test]
fn a_mistake_in_a_policy_makes_no_others() {
    let said = changed(&[(
        "[policies.licensing.export-licence]",
        "[policies.wrong.export-ban]\nrole = \"shock\"\nby = \"CN\"\non = [\"magnets\"]\n\n\
         [policies.leak.leakage]\nrole = \"shock\"\naround = [\"licensing\"]\nvia = \"US\"\n\
         at_most = 0.1\nwithin = \"9 months\"\n\n[policies.licensing.export-licence]",
    )]);
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
}

#[test]
fn places_of_lists_are_those_of_their_items() {
    let leak = |around: &str| {
        let leak = format!(
            "[policies.duty.tariff]\nrole = \"shock\"\nby = \"JP\"\non = \"magnet\"\nrate = 0.1\n\n\
             [policies.leak.leakage]\nrole = \"shock\"\naround = {around}\nvia = \"US\"\n\
             at_most = 0.1\nwithin = \"9 months\"\n\n[policies.licensing.export-licence]",
        );
        changed(&[("[policies.licensing.export-licence]", &leak)])
    };
    insta::assert_snapshot!(leak("[\"licensing\", \"duty\"]"), @r#"
    error: `duty` stops no goods at a border
      --> base.toml:47:24
       |
    47 | around = ["licensing", "duty"]
       |                        ^^^^^^
       |
       = help: goods leak around export bans, quotas, licences and extraterritorial rules; a sanction has `shadow` and `relabelling`, a closure `bypass`
    "#);
    assert!(leak("\"duty\"").contains("around = \"duty\"\n   |          ^^^^^^"));
}

#[test]
fn an_empty_horizon() {
    let said = changed(&[("horizon = \"24 months\"", "horizon = 2025-04-01")]);
    insta::assert_snapshot!(said, @r#"
    error: the scenario has no length
     --> base.toml:4:11
      |
    3 | start   = 2025-04-01
      |           ---------- it starts here
    4 | horizon = 2025-04-01
      |           ^^^^^^^^^^ the horizon must be after the start
    "#);
}

#[test]
fn a_horizon_too_far() {
    let said = changed(&[("horizon = \"24 months\"", "horizon = \"51 years\"")]);
    insta::assert_snapshot!(said, @r#"
    error: the horizon is too far away
     --> base.toml:4:11
      |
    4 | horizon = "51 years"
      |           ^^^^^^^^^^ at most 50 years
    "#);
}

#[test]
fn a_policy_that_ends_before_it_takes_effect() {
    let said = changed(&[(
        "approval = 0.3",
        "approval = 0.3\neffective = 2025-06-01\nends = 2025-05-01\nannounced = 2025-07-01",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: this policy ends before it takes effect
      --> base.toml:46:8
       |
    45 | effective = 2025-06-01
       |             ---------- it takes effect here
    46 | ends = 2025-05-01
       |        ^^^^^^^^^^

    error: this policy is announced after it takes effect
      --> base.toml:47:13
       |
    45 | effective = 2025-06-01
       |             ---------- it takes effect here
    46 | ends = 2025-05-01
    47 | announced = 2025-07-01
       |             ^^^^^^^^^^
    "#);
}

#[test]
fn a_date_that_is_none() {
    let said = changed(&[("start   = 2025-04-01", "start   = \"1 April 2025\"")]);
    insta::assert_snapshot!(said, @r#"
    error: expected a date
     --> base.toml:3:11
      |
    3 | start   = "1 April 2025"
      |           ^^^^^^^^^^^^^^
      |
      = help: write it as 2025-04-04
    "#);
}

#[test]
fn probabilities_that_make_no_whole() {
    let said = changed(&[("talks = 0.8, war = 0.2", "talks = 0.8, war = 0.3")]);
    insta::assert_snapshot!(said, @r#"
    error: these probabilities add up to 1.1, not 1
      --> base.toml:49:48
       |
    49 | states.control = { lasts = "70 days", then = { talks = 0.8, war = 0.3 } }
       |                                                ^^^^^^^^^^^^^^^^^^^^^^ they add up to 1.1
    "#);
}

#[test]
fn a_regime_that_ends_in_nothing() {
    let said = changed(&[
        (", then = { talks = 0.8, war = 0.2 }", ""),
        (
            "states.talks   = {}",
            "states.talks   = { then = { war = 1 } }",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: `regimes.diplomacy.states.control` ends, but nothing follows
      --> base.toml:49:18
       |
    49 | states.control = { lasts = "70 days" }
       |                  ^^^^^^^^^^^^^^^^^^^^^
       |
       = help: add then = { talks = 0.8, escalation = 0.2 }

    error: `regimes.diplomacy.states.talks` never ends by itself, so nothing can follow
      --> base.toml:50:29
       |
    50 | states.talks   = { then = { war = 1 } }
       |                             ^^^
       |
       = help: add `lasts` or `until`, or use `leaves`
    "#);
}

#[test]
fn a_regime_of_two_processes() {
    let said = added("[regimes.other]\nstart = \"war\"\nstates.war = {}");
    insta::assert_snapshot!(said, @r#"
    error: two processes have a regime `war`
      --> base.toml:55:8
       |
    51 | states.war     = { leaves = { talks = "0.5/yr" } }
       |        --- the first
    ...
    55 | states.war = {}
       |        ^^^
    "#);
}

#[test]
fn a_path_out_of_order() {
    let said = added(
        "[regimes.other]\npath = [{ from = 2025-05-01, state = \"a\" }, { from = 2025-04-02, state = \"b\" }]",
    );
    insta::assert_snapshot!(said, @r#"
    error: `regimes.other` has no `start`
      --> base.toml:53:1
       |
    53 | [regimes.other]
       | ^^^^^^^^^^^^^^^ `start` is missing
       |
       = help: `start`: the regime at the start of the scenario

    error: the steps of a path must be in the order of time
      --> base.toml:54:54
       |
    54 | path = [{ from = 2025-05-01, state = "a" }, { from = 2025-04-02, state = "b" }]
       |                  ---------- this comes before it     ^^^^^^^^^^
    "#);
}

#[test]
fn a_recipe_cycle() {
    let said = added(
        "[[sites]]\nname = \"recycler\"\ncountry = \"JP\"\nrecipe = { inputs = { magnet = 1 }, outputs = { oxide = 0.2 } }\ncapacity = \"1 kt/yr\"",
    );
    insta::assert_snapshot!(said, @r#"
    error: these recipes go round in a circle
      --> base.toml:31:1
       |
    31 | recipe   = { inputs = { oxide = 0.3 }, outputs = { magnet = 1 } }
       | ^^^^^^
    ...
    56 | recipe = { inputs = { magnet = 1 }, outputs = { oxide = 0.2 } }
       | ------ and this
       |
       = help: oxide → ningbo → magnet → recycler → oxide
    "#);
}

#[test]
fn a_recipe_without_a_coefficient_of_one() {
    let said = changed(&[("magnet = 1 }", "magnet = 1.1 }")]);
    insta::assert_snapshot!(said, @r#"
    error: this capacity could count anything
      --> base.toml:32:12
       |
    31 | recipe   = { inputs = { oxide = 0.3 }, outputs = { magnet = 1.1 } }
       |            -------------------------------------------------------- no coefficient here is 1
    32 | capacity = "60 kt/yr"
       |            ^^^^^^^^^^ measured in which commodity?
       |
       = help: scale the recipe so that one output or input has the coefficient 1
    "#);
}

#[test]
fn a_site_that_makes_nothing() {
    let said = changed(&[("makes    = \"oxide\"", "")]);
    insta::assert_snapshot!(said, @r#"
    error: `sites.ganzhou` makes nothing
      --> base.toml:21:1
       |
    21 | [[sites]]
       | ^^^^^^^^^
       |
       = help: give it `makes = "lng"`, or a `recipe`
    "#);
}

#[test]
fn duplicates() {
    let said = added(
        "[[sites]]\nname = \"ningbo\"\ncountry = \"CN\"\nmakes = \"oxide\"\ncapacity = \"1 t/d\"\n[[demand]]\nof = \"magnet\"\nin = \"JP\"\nrate = \"0 t/yr\"",
    );
    insta::assert_snapshot!(said, @r#"
    error: two sites are named `ningbo`
      --> base.toml:54:8
       |
    29 | name     = "ningbo"
       |            -------- the first
    ...
    54 | name = "ningbo"
       |        ^^^^^^^^

    error: two demands for magnet in JP have the tier "all"
      --> base.toml:58:1
       |
    34 | [[demand]]
       | ---------- the first
    ...
    58 | [[demand]]
       | ^^^^^^^^^^
    "#);
}

#[test]
fn a_focus_without_demand() {
    let said = changed(&[("[\"magnet @ JP\"]", "[\"magnet @ US\", \"magnet\"]")]);
    insta::assert_snapshot!(said, @r#"
    error: expected a commodity and a country
     --> base.toml:5:27
      |
    5 | focus   = ["magnet @ US", "magnet"]
      |                           ^^^^^^^^
      |
      = help: write it as "ndfeb-magnet @ JP"
    "#);
}

#[test]
fn a_commodity_nobody_makes_or_uses() {
    let said = added("[commodities.gallium]\nunit = \"kg\"\nprice = \"300 USD/kg\"");
    insta::assert_snapshot!(said, @r#"
    error: nobody makes gallium
      --> base.toml:53:14
       |
    53 | [commodities.gallium]
       |              ^^^^^^^
       |
       = help: add a [[sites]] entry that makes it

    error: nobody uses gallium
      --> base.toml:53:14
       |
    53 | [commodities.gallium]
       |              ^^^^^^^
       |
       = help: add a [[demand]] for it, or a site whose recipe takes it
    "#);
}

#[test]
fn a_commodity_of_no_measure() {
    let said = changed(&[(
        "unit  = \"t\"\nprice = \"75",
        "unit  = \"days\"\nprice = \"75",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: `days` is a unit of time
      --> base.toml:18:9
       |
    18 | unit  = "days"
       |         ^^^^^^
       |
       = help: a unit of mass, volume or energy, such as t, bbl or GJ
    "#);
}

#[test]
fn a_policy_that_binds_nothing() {
    let said = changed(&[("by       = \"CN\"", "by       = \"US\"")]);
    insta::assert_snapshot!(said, @r#"
    error: this policy binds nothing: US makes none of these
      --> base.toml:42:12
       |
    41 | by       = "US"
       |            ---- the exporter
    42 | on       = ["magnet"]
       |            ^^^^^^^^^^
    "#);
}

#[test]
fn a_policy_without_an_instrument() {
    let said = added("[policies.embargo]");
    insta::assert_snapshot!(said, @r#"
    error: policy `embargo` has no instrument
      --> base.toml:53:11
       |
    53 | [policies.embargo]
       |           ^^^^^^^
       |
       = help: write it as [policies.NAME.export-ban], or another instrument
    "#);
}

#[test]
fn an_unknown_instrument() {
    let said = added("[policies.embargo.export-bann]\nrole = \"shock\"");
    insta::assert_snapshot!(said, @r#"
    error: unknown key `export-bann` in `policies.embargo`
      --> base.toml:53:19
       |
    53 | [policies.embargo.export-bann]
       |                   ^^^^^^^^^^^ did you mean `export-ban`?
    "#);
}

#[test]
fn a_policy_on_trade_at_home() {
    let said = changed(&[("review   =", "to = [\"CN\", \"JP\"]\nreview   =")]);
    insta::assert_snapshot!(said, @r#"
    error: an export control cannot bind trade at home
      --> base.toml:43:7
       |
    41 | by       = "CN"
       |            ---- the exporter
    42 | on       = ["magnet"]
    43 | to = ["CN", "JP"]
       |       ^^^^
    "#);
}

#[test]
fn a_law_with_bad_parameters() {
    let said = changed(&[(
        "review   = \"60 days\"",
        "review   = { triangular = { low = \"60 days\", mode = \"30 days\", high = \"90 days\" } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: this is no triangular law: mode must lie between low and high
      --> base.toml:43:27
       |
    43 | review   = { triangular = { low = "60 days", mode = "30 days", high = "90 days" } }
       |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_unknown_law() {
    let said = changed(&[(
        "review   = \"60 days\"",
        "review   = { lognorml = { mean = \"60 days\", sd = \"3 days\" } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: unknown law `lognorml`
      --> base.toml:43:14
       |
    43 | review   = { lognorml = { mean = "60 days", sd = "3 days" } }
       |              ^^^^^^^^ did you mean `lognormal`?
    "#);
}

#[test]
fn a_law_with_a_missing_member() {
    let said = changed(&[(
        "review   = \"60 days\"",
        "review   = { lognormal = { median = \"60 days\" } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: `policies.licensing.export-licence.review.lognormal` has no `p90`
      --> base.toml:43:26
       |
    43 | review   = { lognormal = { median = "60 days" } }
       |                          ^^^^^^^^^^^^^^^^^^^^^^ `p90` is missing
       |
       = help: `p90`: a lognormal law has median and p90
    "#);
}

#[test]
fn a_law_of_the_wrong_dimension() {
    let said = changed(&[(
        "review   = \"60 days\"",
        "review   = { uniform = { low = \"60 t\", high = 9 } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: expected a duration, found mass
      --> base.toml:43:32
       |
    43 | review   = { uniform = { low = "60 t", high = 9 } }
       |                                ^^^^^^
       |
       = help: write it like "30 days"

    error: expected a duration, found a plain number
      --> base.toml:43:47
       |
    43 | review   = { uniform = { low = "60 t", high = 9 } }
       |                                               ^
       |
       = help: write it like "30 days"
    "#);
}

#[test]
fn a_law_that_leaves_the_range() {
    let said = changed(&[
        (
            "approval = 0.3",
            "approval = { lognormal = { mean = 0.3, sd = 0.1 } }",
        ),
        (
            "rate = \"6.1 kt/yr\"",
            "rate = { normal = { mean = \"6 kt/yr\", sd = \"4 kt/yr\" } }",
        ),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: this normal law can give values out of range
      --> base.toml:37:8
       |
    37 | rate = { normal = { mean = "6 kt/yr", sd = "4 kt/yr" } }
       |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ must not be negative
       |
       = help: use a law of positive numbers, such as lognormal, gamma or triangular

    error: this lognormal law can give values out of range
      --> base.toml:44:12
       |
    44 | approval = { lognormal = { mean = 0.3, sd = 0.1 } }
       |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ must lie between 0 and 1
       |
       = help: use a law between two bounds: uniform, triangular, pert or beta
    "#);
}

#[test]
fn a_law_of_plain_numbers() {
    let said = changed(&[(
        "review   = \"60 days\"",
        "review   = { beta = { mean = 0.3, sd = 0.1 } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: a beta law gives plain numbers, but this is a duration
      --> base.toml:43:14
       |
    43 | review   = { beta = { mean = 0.3, sd = 0.1 } }
       |              ^^^^
    "#);
}

#[test]
fn a_law_where_a_number_must_be_fixed() {
    let said = changed(&[(
        "horizon = \"24 months\"",
        "horizon = { uniform = { low = \"1 year\", high = \"2 years\" } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: a duration that is fixed is needed here
     --> base.toml:4:11
      |
    4 | horizon = { uniform = { low = "1 year", high = "2 years" } }
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write a single number, like "30 days"
    "#);
}

#[test]
fn elasticities_the_wrong_way_round() {
    let said = changed(&[(
        "price = \"75 USD/kg\"",
        "price = \"75 USD/kg\"\nelasticity = { short = 0.5, long = 0.1 }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: the long-run elasticity is less than the short-run one
      --> base.toml:20:36
       |
    20 | elasticity = { short = 0.5, long = 0.1 }
       |                        ---         ^^^
       |                        |
       |                        short run
       |
       = help: use adjusts more to price in the long run, not less
    "#);
}

#[test]
fn a_season_of_eleven_months() {
    let said = changed(&[(
        "rate = \"6.1 kt/yr\"",
        "rate = \"6.1 kt/yr\"\nseason = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: a season has 12 numbers, January first; here are 11
      --> base.toml:38:10
       |
    38 | season = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn outages_that_come_in_two_ways() {
    let said = changed(&[(
        "capacity = \"20 kt/yr\"",
        "capacity = \"20 kt/yr\"\noutages = { every = \"1 year\", rate = \"1/yr\", lasts = \"9 days\" }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: give one of `every`, `rate` and `at`
      --> base.toml:27:11
       |
    27 | outages = { every = "1 year", rate = "1/yr", lasts = "9 days" }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: every = time from recovery to the next outage; rate = outages per time; at = once
    "#);
}

#[test]
fn a_reserve_for_nobody() {
    let said = added(
        "[[reserves]]\nof = \"magnet\"\nin = \"US\"\nsize = \"5 GJ\"\nrelease = { cover_below = \"3 days\", at_most = \"5 %\" }",
    );
    insta::assert_snapshot!(said, @r#"
    error: expected a volume of magnet, or days of its use, found energy
      --> base.toml:56:8
       |
    56 | size = "5 GJ"
       |        ^^^^^^
       |
       = help: write it like "1200 t"

    error: expected a share per time, found a plain number
      --> base.toml:57:47
       |
    57 | release = { cover_below = "3 days", at_most = "5 %" }
       |                                               ^^^^^
       |
       = help: write it like "5 %/week"
    "#);
}

#[test]
fn a_contract_nobody_can_serve() {
    let said = added(
        "[[contracts]]\nof = \"magnet\"\nfrom = \"CN\"\ncompany = \"CREG\"\nto = \"JP\"\nvolume = \"1 t/d\"\n[[contracts]]\nof = \"magnet\"\nfrom = \"US\"\nto = \"JP\"\nvolume = \"1 t/d\"",
    );
    insta::assert_snapshot!(said, @r#"
    error: CREG makes no magnet in CN
      --> base.toml:56:11
       |
    56 | company = "CREG"
       |           ^^^^^^
       |
       = help: there it is made by CN

    error: nobody in US makes magnet
      --> base.toml:61:8
       |
    61 | from = "US"
       |        ^^^^
    "#);
}

#[test]
fn a_correlation_of_fixed_numbers() {
    let said = added(
        "[[correlations]]\nbetween = [\"sites.ningbo.capacity\", \"sites.ningbo.capacty\"]\nrank = 2",
    );
    insta::assert_snapshot!(said, @r#"
    error: `sites.ningbo.capacity` is fixed
      --> base.toml:54:12
       |
    32 | capacity = "60 kt/yr"
       |            ---------- a single number
    ...
    54 | between = ["sites.ningbo.capacity", "sites.ningbo.capacty"]
       |            ^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: only numbers given by a law can be correlated

    error: `sites.ningbo.capacty` is no number drawn once per trial
      --> base.toml:54:37
       |
    54 | between = ["sites.ningbo.capacity", "sites.ningbo.capacty"]
       |                                     ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write the path to it, such as sites.lynas-kuantan.capacity

    error: a rank correlation is a number between -1 and 1
      --> base.toml:55:8
       |
    55 | rank = 2
       |        ^
    "#);
}

#[test]
fn a_quota_without_a_volume() {
    let said = added(
        "[policies.q.export-quota]\nrole = \"shock\"\nby = \"CN\"\non = [\"oxide\", \"magnet\"]\nvolume = { oxide = \"9 t\" }",
    );
    insta::assert_snapshot!(said, @r#"
    error: `policies.q.export-quota.volume` has no volume for `magnet`
      --> base.toml:57:10
       |
    56 | on = ["oxide", "magnet"]
       |      ------------------- what the policy binds
    57 | volume = { oxide = "9 t" }
       |          ^^^^^^^^^^^^^^^^^
       |
       = help: add magnet = …, or a default
    "#);
}

#[test]
fn a_name_that_is_none() {
    let said = changed(&[(
        "title   = \"Magnets\"",
        "title   = \"Magnets\"\nname = \"My scenario\"\ntrials = 0\nseed = -1",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: a name is made of a-z, 0-9 and -
     --> base.toml:3:8
      |
    3 | name = "My scenario"
      |        ^^^^^^^^^^^^^
      |
      = help: for example "my-scenario"

    error: 0 is out of range
     --> base.toml:4:10
      |
    4 | trials = 0
      |          ^ must lie between 1 and 10000000

    error: -1 is out of range
     --> base.toml:5:8
      |
    5 | seed = -1
      |        ^^ must be at least 0
    "#);
}

#[test]
fn five_mistakes() {
    let said = changed(&[
        (
            "focus   = [\"magnet @ JP\"]",
            "focus   = [\"magnet @ JPN\"]",
        ),
        ("price = \"620 USD/kg\"", "price = \"620 kg\""),
        ("country  = \"CN\"", "contry   = \"CN\""),
        ("role     = \"shock\"", "role     = \"schock\""),
        ("war = 0.2", "war = 0.1"),
    ]);
    insta::assert_snapshot!(said, @r#"
    error: unknown country `JPN`
     --> base.toml:5:22
      |
    5 | focus   = ["magnet @ JPN"]
      |                      ^^^ did you mean `JP`?

    error: expected money per t of oxide, found mass
      --> base.toml:15:9
       |
    15 | price = "620 kg"
       |         ^^^^^^^^
       |
       = help: write it like "75 USD/t"

    error: unknown key `contry` in `sites.ganzhou`
      --> base.toml:23:1
       |
    23 | contry   = "CN"
       | ^^^^^^ did you mean `country`?

    error: `schock` is not one of "shock", "response", "background"
      --> base.toml:40:12
       |
    40 | role     = "schock"
       |            ^^^^^^^^ did you mean "shock"?

    error: these probabilities add up to 0.9, not 1
      --> base.toml:49:48
       |
    49 | states.control = { lasts = "70 days", then = { talks = 0.8, war = 0.1 } }
       |                                                ^^^^^^^^^^^^^^^^^^^^^^ they add up to 0.9
    "#);
}

#[test]
fn a_table_out_of_the_folder() {
    let said = table(
        "[trade.magnet]\nflows = \"../magnets.csv\"\nunit = \"t/yr\"\n[trade.oxide]\nflows = \"oxide.csv\"\nunit = \"t\"\n[[lanes]]\nfile = \"none.csv\"",
        &[],
    );
    insta::assert_snapshot!(said, @r#"
    error: cannot read `../magnets.csv`
      --> base.toml:54:9
       |
    54 | flows = "../magnets.csv"
       |         ^^^^^^^^^^^^^^^^ it must lie in the scenario's folder, as in "data/trade.csv"

    error: `t` is a unit of mass
      --> base.toml:58:8
       |
    58 | unit = "t"
       |        ^^^
       |
       = help: expected a unit of oxide per time, like "t/yr"

    error: cannot read `none.csv`
      --> base.toml:60:8
       |
    60 | file = "none.csv"
       |        ^^^^^^^^^^ there is no such file
    "#);
}

#[test]
fn a_table_with_bad_rows() {
    let said = table(
        "[trade.magnet]\nflows = \"data/m.csv\"\nunit = \"t/yr\"",
        &[(
            "data/m.csv",
            "from,to,volume\nCN,JP,2300\nCN,UK,1\nCN,US,many\nCN,US\nCN,JP,-4\n\"CN,JP,4\n",
        )],
    );
    insta::assert_snapshot!(said, @r#"
    error: unknown country `UK`
     --> data/m.csv:3:4
      |
    3 | CN,UK,1
      |    ^^ did you mean `US`?

    error: `many` is not a number
     --> data/m.csv:4:7
      |
    4 | CN,US,many
      |       ^^^^

    error: this row has 2 cells, the header has 3
     --> data/m.csv:5:1
      |
    5 | CN,US
      | ^^^^^

    error: trade from CN to JP is given twice
     --> data/m.csv:6:1
      |
    2 | CN,JP,2300
      | ----- the first
    ...
    6 | CN,JP,-4
      | ^^^^^

    error: this number is negative
     --> data/m.csv:6:7
      |
    6 | CN,JP,-4
      |       ^^

    error: this quote is not closed
     --> data/m.csv:7:1
      |
    7 | "CN,JP,4
      | ^^^^^^^^
    "#);
}

#[test]
fn a_pair_given_twice() {
    let said = table(
        "[trade.magnet]\nflows = \"data/m.csv\"\nunit = \"t/yr\"",
        &[(
            "data/m.csv",
            "from,to,volume\r\nCN,JP,2300\r\nCN,US,1\r\nCN,JP,4\r\n",
        )],
    );
    insta::assert_snapshot!(said, @r#"
    error: trade from CN to JP is given twice
     --> data/m.csv:4:1
      |
    2 | CN,JP,2300
      | ----- the first
    3 | CN,US,1
    4 | CN,JP,4
      | ^^^^^
    "#);
}

#[test]
fn a_table_without_a_column() {
    let said = table(
        "[trade.magnet]\nflows = \"m.csv\"\nunit = \"t/yr\"",
        &[("m.csv", "from,to,tonnes\nCN,JP,2300\n")],
    );
    insta::assert_snapshot!(said, @r#"
    error: this table has no column `volume`
     --> m.csv:1:1
      |
    1 | from,to,tonnes
      | ^^^^^^^^^^^^^^ its columns are from, to, tonnes
    "#);
}

#[test]
fn flows_without_a_unit() {
    let said = table(
        "[trade.magnet]\nflows = \"m.csv\"",
        &[("m.csv", "from,to,volume\nCN,JP,2300\n")],
    );
    insta::assert_snapshot!(said, @r#"
    error: `trade.magnet` does not say what its volumes are counted in
      --> base.toml:53:1
       |
    53 | [trade.magnet]
       | ^^^^^^^^^^^^^^
       |
       = help: add unit = "t/yr"
    "#);
}

#[test]
fn baci_without_the_year() {
    let said = table(
        "[trade.magnet]\nbaci = \"b.csv\"\ncodes = [\"850511\"]\nyear = 2020",
        &[("b.csv", "t,i,j,k,v,q\n2024,156,392,850511,1,2\n")],
    );
    insta::assert_snapshot!(said, @r#"
    error: `b.csv` holds no trade of these codes in 2020
      --> base.toml:55:9
       |
    55 | codes = ["850511"]
       |         ^^^^^^^^^^
    56 | year = 2020
       |        ---- in this year
    "#);
}

#[test]
fn baci_with_a_bad_country() {
    let said = table(
        "[trade.magnet]\nbaci = \"b.csv\"\ncodes = [\"850511\"]\nyear = 2024",
        &[("b.csv", "t,i,j,k,v,q\n2024,China,392,850511,1,2\n")],
    );
    insta::assert_snapshot!(said, @r#"
    error: `China` is not the number of a country
     --> b.csv:2:6
      |
    2 | 2024,China,392,850511,1,2
      |      ^^^^^
      |
      = help: BACI numbers countries, 392 is Japan
    "#);
}

#[test]
fn lanes_with_a_bad_law() {
    let said = table(
        "[[lanes]]\nfile = \"l.csv\"",
        &[("l.csv", "from,to,median,p90\nCN,JP,11,7\n")],
    );
    insta::assert_snapshot!(said, @r#"
    error: this is no log-normal law: p90 must be greater than the median
     --> l.csv:2:10
      |
    2 | CN,JP,11,7
      |       -- ^
      |       |
      |       the median
    "#);
}

#[test]
fn an_override_of_an_unknown_path() {
    let said = set(&[
        "sites.ningbu.capacity=1 t/d",
        "scenario.sources.x.y=1",
        "demand.3.rate=1 t/d",
    ]);
    insta::assert_snapshot!(said, @r#"
    error: `sites` has no `ningbu`
     --> --set:1:7
      |
    1 | sites.ningbu.capacity=1 t/d
      |       ^^^^^^
      |
      = help: did you mean `ningbo`?

    error: `scenario.sources` has no `x`
     --> --set:1:18
      |
    1 | scenario.sources.x.y=1
      |                  ^
      |
      = help: it has gacc

    error: `demand` has no `3`
     --> --set:1:8
      |
    1 | demand.3.rate=1 t/d
      |        ^
      |
      = help: count its entries from 0
    "#);
}

#[test]
fn an_override_with_a_bad_value() {
    let said = set(&[
        "sites.ningbo.capacity=20 kt/yaer",
        "policies.licensing.export-licence.approval=2",
    ]);
    insta::assert_snapshot!(said, @r#"
    error: unknown unit `yaer`; did you mean `year`?
     --> --set:1:29
      |
    1 | sites.ningbo.capacity=20 kt/yaer
      |                             ^^^^
      |
      = help: expected a volume of magnet per time, like "6100 t/yr"; units here: s, min, h, hour, hours, d, day, days, week, weeks, month, months, quarter, quarters, a, yr, year, years

    error: 2 is out of range
     --> --set:1:44
      |
    1 | policies.licensing.export-licence.approval=2
      |                                            ^ must lie between 0 and 1
      |
      = help: for 2 percent write 0.02 or "2 %"
    "#);
}

#[test]
fn an_override_that_is_none() {
    let said = set(&["sites.ningbo.capacity", "a b=1", "scenario.focus=[\"magnet"]);
    insta::assert_snapshot!(said, @r#"
    error: an override without `=`
     --> --set:1:1
      |
    1 | sites.ningbo.capacity
      | ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write it as `--set sites.lynas-kuantan.capacity="20 kt/yr"`

    error: not a path of keys
     --> --set:1:1
      |
    1 | a b=1
      | ^^^
      |
      = help: keys are separated by dots; quote a key that holds anything but letters, digits, - and _

    error: not a TOML value
     --> --set:1:16
      |
    1 | scenario.focus=["magnet
      |                ^^^^^^^^
    "#);
}

#[test]
fn an_override_of_an_unknown_key() {
    let said = set(&["scenario.trails=5"]);
    insta::assert_snapshot!(said, @r#"
    error: unknown key `trails` in `scenario`
     --> --set:1:10
      |
    1 | scenario.trails=5
      |          ^^^^^^ did you mean `trials`?
    "#);
}

#[test]
fn overrides_are_read_like_the_file() {
    let set = [
        "sites.ningbo.capacity=30 kt/yr",
        "scenario.trials=5",
        "demand.0.tier='cars'",
    ];
    let Loaded { scenario, .. } = read(BASE, &[], &set).expect("valid");
    assert!((scenario.sites[1].capacity.law.mean() * 365.25 - 30_000.0).abs() < 1e-9);
    assert_eq!(
        (scenario.trials, scenario.demands[0].tier.as_str()),
        (5, "cars")
    );
}

#[test]
fn the_hash_follows_the_contents() {
    let hash = |text: &str, set: &[&str]| read(text, &[], set).expect("valid").hash;
    assert_eq!(hash(BASE, &[]), hash(BASE, &[]));
    assert_ne!(hash(BASE, &[]), hash(&format!("{BASE} "), &[]));
    assert_ne!(hash(BASE, &[]), hash(BASE, &["scenario.trials=5"]));
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let windows = format!("\u{feff}{}", BASE.replace('\n', "\r\n"));
    assert!(read(&windows, &[], &[]).is_ok());
}

#[test]
fn later_stages_find_places() {
    let Loaded { sources, .. } = read(BASE, &[], &[]).expect("valid");
    let excerpt = |path: &str| sources.span_of(path).map(|span| sources.excerpt(span));
    assert_eq!(excerpt("commodities.magnet"), Some("magnet"));
    assert_eq!(excerpt("sites.ningbo.capacity"), Some("\"60 kt/yr\""));
    assert_eq!(excerpt("demand.0"), Some("[[demand]]"));
    assert_eq!(excerpt("demand.1"), None);
}

/// Reads bytes as a file on disk.
fn from_disk(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.toml");
    std::fs::write(&path, bytes).expect("written");
    let said = scenario::load(&path, &[]).expect_err("wrong").render();
    said.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_file_that_is_not_text() {
    let said = from_disk(b"[scenario]\n\xff\xfe\x00\x01");
    insta::assert_snapshot!(said, @r#"
    error: cannot read the scenario: it is not UTF-8 text (byte 11, line 2); it looks like a binary file; save it as UTF-8
    --> s.toml
    "#);
}

#[test]
fn a_file_in_utf_16() {
    let said = from_disk(b"\xff\xfe[\x00s\x00");
    insta::assert_snapshot!(said, @r#"
    error: cannot read the scenario: it is not UTF-8 text (byte 0, line 1); it looks like UTF-16; save it as UTF-8
    --> s.toml
    "#);
}

#[test]
fn a_file_too_large() {
    let said = from_disk(&vec![b'#'; 5_000_001]);
    insta::assert_snapshot!(said, @r#"
    error: cannot read the scenario: it is larger than 5 MB
    --> s.toml
    "#);
}

#[test]
fn a_file_nested_too_deep() {
    let text = format!("[scenario]\ntitle = {}{}\n", "[".repeat(30), "]".repeat(30));
    let said = from_disk(text.as_bytes());
    insta::assert_snapshot!(said, @r#"
    error: nested too deep
     --> s.toml:2:24
      |
    2 | title = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
      |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ more than 16 levels
    "#);
}

#[test]
fn a_folder_and_a_missing_file() {
    let said = |path: &str| {
        scenario::load(Path::new(path), &[])
            .expect_err("wrong")
            .render()
    };
    let text = said("tests/fixtures");
    insta::assert_snapshot!(text, @r#"
    error: cannot read the scenario: it is a folder
    --> tests/fixtures
    "#);
    let text = said("tests/fixtures/none.toml");
    insta::assert_snapshot!(text, @r#"
    error: cannot read the scenario: there is no such file
    --> tests/fixtures/none.toml
    "#);
}

#[test]
fn many_problems_are_cut_short() {
    let said = added(&"[[demand]]\nof = \"x\"\nin = \"JP\"\nrate = 1\n".repeat(70));
    assert_eq!(said.matches("error: ").count(), 50);
    assert!(said.ends_with("and 20 more\n"), "{said}");
}

fn full() -> Loaded {
    match scenario::load(Path::new("tests/fixtures/full.toml"), &[]) {
        Ok(loaded) => loaded,
        Err(report) => panic!("{}", report.render()),
    }
}

#[test]
fn a_full_file_is_read() {
    let scenario = full().scenario;
    assert_eq!(
        (scenario.name.as_str(), scenario.trials, scenario.seed),
        ("full", 2000, 20_250_404)
    );
    assert_eq!((scenario.horizon, scenario.short_above), (730.0, 0.01));
    assert_eq!(
        (scenario.countries.len(), scenario.commodities.len()),
        (7, 4)
    );
    assert_eq!(
        (
            scenario.sites.len(),
            scenario.demands.len(),
            scenario.policies.len()
        ),
        (6, 4, 8)
    );
    assert_eq!((scenario.reserves.len(), scenario.contracts.len()), (2, 1));
    assert_eq!(scenario.correlations.len(), 1);
    let notes: Vec<&str> = scenario
        .notes
        .iter()
        .map(|note| note.path.as_str())
        .collect();
    assert_eq!(
        notes,
        [
            "commodities.dytb-oxide",
            "trade.lng",
            "sites.bayan-obo",
            "demand.0",
            "reserves.1",
        ]
    );
}

#[test]
fn a_full_file_keeps_its_figures() {
    let scenario = full().scenario;
    let magnet = &scenario.commodities[2];
    let rates: Vec<f64> = magnet
        .trade
        .iter()
        .map(|flow| flow.2.law.mean() * 365.25)
        .collect();
    for (rate, given) in rates.iter().zip([2300.0, 7400.0, 150_000.0]) {
        assert!((rate / given - 1.0).abs() < 1e-12, "{rate} for {given}");
    }
    assert!((magnet.price.law.mean() - 75_000.0).abs() < 1e-9);
    assert!((magnet.parcel - 0.01).abs() < 1e-15);
    assert_eq!(magnet.cover.path, "commodities.ndfeb-magnet.cover");
    assert!((scenario.commodities[3].cargo.expect("given") - 3.6e6).abs() < 1e-3);
    let lynas = &scenario.sites[1];
    assert_eq!(lynas.capacity.path, "sites.lynas-kuantan.capacity");
    assert!(lynas.outages.as_ref().expect("given").capacity_while_up);
    let season: f64 = scenario.sites[0].season.expect("given").iter().sum();
    assert!((season - 12.0).abs() < 1e-12);
}

#[test]
fn baci_is_summed_over_blocs() {
    let scenario = full().scenario;
    let code = |id: scenario::CountryId| scenario.countries[id.0].code.as_str();
    let flow = |flow: &(scenario::CountryId, scenario::CountryId, scenario::Num)| {
        let tonnes = (flow.2.law.mean() * 365.25 * 1e6).round() / 1e6;
        (code(flow.0), code(flow.1), tonnes)
    };
    let flows: Vec<_> = scenario.commodities[1].trade.iter().map(flow).collect();
    let expected = [
        ("CN", "JP", 310.25),
        ("CN", "US", 40.0),
        ("CN", "EU", 12.0),
        ("MY", "JP", 0.0),
        ("RoW", "JP", 60.0),
    ];
    assert_eq!(flows, expected);
}

#[test]
fn lanes_multiply_out() {
    let scenario = full().scenario;
    let code = |id: Option<scenario::CountryId>| {
        id.map_or("*", |id| scenario.countries[id.0].code.as_str())
    };
    let lanes: Vec<String> = scenario
        .lanes
        .iter()
        .map(|lane| format!("{}-{}", code(lane.from), code(lane.to)))
        .collect();
    assert_eq!(
        lanes,
        [
            "CN-JP", "CN-US", "*-EU", "CN-MY", "CN-JP", "MY-CN", "MY-JP", "*-EU"
        ]
    );
    assert_eq!(scenario.lanes[7].pipeline, Some(true));
    assert_eq!(scenario.lanes[7].transit, None);
}

#[test]
fn policies_of_a_full_file() {
    let scenario = full().scenario;
    let [licence, ban, quota, strait, ..] = scenario.policies.as_slice() else {
        panic!("six policies");
    };
    let Instrument::ExportLicence(desk) = &licence.instrument else {
        panic!("a licence")
    };
    assert_eq!(desk.scope.to.len(), 5);
    assert_eq!(desk.applications, 3);
    assert_eq!(desk.in_regime[0].1.clears_backlog.law.mean(), 0.5);
    assert_eq!(desk.in_regime[1].1.general.given, desk.terms.general.given);
    let Instrument::ExportBan(terms) = &ban.instrument else {
        panic!("a ban")
    };
    assert_eq!(
        (ban.role, ban.when.len(), terms.in_regime.len()),
        (Role::Background, 2, 1)
    );
    let Instrument::ExportQuota(quota) = &quota.instrument else {
        panic!("a quota")
    };
    let volumes: Vec<f64> = quota
        .volume
        .given
        .iter()
        .map(|(_, num)| num.law.mean())
        .collect();
    assert_eq!(volumes, [20_000.0, 900.0]);
    let Instrument::Disruption(strait) = &strait.instrument else {
        panic!("a disruption")
    };
    assert_eq!(strait.sites.len(), 1);
    assert!(matches!(&strait.outages.arrival, Arrival::Once(law) if law.mean() == 289.0));
}

#[test]
fn regimes_and_reserves_of_a_full_file() {
    let scenario = full().scenario;
    let [diplomacy, war] = scenario.processes.as_slice() else {
        panic!("two processes")
    };
    assert_eq!(diplomacy.states[0].then[1].0, 3);
    assert!(matches!(diplomacy.states[1].ends, Some(Ends::On(_))));
    assert!(diplomacy.states[3].ends.is_none());
    assert_eq!((war.start, war.path.as_ref().map(Vec::len)), (0, Some(3)));
    assert!(matches!(scenario.reserves[0].size, Size::Days(_)));
    assert!(matches!(scenario.reserves[1].size, Size::Volume(_)));
    assert!(scenario.reserves[1].refill_above.is_none());
}

#[test]
fn a_regime_keeps_the_terms_of_destinations_it_does_not_list() {
    let text = edit(&[
        ("approval = 0.3", "approval = { default = 0.3, JP = 0.5 }"),
        ("{ approval = 0.6 }", "{ approval = { US = 0.9 } }"),
    ]);
    let Loaded { scenario, .. } = read(&text, &[], &[]).expect("valid");
    let Instrument::ExportLicence(desk) = &scenario.policies[0].instrument else {
        panic!("a licence");
    };
    let talks = &desk.in_regime[0].1.approval;
    let given: Vec<(usize, f64)> = talks
        .given
        .iter()
        .map(|(id, num)| (id.0, num.law.mean()))
        .collect();
    assert_eq!(
        (talks.default.law.mean(), given),
        (0.3, vec![(2, 0.9), (1, 0.5)])
    );
}

#[test]
fn a_path_with_unknown_regimes() {
    let said = added(
        "[regimes.other]\nstart = \"a\"\nstates.a = {}\nstates.b = {}\n\
         path = [{ from = 2025-03-01, state = \"b\" }, { from = 2025-06-01, state = \"c\" }]\n\
         [regimes.third]\npath = [{ from = 2025-03-01, state = \"p\" }]\nstart = \"q\"",
    );
    insta::assert_snapshot!(said, @r#"
    error: unknown regime `c`
      --> base.toml:57:74
       |
    57 | path = [{ from = 2025-03-01, state = "b" }, { from = 2025-06-01, state = "c" }]
       |                                                                          ^^^
       |
       = help: known: a, b

    error: unknown regime `q`
      --> base.toml:60:9
       |
    60 | start = "q"
       |         ^^^
       |
       = help: known: p
    "#);
}

#[test]
fn a_regime_that_contradicts_its_path() {
    let said = added(
        "[regimes.other]\nstart = \"a\"\nstates.a = {}\nstates.b = {}\n\
         path = [{ from = 2025-03-01, state = \"b\" }]",
    );
    insta::assert_snapshot!(said, @r#"
    error: the path has another regime at the start of the scenario
      --> base.toml:54:9
       |
    54 | start = "a"
       |         ^^^
       |
       = help: leave out `start`
    "#);
}

#[test]
fn contradictory_correlations() {
    let text = BASE
        .replace(
            "\"20 kt/yr\"",
            "{ uniform = { low = \"20 kt/yr\", high = \"30 kt/yr\" } }",
        )
        .replace(
            "\"60 kt/yr\"",
            "{ uniform = { low = \"60 kt/yr\", high = \"70 kt/yr\" } }",
        )
        .replace(
            "\"6.1 kt/yr\"",
            "{ uniform = { low = \"6 kt/yr\", high = \"7 kt/yr\" } }",
        );
    let pair = |a: &str, b: &str, rank: f64| {
        format!("\n[[correlations]]\nbetween = [\"{a}\", \"{b}\"]\nrank = {rank}\n")
    };
    let [a, b, c] = [
        "sites.ganzhou.capacity",
        "sites.ningbo.capacity",
        "demand.0.rate",
    ];
    let fine = text.clone() + &pair(a, b, 0.5) + &pair(b, c, -0.3);
    assert!(read(&fine, &[], &[]).is_ok());
    let unlisted = text + &pair(a, b, 0.9) + &pair(b, c, 0.9);
    let said = message(&unlisted);
    insta::assert_snapshot!(said, @r#"
    error: the rank correlations contradict each other
      --> base.toml:53:1
       |
    53 | [[correlations]]
       | ^^^^^^^^^^^^^^^^ no numbers have these and the other correlations together
       |
       = help: a pair that is not listed counts as uncorrelated; perhaps list the correlation between demand.0.rate and sites.ganzhou.capacity
    "#);
    let wrong = unlisted + &pair(a, c, -0.9);
    let said = message(&wrong);
    insta::assert_snapshot!(said, @r#"
    error: the rank correlations contradict each other
      --> base.toml:53:1
       |
    53 | [[correlations]]
       | ^^^^^^^^^^^^^^^^ no numbers have these and the other correlations together
       |
       = help: correlations nearer to 0 fit together more easily
    "#);
}

/// What may go wrong with a text: bytes replaced, lines left out, lines
/// moved, the end cut off.
fn mutated(mut bytes: Vec<u8>, edits: &[(u8, prop::sample::Index, u8)]) -> Vec<u8> {
    for (kind, at, byte) in edits {
        if bytes.is_empty() {
            break;
        }
        let index = at.index(bytes.len());
        let lines = || bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec);
        match kind % 4 {
            0 => bytes[index] = *byte,
            1 => {
                let mut kept: Vec<Vec<u8>> = lines().collect();
                kept.remove(at.index(kept.len()));
                bytes = kept.join(&b'\n');
            }
            2 => {
                let mut moved: Vec<Vec<u8>> = lines().collect();
                let line = moved.remove(at.index(moved.len()));
                moved.insert(usize::from(*byte) % (moved.len() + 1), line);
                bytes = moved.join(&b'\n');
            }
            _ => bytes.truncate(bytes.len() - index.min(usize::from(*byte))),
        }
    }
    bytes
}

fn edits() -> impl Strategy<Value = Vec<(u8, prop::sample::Index, u8)>> {
    prop::collection::vec(any::<(u8, prop::sample::Index, u8)>(), 1..6)
}

const TABLES: [(&str, &str); 3] = [
    (
        "data/magnets.csv",
        include_str!("fixtures/data/magnets.csv"),
    ),
    ("data/baci.csv", include_str!("fixtures/data/baci.csv")),
    ("data/lanes.csv", include_str!("fixtures/data/lanes.csv")),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_scenario_panics(edits in edits(), table_edits in edits(), which in 0..4_usize) {
        let text = mutated(FULL.as_bytes().to_vec(), &edits);
        let text = String::from_utf8_lossy(&text);
        let mut tables: Vec<(&str, String)> =
            TABLES.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
        if let Some(table) = tables.get_mut(which) {
            let bytes = mutated(table.1.clone().into_bytes(), &table_edits);
            table.1 = String::from_utf8_lossy(&bytes).into_owned();
        }
        let files: Vec<(&str, &str)> = tables.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let full = if which < 3 { FULL } else { &text };
        if let Err(said) = read(full, &files, &[]) {
            prop_assert!(said.starts_with("error: "));
        }
    }

    #[test]
    fn no_override_panics(set in "[a-z.\"0-9\\[\\]{}= -]{0,30}|(sites|scenario|demand|policies)\\.[a-z0-9.-]{1,12}=\\PC{0,12}") {
        if let Err(said) = read(BASE, &[], &[&set]) {
            prop_assert!(said.contains("error: "));
        }
    }
}

#[test]
fn no_bytes_panic() {
    proptest!(ProptestConfig::with_cases(300), |(bytes in prop::collection::vec(any::<u8>(), 0..200))| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.toml");
        std::fs::write(&path, bytes).expect("written");
        prop_assert!(scenario::load(&path, &[]).is_err());
    });
}

#[test]
fn a_law_that_can_give_nothing() {
    let said = changed(&[(
        "price = \"75 USD/kg\"",
        "price = \"75 USD/kg\"\ndispersion = { geometric = { p = 0.5 } }",
    )]);
    insta::assert_snapshot!(said, @r#"
    error: this geometric law can give values out of range
      --> base.toml:20:14
       |
    20 | dispersion = { geometric = { p = 0.5 } }
       |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^ must be greater than 0
       |
       = help: use a law of positive numbers, such as lognormal, gamma or triangular
    "#);
}

#[test]
fn a_mistake_hides_no_other_in_its_table() {
    let text = r#"
[scenario]
title = "mistakes side by side"
start = 2025-01-01
horizon = "1 year"
focus = ["gas @ B"]

[countries]
A = "a"
B = "b"

[commodities.gas]
unit = "t"
price = "100 USD/t"
rule = "fair"
cover = "25 kt"

[[sites]]
name = "field"
country = "A"
makes = "gsa"
capacity = "100 t/d"
outages = { every = "100 days" }

[[demand]]
of = "gas"
in = "B"
rate = "40 Mt"
season = [1, 1, 1]

[policies.p.export-ban]
role = "shok"
by = "A"
on = ["gas"]
to = ["B"]
except = ["B"]
when = ["embargo"]
"#;
    let said = message(text);
    for wrong in [
        "fair",
        "25 kt",
        "gsa",
        "no `lasts`",
        "40 Mt",
        "12 numbers",
        "shok",
        "`except`",
        "embargo",
    ] {
        assert!(said.contains(wrong), "{wrong} is not in\n{said}");
    }
    assert_eq!(said.matches("error: ").count(), 9, "{said}");
}
