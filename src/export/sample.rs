//! A small outcome to print in tests: four trials of one focus.

use crate::scenario::{DefaultUsed, Note};
use crate::study::{Basis, Failure, FocusOutcome, Metric, Outcome, PolicyActivity, Stamp, Variant};
use crate::units::Date;

pub(super) fn outcome() -> Outcome {
    Outcome {
        stamp: stamp(),
        title: "A licence on magnets".to_owned(),
        question: Some("How short does Japan run?".to_owned()),
        start: Date::constant(2025, 4, 1),
        horizon: 730.5,
        months: vec![Date::constant(2025, 4, 1)],
        short_above: 0.005,
        focus: vec![focus()],
        policies: vec![PolicyActivity {
            name: "licensing".to_owned(),
            title: "Licences".to_owned(),
            strikes: vec![true],
            shock: true,
            active: vec![1.0],
            stopped: vec![("ndfeb-magnet".to_owned(), "t".to_owned(), 812.5)],
        }],
        failures: vec![Failure {
            trial: 2,
            reason: "clearing did not converge on day 41".to_owned(),
        }],
        parameters: Vec::new(),
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
        use_per_day: 14_500.0 / 365.25,
        shocked: variant(
            [0.0, 29.0, 1_450.0, 5_800.0],
            [f64::INFINITY, 200.0, 60.0, 40.0],
        ),
        baseline: variant([0.0, 0.0, 0.0, 14.5], [f64::INFINITY; 4]),
    }
}

/// Volumes are given, shares follow from them, all else is a tenth of them.
fn variant(shortfall: [f64; 4], survived: [f64; 4]) -> Variant {
    let column = |metric| match metric {
        Metric::Shortfall | Metric::Unserved => shortfall.to_vec(),
        Metric::ShortfallShare => shortfall.map(|volume| volume / 29_000.0).to_vec(),
        Metric::TimeToSurvive => survived.to_vec(),
        _ => shortfall.map(|volume| volume / 10.0).to_vec(),
    };
    Variant {
        columns: Metric::ALL.map(column).to_vec(),
        ..Variant::default()
    }
}
