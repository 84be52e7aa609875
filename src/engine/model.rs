//! A scenario made ready to run.

use super::Process;
use super::policy::{self, Policy};
use super::regime;
use crate::network::{Compiler, Complaint, Network};
use crate::scenario::Scenario;

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
}
