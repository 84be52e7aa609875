//! Contracts, tanks, boil-off, coordinated releases and stockpile pacts
//! against hand calculation, through the scenario language.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ran;

use shortfall::engine::{Entry, Journal, Model, Record, Variant, Worker};
use shortfall::scenario;
use shortfall::study::Metric;

use ran::{Outcome, run_threads};

#[track_caller]
fn close(got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "got {got}, wanted {wanted} ± {tolerance}"
    );
}

/// A sells gas to B and D through pipelines without delay. Nothing is elastic
/// and nobody restocks: who wants so much orders so much.
fn piped(made: u32, uses: [u32; 2], rest: &str) -> String {
    let [b, d] = uses;
    format!(
        r#"
[scenario]
title = "one seller, two buyers"
start = 2025-01-01
horizon = "400 days"
short_above = 0
focus = ["gas @ B", "gas @ D"]

[countries]
A = "Seller"
B = "Buyer"
D = "Another"

[commodities.gas]
unit = "t"
price = "100 USD/t"
transit = "0 days"
pipeline = true
restocking = 0
new_pairs = 0
stock_elasticity = 0
elasticity = {{ short = 0 }}
minimum_cover = "0 days"
balance = "as-given"
cover = "0 days"
clearing = "5 days"

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "{made} t/d"

[[demand]]
of = "gas"
in = "B"
rate = "{b} t/d"

[[demand]]
of = "gas"
in = "D"
rate = "{d} t/d"

{rest}
"#
    )
}

fn contract(to: &str, volume: u32, more: &str) -> String {
    format!(
        "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"{to}\"\nvolume = \"{volume} t/d\"\n{more}\n"
    )
}

/// The one value of each focus, a day.
fn daily(outcome: &Outcome, metric: Metric) -> [f64; 2] {
    [0, 1].map(|f| outcome.focus[f].shocked.column(metric)[0] / 400.0)
}

/// What B pays a day for 60 t/d of use under a contract over 80 t/d with A,
/// which makes so much; and what D, which uses 40 t/d, is short of.
fn paid_and_short(made: u32, more: &str) -> (f64, f64) {
    let text = piped(made, [60, 40], &contract("B", 80, more));
    let outcome = run_threads(&text, 1, 1);
    let bill = daily(&outcome, Metric::ImportBill)[0];
    (bill, daily(&outcome, Metric::Shortfall)[1])
}

#[test]
fn a_buyer_takes_what_it_needs_within_the_tolerance() {
    for (more, taken) in [
        ("", 80.0),
        ("tolerance = { down = 0.1, up = 0.1 }", 72.0),
        ("tolerance = { down = 0.5 }", 60.0),
        ("destination = \"free\"", 60.0),
    ] {
        let (bill, short) = paid_and_short(100, more);
        close(bill, 100.0 * taken, 1e-6);
        close(short, taken - 60.0, 1e-6);
    }
}

#[test]
fn a_buyer_takes_more_while_its_price_is_above_the_contract() {
    // Half price: 1.2 · 50 under contract at 50 USD/t, the rest at 100 USD/t.
    for (price, bill) in [(50, 60.0 * 50.0 + 4000.0), (150, 50.0 * 150.0 + 5000.0)] {
        let more = format!("tolerance = {{ up = 0.2 }}\nprice = \"{price} USD/t\"");
        let text = piped(100, [100, 0], &contract("B", 50, &more));
        let got = daily(&run_threads(&text, 1, 1), Metric::ImportBill)[0];
        close(got, bill, 1e-6);
    }
}

#[test]
fn what_is_left_below_take_or_pay_is_paid_for_if_the_seller_had_it() {
    let free = "destination = \"free\"\ntake_or_pay = 0.9";
    let (bill, short) = paid_and_short(100, free);
    close(bill, 100.0 * 72.0, 1e-6);
    close(short, 0.0, 1e-6);
    // A makes 65 t/d, of which B takes 60: 5 of the 12 t/d were there.
    close(paid_and_short(65, free).0, 100.0 * 65.0, 1e-6);
    // What B takes all the same costs no more.
    close(paid_and_short(100, "take_or_pay = 1").0, 8000.0, 1e-6);
}

#[test]
fn lower_priorities_come_first_and_equal_ones_in_proportion() {
    for (first, second, short) in [
        (1, 1, [15.0, 15.0]),
        (1, 2, [0.0, 30.0]),
        (5, 2, [30.0, 0.0]),
    ] {
        let of = |to, n| contract(to, 40, &format!("priority = {n}"));
        let text = piped(50, [40, 40], &(of("B", first) + &of("D", second)));
        let got = daily(&run_threads(&text, 1, 1), Metric::Shortfall);
        close(got[0], short[0], 1e-6);
        close(got[1], short[1], 1e-6);
    }
}

#[test]
fn a_contract_rises_over_its_ramp() {
    // At twice the price, over ten months from 30 days on: five months' worth
    // of it is not yet there.
    let more = "start = 2025-01-31\nramp = \"10 months\"\nprice = \"200 USD/t\"";
    let text = piped(100, [100, 0], &contract("B", 50, more));
    let bill = 400.0 * daily(&run_threads(&text, 1, 1), Metric::ImportBill)[0];
    let days = 400.0 - 30.0 - 5.0 * 365.25 / 12.0;
    // Each of ten steps may come up to five days late.
    let late = 100.0 * 50.0 * 5.0;
    let ramped = 100.0 * 100.0 * 400.0 + 100.0 * 50.0 * days;
    assert!(
        (ramped - late..=ramped + 1.0).contains(&bill),
        "{bill}, not {ramped}"
    );
}

#[test]
fn a_contract_that_says_what_goes_without_saying_changes_no_bit() {
    let usual =
        "tolerance = { down = 0, up = 0 }\ntake_or_pay = 0\npriority = 7\ndestination = \"fixed\"";
    let run = |more| run_threads(&piped(70, [60, 40], &contract("B", 50, more)), 1, 1);
    let (plain, said) = (run(""), run(usual));
    for f in 0..2 {
        assert_eq!(
            plain.focus[f].shocked.columns,
            said.focus[f].shocked.columns
        );
    }
}

fn model(text: &str) -> Model {
    let loaded = scenario::load_embedded("case", &[("case.toml", text)], &[])
        .unwrap_or_else(|report| panic!("{}", report.render()));
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

fn traced(text: &str) -> (Journal, Record) {
    let (journal, record) = Worker::new(&model(text)).trace(7, 0, Variant::Shocked);
    (journal, record.unwrap_or_else(|error| panic!("{error}")))
}

/// A sells to B and to nobody else; rigid use, summer from May to October.
fn shipped(commodity: &str, demand: &str, rest: &str) -> String {
    format!(
        r#"
[scenario]
title = "one seller, one buyer"
start = 2025-05-01
horizon = "400 days"
short_above = 0
focus = ["gas @ B"]

[countries]
A = "Seller"
B = "Buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
elasticity = {{ short = 0 }}
stock_elasticity = 0
minimum_cover = "0 days"
{commodity}

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"
{demand}

{rest}
"#
    )
}

const SEASON: &str = "season = [1.5, 1.5, 1.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 1.5]";
/// Use on a winter day: the mean over the days of a year is one.
const WINTER: f64 = 150.0 / (1.5 * 181.25 + 0.5 * 184.0) * 365.25;

fn tank(capacity: &str, more: &str) -> String {
    format!("[[tanks]]\nof = \"gas\"\nin = \"B\"\ncapacity = \"{capacity}\"\n{more}\n")
}

#[test]
fn a_seasonal_buyer_stores_what_fits_and_no_more() {
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = \"gas\"\n\
               effective = 2025-12-01\n";
    let flows = "pipeline = true\non_change = true\ntransit = \"0 days\"\ncover = \"60 days\"";
    // Until the ban it lives on imports; then on 1,800 t.
    for (capacity, heel) in [
        ("20 days", "heel = \"10 %\""),
        ("2000 t", "heel = \"200 t\""),
    ] {
        let text = shipped(flows, SEASON, &(tank(capacity, heel) + ban));
        let outcome = run_threads(&text, 1, 1);
        let survived = outcome.focus[0].shocked.column(Metric::TimeToSurvive)[0];
        close(survived, 214.0 + 1800.0 / WINTER, 1e-3);
    }
    let outcome = run_threads(&shipped(flows, SEASON, ban), 1, 1);
    let survived = outcome.focus[0].shocked.column(Metric::TimeToSurvive)[0];
    assert!(
        survived > 214.0 + 6000.0 / WINTER,
        "{survived} without a tank"
    );
}

#[test]
fn no_stock_is_ever_above_what_there_is_room_for() {
    let sails = "cargo = \"700 t\"\ncover = \"25 days\"\n\
                 transit = { lognormal = { mean = \"20 days\", sd = \"8 days\" } }";
    let text = shipped(sails, SEASON, &tank("2000 t", ""));
    let (tanked, free) = (model(&text), model(&shipped(sails, SEASON, "")));
    let highest = |model: &Model| {
        let mut worker = Worker::new(model);
        let mut most = 0.0_f64;
        for trial in 0..30 {
            let record = worker.run(7, trial, Variant::Shocked).unwrap();
            // The cover at the end of a month, in days of the next one's use.
            for (bin, cover) in record.cover.iter().enumerate() {
                let summer = ((bin + 1) % 12) < 6;
                let rate = if summer { WINTER / 3.0 } else { WINTER };
                most = most.max(cover * rate);
            }
        }
        most
    };
    assert!(highest(&tanked) <= 2000.0 + 1e-6, "{}", highest(&tanked));
    assert!(highest(&free) > 4000.0, "{}", highest(&free));
    // Orders see to it that little has to wait.
    let (journal, _) = traced(&text);
    let waits = journal
        .entries()
        .iter()
        .filter_map(|(_, entry)| match entry {
            Entry::Waiting { volume, .. } => Some(*volume),
            _ => None,
        });
    let most = waits.fold(0.0, f64::max);
    assert!(most > 0.0 && most < 1500.0, "{most} waited");
}

#[test]
fn a_long_voyage_boils_off_what_it_takes_beyond_the_usual() {
    let sails = "boil_off = \"1 %/day\"\nrestocking = 0\ncover = \"90 days\"\n\
                 transit = { discrete = { values = [\"10 days\", \"30 days\"], probabilities = [0.5, 0.5] } }";
    let model = model(&shipped(sails, "", ""));
    let mut worker = Worker::new(&model);
    let trials = 100;
    let mut received = 0.0;
    for trial in 0..trials {
        let record = worker.run(7, trial, Variant::Shocked).unwrap();
        received += record.origins.iter().sum::<f64>();
    }
    // Half the parcels take ten days more than the mean of twenty.
    let share = received / (f64::from(trials as u32) * 100.0 * 400.0);
    close(share, 0.95, 0.003);
}

#[test]
fn what_waits_for_room_boils_off() {
    let rate = 1e-4;
    let sails =
        "boil_off = \"0.01 %/day\"\ncargo = \"3000 t\"\ncover = \"10 days\"\ntransit = \"20 days\"";
    let (journal, _) = traced(&shipped(sails, "", &tank("2000 t", "")));
    let (mut wanted, mut got) = (0.0, 0.0);
    let mut arrived = None;
    for (at, entry) in journal.entries() {
        match entry {
            Entry::Arrival { .. } => arrived = Some(*at),
            // It goes in as it is used, 100 t a day.
            Entry::Waiting { volume, .. } if arrived == Some(*at) => {
                wanted += rate * volume * volume / 200.0;
                arrived = None;
            }
            Entry::BoiledOff {
                volume, waiting, ..
            } => {
                assert!(waiting, "all voyages are as usual");
                got += volume;
            }
            _ => {}
        }
    }
    assert!(wanted > 1.0, "{wanted} waited too little");
    close(got, wanted, 0.02 * wanted);
}

/// B and D each use 100 t/d of what A makes until `cut` stops all of it on day
/// 100; rigid, through pipelines, with a stock for ten days.
fn reserves(rest: &str) -> String {
    let cut = "[policies.cut.disruption]\nrole = \"shock\"\nsites = \"field\"\nat = \"100 days\"\n\
               lasts = \"500 days\"\n";
    let text = piped(200, [100, 100], &(cut.to_owned() + rest));
    text.replace("\ncover = \"0 days\"", "\ncover = \"10 days\"")
}

/// A reserve that releases nothing by itself, unless cover is below `at`.
fn reserve(place: &str, size: u32, at: &str) -> String {
    format!(
        "[[reserves]]\nof = \"gas\"\nin = \"{place}\"\nsize = \"{size} t\"\n\
         release = {{ cover_below = \"{at}\", at_most = \"100 %/day\" }}\n"
    )
}

fn of_each(outcome: &Outcome, metric: Metric) -> [f64; 2] {
    daily(outcome, metric).map(|value| value * 400.0)
}

#[test]
fn a_coordinated_release_is_shared_and_lasts_as_long_as_it_says() {
    let both = reserve("B", 9000, "0 days") + &reserve("D", 3000, "0 days");
    let release = |members: &str, over: &str| {
        format!(
            "{both}[policies.relief.coordinated-release]\nrole = \"response\"\nof = \"gas\"\n\
             members = {members}\ntotal = \"8000 t\"\nover = \"{over}\"\neffective = 2025-04-21\n"
        )
    };
    // 10 days of stock, then from day 110 on what is released, at most 100 t/d.
    for (members, over, days, drawn) in [
        ("[\"B\", \"D\"]", "100 days", 100, [6000.0, 2000.0]),
        ("{ B = 0.25, D = 0.75 }", "100 days", 100, [2000.0, 3000.0]),
        ("\"B\"", "80 days", 80, [8000.0, 0.0]),
    ] {
        let outcome = run_threads(&reserves(&release(members, over)), 1, 1);
        let at_work = |policy: usize| {
            let steps = outcome.policies[policy].active.iter();
            steps.map(|s| (s.day, s.share)).collect::<Vec<_>>()
        };
        assert_eq!(at_work(0), [(100, 1.0)], "the cut, to the end");
        assert_eq!(at_work(1), [(110, 1.0), (110 + days, 0.0)]);
        let (got, short) = (
            of_each(&outcome, Metric::ReserveDrawn),
            of_each(&outcome, Metric::Shortfall),
        );
        for f in 0..2 {
            // An order beyond what is there empties the reserve by and by.
            close(got[f], drawn[f], 0.06 * drawn[f]);
            close(short[f] + got[f], 29_000.0, 1.0);
        }
    }
}

#[test]
fn an_order_beyond_the_rule_is_followed_and_a_lower_one_is_not() {
    let rule = reserve("B", 9000, "8 days");
    let order = |total: u32| {
        format!(
            "{rule}[policies.relief.coordinated-release]\nrole = \"response\"\nof = \"gas\"\n\
             members = \"B\"\ntotal = \"{total} t\"\nover = \"10 days\"\neffective = 2025-05-02\n"
        )
    };
    // In force from day 121 on, between two clearings, for ten days.
    // What the larger order left in stock then keeps cover above 8 days.
    for (total, rate, after) in [(3000, 300.0, 0.0), (500, 100.0, 100.0)] {
        let (journal, _) = traced(&reserves(&order(total)));
        let released = |until: f64| {
            let mut rates = journal
                .entries()
                .iter()
                .filter_map(|(at, entry)| match entry {
                    Entry::Reserve { rate, .. } if at.days() < until => Some(*rate),
                    _ => None,
                });
            rates.next_back().unwrap()
        };
        close(released(120.9), 100.0, 1e-9);
        close(released(121.1), rate, 1e-9);
        close(released(131.1), after, 1e-9);
    }
}

#[test]
fn a_pact_draws_on_partners_that_have_enough() {
    // B's imports alone stop, so D never runs low.
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = \"gas\"\nto = \"B\"\n\
               effective = 2025-04-11\n";
    let pact = |share: &str, floor: &str| {
        format!(
            "{}{ban}[policies.pact.stockpile-pact]\nrole = \"response\"\nmembers = [\"B\", \"D\"]\n\
             of = \"gas\"\ntrigger = \"8 days\"\nshare = \"{share}\"\nfloor = {floor}\ntransit = \"2 days\"\n",
            reserve("D", 20_000, "0 days")
        )
    };
    let text = |pact: &str| {
        piped(200, [100, 100], pact).replace("\ncover = \"0 days\"", "\ncover = \"10 days\"")
    };
    // (400 − 100) days of 100 t/d, less ten days of stock, less what D gives.
    for (share, floor, given) in [("1 %/day", "0.4", 12_000.0), ("0.1 %/day", "0", 5_900.0)] {
        let (_, record) = traced(&text(&pact(share, floor)));
        close(record.aid[0], given, 0.02 * given);
        assert_eq!(record.aid[1], 0.0);
        let drawn = record.metrics[shortfall::engine::METRICS + Metric::ReserveDrawn as usize];
        // What left in the last two days has not come in.
        assert!(
            drawn >= record.aid[0] && drawn <= record.aid[0] + 101.0,
            "{drawn}"
        );
        let short = record.metrics[Metric::Shortfall as usize];
        close(short, 30_000.0 - 1000.0 - record.aid[0], 201.0);
    }
}

#[test]
fn policies_that_bind_nothing_change_no_byte() {
    let plain = reserve("B", 9000, "8 days") + &reserve("D", 9000, "8 days");
    let idle = "[policies.relief.coordinated-release]\nrole = \"response\"\nof = \"gas\"\n\
                members = [\"B\", \"D\"]\ntotal = \"0 t\"\nover = \"10 days\"\neffective = 2025-04-21\n\
                [policies.pact.stockpile-pact]\nrole = \"response\"\nmembers = [\"B\", \"D\"]\n\
                of = \"gas\"\ntrigger = \"0 days\"\nshare = \"1 %/day\"\ntransit = \"2 days\"\n\
                [[tanks]]\nof = \"gas\"\nin = \"B\"\ncapacity = \"9000 days\"\n";
    let idle = run_threads(&reserves(&(plain.clone() + idle)), 1, 1);
    let plain = run_threads(&reserves(&plain), 1, 1);
    for f in 0..2 {
        assert_eq!(
            plain.focus[f].shocked.columns,
            idle.focus[f].shocked.columns
        );
        assert_eq!(
            plain.focus[f].baseline.columns,
            idle.focus[f].baseline.columns
        );
    }
}

#[track_caller]
fn complaint(text: &str) -> String {
    match scenario::load_embedded("case", &[("case.toml", text)], &[]) {
        Err(report) => report.render(),
        Ok(loaded) => {
            let complaints = Model::new(&loaded.scenario).unwrap_err();
            complaints
                .iter()
                .map(|c| format!("{}: {}; {}\n", c.path, c.message, c.help))
                .collect()
        }
    }
}

#[test]
fn mistakes_are_told() {
    let start = contract("B", 10, "ramp = \"2 years\"");
    let pact = "[policies.pact.stockpile-pact]\nrole = \"response\"\nmembers = [\"A\", \"D\"]\n\
                of = \"gas\"\ntrigger = \"8 days\"\nshare = \"1 %/day\"\ntransit = \"2 days\"\n";
    let relief = "[policies.relief.coordinated-release]\nrole = \"response\"\nof = \"gas\"\n\
                  members = { B = 0.4, D = 0.4 }\ntotal = \"100 t\"\nover = \"10 days\"\n";
    for (rest, said) in [
        (
            start,
            "a contract that rises over some time must say from when",
        ),
        (
            contract("B", 10, "tolerance = { down = 2 }"),
            "must lie between 0 and 1",
        ),
        (contract("B", 10, "destination = \"open\""), "\"fixed\""),
        (
            tank("100 t", "heel = \"120 t\""),
            "its heel must be less than its capacity",
        ),
        (tank("10 days", "heel = 1"), "must lie between 0 and 0.99"),
        (
            tank("10 days", "") + &tank("9 days", ""),
            "two entries about tanks for gas in B",
        ),
        (
            tank("10 days", "").replace("\"B\"", "\"A\""),
            "nobody in A uses gas",
        ),
        (pact.to_owned(), "nobody in A uses gas"),
        (pact.to_owned(), "none of these has a reserve of gas"),
        (
            relief.to_owned(),
            "the shares of the members add up to 0.8, not 1",
        ),
        (relief.replace("0.4", "0.5"), "D has no reserve of gas"),
    ] {
        let told = complaint(&piped(100, [60, 40], &rest));
        assert!(told.contains(said), "{told}\ndoes not say {said:?}");
    }
}

/// Two sellers, two buyers and all of it at once: the books of every trial
/// close, or it fails.
#[test]
fn the_books_close_whatever_waits_boils_off_or_is_given() {
    let policies = r#"
[policies.ban.export-ban]
role = "shock"
by = "A"
on = "gas"
to = "B"
effective = 2025-07-03
ends = 2025-11-20
share = { uniform = { low = 0.4, high = 1 } }

[policies.relief.coordinated-release]
role = "response"
of = "gas"
members = ["B", "D"]
total = { uniform = { low = "500 t", high = "9000 t" } }
over = "60 days"
effective = 2025-07-20
ends = 2025-09-01

[policies.pact.stockpile-pact]
role = "response"
members = ["B", "D"]
of = "gas"
trigger = "12 days"
share = "25 %/quarter"
floor = 0.3
transit = { exponential = { mean = "6 days" } }
effective = 2025-08-05
"#;
    let sites = "[[sites]]\nname = \"other\"\ncountry = \"D\"\nmakes = \"gas\"\n\
                 capacity = \"60 t/d\"\noutages = { every = { exponential = { mean = \"60 days\" } }, lasts = \"9 days\" }\n";
    let sails = [
        "transit = { lognormal = { median = \"12 days\", p90 = \"40 days\" } }\ncargo = \"900 t\"",
        "transit = { exponential = { mean = \"12 days\" } }\nclearing = \"11 days\"\non_change = true",
        "pipeline = true\ntransit = \"5 days\"",
        "transit = \"0 days\"\nrule = \"contract-first\"\ncargo = \"40 t\"\nclearing = \"3 days\"",
    ];
    for (case, sails) in sails.into_iter().enumerate() {
        let commodity = format!(
            "{sails}\nboil_off = \"0.8 %/day\"\ncover = \"20 days\"\nbalance = \"as-given\"\nstart = \"{}\"",
            ["steady", "empty"][case % 2]
        );
        let demand = "season = [2, 2, 1, 1, 0.5, 0, 0, 0.5, 1, 1, 1, 2]\nbacklog = 0.5\n\
                      [[demand]]\nof = \"gas\"\nin = \"D\"\nrate = \"60 t/d\"";
        let contracts = contract(
            "B",
            60,
            "tolerance = { down = 0.3, up = 0.2 }\ntake_or_pay = 0.9\npriority = 2\n\
             start = 2025-02-10\nramp = \"9 months\"",
        ) + &contract("D", 20, "destination = \"free\"\ntake_or_pay = 1");
        let rest = [
            sites,
            &contracts,
            &tank("15 days", "heel = { uniform = { low = 0.1, high = 0.3 } }"),
            &reserve("B", 4000, "10 days"),
            &reserve("D", 6000, "5 days"),
            policies,
        ]
        .concat();
        let text = shipped(&commodity, demand, &rest)
            .replace("B = \"Buyer\"", "B = \"Buyer\"\nD = \"Another\"");
        let outcome = run_threads(&text, 40, 2);
        let drawn = outcome.focus[0].shocked.column(Metric::ReserveDrawn);
        assert!(drawn.iter().all(|drawn| *drawn > 0.0), "case {case}");
    }
}

#[test]
fn a_trace_tells_of_all_of_it_in_words() {
    let text = shipped(
        "boil_off = \"1 %/day\"\ncargo = \"3000 t\"\ncover = \"10 days\"\nbalance = \"as-given\"\n\
         transit = { discrete = { values = [\"10 days\", \"30 days\"], probabilities = [0.5, 0.5] } }",
        "[[demand]]\nof = \"gas\"\nin = \"D\"\nrate = \"60 t/d\"",
        &[
            contract("B", 120, "destination = \"free\"\ntake_or_pay = 0.95"),
            tank("2000 t", ""),
            reserve("D", 9000, "0 days"),
            "[policies.relief.coordinated-release]\nrole = \"response\"\nof = \"gas\"\nmembers = \"D\"\n\
             total = \"900 t\"\nover = \"30 days\"\neffective = 2025-06-10\n\
             [policies.pact.stockpile-pact]\nrole = \"response\"\nmembers = [\"B\", \"D\"]\nof = \"gas\"\n\
             trigger = \"9 days\"\nshare = \"25 %/quarter\"\ntransit = \"2 days\"\n"
                .to_owned(),
        ]
        .concat(),
    )
    .replace("B = \"Buyer\"", "B = \"Buyer\"\nD = \"Another\"");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = assert_cmd::Command::cargo_bin("shortfall").unwrap();
    let output = command
        .arg("trace")
        .arg(&file)
        .args(["--trial", "0", "--all", "--csv"]);
    let told = String::from_utf8(output.assert().success().get_output().stdout.clone()).unwrap();
    for said in [
        "of its contract with Seller",
        "USD a day for the rest",
        "the tank is full,",
        "boils off, waiting for room in the tank",
        "will boil off, on a voyage longer than usual",
        "in force: release of gas by Another",
        "relief: the state reserve is ordered to release 30.0 t a day",
        "in force: stockpile pact on gas of Buyer, Another",
        "leaves the state reserve of Another",
        "from the state reserve of another country arrives",
    ] {
        assert!(told.contains(said), "nothing {said:?} in\n{told}");
    }
}
