//! Disruption: sites lose a share of their capacity from time to time.
//!
//! Renewal: up-times and down-times alternate; overlapping: a Poisson stream
//! of losses that multiply (M/G/∞), stationary at the start; once: one loss.
//! Losses of several processes on one site multiply.

use super::Act;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::random::{Law, Stream};
use crate::scenario as written;
use crate::units::{Tick, Ticks};

/// Losses of one overlapping process that may be under way at once.
const MOST_AT_ONCE: usize = 64;
/// Memory: events so far, the factor now, then the losses under way.
const EVENTS: usize = 0;
const FACTOR: usize = 1;
const LOSSES: usize = 2;
/// Codes of alarms: the next loss begins; loss `n` ends.
const BEGINS: u32 = u32::MAX;
/// Purposes of draws.
const WHEN: u64 = 1;
const LASTS: u64 = 2;
const LOSES: u64 = 3;

#[derive(Clone, Debug)]
pub(super) struct Disruption {
    sites: Vec<usize>,
    arrival: Arrival,
    lasts: Law,
    loses: Law,
}

#[derive(Clone, Debug)]
enum Arrival {
    Renewal(Law),
    /// Rate per day, and how long before the start losses may have begun that
    /// still last.
    Overlapping(Num, f64),
    Once(Law),
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Disruption) -> Disruption {
    of_sites(compiler, w.sites.iter().map(|s| s.0).collect(), &w.outages)
}

pub(super) fn of_sites(
    compiler: &mut Compiler,
    sites: Vec<usize>,
    outages: &written::Outages,
) -> Disruption {
    let arrival = match &outages.arrival {
        written::Arrival::Renewal(law) => Arrival::Renewal(law.clone()),
        written::Arrival::Overlapping(rate) => {
            let longest = outages.lasts.quantile(1.0 - 1e-6);
            Arrival::Overlapping(compiler.num(rate), longest)
        }
        written::Arrival::Once(law) => Arrival::Once(law.clone()),
    };
    Disruption {
        sites,
        arrival,
        lasts: outages.lasts.clone(),
        loses: outages.loses.clone(),
    }
}

impl Disruption {
    fn draw(&self, trial: &Trial, me: usize, purpose: u64, event: u64) -> Stream {
        Stream::open(trial.s.key, trial.policies[me].key.with(purpose), event)
    }

    fn cell<'t>(&self, trial: &'t mut Trial, me: usize, cell: usize) -> &'t mut f64 {
        &mut trial.s.memory[trial.policies[me].memory.start + cell]
    }

    /// Number of the event now beginning; the next one's is one more.
    fn next_event(&self, trial: &mut Trial, me: usize) -> u64 {
        let events = self.cell(trial, me, EVENTS);
        *events += 1.0;
        *events as u64 - 1
    }

    /// Days to the next arrival of a Poisson stream.
    fn gap(&self, trial: &Trial, me: usize, rate: Num, event: u64) -> f64 {
        let uniform = self.draw(trial, me, WHEN, event).uniform();
        -libm::log(uniform) / rate.get(trial.drawn)
    }

    /// Begins loss number `event` now; it ends `lasts` days on.
    fn begin_loss(&self, trial: &mut Trial, me: usize, event: u64, lasts: f64) {
        let loss = self
            .loses
            .sample(&mut self.draw(trial, me, LOSES, event))
            .clamp(0.0, 1.0);
        if loss == 0.0 && matches!(self.arrival, Arrival::Overlapping(..)) {
            return; // would take no slot, and its end another's
        }
        let slots = self.memory() - LOSSES;
        let free = (0..slots).find(|k| *self.cell(trial, me, LOSSES + k) == 0.0);
        let Some(slot) = free else {
            return; // more at once than anything is left for them to take
        };
        *self.cell(trial, me, LOSSES + slot) = loss;
        let ends = trial.s.now + Ticks::from_days(lasts);
        trial.set_alarm(me, ends, slot as u32);
        self.strike(trial, me);
    }

    /// Works out the capacity left, and has the sites feel it.
    fn strike(&self, trial: &mut Trial, me: usize) {
        let losses = self.memory() - LOSSES;
        let mut factor = 1.0;
        if trial.s.policies[me].in_force {
            for k in 0..losses {
                factor *= 1.0 - *self.cell(trial, me, LOSSES + k);
            }
        }
        *self.cell(trial, me, FACTOR) = factor;
        for site in &self.sites {
            trial.disruption_changed(me, *site);
        }
        trial.note_work(me);
    }

    /// Losses that began before the start and still last.
    fn warm_up(&self, trial: &mut Trial, me: usize, rate: Num, longest: f64) -> f64 {
        let mut at = -longest;
        loop {
            let event = self.next_event(trial, me);
            at += self.gap(trial, me, rate, event);
            if at >= 0.0 || !at.is_finite() {
                return at;
            }
            let lasts = self.lasts.sample(&mut self.draw(trial, me, LASTS, event));
            if at + lasts > 0.0 {
                self.begin_loss(trial, me, event, at + lasts);
            }
        }
    }
}

impl Act for Disruption {
    fn memory(&self) -> usize {
        LOSSES
            + if matches!(self.arrival, Arrival::Overlapping(..)) {
                MOST_AT_ONCE
            } else {
                1
            }
    }

    /// While something is lost.
    fn works(&self, trial: &Trial, me: usize) -> bool {
        trial.s.memory[trial.policies[me].memory.start + FACTOR] < 1.0
    }

    fn begin(&self, trial: &mut Trial, me: usize) {
        *self.cell(trial, me, FACTOR) = 1.0;
        let first = match &self.arrival {
            Arrival::Renewal(law) | Arrival::Once(law) => {
                law.sample(&mut self.draw(trial, me, WHEN, 0))
            }
            Arrival::Overlapping(rate, longest) => self.warm_up(trial, me, *rate, *longest),
        };
        if first.is_finite() {
            trial.set_alarm(me, Tick::from_days(first), BEGINS);
        }
    }

    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        if code != BEGINS {
            *self.cell(trial, me, LOSSES + code as usize) = 0.0;
            self.strike(trial, me);
            if let Arrival::Renewal(law) = &self.arrival {
                let event = *self.cell(trial, me, EVENTS) as u64;
                let up = law.sample(&mut self.draw(trial, me, WHEN, event));
                trial.set_alarm(me, trial.s.now + Ticks::from_days(up), BEGINS);
            }
            return;
        }
        if let Arrival::Overlapping(rate, _) = &self.arrival {
            let event = *self.cell(trial, me, EVENTS) as u64 - 1;
            let lasts = self.lasts.sample(&mut self.draw(trial, me, LASTS, event));
            self.begin_loss(trial, me, event, lasts);
            let next = self.next_event(trial, me);
            let gap = self.gap(trial, me, *rate, next);
            trial.set_alarm(me, trial.s.now + Ticks::from_days(gap), BEGINS);
        } else {
            let event = self.next_event(trial, me);
            let lasts = self.lasts.sample(&mut self.draw(trial, me, LASTS, event));
            self.begin_loss(trial, me, event, lasts);
        }
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        self.strike(trial, me);
    }
}

impl Trial<'_> {
    /// A disruption, `me`, has changed what it leaves of a site.
    fn disruption_changed(&mut self, me: usize, site: usize) {
        let mut factor = 1.0;
        for (index, p) in self.policies.iter().enumerate() {
            if let super::Instrument::Disruption(d) = &p.instrument
                && self.s.policies[index].enabled
                && d.sites.contains(&site)
            {
                factor *= self.s.memory[p.memory.start + FACTOR];
            }
        }
        if factor != self.s.sites[site].factor {
            self.s.sites[site].factor = factor;
            self.note_capacity(me, site);
            self.site_changed(site);
        }
    }
}
