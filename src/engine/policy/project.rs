//! Project: capacity that is decided on, funded, built and run in.
//!
//! On its date it is decided on, if one of the regimes it needs lasts and the
//! price is at break-even; else again every month. It is then funded with a
//! probability, or dropped for good. Funded, it is built once the projects it
//! comes after are complete, which takes `build + delay`, each drawn. From
//! then on its site has `adds · r(t)` more capacity, with r rising from 0 to
//! 1 over the ramp in monthly steps. What has been built stays when the
//! policy ends.

use super::Act;
use super::ramp::{MONTH, Ramp};
use crate::engine::journal::{Entry, Milestone};
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::random::{Law, Stream};
use crate::scenario::{self as written, RegimeId};
use crate::units::{Tick, Ticks};

/// Memory: how far it has come, when it was complete \[s\], and what of it
/// runs \[runs a day\].
const STAGE: usize = 0;
const COMPLETED: usize = 1;
const BUILT: usize = 2;
/// How far a project may have come; before these, it is open.
const FUNDED: f64 = 1.0;
const BUILDING: f64 = 2.0;
const COMPLETE: f64 = 3.0;
/// Codes of alarms.
const DECIDE: u32 = 0;
const FINISH: u32 = 1;
const STEP: u32 = 2;
/// Purposes of draws.
const FUNDING: u64 = 1;
const BUILD: u64 = 2;
const DELAY: u64 = 3;

#[derive(Clone, Debug)]
pub(super) struct Project {
    site: usize,
    /// Runs a day.
    adds: Num,
    funded: Num,
    decision: Tick,
    build: Law,
    delay: Law,
    ramp: Ramp,
    /// Policies that must be complete before it is built.
    after: Vec<usize>,
    needs: Vec<RegimeId>,
    /// USD per unit of the site's first good.
    breakeven: Option<Num>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Project) -> Project {
    Project {
        site: w.site.0,
        adds: compiler.num(&w.adds),
        funded: compiler.num(&w.funded),
        decision: compiler.tick(w.decision),
        build: w.build.clone(),
        delay: w.delay.clone(),
        ramp: Ramp::new(compiler.num(&w.ramp)),
        after: w.after.iter().map(|p| p.0).collect(),
        needs: w.needs.clone(),
        breakeven: w.breakeven.as_ref().map(|n| compiler.num(n)),
    }
}

impl Project {
    fn cell<'t>(&self, trial: &'t mut Trial, me: usize, cell: usize) -> &'t mut f64 {
        &mut trial.s.memory[trial.policies[me].memory.start + cell]
    }

    fn draw(&self, trial: &Trial, me: usize, purpose: u64) -> Stream {
        Stream::open(trial.s.key, trial.policies[me].key.with(purpose), 0)
    }

    fn note(&self, trial: &mut Trial, me: usize, milestone: Milestone) {
        trial.note(|_| Entry::Project {
            policy: me,
            site: self.site,
            milestone,
        });
    }

    /// Why it cannot be decided on now.
    fn obstacle(&self, trial: &Trial, me: usize) -> Option<Milestone> {
        let supported = self.needs.is_empty() || self.needs.iter().any(|r| trial.lasts(*r));
        if !trial.is_due(me) || !supported {
            return Some(Milestone::Unsupported);
        }
        let breakeven = self.breakeven?.get(trial.drawn);
        let price = trial.price_of_first_good(self.site);
        (price < breakeven).then_some(Milestone::Unprofitable { price, breakeven })
    }

    fn decide(&self, trial: &mut Trial, me: usize) {
        if let Some(obstacle) = self.obstacle(trial, me) {
            self.note(trial, me, obstacle);
            let again = trial.s.now + Ticks::from_days(MONTH);
            if again < trial.policies[me].ends {
                trial.set_alarm(me, again, DECIDE);
            }
            return;
        }
        let probability = self.funded.get(trial.drawn);
        if self.draw(trial, me, FUNDING).happens(probability) {
            *self.cell(trial, me, STAGE) = FUNDED;
            self.note(trial, me, Milestone::Funded);
            self.begin_to_build(trial, me);
        } else {
            self.note(trial, me, Milestone::Dropped);
        }
    }

    /// Begins to build, if it is funded and what comes before is complete.
    fn begin_to_build(&self, trial: &mut Trial, me: usize) {
        let free = self.after.iter().all(|p| trial.is_complete(*p));
        if !free || !(FUNDED..BUILDING).contains(self.cell(trial, me, STAGE)) {
            return;
        }
        *self.cell(trial, me, STAGE) = BUILDING;
        let build = self.build.sample(&mut self.draw(trial, me, BUILD));
        let late = self.delay.sample(&mut self.draw(trial, me, DELAY));
        let due = trial.s.now + Ticks::from_days(build + late);
        self.note(trial, me, Milestone::Begun { due, late });
        trial.set_alarm(me, due, FINISH);
    }

    fn finish(&self, trial: &mut Trial, me: usize) {
        *self.cell(trial, me, STAGE) = COMPLETE;
        *self.cell(trial, me, COMPLETED) = trial.s.now.0 as f64;
        self.note(trial, me, Milestone::Complete);
        self.run_in(trial, me);
        for (index, p) in trial.policies.iter().enumerate() {
            if let super::Instrument::Project(next) = &p.instrument
                && trial.s.policies[index].enabled
                && next.after.contains(&me)
            {
                next.begin_to_build(trial, index);
            }
        }
    }

    /// Has capacity follow the ramp, and sees to its next step.
    fn run_in(&self, trial: &mut Trial, me: usize) {
        let completed = Tick(*self.cell(trial, me, COMPLETED) as u64);
        let (share, next) = self.ramp.at(trial, completed);
        if let Some(at) = next {
            trial.set_alarm(me, at, STEP);
        }
        *self.cell(trial, me, BUILT) = self.adds.get(trial.drawn) * share;
        self.note(trial, me, Milestone::Runs { share });
        trial.expand(self.site, trial.built(self.site));
    }
}

impl Act for Project {
    fn memory(&self) -> usize {
        3
    }

    fn begin(&self, trial: &mut Trial, me: usize) {
        trial.set_alarm(me, self.decision, DECIDE);
    }

    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        match code {
            DECIDE => self.decide(trial, me),
            FINISH => self.finish(trial, me),
            _ => self.run_in(trial, me),
        }
    }
}

impl Trial<'_> {
    fn is_complete(&self, policy: usize) -> bool {
        self.s.memory[self.policies[policy].memory.start + STAGE] >= COMPLETE
    }

    /// Capacity that all projects together have added to a site \[runs a day\].
    fn built(&self, site: usize) -> f64 {
        let projects = self.policies.iter().filter(|p| match &p.instrument {
            super::Instrument::Project(project) => project.site == site,
            _ => false,
        });
        projects
            .map(|p| self.s.memory[p.memory.start + BUILT])
            .sum()
    }

    /// What a site's first good fetches \[USD per unit\]: the mean price of the
    /// sellers of its country, else of all, weighted by output, and no less than
    /// a floor in force.
    fn price_of_first_good(&self, site: usize) -> f64 {
        let Some(output) = self.n.sites[site].outputs.clone().next() else {
            return 0.0;
        };
        let seller = self.n.outputs[output].seller as usize;
        let (market, country) = (
            self.n.sellers[seller].market,
            self.n.sellers[seller].country,
        );
        let price = self
            .mean_price(market, Some(country))
            .or_else(|| self.mean_price(market, None));
        let price = price.unwrap_or(0.0).max(self.s.floors[output]);
        self.base.terms[market].price * (1.0 + price)
    }

    /// Mean price deviation of a market's sellers, in one country or all; `None`
    /// if they make nothing.
    fn mean_price(&self, market: usize, country: Option<usize>) -> Option<f64> {
        let (mut made, mut value) = (0.0, 0.0);
        for seller in self.n.markets[market].sellers.clone() {
            if country.is_none_or(|c| self.n.sellers[seller].country == c) {
                let s = &self.s.sellers[seller];
                made += s.output;
                value += s.output * s.price;
            }
        }
        (made > 0.0).then(|| value / made)
    }
}
