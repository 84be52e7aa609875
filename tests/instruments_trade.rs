//! Sanctions, tariffs, price caps, chokepoints, and ways around what policies
//! stop: one small scenario each, through the scenario language and against
//! hand calculation. Every trial also keeps its books, or fails.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod texts;

use shortfall::engine::{Entry, Model, Record, Variant, Worker};
use shortfall::scenario;

const SEED: u64 = 7;

fn model(text: &str) -> Model {
    let loaded = scenario::load_embedded("case", &[("case.toml", text)], &[])
        .unwrap_or_else(|report| panic!("{}", report.render()));
    texts::keep(text, None);
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

/// A trial with its journal: entries by day.
struct Told {
    record: Record,
    entries: Vec<(f64, Entry)>,
    model: Model,
}

fn tell(text: &str) -> Told {
    tell_trial(&model(text), 0)
}

fn tell_trial(model: &Model, trial: u64) -> Told {
    let (journal, record) = Worker::new(model).trace(SEED, trial, Variant::Shocked);
    let entries = journal.entries().iter();
    Told {
        record: record.unwrap_or_else(|error| panic!("{error}")),
        entries: entries.map(|(at, entry)| (at.days(), *entry)).collect(),
        model: model.clone(),
    }
}

fn record(text: &str) -> Record {
    let model = model(text);
    Worker::new(&model)
        .run(SEED, 0, Variant::Shocked)
        .unwrap_or_else(|error| panic!("{error}"))
        .clone()
}

impl Told {
    fn seller(&self, company: &str) -> usize {
        let mut sellers = self.model.network.sellers.iter();
        sellers.position(|s| s.company == company).unwrap()
    }

    fn is_pair(&self, pair: usize, company: &str, country: &str) -> bool {
        let n = &self.model.network;
        let p = &n.pairs[pair];
        let buyer = n.buyers[p.buyer as usize].country;
        p.seller as usize == self.seller(company) && n.countries[buyer].0 == country
    }

    /// Arrivals on a pair: day and volume.
    fn arrivals(&self, company: &str, country: &str) -> Vec<(f64, f64)> {
        let mut all = Vec::new();
        for (day, entry) in &self.entries {
            if let Entry::Arrival { pair, volume, .. } = entry
                && self.is_pair(*pair, company, country)
            {
                all.push((*day, *volume));
            }
        }
        all
    }

    fn arrived(&self, company: &str, country: &str, from: f64, to: f64) -> f64 {
        let all = self.arrivals(company, country);
        let within = all.iter().filter(|(day, _)| (from..to).contains(day));
        within.map(|(_, volume)| volume).sum()
    }

    fn policy(&self, name: &str) -> usize {
        let mut policies = self.model.policies.iter();
        policies.position(|p| p.name == name).unwrap()
    }

    fn leaked(&self, name: &str) -> f64 {
        let markets = self.model.network.markets.len();
        let first = self.policy(name) * markets;
        self.record.leaked[first..first + markets].iter().sum()
    }

    fn stopped(&self, name: &str) -> f64 {
        let markets = self.model.network.markets.len();
        let first = self.policy(name) * markets;
        self.record.stopped[first..first + markets].iter().sum()
    }

    /// First day on which a policy stops trade with a country.
    fn first_blocked(&self, name: &str, country: &str) -> f64 {
        let n = &self.model.network;
        let blocks = self.entries.iter().filter_map(|(day, entry)| match entry {
            Entry::Blocked { policy, pair, .. } if *policy == self.policy(name) => {
                let buyer = n.buyers[n.pairs[*pair].buyer as usize].country;
                (n.countries[buyer].0 == country).then_some(*day)
            }
            _ => None,
        });
        blocks.fold(f64::INFINITY, f64::min)
    }
}

#[track_caller]
fn close(got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "got {got}, wanted {wanted} ± {tolerance}"
    );
}

/// R and O sell 100 t/d each, J and K use as much each. Use answers to no
/// price and orders to no gap, unless the case says otherwise.
fn four(horizon: &str, commodity: &str, rest: &str) -> String {
    let given = |key: &str| commodity.lines().any(|line| line.starts_with(key));
    let rigid = [
        "elasticity = { short = 0 }",
        "stock_elasticity = 0",
        "restocking = 0",
        "minimum_cover = \"0 days\"",
        "cover = \"30 days\"",
    ];
    let rigid = rigid
        .iter()
        .filter(|line| !given(line.split(' ').next().unwrap()));
    let rigid = rigid.copied().collect::<Vec<_>>().join("\n");
    format!(
        r#"
[scenario]
title = "two sellers, two buyers"
start = 2025-01-01
horizon = "{horizon}"
short_above = 0
focus = ["oil @ J", "oil @ K"]

[countries]
R = "Struck"
O = "Other"
J = "Buyer"
K = "Neutral"

[commodities.oil]
unit = "t"
price = "100 USD/t"
{rigid}
{commodity}

[[sites]]
name = "r"
country = "R"
company = "Struck Oil"
makes = "oil"
capacity = "100 t/d"

[[sites]]
name = "o"
country = "O"
company = "Other Oil"
makes = "oil"
capacity = "100 t/d"

[[demand]]
of = "oil"
in = "J"
rate = "100 t/d"

[[demand]]
of = "oil"
in = "K"
rate = "100 t/d"
{rest}
"#
    )
}

/// R alone sells 100 t/d to J, a parcel a week that is a day under way.
fn lane(horizon: &str, commodity: &str, rest: &str) -> String {
    let text = four(horizon, &format!("transit = \"1 day\"\n{commodity}"), rest);
    let (before, after) = text.split_once("\n[[sites]]\nname = \"o\"").unwrap();
    let (_, after) = after.split_once("\n[[demand]]").unwrap();
    let (demand, rest) = after.split_once("\n[[demand]]").unwrap();
    let (_, rest) = rest.split_once("rate = \"100 t/d\"").unwrap();
    let before = before.replace(", \"oil @ K\"", "");
    format!("{before}\n[[demand]]{demand}{rest}")
}

fn sanction(keys: &str) -> String {
    format!("[policies.s.sanction]\nrole = \"shock\"\ncompanies = [\"Struck Oil\"]\n{keys}\n")
}

#[test]
fn a_sanction_that_all_comply_with_leaves_a_seller_its_goods_at_its_deepest_discount() {
    let told = tell(&four(
        "200 days",
        "transit = \"1 day\"\ndiscount = 0.4",
        &sanction("compliance = 1"),
    ));
    let struck = told.seller("Struck Oil");
    close(told.record.discount[struck], 0.4, 1e-9);
    close(told.record.seller_price[struck], -0.4, 1e-9);
    close(told.record.days_struck[struck], 200.0, 1e-9);
    assert_eq!(told.arrived("Struck Oil", "J", 9.0, 200.0), 0.0);
    assert_eq!(told.arrived("Struck Oil", "K", 9.0, 200.0), 0.0);
    close(told.stopped("s"), 100.0 * 200.0, 1e-6);
    assert_eq!(told.record.days_struck[told.seller("Other Oil")], 0.0);
}

#[test]
fn what_some_give_up_others_buy_at_a_discount() {
    // Long enough for the goods of O to go round; discounts hardly bounded.
    let told = tell(&four(
        "300 days",
        "transit = \"1 day\"\ndiscount = 0.95\nelasticity = { short = 0.3 }",
        &sanction("compliance = { J = 0.8 }\nrisk = { J = 0.05 }"),
    ));
    let from = |company: &str, country: &str| told.arrived(company, country, 200.0, 270.0) / 70.0;
    close(from("Struck Oil", "J"), 0.2 * 50.0, 1.0);
    close(from("Struck Oil", "K"), 90.0, 1.0);
    close(
        from("Struck Oil", "J") + from("Struck Oil", "K"),
        100.0,
        1e-6,
    );
    let all = from("Other Oil", "J") + from("Other Oil", "K");
    close(all, 100.0, 1e-6);
    let (struck, other) = (told.seller("Struck Oil"), told.seller("Other Oil"));
    assert!(
        told.record.discount[struck] > 0.01,
        "{:?}",
        told.record.discount
    );
    assert!(told.record.seller_price[other] > told.record.seller_price[struck]);
}

#[test]
fn trade_goes_on_while_it_is_wound_down() {
    let told = tell(&lane(
        "200 days",
        "",
        &sanction("effective = 2025-02-01\nwind_down = 2025-03-15"),
    ));
    // 15 March is day 73, inside the window that began on day 70.
    close(told.first_blocked("s", "J"), 73.0, 1e-9);
    close(told.stopped("s"), 100.0 * 127.0, 100.0 * 3.0);
    let binds = |(day, entry): &(f64, Entry)| matches!(entry, Entry::Binds { .. }).then_some(*day);
    assert_eq!(told.entries.iter().find_map(binds), Some(73.0));
}

#[test]
fn a_waiver_ends_unless_it_is_renewed() {
    let waived = |renewed: &str| {
        let terms = format!("compliance = 1\nwaivers.J = {{ until = 2025-04-11, {renewed} }}");
        model(&lane("180 days", "", &sanction(&terms)))
    };
    let ends = tell_trial(&waived("renewed = 0"), 0);
    close(ends.first_blocked("s", "J"), 100.0, 1e-9);
    let lasts = tell_trial(&waived("renewed = 1, term = \"30 days\""), 0);
    assert_eq!(lasts.first_blocked("s", "J"), f64::INFINITY);
    let sometimes = waived("renewed = 0.7, term = \"60 days\"");
    let trials = 600;
    let blocked = (0..trials).filter(|trial| {
        let first = tell_trial(&sometimes, *trial).first_blocked("s", "J");
        assert!(
            first == 100.0 || first == 160.0 || first.is_infinite(),
            "{first}"
        );
        first == 100.0
    });
    let share = blocked.count() as f64 / trials as f64;
    close(share, 0.3, 4.0 * (0.3_f64 * 0.7 / trials as f64).sqrt());
}

#[test]
fn where_a_country_stands_in_the_file_moves_no_waiver() {
    let terms =
        "compliance = 1\nwaivers.J = { until = 2025-04-11, renewed = 0.5, term = \"30 days\" }";
    let text = lane("180 days", "", &sanction(terms));
    let (plain, later) = (
        model(&text),
        model(&text.replace("R = \"Str", "Z = \"Last\"\nR = \"Str")),
    );
    for trial in 0..20 {
        let ends = |model| tell_trial(model, trial).first_blocked("s", "J");
        assert_eq!(ends(&plain), ends(&later), "trial {trial}");
    }
}

#[test]
fn compliance_eases_towards_what_lasts() {
    let told = tell(&lane(
        "196 days",
        "",
        &sanction("compliance = 0.8\neases = \"50 days\"\nlasting = 0.25"),
    ));
    let complies = |window: u32| {
        let eased = (-f64::from(window * 7) / 50.0).exp();
        0.8 * (0.25 + 0.75 * eased)
    };
    let stopped: f64 = (0..28).map(|window| 700.0 * complies(window)).sum();
    close(told.stopped("s"), stopped, 1e-6);
}

#[test]
fn sellers_hand_on_the_stated_share() {
    let relabelled = |share: f64, within: &str| {
        let keys = format!(
            "relabelling = {{ as = [\"Other Oil\"], at_most = {share}, within = \"{within}\" }}"
        );
        tell(&four("210 days", "transit = \"1 day\"", &sanction(&keys)))
    };
    // In the first window nothing is unsold yet.
    let at_once = relabelled(0.1, "1 s");
    close(at_once.leaked("s"), 0.1 * 700.0 * 29.0, 1e-6);
    let handed: f64 = at_once
        .entries
        .iter()
        .map(|(_, entry)| match entry {
            Entry::Handed { volume, .. } => *volume,
            _ => 0.0,
        })
        .sum();
    close(handed, at_once.leaked("s"), 1e-9);
    let slowly = relabelled(0.1, "60 days").leaked("s");
    let grown = |w: u32| 1.0 - (-f64::from(w * 7) / 60.0).exp();
    let wanted: f64 = (1..30).map(|w| 0.1 * 700.0 * grown(w)).sum();
    close(slowly, wanted, 1e-6);
    // What is handed on reaches buyers under another name.
    let sold = |told: &Told| {
        told.arrived("Other Oil", "J", 100.0, 200.0) + told.arrived("Other Oil", "K", 100.0, 200.0)
    };
    assert!(sold(&at_once) > sold(&relabelled(0.0, "1 s")) + 300.0);
}

#[test]
fn the_shadow_channel_carries_its_capacity_late() {
    let told = tell(&lane(
        "280 days",
        "",
        &sanction(
            "shadow = { at_first = \"10 t/d\", at_most = \"30 t/d\", within = \"70 days\", \
             delay = \"20 days\", cost = 0.1 }",
        ),
    ));
    let rate = |w: u32| 30.0 - 20.0 * (-f64::from(w * 7) / 70.0).exp();
    let leaked: f64 = (0..40).map(|w| 7.0 * rate(w)).sum();
    close(told.leaked("s"), leaked, 1e-6);
    close(told.stopped("s"), 28_000.0 - leaked, 1e-6);
    // All that comes after what was under way is late.
    let arrivals = told.arrivals("Struck Oil", "J");
    let first = arrivals.iter().find(|(day, _)| *day > 1.0).unwrap();
    assert!((21.0..28.0).contains(&first.0), "{first:?}");
    close(first.1, 70.0, 1e-6);
}

#[test]
fn parcels_are_late_in_proportion_to_what_goes_beyond_the_limit() {
    let told = tell(&lane(
        "700 days",
        "",
        &sanction(
            "compliance = 0.4\nshadow = { at_first = \"100 t/d\", at_most = \"100 t/d\", \
             within = \"1 day\", delay = \"20 days\" }",
        ),
    ));
    close(told.leaked("s"), 0.4 * 70_000.0, 1e-6);
    assert_eq!(told.stopped("s"), 0.0);
    // A parcel that is late arrives 20 days, or 6 of 7, after the hour of others.
    let arrivals = told.arrivals("Struck Oil", "J");
    let usual = arrivals.iter().find(|(day, _)| *day > 1.0).unwrap().0 % 7.0;
    let late = arrivals.iter().filter(|(day, _)| {
        let apart = (day - usual).rem_euclid(7.0);
        *day > 30.0 && *day < 660.0 && (0.1..6.9).contains(&apart)
    });
    let all = arrivals
        .iter()
        .filter(|(day, _)| *day > 30.0 && *day < 660.0);
    let (late, all) = (late.count() as f64, all.count() as f64);
    close(late / all, 0.4, 0.02);
}

/// Two sellers of which each could serve J alone, so that neither earns a rent.
fn plenty(rest: &str) -> String {
    let commodity = "transit = \"1 day\"\nbalance = \"as-given\"\nrelease = \"4000 years\"\n\
                     discount = 0\ndispersion = 8";
    four("140 days", commodity, rest).replace("rate = \"100 t/d\"", "rate = \"50 t/d\"")
}

#[test]
fn a_tariff_shifts_trade_between_two_like_sellers() {
    let tariff = "[policies.t.tariff]\nrole = \"shock\"\nby = [\"J\"]\non = [\"oil\"]\n\
                  from = [\"R\"]\nrate = 0.15\n";
    let told = tell(&plenty(tariff));
    let from = |company: &str, country: &str| told.arrived(company, country, 35.0, 105.0);
    let shift = (-8.0_f64 * 0.15).exp();
    close(
        from("Struck Oil", "J") / from("Other Oil", "J"),
        shift,
        1e-5,
    );
    close(from("Struck Oil", "K") / from("Other Oil", "K"), 1.0, 1e-4);
    close(
        from("Struck Oil", "J") + from("Other Oil", "J"),
        3_500.0,
        1e-6,
    );
}

fn price_cap(at: &str) -> String {
    format!(
        "[policies.c.price-cap]\nrole = \"shock\"\nby = [\"J\"]\non = [\"oil\"]\n\
         companies = [\"Struck Oil\"]\nat = \"{at} USD/t\"\n"
    )
}

#[test]
fn under_a_price_cap_a_buyer_outbids_nobody_above_it() {
    let told = tell(&plenty(&price_cap("70")));
    // w e^{θ(cap − π)} with w what the seller offers J.
    let taken = told.arrived("Struck Oil", "J", 35.0, 105.0) / 70.0;
    close(taken, 50.0 * (-8.0_f64 * 0.3).exp(), 1e-3);
    let paid = told.entries.iter().filter_map(|(day, entry)| match entry {
        Entry::Arrival { pair, price, .. }
            if *day > 9.0 && told.is_pair(*pair, "Struck Oil", "J") =>
        {
            Some(*price)
        }
        _ => None,
    });
    let most = paid.fold(0.0, f64::max);
    close(most, 70.0, 1e-9);
    let shut = tell(&plenty(&price_cap("10")));
    let taken = shut.arrived("Struck Oil", "J", 35.0, 105.0) / 70.0;
    close(taken, 50.0 * (-8.0_f64 * 0.9).exp(), 1e-3);
}

/// Metrics, origins and months of a record, without what lists policies.
fn seen(record: &Record) -> [&[f64]; 4] {
    [
        &record.metrics,
        &record.shortfall,
        &record.cover,
        &record.origins,
    ]
}

#[test]
fn policies_that_bind_nothing_change_no_bit() {
    let commodity = "transit = { uniform = { low = \"1 day\", high = \"30 days\" } }\n\
                     cargo = \"300 t\"\nelasticity = { short = 0.2 }\nrestocking = 0.3";
    let lanes = "[[lanes]]\nfrom = \"R\"\nto = [\"J\", \"K\"]\nvia = { strait = \"1 day\" }\n";
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"O\"\non = [\"oil\"]\n\
               effective = 2025-05-05\nshare = 0.3\n";
    let with = |policy: &str| record(&four("1 year", commodity, &format!("{lanes}{ban}{policy}")));
    let alone = with("");
    let idle = [
        price_cap("5000"),
        sanction("compliance = 0\neffective = 2025-03-05"),
        "[policies.t.tariff]\nrole = \"shock\"\nby = [\"J\"]\non = [\"oil\"]\nrate = 0\n\
         effective = 2025-03-05\n"
            .to_owned(),
        "[policies.c.closure]\nrole = \"shock\"\nof = \"strait\"\nopen = 1\n\
         effective = 2025-03-05\nends = 2025-06-06\nrecovery = \"9 days\"\n"
            .to_owned(),
        "[policies.b.bypass]\nrole = \"shock\"\naround = \"strait\"\nby = [\"R\"]\non = [\"oil\"]\n\
         capacity = \"10 t/d\"\neffective = 2025-03-05\n"
            .to_owned(),
        "[policies.l.leakage]\nrole = \"shock\"\naround = [\"ban\"]\nvia = [\"K\"]\nat_most = 0\n\
         within = \"9 days\"\neffective = 2025-03-05\n"
            .to_owned(),
        "[policies.x.extraterritorial-rule]\nrole = \"shock\"\nby = \"R\"\ncontent = [\"oil\"]\n\
         on = [\"oil\"]\nthreshold = 0.01\neffective = 2025-03-05\n"
            .to_owned(),
    ];
    for policy in &idle {
        assert_eq!(seen(&with(policy)), seen(&alone), "{policy}");
    }
}

/// A country that has no exports is not bound by a quota above all that it
/// could ship; the market need not clear again.
#[test]
fn an_ample_quota_shuts_no_pair_without_trade() {
    let commodity =
        "new_pairs = 0\nbalance = \"as-given\"\ntransit = \"9 days\"\nelasticity = { short = 0.2 }";
    let own = "[[sites]]\nname = \"k\"\ncountry = \"K\"\nmakes = \"oil\"\ncapacity = \"100 t/d\"\n\
               [policies.ban.export-ban]\nrole = \"shock\"\nby = \"R\"\non = [\"oil\"]\neffective = 2025-02-07\n";
    let quota = |volume: &str| {
        let quota = "[policies.q.export-quota]\nrole = \"shock\"\nby = \"K\"\non = [\"oil\"]\neffective = 2025-03-07\n";
        record(&four(
            "200 days",
            commodity,
            &format!("{own}{quota}volume = \"{volume}\"\n"),
        ))
    };
    let none = record(&four("200 days", commodity, own));
    assert_eq!(seen(&quota("1 Mt")), seen(&none));
    assert_ne!(seen(&quota("100 t")), seen(&none));
}

#[test]
fn sellers_of_one_country_share_its_use() {
    let text = four("100 days", "new_pairs = 0", "")
        .replace("country = \"O\"", "country = \"R\"")
        .replace(
            "in = \"J\"\nrate = \"100 t/d\"",
            "in = \"R\"\nrate = \"20 t/d\"",
        )
        .replace(
            "in = \"K\"\nrate = \"100 t/d\"",
            "in = \"K\"\nrate = \"30 t/d\"",
        )
        .replace("oil @ J", "oil @ R")
        .replacen("capacity = \"100 t/d\"", "capacity = \"40 t/d\"", 1)
        .replacen("capacity = \"100 t/d\"", "capacity = \"10 t/d\"", 1);
    let flows = model(&text).network.base.flow;
    for (flow, wanted) in flows.iter().zip([16.0, 24.0, 4.0, 6.0]) {
        close(*flow, wanted, 1e-9);
    }
}

/// Countries whose output and use differ by next to nothing.
#[test]
fn next_to_no_trade_can_be_balanced() {
    for left in [0.0, 1e-7, 1e-4, 1e-2] {
        let more = |key: &str| format!("{key} = \"{} t/d\"", 100.0 + left);
        let text = four("100 days", "", "")
            .replace("country = \"R\"", "country = \"J\"")
            .replace("country = \"O\"", "country = \"K\"")
            .replacen("capacity = \"100 t/d\"", &more("capacity"), 1)
            .replace(
                "in = \"K\"\nrate = \"100 t/d\"",
                &format!("in = \"K\"\n{}", more("rate")),
            );
        let flow = model(&text).network.base.flow;
        close(flow[0] + flow[1], 100.0 + left, 1e-9);
        close(flow[1] - flow[2], left, 1e-9);
    }
}

/// A parcel that is taken back may hold goods that waited for it since before
/// there was a way around the limit.
#[test]
fn no_more_is_taken_back_from_a_way_than_went_by_it() {
    for day in 2..29 {
        let text = lane(
            "120 days",
            "cargo = \"450 t\"",
            &format!(
                "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"R\"\non = [\"oil\"]\nshare = 0.9\n\
                 effective = 2025-03-{day:02}\nends = 2025-03-{:02}\n\
                 [policies.leak.leakage]\nrole = \"shock\"\naround = [\"ban\"]\nvia = [\"J\"]\n\
                 at_most = 0.1\nwithin = \"1 day\"\n\
                 [policies.t.tariff]\nrole = \"shock\"\nby = [\"J\"]\non = [\"oil\"]\nrate = 0.1\n\
                 effective = 2025-03-{:02}\n",
                day + 2,
                day + 1,
            ),
        );
        let leaked = tell(&text).leaked("leak");
        assert!(leaked >= 0.0, "from day {day}: {leaked}");
    }
}

/// Daily parcels, 20 days under way, of which 5 to the strait.
fn strait(horizon: &str, detour: &str, closure: &str) -> String {
    let lanes = format!(
        "[[lanes]]\nfrom = \"R\"\nto = \"J\"\ntransit = \"20 days\"\n\
         via = {{ strait = \"5 days\" }}\n{detour}\n[policies.c.closure]\nrole = \"shock\"\n\
         of = \"strait\"\neffective = 2025-04-11\n{closure}\n"
    );
    lane(
        horizon,
        "clearing = \"1 day\"\nrelease = \"9000 days\"",
        &lanes,
    )
}

/// Day 100.
const CLOSES: f64 = 100.0;

#[test]
fn goods_before_a_strait_wait_and_those_past_it_sail_on() {
    let told = tell(&strait("300 days", "", "lasts = \"60 days\""));
    close(told.arrived("Struck Oil", "J", 90.0, 115.0), 2_500.0, 1e-6);
    assert_eq!(told.arrived("Struck Oil", "J", 115.0, 175.0), 0.0);
    // The five that waited pass at once on day 160.
    close(told.arrived("Struck Oil", "J", 175.0, 175.01), 500.0, 1e-6);
    close(told.arrived("Struck Oil", "J", 175.01, 180.0), 0.0, 1e-9);
    let held = told.entries.iter().filter(|(day, entry)| {
        (*day - CLOSES).abs() < 1e-9
            && matches!(
                entry,
                Entry::Stopped {
                    goes_round: false,
                    ..
                }
            )
    });
    assert_eq!(held.count(), 5);
    close(told.stopped("c"), 6_000.0, 1e-6);
}

#[test]
fn a_strait_partly_open_lets_its_share_pass() {
    let model = model(&strait("130 days", "", "open = 0.3"));
    let trials = 200;
    let mut passed = 0.0;
    for trial in 0..trials {
        let told = tell_trial(&model, trial);
        passed += told.arrived("Struck Oil", "J", 115.0, 120.0) / 500.0;
        close(told.stopped("c"), 0.7 * 100.0 * 30.0, 1e-6);
    }
    let share = passed / f64::from(trials as u32);
    close(share, 0.3, 4.0 * (0.21 / (5.0 * trials as f64)).sqrt());
}

#[test]
fn what_waits_goes_on_with_the_half_life() {
    let text = strait(
        "300 days",
        "",
        "lasts = \"60 days\"\nrecovery = \"10 days\"",
    )
    .replace("\"20 days\"", "\"60 days\"")
    .replace("\"5 days\"", "\"50 days\"");
    let model = model(&text);
    let trials = 40;
    let mut after = [0.0; 3];
    for trial in 0..trials {
        let told = tell_trial(&model, trial);
        for (count, half_lives) in after.iter_mut().zip([1.0, 2.0, 3.0]) {
            // Ten days from the strait to the port.
            *count += told.arrived("Struck Oil", "J", 165.0, 170.0 + 10.0 * half_lives);
        }
    }
    for (count, half_lives) in after.into_iter().zip([1.0, 2.0, 3.0]) {
        let share = count / (5_000.0 * trials as f64);
        let wanted = 1.0 - 2.0_f64.powf(-half_lives);
        let error = (wanted * (1.0 - wanted) / (50.0 * trials as f64)).sqrt();
        close(share, wanted, 4.0 * error);
    }
    // New departures: a share of reference trade that grows alike.
    let told = tell_trial(&model, 0);
    let open = |day: u32| 1.0 - 2.0_f64.powf(-f64::from(day) / 10.0);
    let kept: f64 = 6_000.0 + (0..40).map(|day| 100.0 * (1.0 - open(day))).sum::<f64>();
    let stopped = told.stopped("c");
    assert!(
        (kept..kept + 100.0 * 10.0).contains(&stopped),
        "{stopped} {kept}"
    );
}

#[test]
fn a_detour_is_longer_and_dearer_and_stops_nothing() {
    let detour = "detour = { adds = \"15 days\", cost = 0.08 }";
    let text = strait("200 days", detour, "lasts = \"60 days\"");
    let told = tell(&text.replace("short = 0 ", "short = 0.2 "));
    assert_eq!(told.stopped("c"), 0.0);
    close(told.leaked("c"), 6_000.0, 1e-6);
    // Past the strait on day 100: 15 parcels; 5 before it are 15 days late, and
    // with them all that sets out while it is closed.
    close(told.arrived("Struck Oil", "J", 100.0, 115.0), 1_500.0, 1e-6);
    assert_eq!(told.arrived("Struck Oil", "J", 115.0, 130.0), 0.0);
    close(told.arrived("Struck Oil", "J", 130.0, 180.0), 5_000.0, 1e-6);
    // There is nobody else to sell to: the cost is the seller's.
    close(told.record.metrics[11], 100.0, 1e-6);
    let seller = told.record.seller_price[told.seller("Struck Oil")];
    close(seller, -0.08 * 60.0 / 200.0, 1e-6);
}

#[test]
fn spare_capacity_behind_a_strait_is_of_no_use() {
    let lanes = "[[lanes]]\nfrom = \"R\"\nto = [\"J\", \"K\"]\nvia = { strait = \"0 days\" }\n\
                 [policies.c.closure]\nrole = \"shock\"\nof = \"strait\"\n\
                 effective = 2025-04-11\nends = 2025-09-01\n";
    let with = |site: &str| {
        let commodity = "transit = \"1 day\"\nelasticity = { short = 0.2 }";
        let text = four("1 year", commodity, lanes);
        text.replace(
            "company = \"Struck Oil\"\nmakes = \"oil\"\ncapacity = \"100 t/d\"",
            &format!("company = \"Struck Oil\"\nmakes = \"oil\"\n{site}"),
        )
    };
    let spare = "capacity = \"200 t/d\"\nutilisation = 0.5\nsupply_elasticity = 1";
    let (none, some) = (tell(&with("capacity = \"100 t/d\"")), tell(&with(spare)));
    for country in ["J", "K"] {
        let during = |told: &Told| told.arrived("Struck Oil", country, 102.0, 240.0);
        assert_eq!((during(&none), during(&some)), (0.0, 0.0));
    }
    // While it is closed the spare capacity behind it lowers nobody's price.
    assert_eq!(none.record.shortfall[3..8], some.record.shortfall[3..8]);
}

#[test]
fn a_bypass_is_built_step_by_step() {
    let bypass = "[policies.b.bypass]\nrole = \"response\"\naround = \"strait\"\nby = [\"R\"]\n\
                  on = [\"oil\"]\ncapacity = { R = \"30 t/d\" }\nramp = \"70 days\"\n\
                  delay = \"3 days\"\ncost = 0.02\n";
    let closure = format!("{bypass}effective = 2025-04-11");
    let text = strait("200 days", "", "").replace("clearing = \"1 day\"", "") + &closure;
    let told = tell(&text);
    // Windows begin on day 98, 105, …; of the last there are four days.
    let built = |day: f64| 30.0 * ((day - 100.0) / 70.0).min(1.0);
    let leaked: f64 = (0..13)
        .map(|w| 7.0 * built(105.0 + 7.0 * f64::from(w)))
        .sum();
    let leaked = leaked + 4.0 * 30.0;
    close(told.leaked("b"), leaked, 1e-6);
    close(told.stopped("c") + leaked, 10_000.0, 1e-6);
}

fn ban_with(leakage: &str) -> String {
    format!(
        "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"R\"\non = [\"oil\"]\nto = [\"J\"]\n\
         [policies.leak.leakage]\nrole = \"shock\"\naround = [\"ban\"]\nvia = [\"K\"]\n\
         at_most = 0.3\nwithin = \"90 days\"\n{leakage}\n"
    )
}

#[test]
fn leakage_grows_to_its_share_of_what_is_stopped() {
    let of = |keys: &str| tell(&four("364 days", "transit = \"1 day\"", &ban_with(keys)));
    let told = of("delay = \"40 days\"\ncost = 0.2");
    let grown = |w: u32| 1.0 - (-f64::from(w * 7) / 90.0).exp();
    let wanted: f64 = (0..52).map(|w| 0.3 * 350.0 * grown(w)).sum();
    close(told.leaked("leak"), wanted, 1e-6);
    close(told.stopped("ban"), 350.0 * 52.0 - wanted, 1e-6);
    let told_volume: f64 = told
        .entries
        .iter()
        .map(|(_, entry)| match entry {
            Entry::Leaked { volume, .. } => *volume,
            _ => 0.0,
        })
        .sum();
    close(told_volume, told.leaked("leak"), 1e-9);
    // K imports 700 t a week; 5 % of that are 35.
    let narrow = of("hub_share = 0.05").leaked("leak");
    let wanted: f64 = (0..52).map(|w| (0.3 * 350.0 * grown(w)).min(35.0)).sum();
    close(narrow, wanted, 1e-6);
}

#[test]
fn enforcement_sets_leakage_back() {
    let keys = "enforcement = { rate = \"12/yr\", undoes = 1 }";
    let commodity = "transit = \"1 day\"\nelasticity = { short = 0.2 }\nclearing = \"1 day\"";
    let text = four("5 years", commodity, &ban_with(keys));
    let model = model(&text);
    // Age since the last blow is exponential: E[1 − e^{−a/90}] = 1/(1 + 90 ν).
    let rate = 12.0 / 365.25;
    let wanted = 0.3 * 50.0 * 5.0 * 365.25 / (1.0 + 90.0 * rate);
    let leaked: Vec<f64> = (0..60)
        .map(|trial| tell_trial(&model, trial).leaked("leak"))
        .collect();
    let mean = leaked.iter().sum::<f64>() / 60.0;
    close(mean / wanted, 1.0, 0.06);
}

/// CN and AU make oxide, JP magnets of it, for itself and for US.
fn chain(threshold: f64, rest: &str) -> String {
    format!(
        r#"
[scenario]
title = "content"
start = 2025-01-01
horizon = "200 days"
short_above = 0
focus = ["magnet @ JP", "magnet @ US"]

[countries]
CN = "China"
AU = "Australia"
JP = "Japan"
US = "United States"

[commodities.oxide]
unit = "t"
price = "10 USD/t"
transit = "1 day"

[commodities.magnet]
unit = "t"
price = "50 USD/t"
transit = "1 day"

[[sites]]
name = "cn"
country = "CN"
makes = "oxide"
capacity = "10 t/d"

[[sites]]
name = "au"
country = "AU"
makes = "oxide"
capacity = "30 t/d"

[[sites]]
name = "jp"
country = "JP"
recipe = {{ inputs = {{ oxide = 0.4 }}, outputs = {{ magnet = 1 }} }}
capacity = "100 t/d"

[[demand]]
of = "magnet"
in = "JP"
rate = "60 t/d"

[[demand]]
of = "magnet"
in = "US"
rate = "40 t/d"

[policies.rule.extraterritorial-rule]
role = "shock"
by = "CN"
content = ["oxide"]
on = ["magnet"]
threshold = {threshold}
{rest}
"#
    )
}

#[test]
fn a_rule_binds_goods_made_abroad_by_their_content() {
    // 0.4 t of oxide, a quarter of it from CN, at 10 USD in 50: 2 %.
    let share = 0.4 * 0.25 * 10.0 / 50.0;
    let content = |told: &Told| {
        let mut entries = told.entries.iter();
        entries
            .find_map(|(_, entry)| match entry {
                Entry::Content { share, bound, .. } => Some((*share, *bound)),
                _ => None,
            })
            .unwrap()
    };
    let above = tell(&chain(share - 1e-6, ""));
    close(content(&above).0, share, 1e-9);
    assert!(content(&above).1);
    close(above.arrived("JP", "US", 9.0, 200.0), 0.0, 1e-9);
    assert!(above.arrived("JP", "JP", 9.0, 200.0) > 60.0 * 190.0);
    let below = tell(&chain(share + 1e-6, ""));
    assert!(!content(&below).1);
    assert_eq!(below.stopped("rule"), 0.0);
    close(below.arrived("JP", "US", 9.0, 198.0) / 189.0, 40.0, 2.0);
    let part = tell(&chain(0.001, "refused = 0.25"));
    close(part.stopped("rule"), 0.25 * 40.0 * 200.0, 40.0);
    let leaks = "refused = { US = 1 }\n[policies.leak.leakage]\nrole = \"shock\"\n\
                 around = [\"rule\"]\nvia = [\"AU\"]\nat_most = 0.5\nwithin = \"1 s\"\n";
    let leaky = tell(&chain(0.001, leaks));
    assert!(leaky.leaked("leak") > 0.5 * 40.0 * 180.0);
}

/// JP's plant is still to be built, by a company that makes nothing yet.
#[test]
fn a_planned_plant_bears_the_content_of_what_it_will_buy() {
    let planned = "[[sites]]\nname = \"new\"\ncountry = \"US\"\ncompany = \"New\"\nplanned = true\n\
                   recipe = { inputs = { oxide = 0.4 }, outputs = { magnet = 1 } }\ncapacity = \"20 t/d\"\n";
    let told = tell(&chain(0.019, planned));
    let new = told.seller("New");
    let mut entries = told.entries.iter();
    let content = entries.find_map(|(_, entry)| match entry {
        Entry::Content {
            seller,
            share,
            bound,
            ..
        } if *seller == new => Some((*share, *bound)),
        _ => None,
    });
    let (share, bound) = content.unwrap();
    close(share, 0.4 * 0.25 * 10.0 / 50.0, 1e-9);
    assert!(bound);
}

fn stored(text: &str, storage: &str) -> String {
    text.replacen(
        "makes = \"oil\"",
        &format!("makes = \"oil\"\nstorage = \"{storage}\""),
        1,
    )
}

/// What the seller held when last told, and could hold: the most of each.
fn most_held(told: &Told) -> (f64, f64) {
    let mut most = (0.0_f64, 0.0_f64);
    for (_, entry) in &told.entries {
        if let Entry::Storage { stock, limit, .. } = entry {
            assert!(*stock <= limit * (1.0 + 1e-12), "{stock} of {limit}");
            most = (most.0.max(*stock), most.1.max(*limit));
        }
    }
    most
}

#[test]
fn a_full_store_stops_output_until_there_is_room() {
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"R\"\non = [\"oil\"]\n\
               effective = 2025-04-11\nends = 2025-10-01\n";
    let commodity = "release = \"7 days\"\nrestocking = 0.5";
    let text = lane("500 days", commodity, ban);
    let (full, free) = (tell(&stored(&text, "30 days")), tell(&text));
    // Thirty days beyond the week that it usually holds.
    let (held, limit) = most_held(&full);
    close(limit, 3_700.0, 1e-9);
    close(held, 3_700.0, 1e-6);
    // Nothing is made once it is full; then all is again.
    let share_at = |day: f64| {
        let told = full.entries.iter().filter(|(at, _)| *at <= day);
        told.rev().find_map(|(_, entry)| match entry {
            Entry::Storage { share, .. } => Some(*share),
            _ => None,
        })
    };
    close(share_at(200.0).unwrap(), 0.0, 1e-9);
    assert_eq!(share_at(499.0), Some(f64::INFINITY));
    close(full.arrived("Struck Oil", "J", 450.0, 499.0), 4_900.0, 1.0);
    // Without a limit all that was made comes to market, with it 30 days' worth.
    let after = |told: &Told| told.arrived("Struck Oil", "J", 273.0, 500.0);
    assert!(
        after(&free) > after(&full),
        "{} {}",
        after(&free),
        after(&full)
    );
    // Storage that never fills changes nothing.
    let ample = record(&stored(&text, "3 years"));
    assert_eq!(seen(&ample), seen(&free.record));
}

#[test]
fn ships_add_to_storage() {
    let keys = "effective = 2025-04-11\nfloats = \"1000 t\"";
    let text = lane("300 days", "", &sanction(keys));
    let told = tell(&stored(&text, "2000 t"));
    let (held, limit) = most_held(&told);
    close(limit, 3_700.0, 1e-9);
    close(held, 3_700.0, 1e-6);
}

/// Ships are given and taken by what sellers make in the base, so that as many
/// go as have come whatever has been built in the meantime.
#[test]
fn ships_go_as_they_have_come() {
    let planned = "[[sites]]\nname = \"new\"\ncountry = \"R\"\ncompany = \"New\"\nmakes = \"oil\"\n\
                   capacity = \"100 t/d\"\nplanned = true\nstorage = \"500 t\"\n\
                   [policies.p.project]\nrole = \"shock\"\nsite = \"new\"\nbuild = \"40 days\"\n\
                   [policies.ban.export-ban]\nrole = \"shock\"\nby = \"R\"\non = [\"oil\"]\neffective = 2025-06-01\n\
                   [policies.s.sanction]\nrole = \"shock\"\ncompanies = [\"Struck Oil\", \"New\"]\n\
                   compliance = 0\nends = 2025-04-11\nfloats = \"1000 t\"\n";
    let told = tell(&stored(&lane("300 days", "", planned), "2000 t"));
    let limits = told.entries.iter().filter_map(|(_, entry)| match entry {
        Entry::Storage { site, limit, .. } => Some((*site, *limit)),
        _ => None,
    });
    let last = |site: usize| limits.clone().rfind(|(s, _)| *s == site).unwrap().1;
    close(last(0), 2_700.0, 1e-9);
    close(last(1), 500.0, 1e-9);
}

/// A plant whose store is full is not short of its input.
#[test]
fn a_full_plant_leaves_its_inputs_alone() {
    let rest = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"JP\"\non = [\"magnet\"]\n\
                effective = 2025-02-10\n";
    let text = chain(0.5, rest)
        .replace(
            "capacity = \"100 t/d\"",
            "capacity = \"100 t/d\"\nstorage = \"5 days\"",
        )
        .replace("\"magnet @ JP\", ", "\"oxide @ JP\", ");
    let told = tell(&text);
    let (held, limit) = most_held(&told);
    close(limit, 1_200.0, 1e-6);
    assert!(held > 1_100.0, "{held}");
    assert_eq!(told.record.metrics[0], 0.0, "short of oxide");
}

#[test]
fn two_closures_of_one_strait_hold_goods_until_both_are_over() {
    let second = "lasts = \"30 days\"\n[policies.d.closure]\nrole = \"shock\"\nof = \"strait\"\n\
                  effective = 2025-04-21\nends = 2025-06-10";
    let told = tell(&strait("300 days", "", second));
    // The second ends on day 160.
    assert_eq!(told.arrived("Struck Oil", "J", 115.0, 175.0), 0.0);
    close(told.arrived("Struck Oil", "J", 175.0, 175.01), 500.0, 1e-6);
}

#[test]
fn a_closure_tells_what_may_pass() {
    let told = tell(&strait("200 days", "", "lasts = \"20 days\""));
    let passages = told.entries.iter().filter_map(|(day, entry)| match entry {
        Entry::Passage { open, .. } => Some((*day, *open)),
        _ => None,
    });
    assert_eq!(passages.collect::<Vec<_>>(), [(100.0, 0.0), (120.0, 1.0)]);
}

/// Entries add up to the record where everything happens at once.
#[test]
fn what_leaks_is_told_in_full() {
    let text = include_str!("fixtures/ways.toml");
    let model = model(text);
    for trial in 0..20 {
        let told = tell_trial(&model, trial);
        let mut leaked = vec![0.0; told.record.leaked.len()];
        let n = &model.network;
        for (_, entry) in &told.entries {
            let (policy, market, volume) = match *entry {
                Entry::Leaked {
                    policy,
                    pair,
                    volume,
                } => (
                    policy,
                    n.sellers[n.pairs[pair].seller as usize].market,
                    volume,
                ),
                Entry::Handed {
                    policy,
                    from,
                    volume,
                    ..
                } => (policy, n.sellers[from].market, volume),
                _ => continue,
            };
            leaked[policy * n.markets.len() + market] += volume;
        }
        for (told, recorded) in leaked.iter().zip(&told.record.leaked) {
            close(*told, *recorded, 1e-9 * recorded.max(1.0));
        }
        for name in ["rosoil", "pipeline", "malacca-shut", "through-vietnam"] {
            assert!(told.leaked(name) > 0.0, "{name}");
        }
        for name in ["rosoil", "strait", "content"] {
            assert!(told.stopped(name) > 0.0, "{name}");
        }
    }
}

#[test]
fn every_instrument_is_traced_in_words() {
    let log = |flags: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("shortfall").unwrap();
        let run = command.args(["trace", "tests/fixtures/ways.toml", "--trial", "3"]);
        let output = run.args(flags).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let all = log(&["--all"]);
    for said in [
        "in force: sanction on oil of Rosoil",
        "in force: price cap of Japan on oil from Russia",
        "in force: tariff of United States on magnet from everywhere",
        "in force: closure of hormuz",
        "in force: bypass around hormuz for oil from Saudi Arabia",
        "in force: rule of Vietnam on magnet made abroad with its oxide",
        "in force: leakage around content through Vietnam",
        "binds from now on",
        "waiver of India",
        "hands",
        "20.0 % of the trade may pass",
        "under way from Saudi Arabia has to wait",
        "that waited may go on",
        "reopens, from 20.0 % of the trade",
        "under way from Russia (Rosoil) goes round",
        "goes round what stops it",
        "of the value of magnet from Japan is content: bound",
        "set back to",
        "the store of Russia (Rosoil) for oil is full",
        "strait stops",
        "rosoil stops",
        "content stops",
    ] {
        assert!(all.contains(said), "not told: {said}");
    }
    let story = log(&[]);
    for said in ["may pass", "waiver of India", "went round", "held up"] {
        assert!(story.contains(said), "not in the story: {said}");
    }
    let unfinished = story.lines().find(|line| line.ends_with(": "));
    assert_eq!(unfinished, None);
    let csv = log(&["--all", "--csv"]);
    let kinds = [
        "leaked",
        "binds",
        "waiver",
        "handed",
        "passage",
        "held",
        "goes-round",
        "goes-on",
        "enforced",
        "content",
        "storage",
        "storage-full",
    ];
    for kind in kinds {
        assert!(csv.contains(&format!(",{kind},")), "no row of kind {kind}");
    }
}

/// What is said of a policy or lane that makes no sense, in the scenario of
/// [`four`].
fn complaint(more: &str) -> String {
    let text = four("1 year", "transit = \"1 day\"", more);
    let read = scenario::load_embedded("case", &[("case.toml", &text)], &[]);
    let said = match read {
        Ok(_) => panic!("this was read:\n{more}"),
        Err(report) => report.render(),
    };
    texts::keep(&text, Some(&said));
    said
}

#[test]
fn what_makes_no_sense_is_said() {
    let lane = "[[lanes]]\nfrom = \"R\"\nto = \"J\"\nvia = { strait = \"1 day\" }\n";
    let policy =
        |kind: &str, keys: &str| format!("{lane}[policies.p.{kind}]\nrole = \"shock\"\n{keys}\n");
    let wrong = [
        (
            policy("sanction", "companies = [\"Struck Oli\"]"),
            "did you mean `Struck Oil`?",
        ),
        (
            sanction("wind_down = 2025-02-01\neffective = 2025-03-01"),
            "the time to wind down ends before this sanction takes effect",
        ),
        (
            sanction("waivers.J = { until = 2025-06-01, renewed = 0.5 }"),
            "this waiver may be renewed, but it is not said for how long",
        ),
        (
            sanction("relabelling = { as = \"Struck Oil\", at_most = 0.1, within = \"9 days\" }"),
            "Struck Oil is struck itself",
        ),
        (
            sanction("floats = \"100 t\""),
            "these ships add to storage that has no limit",
        ),
        (sanction("compliance = 1.5"), "must lie between 0 and 1"),
        (
            policy("closure", "of = \"strat\""),
            "did you mean `strait`?",
        ),
        (
            policy(
                "bypass",
                "around = \"strait\"\nby = [\"R\"]\non = [\"oil\"]\ncapacity = { O = \"9 t/d\" }",
            ),
            "`O` is not among those that use this bypass",
        ),
        (
            policy(
                "bypass",
                "around = \"strait\"\nby = [\"J\"]\non = [\"oil\"]\ncapacity = \"9 t/d\"",
            ),
            "nobody it could bind makes these",
        ),
        (
            policy(
                "leakage",
                "around = [\"c\"]\nvia = [\"K\"]\nat_most = 0.2\nwithin = \"9 days\"\n\
                 [policies.c.closure]\nrole = \"shock\"\nof = \"strait\"",
            ),
            "`c` stops no goods at a border",
        ),
        (
            policy(
                "price-cap",
                "by = [\"J\"]\non = [\"oil\"]\nat = \"9 USD/t\"",
            ),
            "say whose goods are capped",
        ),
        (
            policy(
                "price-cap",
                "by = [\"J\"]\non = [\"oil\"]\nfrom = [\"R\"]\nat = \"9 t\"",
            ),
            "expected money per t of oil",
        ),
        (
            policy(
                "tariff",
                "by = [\"J\"]\non = [\"oil\"]\nrate = { coal = 1 }",
            ),
            "unknown commodity `coal`",
        ),
        (
            policy(
                "extraterritorial-rule",
                "by = \"K\"\ncontent = [\"oil\"]\non = [\"oil\"]\nthreshold = 0.1",
            ),
            "nobody it could bind makes these",
        ),
        (
            "[[lanes]]\nfrom = \"R\"\nto = \"J\"\ntransit = \"9 days\"\n\
             detour = { adds = \"9 days\" }\n"
                .to_owned(),
            "this detour goes round nothing",
        ),
    ];
    for (more, wanted) in &wrong {
        let said = complaint(more);
        assert!(said.contains(wanted), "wanted {wanted}, said\n{said}");
    }
    let stored = stored(&four("1 year", "transit = \"1 day\"", ""), "9 USD");
    let read = scenario::load_embedded("case", &[("case.toml", &stored)], &[]);
    let said = read.err().map(|report| report.render()).unwrap();
    assert!(said.contains("a volume of oil, or a duration"), "{said}");
}
