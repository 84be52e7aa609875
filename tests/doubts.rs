//! What a user reads when a scenario can be run, but is hardly meant so; and
//! what is refused because it can only be a mistake.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod texts;

use insta::assert_snapshot;
use shortfall::scenario;

/// A scenario with nothing odd in it.
const PLAIN: &str = r#"[scenario]
title   = "Oil"
start   = 2025-01-01
horizon = "1 year"
focus   = ["oil @ JP"]

[countries]
IN = "India"
JP = "Japan"
RU = "Russia"

[commodities.oil]
unit     = "kb"
price    = "70 USD/bbl"
clearing = "7 days"
cargo    = "700 kb"

[[sites]]
name     = "siberia"
country  = "RU"
makes    = "oil"
capacity = "100 kb/d"

[[sites]]
name     = "sakhalin"
country  = "RU"
makes    = "oil"
capacity = "50 kb/d"
planned  = true

[[demand]]
of   = "oil"
in   = "JP"
rate = "100 kb/d"

[[reserves]]
of      = "oil"
in      = "JP"
size    = "30 days"
release = { cover_below = "10 days", at_most = "5 %/week" }

[[contracts]]
of        = "oil"
from      = "RU"
to        = "JP"
volume    = "90 kb/d"
tolerance = { down = 0.1 }

[[contracts]]
of     = "oil"
from   = "RU"
to     = "JP"
volume = "60 kb/d"
start  = 2025-07-01

[policies.rosoil.sanction]
role       = "shock"
companies  = "RU"
compliance = { JP = 0.5 }
eases      = "8 months"
lasting    = 0.4
waivers.JP = { until = 2025-06-01 }

[policies.duty.tariff]
role = "shock"
by   = "JP"
on   = "oil"
rate = 0.15

[policies.second.project]
role  = "response"
site  = "sakhalin"
build = "3 months"

[policies.relief.coordinated-release]
role    = "response"
of      = "oil"
members = "JP"
total   = "2900 kb"
over    = "60 days"
"#;

/// What is said when one piece is replaced by another: of what is read, the
/// warnings, and else the errors.
fn said(old: &str, new: &str) -> String {
    assert!(PLAIN.contains(old), "{old}");
    let text = PLAIN.replacen(old, new, 1);
    match scenario::load_embedded("case", &[("case.toml", &text)], &[]) {
        Ok(loaded) => {
            texts::keep(&text, None);
            loaded
                .warnings()
                .map_or(String::new(), |report| report.render())
        }
        Err(report) => {
            let message = report.render();
            texts::keep(&text, Some(&message));
            message
        }
    }
}

#[test]
fn nothing_is_said_of_what_is_plain() {
    assert_eq!(said("0.15", "0.15"), "");
    assert_eq!(said("0.15", "\"300 %\""), "");
    assert_eq!(said("\"7 days\"", "\"1 quarter\""), "");
}

#[test]
fn a_tariff_in_percent() {
    assert_snapshot!(said("rate = 0.15", "rate = 15"), @r#"
    warning: this is 1,500 %
      --> case.toml:68:8
       |
    68 | rate = 15
       |        ^^ is 15 % meant?
       |
       = help: for 15 % write "15 %"
    "#);
    let law = "rate = { uniform = { low = 0.1, high = \"1500 %\" } }";
    let warned = said("rate = 0.15", law);
    assert!(warned.contains("this is 1,500 %"), "{warned}");
    assert_eq!(warned.matches("warning: ").count(), 1, "{warned}");
}

#[test]
fn a_share_in_percent() {
    assert_snapshot!(said("JP = 0.5 }", "JP = 40 }"), @r#"
    error: 40 is out of range
      --> case.toml:59:21
       |
    59 | compliance = { JP = 40 }
       |                     ^^ must lie between 0 and 1
       |
       = help: for 40 percent write 0.4 or "40 %"
    "#);
}

#[test]
fn a_contract_beyond_what_is_made() {
    assert_snapshot!(said("volume    = \"90 kb/d\"", "volume    = \"180 kb/d\""), @r#"
    warning: this contract is more than the seller can make
      --> case.toml:46:13
       |
    46 | volume    = "180 kb/d"
       |             ^^^^^^^^^^
       |
       = help: at least 59,170 kb/yr is to be delivered, at most 54,790 kb/yr can be made
    "#);
    assert_snapshot!(said("volume = \"60 kb/d\"", "volume = \"90 kb/d\""), @r#"
    warning: with the contracts before it, this is more than the seller can make
      --> case.toml:53:10
       |
    53 | volume = "90 kb/d"
       |          ^^^^^^^^^
       |
       = help: at least 62,460 kb/yr is to be delivered, at most 54,790 kb/yr can be made
    "#);
}

#[test]
fn a_release_beyond_the_reserves() {
    assert_snapshot!(said("2900 kb", "3.1 Mb"), @r#"
    warning: 3,100 kb is to be released, more than the members' reserves hold
      --> case.toml:79:11
       |
    79 | total   = "3.1 Mb"
       |           ^^^^^^^^
       |
       = help: they hold 3,000 kb when full, and release no more
    "#);
}

#[test]
fn a_planned_site_that_nobody_builds() {
    assert_snapshot!(
        said("site  = \"sakhalin\"", "site  = \"siberia\"\nadds = \"50 kb/d\""),
        @"
    warning: no project builds `sakhalin`, so it makes nothing
      --> case.toml:29:12
       |
    29 | planned  = true
       |            ^^^^
       |
       = help: add a policy of the kind `project` for it, or leave out `planned`
    "
    );
}

#[test]
fn a_cargo_for_years() {
    assert_snapshot!(said("\"700 kb\"", "\"70 Mb\""), @r#"
    warning: a cargo of oil is more than any country uses in a year
      --> case.toml:16:12
       |
    16 | cargo    = "70 Mb"
       |            ^^^^^^^
       |
       = help: JP uses most, 36,530 kb a year
    "#);
    let warned = said("cargo    = \"700 kb\"", "parcel = \"70 Mb\"");
    assert!(warned.contains("a parcel of oil is more"), "{warned}");
}

#[test]
fn a_market_that_clears_once() {
    assert_snapshot!(said("\"7 days\"", "\"2 years\""), @r#"
    warning: this market clears only every 731 days
      --> case.toml:15:12
       |
    15 | clearing = "2 years"
       |            ^^^^^^^^^
       |
       = help: prices and trade stay as they are in between; most markets clear in days or weeks
    "#);
}

#[test]
fn a_waiver_of_nothing() {
    let india = said("compliance = { JP = 0.5 }", "compliance = { IN = 0.5 }");
    assert_snapshot!(india, @"
    warning: JP gives up nothing that a waiver could spare it
      --> case.toml:62:9
       |
    62 | waivers.JP = { until = 2025-06-01 }
       |         ^^
       |
       = help: list it in `compliance` or `risk`, or leave its waiver out
    ");
    assert_snapshot!(said("waivers.JP", "waivers.IN"), @"
    error: nothing in IN uses any of these goods
      --> case.toml:62:9
       |
    62 | waivers.IN = { until = 2025-06-01 }
       |         ^^
       |
       = help: a waiver is for a country that buys them
    ");
}

#[test]
fn what_lasts_of_what_does_not_ease() {
    assert_snapshot!(said("eases      = \"8 months\"\n", ""), @r#"
    error: compliance that does not ease lasts as it is
      --> case.toml:60:14
       |
    60 | lasting    = 0.4
       |              ^^^
       |
       = help: add `eases`, such as "8 months", or leave `lasting` out
    "#);
}

#[test]
fn what_begins_after_the_end() {
    assert_snapshot!(said("start  = 2025-07-01", "start  = 2035-07-01"), @r#"
    warning: 2035-07-01 is after the end of the scenario
      --> case.toml:54:10
       |
     4 | horizon = "1 year"
       |           -------- the scenario ends here
    ...
    54 | start  = 2035-07-01
       |          ^^^^^^^^^^
    "#);
}
