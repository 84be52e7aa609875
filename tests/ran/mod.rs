//! Studies of scenarios given as text, with every trial's values at hand.

#[path = "../texts/mod.rs"]
mod texts;

use std::ops::Deref;
use std::sync::atomic::AtomicBool;

use shortfall::engine::Model;
use shortfall::scenario;
use shortfall::study::{self, About, InMemory, Metric, Plan, Stamp, Which};

/// An outcome with the columns of its trials.
pub(crate) struct Outcome {
    about: study::Outcome,
    pub(crate) focus: Vec<FocusOutcome>,
}

/// A focus with its columns.
pub(crate) struct FocusOutcome {
    about: study::FocusOutcome,
    pub(crate) shocked: Variant,
    pub(crate) baseline: Variant,
}

/// A variant with its columns.
pub(crate) struct Variant {
    about: study::Variant,
    /// In the order of [`Metric::ALL`].
    pub(crate) columns: Vec<Vec<f64>>,
}

/// Runs a scenario with seed 7; some trials may fail.
pub(crate) fn attempt(text: &str, trials: u64, threads: usize) -> Outcome {
    let files = [("case.toml", text)];
    let loaded = scenario::load_embedded("case", &files, &[])
        .unwrap_or_else(|report| panic!("{}", report.render()));
    texts::keep(text, None);
    let model = Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"));
    let plan = Plan {
        trials,
        seed: 7,
        threads,
    };
    let (mut columns, never) = (InMemory::default(), AtomicBool::new(false));
    let outcome = study::run(&model, &about(&plan), &plan, &mut columns, &(), &never)
        .unwrap_or_else(|error| panic!("{error}"));
    Outcome::new(outcome, &columns)
}

/// The same; no trial may fail.
pub(crate) fn run_threads(text: &str, trials: u64, threads: usize) -> Outcome {
    let outcome = attempt(text, trials, threads);
    let failed = outcome.failures.len();
    assert_eq!(outcome.failures.first(), None, "{failed} trials failed");
    outcome
}

fn about(plan: &Plan) -> About {
    About {
        stamp: Stamp {
            scenario: "case".into(),
            hash: String::new(),
            seed: plan.seed,
            trials: plan.trials,
            version: String::new(),
        },
        ..About::default()
    }
}

impl Outcome {
    fn new(about: study::Outcome, columns: &InMemory) -> Self {
        let variant = |index, which, about: &study::Variant| Variant {
            about: about.clone(),
            columns: Metric::ALL
                .map(|metric| columns.column(index, which, metric).to_vec())
                .to_vec(),
        };
        let foci = about.focus.iter().enumerate();
        let focus = foci.map(|(index, focus)| FocusOutcome {
            about: focus.clone(),
            shocked: variant(index, Which::Shocked, &focus.shocked),
            baseline: variant(index, Which::Baseline, &focus.baseline),
        });
        Self {
            focus: focus.collect(),
            about,
        }
    }
}

impl Variant {
    pub(crate) fn column(&self, metric: Metric) -> &[f64] {
        &self.columns[metric as usize]
    }
}

impl Deref for Outcome {
    type Target = study::Outcome;

    fn deref(&self) -> &study::Outcome {
        &self.about
    }
}

impl Deref for FocusOutcome {
    type Target = study::FocusOutcome;

    fn deref(&self) -> &study::FocusOutcome {
        &self.about
    }
}

impl Deref for Variant {
    type Target = study::Variant;

    fn deref(&self) -> &study::Variant {
        &self.about
    }
}
