//! The cases, and where their expected results come from.

use super::super::Metric;
use super::texts::{cut, cuts, lane, licence, pooled, seller, shared, wells};
use super::{Case, Check, Lab, SelfTestError, deviation, mean, metric, model, share};
use crate::engine::{Variant, Worker};
use crate::maths::exp;
use crate::stats::{Estimate, summarise};

/// A tick, in days: nothing is known more exactly than to two of them.
const TICK: f64 = 1.0 / 86_400.0;
const NO_STOCK: &str = "cover = \"0 days\"";

type Checks = Result<Vec<Check>, SelfTestError>;

/// All of them, the quickest first.
pub const CASES: &[Case] = &[
    Case {
        title: "nothing happens: cargoes at sea, no shock",
        checks: undisturbed,
    },
    Case {
        title: "all supply cut for 50 days, stock for 30",
        checks: known_cut,
    },
    Case {
        title: "5 % of supply lost, elasticity 0.25",
        checks: price,
    },
    Case {
        title: "the same with 80 % under contract",
        checks: price_with_contracts,
    },
    Case {
        title: "60 t/d shared pro rata among 50, 30 and 20",
        checks: pro_rata,
    },
    Case {
        title: "30 and 40 t/d shared so that the worst off gets most",
        checks: cooperative,
    },
    Case {
        title: "125 t/d used, 30 + 45 + 60 made, one lost, 45 t in stock",
        checks: survival,
    },
    Case {
        title: "80 % cut, exponential of mean 90 days, stock for 30",
        checks: exponential_cut,
    },
    Case {
        title: "all cut, exponential of mean 60 days, stock for 45",
        checks: exponential_outage,
    },
    Case {
        title: "outages: Poisson of mean 2, exponential of mean 10 t each",
        checks: compound_poisson,
    },
    Case {
        title: "up 300 days and down 30 in turn, both exponential",
        checks: renewal,
    },
    Case {
        title: "losses of 40 %, 1.5 a year, a quarter of a year each",
        checks: overlapping,
    },
    Case {
        title: "oil disruptions at EMF rates, ten years",
        checks: oil_disruptions,
    },
    Case {
        title: "licences: 10 t/d, Erlang-2 review of mean 60 days",
        checks: licence_review,
    },
    Case {
        title: "licence desk: 1 application a day, 1.25 decided",
        checks: licence_desk,
    },
    Case {
        title: "one worker or two, trials in order or not",
        checks: same_bits,
    },
];

fn undisturbed(lab: &Lab) -> Checks {
    let cargoes = "transit = \"25 days\"\ncover = \"20 days\"\ncargo = \"900 t\"\n";
    let text = lane("2 years", "", "", "")
        .replace("transit = \"0 days\"\npipeline = true\n", cargoes)
        .replace("minimum_cover = \"0 days\"\n", "");
    Ok(vec![
        Check::exact(
            "shortfall, t",
            0.0,
            lab.only(&text, Metric::Shortfall)?,
            1e-9,
        ),
        Check::exact(
            "price, USD/t",
            100.0,
            lab.only(&text, Metric::PriceSpot)?,
            1e-9,
        ),
    ])
}

/// max(0, T − S)·d.
fn known_cut(lab: &Lab) -> Checks {
    let cut = cut("20 days", "\"50 days\"", 1.0);
    let text = lane("300 days", "", "cover = \"30 days\"", &cut);
    let of = |metric| lab.only(&text, metric);
    Ok(vec![
        Check::exact("shortfall, t", 2000.0, of(Metric::Shortfall)?, 1e-6),
        Check::exact(
            "first day short",
            50.0,
            of(Metric::TimeToSurvive)?,
            2.0 * TICK,
        ),
        Check::exact(
            "days to recover",
            20.0,
            of(Metric::TimeToRecover)?,
            2.0 * TICK,
        ),
    ])
}

fn lossy(contracts: &str) -> String {
    let rest = cut("0 days", "\"9 years\"", 0.05) + contracts;
    lane("100 days", "elasticity = { short = 0.25 }", NO_STOCK, &rest)
}

/// λ = −ln(1 − L)/ε.
fn price(lab: &Lab) -> Checks {
    let (text, dear) = (lossy(""), -libm::log(0.95) / 0.25);
    Ok(vec![
        Check::exact(
            "price, USD/t",
            100.0 * (1.0 + dear),
            lab.only(&text, Metric::PriceSpot)?,
            1e-6,
        ),
        Check::exact(
            "shortfall, share",
            0.05,
            lab.only(&text, Metric::ShortfallShare)?,
            1e-9,
        ),
    ])
}

/// The same price on spot; contracts are paid at the old one.
fn price_with_contracts(lab: &Lab) -> Checks {
    let contract = "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"B\"\nvolume = \"76 t/d\"\n";
    let (text, dear) = (lossy(contract), -libm::log(0.95) / 0.25);
    let paid = 100.0 * (76.0 + 19.0 * (1.0 + dear)) / 95.0;
    Ok(vec![
        Check::exact(
            "price, USD/t",
            100.0 * (1.0 + dear),
            lab.only(&text, Metric::PriceSpot)?,
            1e-6,
        ),
        Check::exact(
            "price paid, USD/t",
            paid,
            lab.only(&text, Metric::PricePaid)?,
            1e-6,
        ),
    ])
}

/// What the three buyers of a market get a day.
fn served(lab: &Lab, text: &str, expected: [f64; 3]) -> Checks {
    let model = model(text)?;
    let mut worker = Worker::new(&model);
    let record = worker.run(lab.seed, 0, Variant::Shocked)?;
    let metrics = record.metrics.chunks(Metric::ALL.len());
    let rates = [50.0, 30.0, 20.0];
    let names = ["first, t/d", "second, t/d", "third, t/d"];
    let at = Metric::ALL
        .iter()
        .position(|known| *known == Metric::Shortfall)
        .unwrap_or(0);
    let got = metrics
        .zip(rates)
        .map(|(metrics, rate)| rate - metrics[at] / 70.0);
    let checks = names.into_iter().zip(expected).zip(got);
    Ok(checks
        .map(|((name, expected), got)| Check::exact(name, expected, got, 1e-6))
        .collect())
}

fn pro_rata(lab: &Lab) -> Checks {
    let text = shared("pro-rata", &seller("A", 60, None));
    served(lab, &text, [30.0, 18.0, 12.0])
}

/// The first may serve the first two, the second the last two: all get six
/// tenths, two of them eight.
fn cooperative(lab: &Lab) -> Checks {
    let sellers = seller("A", 30, Some("Z")) + &seller("B", 40, Some("X"));
    served(lab, &shared("cooperative", &sellers), [30.0, 24.0, 16.0])
}

/// Stock over what is missing a day: 45/20, 45/35, 45/50; never, for none.
fn survival(lab: &Lab) -> Checks {
    let days = |lost| lab.only(&pooled(lost), Metric::TimeToSurvive);
    let never = if days(None)?.is_infinite() { 1.0 } else { 0.0 };
    Ok(vec![
        Check::exact("never short without, share", 1.0, never, 0.0),
        Check::exact(
            "days without the first",
            45.0 / 20.0,
            days(Some(0))?,
            2.0 * TICK,
        ),
        Check::exact(
            "days without the second",
            45.0 / 35.0,
            days(Some(1))?,
            2.0 * TICK,
        ),
        Check::exact(
            "days without the third",
            45.0 / 50.0,
            days(Some(2))?,
            2.0 * TICK,
        ),
    ])
}

/// A duration D, exponential of mean m, against a stock for S days: P(D ≤ S),
/// and beyond it the same law again.
fn exponential_cut(lab: &Lab) -> Checks {
    let cut = cut("0 days", "{ exponential = { mean = \"90 days\" } }", 0.8);
    let text = lane("4000 days", "", "cover = \"30 days\"", &cut);
    let short = lab.column(&text, 20_000, Metric::Shortfall)?;
    let summary = summarise(&short, 0.0, &mut Vec::new())?;
    Ok(vec![
        Check::new("none, share", 0.340_759, share(&short, |t| t <= 0.0)),
        Check::new("mean, t", 4_746.53, mean(&short)),
        Check::new("standard deviation, t", 6_769.08, deviation(&short)),
        Check::new("median, t", 1_990.66, summary.quantiles.p50),
        Check::new("p90, t", 13_578.61, summary.quantiles.p90),
        Check::new("p95, t", 18_569.27, summary.quantiles.p95),
        Check::new("CVaR95, t", 25_769.27, summary.cvar.p95),
    ])
}

fn exponential_outage(lab: &Lab) -> Checks {
    let cut = cut("0 days", "{ exponential = { mean = \"60 days\" } }", 1.0);
    let text = lane("4000 days", "", "cover = \"45 days\"", &cut);
    let short = lab.column(&text, 20_000, Metric::ShortfallDays)?;
    let summary = summarise(&short, 0.0, &mut Vec::new())?;
    Ok(vec![
        Check::new("any, share", 0.472_367, summary.p_any),
        Check::new("mean, days", 28.341_993, mean(&short)),
        Check::new("p95, days", 134.743_936, summary.quantiles.p95),
    ])
}

/// A number of events of Poisson's law with mean 2, each of which costs an
/// amount of exponential law with mean 10: outages of twenty wells, so rare that
/// no well has two at a time. Mean 20, variance 2·2·10².
fn compound_poisson(lab: &Lab) -> Checks {
    let timing = "rate = \"0.01/yr\"\nlasts = { exponential = { mean = \"10 days\" } }\nloses = 1";
    let lost = lab.column(&wells(20, timing), 20_000, Metric::Shortfall)?;
    let summary = summarise(&lost, 0.0, &mut Vec::new())?;
    // What is under way at the start stands for what is not over at the end, but
    // for the variance: it is 2·2·10²·(1 − 10 d/10 yr).
    Ok(vec![
        Check::new("mean, t", 20.0, mean(&lost)),
        Check::new("standard deviation, t", 20.0, deviation(&lost)).within(0.03),
        Check::new("VaR95, t", 59.569, summary.quantiles.p95).within(0.1),
        Check::new("CVaR95, t", 76.054, summary.cvar.p95).within(0.1),
        Check::new("CVaR99, t", 101.719, summary.cvar.p99).within(0.15),
    ])
}

/// What is left of one where these shares are lost, on average.
fn kept(lost: &[f64]) -> Estimate {
    let lost = mean(lost);
    Estimate {
        value: 1.0 - lost.value,
        ..lost
    }
}

/// An alternating renewal process that is up at first: the mean time down until
/// t is `ft − f(1 − e^{−t/c})·c` with f = 30/330 and 1/c = 1/300 + 1/30.
fn renewal(lab: &Lab) -> Checks {
    let timing = "every = { exponential = { mean = \"300 days\" } }\n\
                  lasts = { exponential = { mean = \"30 days\" } }";
    let days = |horizon: &str, trials| {
        lab.column(
            &lane(horizon, "", NO_STOCK, &cuts(timing)),
            trials,
            Metric::ShortfallDays,
        )
    };
    let (year, long) = (days("365 days", 10_000)?, days("40 years", 200)?);
    let shares: Vec<f64> = long.iter().map(|days| days / 14_610.0).collect();
    Ok(vec![
        Check::new("down in a year, days", 30.702_48, mean(&year)),
        Check::new(
            "no outage in a year, share",
            0.296_216,
            share(&year, |days| days <= 0.0),
        ),
        Check::new("up in the long run, share", 300.0 / 330.0, kept(&shares)).within(2e-4),
    ])
}

/// M/G/∞: the number under way is of Poisson's law with mean 1.5 · 0.25, so that
/// capacity is on average e^{−0.4·0.375}; in a day none is or comes with
/// e^{−1.5·(0.25 + 1/365.25)}.
fn overlapping(lab: &Lab) -> Checks {
    let timing =
        "rate = \"1.5/yr\"\nlasts = { exponential = { mean = \"0.25 years\" } }\nloses = 0.4";
    let shares = |horizon: &str, trials| {
        lab.column(
            &lane(horizon, "", NO_STOCK, &cuts(timing)),
            trials,
            Metric::ShortfallShare,
        )
    };
    let (day, decade) = (shares("1 day", 10_000)?, shares("10 years", 1_000)?);
    let none = exp(-1.5 * (0.25 + 1.0 / 365.25));
    Ok(vec![
        Check::new(
            "none in a day, share",
            none,
            share(&day, |lost| lost <= 0.0),
        ),
        Check::new("capacity in a day, share", 0.860_708, kept(&day)),
        Check::new("capacity in ten years, share", 0.860_708, kept(&decade)),
    ])
}

/// Rates of EMF's studies of oil disruptions return the probabilities of at least
/// one in ten years from which they were derived.
fn oil_disruptions(lab: &Lab) -> Checks {
    let any = |rate: f64| -> Result<Estimate, SelfTestError> {
        let timing = format!("rate = \"{rate}/yr\"\nlasts = \"1 hour\"\nloses = 1");
        let text = lane(
            "10 years",
            "clearing = \"60 days\"",
            NO_STOCK,
            &cuts(&timing),
        );
        let short = lab.column(&text, 4_000, Metric::Shortfall)?;
        Ok(share(&short, |lost| lost > 0.0))
    };
    // Rates are given to four digits.
    let check = |what, p, rate| Ok(Check::new(what, p, any(rate)?).within(5e-4));
    [
        ("2 mb/d for a month, share", 0.80, 0.1609),
        ("2 mb/d for half a year, share", 0.63, 0.0994),
        ("2 mb/d for 18 months, share", 0.37, 0.0462),
        ("3 mb/d for a month, share", 0.67, 0.1109),
        ("5 mb/d for a month, share", 0.42, 0.0545),
        ("8 mb/d at a chokepoint, share", 0.04, 0.0041),
        ("4 mb/d at a chokepoint, share", 0.15, 0.0163),
    ]
    .into_iter()
    .map(|(what, p, rate)| check(what, p, rate))
    .collect()
}

/// Goods wait for their review R: after t days 10·∫(1 − P(R ≤ s)) ds from 0 to t
/// are behind. What is approved leaves evenly over the rest of the interval between
/// two clearings, no faster than it is used; an hour keeps what that leaves behind
/// below a tenth of a tonne.
fn licence_review(lab: &Lab) -> Checks {
    let terms = "review = { erlang = { shape = 2, mean = \"60 days\" } }\napplications = 16";
    let behind = |days: u32| -> Result<Estimate, SelfTestError> {
        let horizon = format!("{days} days");
        let text = lane(&horizon, "clearing = \"1 hour\"", NO_STOCK, &licence(terms));
        let text = text.replace("100 t/d", "10 t/d");
        Ok(mean(&lab.column(&text, 200, Metric::Shortfall)?))
    };
    Ok(vec![
        Check::new("behind after 30 days, t", 268.909, behind(30)?).within(0.1),
        Check::new("behind after 60 days, t", 437.594, behind(60)?).within(0.1),
        Check::new("behind after 90 days, t", 525.319, behind(90)?).within(0.1),
    ])
}

/// M/M/1 with ρ = 0.8: ρ²/(1 − ρ) wait for the desk, ρ/(1 − ρ) for a decision.
/// The years in which the queue builds up are a matter of a hundredth.
fn licence_desk(lab: &Lab) -> Checks {
    let terms = "review = \"0 days\"\napplications = 7\nfiled = \"at-random\"\n\
                 handling = { exponential = { mean = \"0.8 days\" } }";
    let text = lane("20 years", "", NO_STOCK, &licence(terms)).replace("100 t/d", "1 t/d");
    let days = model(&text)?.network.horizon.days();
    let sums = lab.sample(&text, 600, |record| (record.queued[0], record.waiting[0]))?;
    let queued: Vec<f64> = sums.iter().map(|(queued, _)| queued / days).collect();
    let waiting: Vec<f64> = sums.iter().map(|(_, waiting)| waiting / days).collect();
    Ok(vec![
        Check::new("mean queue, applications", 3.2, mean(&queued)).within(0.02),
        Check::new("waiting and at the desk", 4.0, mean(&waiting)).within(0.02),
    ])
}

/// A trial is a function of scenario, seed and index alone.
fn same_bits(lab: &Lab) -> Checks {
    let timing = "rate = \"3/yr\"\nlasts = { lognormal = { mean = \"20 days\", sd = \"30 days\" } }\n\
                  loses = { uniform = { low = 0, high = 1 } }";
    let text = lane("2 years", "elasticity = { short = 0.2 }", "", &cuts(timing));
    let bits = lab.sample(&text, 500, |record| {
        metric(record, Metric::Shortfall).to_bits()
    })?;
    let model = model(&text)?;
    let mut worker = Worker::new(&model);
    let mut other = 0;
    for (trial, bits) in bits.iter().enumerate().rev() {
        let record = worker.run(lab.seed, trial as u64, Variant::Shocked)?;
        other += usize::from(metric(record, Metric::Shortfall).to_bits() != *bits);
    }
    Ok(vec![Check::exact(
        "trials that differ",
        0.0,
        other as f64,
        0.0,
    )])
}
