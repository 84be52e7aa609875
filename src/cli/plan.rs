use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use super::{Failure, RunArgs, model};
use crate::engine::Model;
use crate::report::Format;
use crate::scenario::{Loaded, Note, Policy, Scenario};
use crate::study::{About, AboutPolicy, Basis, Plan, Stamp};

/// What `shortfall run` is to do, with nothing left to be decided.
pub struct RunPlan {
    /// The scenario, ready to run.
    pub model: Model,
    /// What the results will say of it.
    pub about: About,
    /// How much to run.
    pub study: Plan,
    /// Folder for the results.
    pub folder: PathBuf,
    /// How pictures are written.
    pub format: Format,
    /// Whether to show no progress and no messages but errors and failed trials.
    pub quiet: bool,
}

impl RunPlan {
    /// Loads the scenario, says what in it is odd, and fills in what the
    /// arguments leave open.
    ///
    /// # Errors
    /// When the scenario has mistakes.
    pub fn resolve(args: &RunArgs) -> Result<Self, Failure> {
        let loaded = model::load(args.scenario.as_deref(), &args.set)?;
        let study = study(args, &loaded);
        let model = model::compile(&loaded)?;
        if !args.quiet {
            model::warn(&loaded);
        }
        Ok(Self {
            model,
            about: about(&loaded, &study),
            folder: folder(args, &loaded),
            study,
            format: args.format,
            quiet: args.quiet,
        })
    }
}

fn study(args: &RunArgs, loaded: &Loaded) -> Plan {
    let threads = args
        .threads
        .and_then(|threads| usize::try_from(threads).ok());
    Plan {
        trials: args.trials.unwrap_or(loaded.scenario.trials),
        seed: args.seed.unwrap_or(loaded.scenario.seed),
        threads: threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)),
    }
}

/// What results will say of a scenario.
pub(super) fn about(loaded: &Loaded, study: &Plan) -> About {
    let scenario = &loaded.scenario;
    let stamp = Stamp {
        scenario: scenario.name.clone(),
        hash: loaded.hash.clone(),
        seed: study.seed,
        trials: study.trials,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    About {
        stamp,
        title: scenario.title.clone(),
        question: scenario.question.clone(),
        policies: scenario
            .policies
            .iter()
            .map(|policy| about_policy(scenario, policy))
            .collect(),
        basis: Basis {
            notes: scenario
                .notes
                .iter()
                .map(|note| cited(scenario, note))
                .collect(),
            defaults: scenario.defaults.clone(),
            sources: scenario.sources.clone(),
        },
    }
}

/// A note whose source, if it is but a key, stands with its citation.
fn cited(scenario: &Scenario, note: &Note) -> Note {
    let source = note.source.as_ref().map(|key| {
        let citation = scenario.sources.get(key);
        citation.map_or_else(|| key.clone(), |citation| format!("{key}: {citation}"))
    });
    Note {
        source,
        ..note.clone()
    }
}

fn about_policy(scenario: &Scenario, policy: &Policy) -> AboutPolicy {
    let foci = scenario.focus.iter();
    AboutPolicy {
        name: policy.name.clone(),
        title: policy.title.clone(),
        strikes: foci.map(|focus| scenario.strikes(policy, *focus)).collect(),
    }
}

fn folder(args: &RunArgs, loaded: &Loaded) -> PathBuf {
    let default = || Path::new("results").join(&loaded.scenario.name);
    args.out.clone().unwrap_or_else(default)
}
