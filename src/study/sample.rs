//! A small outcome to print in tests: four trials of one focus.

use super::{
    Basis, Failure, Fan, FocusOutcome, InMemory, Metric, Outcome, PolicyActivity, SellerPrice,
    Sink, Stamp, Step, TrialRow, Variant,
};
use crate::scenario::{DefaultUsed, Note};
use crate::units::{Date, PriceUnit};

pub(crate) fn outcome() -> Outcome {
    Outcome {
        stamp: stamp(),
        title: "A licence on magnets".to_owned(),
        question: Some("How short does Japan run?".to_owned()),
        start: Date::constant(2025, 4, 1),
        horizon: 730.5,
        months: vec![Date::constant(2025, 4, 1), Date::constant(2025, 5, 1)],
        short_above: 0.005,
        focus: vec![focus()],
        policies: vec![PolicyActivity {
            name: "licensing".to_owned(),
            title: "Licences".to_owned(),
            strikes: vec![true],
            shock: true,
            active: vec![
                Step { day: 3, share: 1.0 },
                Step {
                    day: 30,
                    share: 0.1,
                },
            ],
            stopped: vec![("ndfeb-magnet".to_owned(), "t".to_owned(), 812.5)],
            leaked: vec![("ndfeb-magnet".to_owned(), "t".to_owned(), 31.25)],
            waiting: vec![("ndfeb-magnet".to_owned(), "t".to_owned(), 25.5)],
            queued: vec![("ndfeb-magnet".to_owned(), "t".to_owned(), 4.25)],
        }],
        sellers: vec![SellerPrice {
            commodity: "ndfeb-magnet".to_owned(),
            country: "China".to_owned(),
            company: "works".to_owned(),
            mean: -0.18,
            se: 0.002,
        }],
        completed: 4,
        failures: vec![Failure {
            trial: 2,
            reason: "clearing did not converge on day 41".to_owned(),
        }],
        parameters: vec!["sites.mine.capacity".to_owned()],
        events: 1_234,
        interrupted: false,
        basis: basis(),
    }
}

fn basis() -> Basis {
    let default = DefaultUsed {
        path: "commodities.*.dispersion".to_owned(),
        value: "10".to_owned(),
        tables: 1,
    };
    let note = Note {
        path: "demand.0".to_owned(),
        subject: "ndfeb-magnet JP".to_owned(),
        figures: vec![("rate".to_owned(), "14.5 kt/yr".to_owned())],
        source: None,
        judgement: Some("between two counts".to_owned()),
    };
    Basis {
        notes: vec![note],
        defaults: vec![default],
        sources: [("S1".to_owned(), "a yearbook".to_owned())].into(),
    }
}

fn stamp() -> Stamp {
    Stamp {
        scenario: "magnets".to_owned(),
        hash: "3f2a".to_owned(),
        seed: 20_250_404,
        trials: 5,
        version: "0.1.0".to_owned(),
    }
}

fn focus() -> FocusOutcome {
    FocusOutcome {
        commodity: "ndfeb-magnet".to_owned(),
        commodity_name: "NdFeB magnets".to_owned(),
        country: "JP".to_owned(),
        country_name: "Japan".to_owned(),
        unit: "t".to_owned(),
        price: 75_000.0,
        price_unit: PriceUnit {
            name: "USD/kg".to_owned(),
            times: 1e-3,
        },
        use_per_day: 14_500.0 / 365.25,
        reserve: Some(1_200.0),
        shocked: monthly(0.1),
        baseline: monthly(0.0),
    }
}

fn monthly(short: f64) -> Variant {
    let fan = |of: f64| Fan {
        p5: vec![0.0, of],
        p25: vec![0.0, of * 1.1],
        p50: vec![0.0, of * 1.2],
        p75: vec![0.0, of * 1.3],
        p95: vec![0.0, of * 1.4],
        mean: vec![0.0, of / 3.0],
    };
    Variant {
        shortfall: fan(short),
        cover: fan(48.0 - short),
        origins: vec![("CN".to_owned(), "China".to_owned(), 0.1 + short)],
    }
}

pub(crate) fn columns() -> InMemory {
    let survived = [f64::INFINITY, 200.0, 60.0, 40.0];
    InMemory {
        shocked: variant([0.0, 29.0, 1_450.0, 5_800.0], survived),
        baseline: variant([0.0, 0.0, 0.0, 14.5], [f64::INFINITY; 4]),
        parameters: vec![vec![0.1, -0.0, 1e-300, f64::MAX]],
    }
}

/// Volumes are given, shares follow from them, all else is a tenth of them.
fn variant(shortfall: [f64; 4], survived: [f64; 4]) -> Vec<Vec<f64>> {
    let column = |metric| match metric {
        Metric::Shortfall | Metric::Unserved => shortfall.to_vec(),
        Metric::ShortfallShare => shortfall.map(|volume| volume / 29_000.0).to_vec(),
        Metric::TimeToSurvive => survived.to_vec(),
        _ => shortfall.map(|volume| volume / 10.0).to_vec(),
    };
    Metric::ALL.map(column).to_vec()
}

/// The same trials, in the order and with the gap in which a study has them.
pub(crate) fn fill(sink: &mut dyn Sink) {
    let columns = columns();
    for (row, trial) in [0, 1, 3, 4].into_iter().enumerate() {
        let values = |columns: &[Vec<f64>]| -> Vec<f64> {
            columns.iter().map(|column| column[row]).collect()
        };
        let row = TrialRow {
            trial,
            shocked: &values(&columns.shocked),
            baseline: &values(&columns.baseline),
            drawn: &values(&columns.parameters),
            trade: &[],
            baseline_trade: &[],
        };
        sink.put(&row).unwrap();
    }
}
