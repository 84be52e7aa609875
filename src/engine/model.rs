//! A scenario made ready to run.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use super::Process;
use super::policy::{self, Policy};
use super::regime;
use crate::network::{Compiler, Complaint, Network};
use crate::scenario::{Role, Scenario};

/// Everything trials share: the network, the policies, the processes.
#[derive(Clone, Debug)]
pub struct Model {
    /// Markets, sites, lanes, uses.
    pub network: Network,
    /// Instruments, the scenario's and those of ordinary outages.
    pub policies: Vec<Policy>,
    /// Political processes.
    pub processes: Vec<Process>,
}

impl Model {
    /// Compiles a scenario.
    ///
    /// # Errors
    ///
    /// Everything that only the compiled network shows to be wrong.
    pub fn new(scenario: &Scenario) -> Result<Self, Vec<Complaint>> {
        let mut compiler = Compiler::new(scenario);
        let processes = regime::compile(&mut compiler);
        let policies = policy::compile(&mut compiler, &processes);
        Ok(Self {
            network: compiler.finish()?,
            policies,
            processes,
        })
    }

    /// A number that two models share if every trial of their baselines gives
    /// the same record of their foci, bit for bit; for use within one run of
    /// the program. Models that share none may still do so.
    ///
    /// It covers all that a baseline reads: the whole network, the processes
    /// and the background policies. The laws of numbers that only another
    /// policy reads are left out, as these have streams of their own, unless
    /// they are correlated.
    #[must_use]
    pub fn baseline_fingerprint(&self) -> u64 {
        let mut print = Fingerprint(DefaultHasher::new());
        let idle: Vec<String> = self
            .policies
            .iter()
            .filter(|policy| policy.role != Role::Background)
            .map(|policy| format!("policies.{}.", policy.name))
            .collect();
        let free = self.network.copula.is_none();
        for parameter in &self.network.parameters {
            let unread = idle.iter().any(|path| parameter.path.starts_with(path));
            print.add(&parameter.path);
            if !(free && unread) {
                print.add(parameter);
            }
        }
        let network = Network {
            parameters: Vec::new(),
            ..self.network.clone()
        };
        print.add(&network);
        print.add(&self.processes);
        for (index, policy) in self.policies.iter().enumerate() {
            if policy.role == Role::Background {
                print.add(&(index, policy));
            }
        }
        print.0.finish()
    }
}

/// Hashes what is written to it, so that no text is kept.
struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Takes in all that the debug text of a part tells: every number to the bit.
    fn add(&mut self, part: &impl fmt::Debug) {
        let _ = write!(self, "{part:?};");
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
