//! Political processes: semi-Markov chains of regimes, or fixed paths.

use super::calendar::{Class, Event};
use super::state::RegimeState;
use super::trial::{Trial, TrialError};
use crate::network::{Compiler, Num};
use crate::random::{Law, ObjectKey, Stream};
use crate::scenario::{Ends, RegimeId};
use crate::units::{Tick, Ticks};

/// A process, compiled.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its name.
    pub name: String,
    /// State at the start.
    pub start: usize,
    /// Its regimes.
    pub states: Vec<Regime>,
    /// The path every trial follows, if fixed.
    pub path: Option<Vec<(Tick, usize)>>,
    key: ObjectKey,
}

/// A regime, compiled.
#[derive(Clone, Debug)]
pub struct Regime {
    /// Its name.
    pub name: String,
    ends: Option<End>,
    then: Vec<(usize, Num)>,
    leaves: Vec<(usize, Num)>,
}

#[derive(Clone, Debug)]
enum End {
    After(Law),
    On(Tick),
}

/// Purposes of draws at one visit to a regime.
const SOJOURN: u64 = 1;
const OUTCOME: u64 = 2;
const LEAVING: u64 = 16;
/// Changes of a process at one instant that can still make sense.
const MOST_AT_ONCE: u32 = 64;

/// Compiles the processes of a scenario.
pub(super) fn compile(compiler: &mut Compiler) -> Vec<Process> {
    let scenario = compiler.scenario();
    scenario
        .processes
        .iter()
        .map(|p| compile_process(compiler, p))
        .collect()
}

fn compile_process(compiler: &mut Compiler, p: &crate::scenario::Process) -> Process {
    let mut list = |rows: &[(usize, crate::scenario::Num)]| -> Vec<(usize, Num)> {
        rows.iter()
            .map(|(state, n)| (*state, compiler.num(n)))
            .collect()
    };
    let mut states: Vec<Regime> = Vec::new();
    for s in &p.states {
        let (then, leaves) = (list(&s.then), list(&s.leaves));
        states.push(Regime {
            name: s.name.clone(),
            ends: None,
            then,
            leaves,
        });
    }
    for (state, s) in states.iter_mut().zip(&p.states) {
        state.ends = s.ends.as_ref().map(|ends| match ends {
            Ends::After(law) => End::After(law.clone()),
            Ends::On(date) => End::On(compiler.tick(*date)),
        });
    }
    let path = p.path.as_ref();
    Process {
        name: p.name.clone(),
        start: p.start,
        states,
        path: path.map(|rows| rows.iter().map(|(d, s)| (compiler.tick(*d), *s)).collect()),
        key: ObjectKey::named(&format!("regimes.{}", p.name)),
    }
}

impl Trial<'_> {
    /// Puts every process in its first regime.
    pub(super) fn begin_regimes(&mut self) {
        for process in 0..self.processes.len() {
            let first = self
                .path_at(process)
                .unwrap_or(self.processes[process].start);
            self.s.regimes[process] = RegimeState {
                state: first,
                ..RegimeState::default()
            };
            self.note_regime(process);
            self.schedule_change(process);
        }
    }

    /// Whether a regime lasts now.
    pub(super) fn lasts(&self, regime: RegimeId) -> bool {
        self.s.regimes[regime.process].state == regime.state
    }

    /// Where a fixed path stands now.
    fn path_at(&self, process: usize) -> Option<usize> {
        let path = self.processes[process].path.as_ref()?;
        path.iter()
            .rev()
            .find(|(from, _)| *from <= self.s.now)
            .map(|(_, state)| *state)
    }

    fn schedule_change(&mut self, process: usize) {
        let at = match &self.processes[process].path {
            Some(path) => path.iter().map(|(t, _)| *t).find(|t| *t > self.s.now),
            None => self.next_change(process).map(|(at, _)| at),
        };
        self.s.regimes[process].leaves = at.unwrap_or(Tick::NEVER);
        if let Some(at) = at {
            self.s
                .calendar
                .schedule(at, Class::POLICY, Event::Regime(process as u32));
        }
    }

    /// When, and to where, a process leaves its present regime: by itself or
    /// along the first of its exponential ways out. Draws are keyed by the
    /// regime and the number of changes before it was entered, so asking
    /// twice gives the same answer.
    fn next_change(&self, process: usize) -> Option<(Tick, Option<usize>)> {
        let RegimeState {
            state,
            visits,
            entered,
            ..
        } = self.s.regimes[process];
        let p = &self.processes[process];
        let regime = &p.states[state];
        let key = p.key.with(state as u64);
        let draw = |purpose| Stream::open(self.s.key, key.with(purpose), visits);
        let mut next: Option<(Tick, Option<usize>)> = regime.ends.as_ref().map(|end| match end {
            End::After(law) => (
                entered + Ticks::from_days(law.sample(&mut draw(SOJOURN))),
                None,
            ),
            End::On(date) => ((*date).max(entered), None),
        });
        for (k, (to, rate)) in regime.leaves.iter().enumerate() {
            let rate = rate.get(self.drawn);
            if rate > 0.0 {
                let mut stream = draw(LEAVING + k as u64);
                let at = entered + Ticks::from_days(-libm::log(stream.uniform()) / rate);
                if next.is_none_or(|(t, _)| at < t) {
                    next = Some((at, Some(*to)));
                }
            }
        }
        next
    }

    /// A process leaves its regime, unless it has been led out of it before.
    ///
    /// # Errors
    ///
    /// When it has done so too often at one instant, as regimes do that all
    /// end on dates gone by and follow each other.
    pub(super) fn change_regime(&mut self, process: usize) -> Result<(), TrialError> {
        if self.s.regimes[process].leaves != self.s.now {
            return Ok(());
        }
        let to = match self.path_at(process) {
            Some(state) => Some(state),
            None => match self.next_change(process) {
                Some((_, Some(to))) => Some(to),
                _ => self.draw_outcome(process),
            },
        };
        let Some(to) = to else {
            return Ok(());
        };
        let (regime, now) = (self.s.regimes[process], self.s.now);
        let at_once = if regime.entered == now {
            regime.at_once + 1
        } else {
            0
        };
        if at_once > MOST_AT_ONCE {
            let process = self.processes[process].name.clone();
            return Err(TrialError::RegimesCircle {
                process,
                day: now.days(),
            });
        }
        self.enter_regime(process, to);
        self.s.regimes[process].at_once = at_once;
        Ok(())
    }

    /// A process enters a regime, whatever it was in.
    pub(super) fn enter_regime(&mut self, process: usize, to: usize) {
        let visits = self.s.regimes[process].visits + 1;
        self.with_gates_watched(|trial| {
            trial.s.regimes[process] = RegimeState {
                state: to,
                visits,
                entered: trial.s.now,
                ..RegimeState::default()
            };
            trial.note_regime(process);
            trial.update_policies();
            trial.tell_policies(RegimeId { process, state: to });
        });
        self.schedule_change(process);
    }

    /// What follows a regime that ended by itself.
    fn draw_outcome(&self, process: usize) -> Option<usize> {
        let RegimeState { state, visits, .. } = self.s.regimes[process];
        let p = &self.processes[process];
        let key = p.key.with(state as u64).with(OUTCOME);
        let mut stream = Stream::open(self.s.key, key, visits);
        self.draw_way(&p.states[state].then, &mut stream)
    }

    /// One of several ways, each with its probability.
    pub(super) fn draw_way(&self, ways: &[(usize, Num)], stream: &mut Stream) -> Option<usize> {
        let total: f64 = ways.iter().map(|(_, n)| n.get(self.drawn)).sum();
        let mut u = stream.uniform() * total;
        for (to, probability) in ways {
            u -= probability.get(self.drawn);
            if u < 0.0 {
                return Some(*to);
            }
        }
        ways.last().map(|(to, _)| *to)
    }
}
