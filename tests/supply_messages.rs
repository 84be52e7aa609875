//! What a user reads when a policy about supply, demand or politics is wrong.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod texts;

use shortfall::scenario;

const RIGHT: &str = include_str!("fixtures/supply.toml");

/// What is said when one piece of the fixture is replaced by another.
fn said(old: &str, new: &str) -> String {
    assert!(RIGHT.contains(old), "{old}");
    let text = RIGHT.replacen(old, new, 1);
    let read = scenario::load_embedded("case", &[("case.toml", &text)], &[]);
    let message = match read {
        Ok(_) => panic!("nothing is wrong with {new}"),
        Err(report) => report.render(),
    };
    texts::keep(&text, Some(&message));
    message
}

#[track_caller]
fn says(old: &str, new: &str, parts: &[&str]) {
    let message = said(old, new);
    for part in parts {
        assert!(message.contains(part), "no `{part}` in\n{message}");
    }
    // One mistake, one message.
    assert_eq!(message.matches("error: ").count(), 1, "{message}");
}

#[test]
fn the_fixture_is_right() {
    let read = scenario::load_embedded("case", &[("case.toml", RIGHT)], &[]);
    assert!(read.is_ok(), "{}", read.unwrap_err().render());
    texts::keep(RIGHT, None);
}

#[test]
fn projects() {
    says(
        "planned  = true",
        "planned  = true\ninitial = \"9 t\"",
        &["a planned site has nothing on hand at the start"],
    );
    says(
        "adds  = { uniform = { low = \"5 t/d\", high = \"15 t/d\" } }",
        "",
        &[
            "`well` is there already: say how much is added",
            "give `adds`",
        ],
    );
    says(
        "\"5 t/d\", high",
        "\"5 t\", high",
        &["expected a volume of oil per time"],
    );
    says(
        "after = [\"terminal\"]",
        "after = [\"fear\"]",
        &["`fear` is no project"],
    );
    says(
        "after = [\"terminal\"]",
        "after = [\"terminals\"]",
        &["unknown policy `terminals`", "did you mean `terminal`?"],
    );
    says(
        "breakeven = \"110 USD/t\"",
        "breakeven = \"110 USD/t\"\nafter = \"new-mill\"",
        &["`terminal` waits for itself"],
    );
}

#[test]
fn project_dates() {
    says(
        "decision  = 2025-03-01",
        "decision  = 2025-03-01\neffective = 2025-04-01",
        &["this is decided on before the policy takes effect"],
    );
    says(
        "decision  = 2025-03-01",
        "decision  = 2025-03-01\nends = 2025-02-01",
        &["this is decided on after the policy has ended"],
    );
}

#[test]
fn price_floors() {
    says(
        "sites = [\"field\", \"terminal\"]",
        "sites = [\"field\", \"well\"]",
        &["`well` does not make `gas`"],
    );
    says(
        "\"105 USD/t\"",
        "\"105 t\"",
        &["expected money per t of gas"],
    );
}

#[test]
fn demand_shocks() {
    says(
        "low = \"-5 %\"",
        "low = \"-105 %\"",
        &["must be at least -100 %"],
    );
    says(
        "tiers  = \"power\"",
        "tiers  = \"powr\"",
        &["unknown tier `powr`", "did you mean `power`?"],
    );
    says(
        "of     = \"gas\"\nin     = \"B\"",
        "of     = \"gas\"\nin     = [\"B\", \"C\"]",
        &["`C` has no such users of `gas`"],
    );
    says(
        "tiers  = \"power\"",
        "tiers  = \"mill\"",
        &["unknown tier `mill`"],
    );
}

#[test]
fn substitution() {
    says(
        "ratio            = 0.8\n",
        "",
        &["how much of this it takes is not said"],
    );
    says(
        "with             = \"oil\"\n",
        "",
        &["a ratio to what? there is no `with`"],
    );
    says(
        "with             = \"oil\"",
        "with             = \"gas\"",
        &["a good cannot replace itself"],
    );
    says(
        "within  = \"1 year\"",
        "within  = \"0 days\"",
        &["must be greater than 0"],
    );
    says(
        "of      = \"steel\"",
        "with = \"oil\"\nratio = 1\nof      = \"steel\"",
        &["`C` has no final use of `oil`", "which may be small"],
    );
}

#[test]
fn hoarding_and_front_loading() {
    says(
        "on    = [\"gas\", \"steel\"]\nin    = \"B\"",
        "on    = [\"gas\", \"steel\"]\nin    = [\"B\", \"A\"]",
        &["nothing in A uses any of these"],
    );
    says(
        "announced     = 2025-09-01\n",
        "",
        &["buyers store ahead only of a policy announced before it takes effect"],
    );
    says(
        "cover = \"12 days\"",
        "cover = \"12 days\"\nfront_loading = \"3 days\"",
        &["this kind of policy strikes no buyers, so none stores ahead of it"],
    );
}

#[test]
fn negotiation() {
    says(
        "quarrel = 0.5 }",
        "quarrel = 0.4 }",
        &["these probabilities add up to 0.9, not 1"],
    );
    says(
        "process  = \"a-b\"",
        "process  = \"ab\"",
        &["unknown process `ab`"],
    );
    says(
        "outcomes = { truce",
        "outcomes = { peace",
        &["unknown regime `peace`"],
    );
    says(
        "2026-05-01, 2026",
        "2025-11-01, 2026",
        &["2025-11-01 is listed twice"],
    );
    says(
        "2026-05-01, 2026",
        "2024-05-01, 2026",
        &["this is before the start of the scenario"],
    );
    says(
        "outcomes = { truce = 0.5, quarrel = 0.5 }",
        "outcomes = {}",
        &["this table is empty"],
    );
    says(
        "outcomes = { truce = 0.5, quarrel = 0.5 }",
        "",
        &["`policies.talks.negotiation` has no `outcomes`"],
    );
    says(
        "start = \"truce\"\n",
        "start = \"truce\"\npath = [{ from = 2025-01-01, state = \"truce\" }]\n",
        &["the path of `a-b` is fixed"],
    );
}
