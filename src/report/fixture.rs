//! Outcomes to draw: a realistic one and the ends of what can happen.

use std::ops::{Deref, DerefMut};

use crate::scenario::{DefaultUsed, Note};
use crate::study::{
    Basis, Failure, Fan, FocusOutcome, InMemory, Metric, Outcome, PolicyActivity, SellerPrice,
    Stamp, Step, Variant,
};
use crate::units::PriceUnit;
use jiff::ToSpan;
use jiff::civil::date;

/// Deterministic numbers between zero and one.
pub(super) struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An outcome with the values of its trials.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) outcome: Outcome,
    pub(super) columns: InMemory,
}

impl Deref for Case {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.outcome
    }
}

impl DerefMut for Case {
    fn deref_mut(&mut self) -> &mut Outcome {
        &mut self.outcome
    }
}

/// What a focus looks like.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) trials: usize,
    pub(super) months: usize,
    /// Units used a day.
    pub(super) use_per_day: f64,
    /// Share of trials short, shocked and baseline.
    pub(super) short: (f64, f64),
    /// Mean share of demand short in such trials.
    pub(super) depth: f64,
}

/// The usual shape.
pub(super) const USUAL: Shape = Shape {
    trials: 2000,
    months: 21,
    use_per_day: 18.5,
    short: (0.62, 0.03),
    depth: 0.1,
};

/// An outcome without foci.
pub(super) fn empty(months: usize, trials: usize) -> Case {
    let start = date(2025, 4, 1);
    let end = start + (months as i32).months();
    let outcome = Outcome {
        stamp: Stamp {
            scenario: "magnets-2025".to_owned(),
            hash: "9f2c41d07be6a853".to_owned(),
            seed: 20_250_404,
            trials: trials as u64,
            version: "0.1.0".to_owned(),
        },
        title: "China's rare-earth licences and the makers of motors".to_owned(),
        question: Some(
            "If licensing of magnet exports tightens as it did in April 2025, who runs short, when, \
             and how far do stocks and the Kuantan and Mountain Pass ramp-ups carry?"
                .to_owned(),
        ),
        start,
        horizon: f64::from((end - start).get_days()),
        months: (0..months).map(|i| start + (i as i32).months()).collect(),
        short_above: 0.0,
        focus: Vec::new(),
        policies: Vec::new(),
        sellers: Vec::new(),
        completed: trials as u64,
        failures: Vec::new(),
        parameters: Vec::new(),
        events: 4_100_000,
        interrupted: false,
        basis: basis(3),
    };
    let columns = InMemory::default();
    Case { outcome, columns }
}

/// Judgements, some of them long, and a default.
fn basis(repeats: usize) -> Basis {
    let note = |i: usize, figures: &str, judgement: &str| Note {
        path: format!(
            "policies.china-licences-on-heavy-rare-earths.export-licence.in_regime.truce-{i}"
        ),
        subject: "ndfeb-magnet, dytb-oxide CN".to_owned(),
        figures: vec![("approval.default".to_owned(), figures.to_owned())],
        source: i
            .is_multiple_of(2)
            .then(|| "S38b: 50-52 USD/kg FOB China in June 2024".to_owned()),
        judgement: Some(judgement.to_owned()),
    };
    let long = "what other minor metals show, as far as anything is known; ".repeat(6);
    let notes = (0..repeats).flat_map(|i| {
        [
            note(
                i,
                "triangular(low 0.05, mode 0.15, high 0.3)",
                "a guess: 15 % of applicants",
            ),
            note(i, "0.1", &format!("by analogy: {long}")),
        ]
    });
    let default = DefaultUsed {
        path: "commodities.*.dispersion".to_owned(),
        value: "10".to_owned(),
        tables: 4,
    };
    Basis {
        notes: notes.collect(),
        defaults: vec![default],
        sources: [
            ("S4".to_owned(), "A book that nobody cites".to_owned()),
            (
                "S38b".to_owned(),
                "A price service, by way of a newspaper".to_owned(),
            ),
        ]
        .into(),
    }
}

/// Three foci, three shocks and a response.
pub(super) fn realistic() -> Case {
    let mut outcome = empty(21, 2000);
    let heavy = Shape {
        use_per_day: 2.1,
        short: (0.93, 0.21),
        depth: 0.27,
        ..USUAL
    };
    let mild = Shape {
        use_per_day: 410.0,
        short: (0.07, 0.004),
        depth: 0.02,
        ..USUAL
    };
    outcome.add_focus(("ndfeb", "NdFeB magnets"), ("JP", "Japan"), USUAL);
    outcome.add_focus(("dyoxide", "dysprosium oxide"), ("DE", "Germany"), heavy);
    outcome.add_focus(("ndpr", "NdPr oxide"), ("US", "United States"), mild);
    outcome.policies = vec![
        policy(
            "Chinese licences on seven medium and heavy rare earths",
            21,
            0,
            8,
            1.0,
        ),
        policy("Licences extended to five more", 21, 6, 13, 0.7),
        policy("Extraterritorial rule", 21, 8, 20, 0.35),
        PolicyActivity {
            shock: false,
            ..policy("Japan releases reserve", 21, 2, 9, 1.0)
        },
    ];
    outcome
}

/// Ten foci of two commodities, some with reserves, sellers under sanctions, and
/// policies that others go around.
pub(super) fn world() -> Case {
    let mut outcome = empty(24, 1000);
    outcome.short_above = 0.01;
    outcome.title = "What if the strait closes?".to_owned();
    let countries = [
        ("JP", "Japan"),
        ("KR", "South Korea"),
        ("IN", "India"),
        ("TW", "Taiwan"),
        ("EU", "European Union"),
    ];
    for (i, country) in countries.into_iter().enumerate() {
        let shape = Shape {
            trials: 1000,
            months: 24,
            use_per_day: 2_300.0 / (i + 1) as f64,
            short: (0.95 - 0.2 * i as f64, 0.02),
            depth: 0.12 / (i + 1) as f64,
        };
        outcome.add_focus(("crude", "crude oil"), country, shape);
        outcome.add_focus(
            ("lng", "liquefied natural gas"),
            country,
            Shape {
                depth: 0.05,
                ..shape
            },
        );
    }
    for (i, focus) in outcome.focus.iter_mut().enumerate() {
        focus.reserve = i.is_multiple_of(4).then_some(90.0 * focus.use_per_day);
    }
    outcome.policies = vec![
        policy("The strait is closed", 24, 1, 9, 1.0),
        policy(
            "Designation of two producers, with a wind-down of thirty days",
            24,
            5,
            24,
            0.6,
        ),
        policy("Price cap", 24, 22, 24, 0.4),
    ];
    for (policy, crude) in outcome.policies.iter_mut().zip([22_800.0, 26_100.0, 0.0]) {
        policy.strikes = vec![true; 10];
        policy.stopped = vec![
            ("crude oil".to_owned(), "kb".to_owned(), crude),
            ("liquefied natural gas".to_owned(), "kb".to_owned(), 1_250.0),
        ];
    }
    outcome.policies[1].leaked = vec![("crude oil".to_owned(), "kb".to_owned(), 11_250.0)];
    outcome.sellers = [
        ("Rosneft", -0.231, 0.004),
        ("Lukoil", -0.18, 0.0001),
        ("Tatneft", 0.01, 0.002),
    ]
    .map(|(company, mean, se)| SellerPrice {
        commodity: "crude oil".to_owned(),
        country: "Russia".to_owned(),
        company: company.to_owned(),
        mean,
        se,
    })
    .to_vec();
    outcome
}

/// Five foci of one commodity: more than a page takes.
pub(super) fn five() -> Case {
    let mut outcome = world();
    let kept = [0, 2, 4, 6, 8];
    outcome.focus = kept.map(|focus| outcome.focus[focus].clone()).to_vec();
    let metrics = Metric::ALL.len();
    for columns in [&mut outcome.columns.shocked, &mut outcome.columns.baseline] {
        let kept = kept.map(|focus| columns[focus * metrics..(focus + 1) * metrics].to_vec());
        *columns = kept.concat();
    }
    outcome
}

/// A policy in force from one month to another, fading.
pub(super) fn policy(
    name: &str,
    months: usize,
    from: usize,
    to: usize,
    share: f64,
) -> PolicyActivity {
    let fade = |month: usize| share * (1.0 - 0.6 * (month - from) as f64 / (to - from) as f64);
    let step = |month: usize| Step {
        day: (month as f64 * 30.44) as u32,
        share: if month < to { fade(month) } else { 0.0 },
    };
    PolicyActivity {
        name: name.to_lowercase().replace(' ', "-"),
        title: name.to_owned(),
        strikes: vec![true; 4],
        shock: true,
        active: (from..=to.min(months)).map(step).collect(),
        stopped: vec![("NdFeB magnets".to_owned(), "t".to_owned(), 512.0 * share)],
        leaked: Vec::new(),
        waiting: Vec::new(),
        queued: Vec::new(),
    }
}

impl Case {
    /// Adds a focus of a shape.
    fn add_focus(&mut self, commodity: (&str, &str), country: (&str, &str), shape: Shape) {
        let mut noise = Noise(shape.trials as u64 ^ 0x9e37_79b9);
        let origins = |factor: f64| {
            let rates = [
                ("CN", "China", 0.71 * factor),
                (country.0, country.1, 0.14),
                ("VN", "Viet Nam", 0.06 * (2.0 - factor)),
                ("TH", "Thailand", 0.03),
                ("DE", "Germany", 0.02),
                ("PH", "Philippines", 0.015),
                ("MY", "Malaysia", 0.01 * (3.0 - 2.0 * factor)),
                ("US", "United States", 0.008),
                ("FI", "Finland", 0.004),
                ("EE", "Estonia", 0.002),
                ("SI", "Slovenia", 0.001),
            ];
            let scaled = rates.map(|(code, name, share)| {
                (code.to_owned(), name.to_owned(), share * shape.use_per_day)
            });
            scaled.to_vec()
        };
        let (shocked, columns) = variant(self, &mut noise, shape, shape.short.0, 1.0);
        self.columns.shocked.extend(columns);
        let (baseline, columns) = variant(self, &mut noise, shape, shape.short.1, 0.3);
        self.columns.baseline.extend(columns);
        self.focus.push(FocusOutcome {
            commodity: commodity.0.to_owned(),
            commodity_name: commodity.1.to_owned(),
            country: country.0.to_owned(),
            country_name: country.1.to_owned(),
            unit: "t".to_owned(),
            price: 62_000.0,
            price_unit: PriceUnit::of_volumes("t"),
            use_per_day: shape.use_per_day,
            reserve: None,
            shocked: Variant {
                origins: origins(0.62),
                ..shocked
            },
            baseline: Variant {
                origins: origins(1.0),
                ..baseline
            },
        });
    }
}

fn variant(
    outcome: &Outcome,
    noise: &mut Noise,
    shape: Shape,
    short: f64,
    depth: f64,
) -> (Variant, Vec<Vec<f64>>) {
    let demand = shape.use_per_day * outcome.horizon;
    let mut shares = Vec::new();
    for _ in 0..shape.trials {
        let bad = noise.next() < short;
        let lump: f64 = (0..3).map(|_| -noise.next().max(1e-9).ln()).sum::<f64>() / 3.0;
        let share = if bad {
            (shape.depth * depth * lump).min(1.0)
        } else {
            0.0
        };
        shares.push(share);
    }
    let mut columns = vec![vec![0.0; shape.trials]; Metric::ALL.len()];
    columns[Metric::Shortfall as usize] = shares.iter().map(|share| share * demand).collect();
    for (metric, level) in [(Metric::PriceSpot, 1.6), (Metric::PricePaid, 1.1)] {
        let price = |share: &f64| 62_000.0 * (1.0 + level * share);
        columns[metric as usize] = shares.iter().map(price).collect();
    }
    columns[Metric::ShortfallDays as usize] =
        shares.iter().map(|share| share * outcome.horizon).collect();
    columns[Metric::ReserveDrawn as usize] =
        shares.iter().map(|share| share * demand / 2.0).collect();
    columns[Metric::ShortfallShare as usize] = shares;
    let wave = |i: usize| {
        let t = i as f64 / shape.months as f64;
        ((t - 0.12).max(0.0) * 3.0).min(1.0) * (1.0 - t) * 2.2
    };
    let at = |i: usize, level: f64| (shape.depth * depth * level * wave(i)).min(1.0);
    let stock = |i: usize, level: f64| (48.0 * (1.0 - 0.42 * depth * wave(i) * level)).max(0.0);
    let certain = |level: f64, needed: f64| if short > needed { level } else { 0.0 };
    let variant = Variant {
        shortfall: fan(shape.months, |i, q| match q {
            0 => at(i, certain(0.05, 0.95)),
            1 => at(i, certain(0.2, 0.75)),
            2 => at(i, certain(0.7, 0.5)),
            3 => at(i, certain(1.6, 0.25)),
            4 => at(i, certain(3.1, 0.05)),
            _ => at(i, 1.3 * short),
        }),
        cover: fan(shape.months, |i, q| {
            stock(i, [1.2, 1.05, 0.9, 0.6, 0.3, 0.84][q])
        }),
        origins: Vec::new(),
    };
    (variant, columns)
}

/// A fan from a function of month and quantile (the sixth is the mean).
pub(super) fn fan(months: usize, value: impl Fn(usize, usize) -> f64) -> Fan {
    let line = |q: usize| (0..months).map(|month| value(month, q)).collect();
    Fan {
        p5: line(0),
        p25: line(1),
        p50: line(2),
        p75: line(3),
        p95: line(4),
        mean: line(5),
    }
}

/// A realistic outcome with one focus of a shape.
pub(super) fn single(shape: Shape) -> Case {
    let mut outcome = empty(shape.months, shape.trials);
    outcome.add_focus(("ndfeb", "NdFeB magnets"), ("JP", "Japan"), shape);
    outcome.policies = vec![policy(
        "Export licences",
        shape.months,
        0,
        shape.months,
        1.0,
    )];
    outcome
}

/// Every end of what can happen, by name.
pub(super) fn extremes() -> Vec<(&'static str, Case)> {
    vec![
        ("three", realistic()),
        ("one", single(USUAL)),
        ("world", world()),
        ("five", five()),
        ("nothing", nothing()),
        ("no-focus", empty(12, 100)),
        ("no-trial", single(Shape { trials: 0, ..USUAL })),
        (
            "one-trial",
            single(Shape {
                trials: 1,
                short: (1.0, 0.0),
                ..USUAL
            }),
        ),
        ("one-month", single(Shape { months: 1, ..USUAL })),
        ("decade", decade()),
        (
            "huge",
            single(Shape {
                use_per_day: 3.7e8,
                ..USUAL
            }),
        ),
        (
            "tiny",
            single(Shape {
                use_per_day: 2e-8,
                ..USUAL
            }),
        ),
        (
            "total",
            single(Shape {
                short: (1.0, 1.0),
                depth: 40.0,
                ..USUAL
            }),
        ),
        (
            "rare",
            single(Shape {
                short: (0.02, 0.0),
                ..USUAL
            }),
        ),
        ("long-names", long_names()),
        ("not-numbers", not_numbers()),
        ("blank", blank()),
    ]
}

fn nothing() -> Case {
    let mut outcome = single(Shape {
        short: (0.0, 0.0),
        ..USUAL
    });
    outcome.short_above = 0.01;
    let FocusOutcome {
        shocked, baseline, ..
    } = &mut outcome.focus[0];
    for variant in [shocked, baseline] {
        variant.shortfall = fan(21, |_, _| 0.0);
        variant.cover = fan(21, |_, _| 0.0);
    }
    outcome
}

fn decade() -> Case {
    let mut outcome = single(Shape {
        months: 120,
        ..USUAL
    });
    outcome.start = date(2025, 4, 17);
    outcome.months[0] = outcome.start;
    outcome.interrupted = true;
    outcome.stamp.trials = 10_000;
    let names = [
        "Tariff",
        "Quota",
        "Licences",
        "Ban",
        "Secondary sanctions",
        "Price cap",
    ];
    outcome.policies = names
        .iter()
        .enumerate()
        .map(|(i, name)| policy(name, 120, 11 * i, 70 + 9 * i, 0.9))
        .collect();
    outcome.policies[5] = policy(
        "Price cap on everything that passes the strait",
        120,
        112,
        119,
        1.0,
    );
    outcome
}

fn long_names() -> Case {
    let mut outcome = realistic();
    outcome.basis = basis(40);
    outcome.policies[2].strikes = vec![false, true, false, true];
    outcome.title =
        "What a very long title of a scenario that its author could not bring himself to \
        shorten does to the page, and whether it remains legible when it goes over the second line \
        and beyond what anyone would read aloud"
            .to_owned();
    outcome.short_above = 0.01;
    outcome.stamp.scenario = "σενάριο: 希土".to_owned();
    let focus = &mut outcome.focus[0];
    focus.commodity_name = "sintered neodymium–iron–boron permanent magnets, all grades".to_owned();
    focus.country_name = "Democratic People's Republic of Somewhere Rather Far Away".to_owned();
    focus.unit = "thousand m³ at 15 °C".to_owned();
    focus.shocked.origins[0].1 = "Saint Vincent and the Grenadines and dependencies".to_owned();
    focus.baseline.origins[0]
        .1
        .clone_from(&focus.shocked.origins[0].1);
    focus
        .shocked
        .origins
        .push(("XX".to_owned(), "Newcomer".to_owned(), 3.0));
    outcome.policies[1].name = "Announcement No. 61 of the Ministry of Commerce on extending the \
        licence requirement to foreign-made items that contain controlled material"
        .to_owned();
    outcome
        .policies
        .extend((0..4).map(|i| policy("A further measure", 21, i, 20, 0.2)));
    let fourth = FocusOutcome {
        country_name: "France".to_owned(),
        ..outcome.focus[2].clone()
    };
    outcome.focus.push(fourth);
    outcome.failures = vec![
        Failure {
            trial: 17,
            reason: "market did not clear on day 204".to_owned(),
        },
        Failure {
            trial: 1203,
            reason: "too many events".to_owned(),
        },
    ];
    outcome
}

fn not_numbers() -> Case {
    let mut outcome = single(USUAL);
    outcome.horizon = f64::NAN;
    let focus = &mut outcome.focus[0];
    focus.price = f64::INFINITY;
    focus.use_per_day = f64::NAN;
    focus.shocked.origins[0].2 = f64::NAN;
    focus.shocked.shortfall.p95[4] = f64::NAN;
    focus.shocked.cover = fan(21, |_, _| f64::INFINITY);
    focus.baseline.cover.mean[3] = f64::NAN;
    outcome.policies[0].active[2].share = f64::NAN;
    let columns = &mut outcome.columns.shocked;
    columns[0][3] = f64::NAN;
    columns[0][4] = f64::INFINITY;
    columns[1][5] = f64::NEG_INFINITY;
    outcome
}

fn blank() -> Case {
    let mut outcome = single(USUAL);
    outcome.title.clear();
    outcome.question = None;
    outcome.basis = Basis::default();
    outcome.months.clear();
    outcome.policies.clear();
    outcome.focus[0].shocked = Variant::default();
    outcome.focus[0].baseline = Variant::default();
    outcome.columns = InMemory::default();
    outcome
}
