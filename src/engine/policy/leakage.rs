//! Leakage: what policies stop reappears through third countries.
//!
//! ```text
//! way_ij = x(t) · what is stopped,    x(t) = at_most · (1 − e^(−t/within))
//! ```
//!
//! t counts from when there is something to go around; each blow of
//! enforcement sets x back by a share. All goods together are no more than
//! `hub_share` of what the third countries import of the good in the base.

use super::{Act, grown};
use crate::engine::gates::{Gates, Way};
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::random::Stream;
use crate::scenario as written;
use crate::units::{Tick, Ticks};

/// Memory: how far the channel had grown at the last blow, when that was
/// \[s\], and the number of blows.
const LEVEL: usize = 0;
const BLOW: usize = 1;
const BLOWS: usize = 2;

#[derive(Clone, Debug)]
pub(super) struct Leakage {
    /// Policies it goes around.
    around: Vec<u32>,
    markets: Vec<usize>,
    /// Countries it goes through.
    via: Vec<usize>,
    at_most: Num,
    within: Num,
    delay: Num,
    cost: Num,
    hub_share: Option<Num>,
    /// Blows per day, and the share of the channel that each undoes.
    enforcement: Option<(Num, Num)>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Leakage) -> Leakage {
    let policies = &compiler.scenario().policies;
    let goods = w.around.iter().flat_map(|p| controlled(&policies[p.0]));
    let mut markets: Vec<usize> = goods.map(|good| compiler.market(*good)).collect();
    markets.sort_unstable();
    markets.dedup();
    let enforcement = w.enforcement.as_ref();
    Leakage {
        around: w.around.iter().map(|policy| policy.0 as u32).collect(),
        markets,
        via: w.via.iter().map(|country| country.0).collect(),
        at_most: compiler.num(&w.at_most),
        within: compiler.num(&w.within),
        delay: compiler.num(&w.delay),
        cost: compiler.num(&w.cost),
        hub_share: w.hub_share.as_ref().map(|n| compiler.num(n)),
        enforcement: enforcement.map(|e| (compiler.num(&e.rate), compiler.num(&e.undoes))),
    }
}

/// The goods that an export control or a rule abroad binds.
fn controlled(policy: &written::Policy) -> &[written::CommodityId] {
    match &policy.instrument {
        written::Instrument::ExportBan(w) => &w.scope.on,
        written::Instrument::ExportQuota(w) => &w.scope.on,
        written::Instrument::ExportLicence(w) => &w.scope.on,
        written::Instrument::ExtraterritorialRule(w) => &w.on,
        _ => &[],
    }
}

impl Leakage {
    /// When what it goes around began to be in force, if it is, and itself.
    fn began(&self, trial: &Trial, me: usize) -> Option<Tick> {
        let around = self.around.iter().map(|p| trial.s.policies[*p as usize]);
        let first = around.filter(|p| p.in_force).map(|p| p.since).min()?;
        Some(first.max(trial.s.policies[me].since))
    }

    /// How far the channel has grown \[share\].
    fn level(&self, trial: &Trial, me: usize) -> f64 {
        let Some(began) = self.began(trial, me) else {
            return 0.0;
        };
        let memory = trial.policies[me].memory.start;
        let blow = Tick(trial.s.memory[memory + BLOW] as u64);
        let (from, level) = if trial.s.memory[memory + BLOWS] > 0.0 && blow > began {
            (blow, trial.s.memory[memory + LEVEL])
        } else {
            (began, 0.0)
        };
        let within = self.within.get(trial.drawn);
        level + (1.0 - level) * grown(trial.since(from), within)
    }

    fn set_next_blow(&self, trial: &mut Trial, me: usize, number: u64) {
        let Some((rate, _)) = self.enforcement else {
            return;
        };
        let uniform = Stream::open(trial.s.key, trial.policies[me].key, number).uniform();
        let days = -libm::log(uniform) / rate.get(trial.drawn);
        if days.is_finite() {
            let at = trial.s.now + Ticks::from_days(days);
            trial.set_alarm(me, at, number as u32);
        }
    }

    /// What the third countries import of a good in the base, a day.
    fn hub_imports(&self, trial: &Trial, market: usize) -> f64 {
        let n = trial.n;
        let pairs = n.markets[market].pairs.clone().filter(|pair| {
            let p = &n.pairs[*pair];
            !p.domestic && self.via.contains(&n.buyers[p.buyer as usize].country)
        });
        pairs.map(|pair| trial.base.flow[pair]).sum()
    }

    /// By how much the third countries' trade makes it narrower: 1 if not.
    fn narrowed(&self, trial: &Trial, market: usize, window: f64, all: f64) -> f64 {
        let Some(share) = self.hub_share else {
            return 1.0;
        };
        let most = share.get(trial.drawn) * self.hub_imports(trial, market) * window;
        if all > most { most / all } else { 1.0 }
    }
}

impl Act for Leakage {
    fn memory(&self) -> usize {
        3
    }

    /// While there is something to go around.
    fn works(&self, trial: &Trial, me: usize) -> bool {
        trial.s.policies[me].in_force && self.began(trial, me).is_some()
    }

    fn markets(&self) -> Vec<usize> {
        self.markets.clone()
    }

    fn begin(&self, trial: &mut Trial, me: usize) {
        self.set_next_blow(trial, me, 0);
    }

    /// A blow of enforcement.
    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        let level = self.level(trial, me);
        self.set_next_blow(trial, me, u64::from(code) + 1);
        if let Some((_, undoes)) = self.enforcement
            && trial.s.policies[me].in_force
            && level > 0.0
        {
            let left = level * (1.0 - undoes.get(trial.drawn).clamp(0.0, 1.0));
            trial.note(|_| Entry::Enforced { policy: me, left });
            let memory = trial.policies[me].memory.start;
            let now = trial.s.now.0 as f64;
            trial.with_gates_watched(|trial| {
                trial.s.memory[memory + LEVEL] = left;
                trial.s.memory[memory + BLOW] = now;
                trial.s.memory[memory + BLOWS] += 1.0;
            });
        }
    }

    fn open(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let share = self.at_most.get(trial.drawn).clamp(0.0, 1.0) * self.level(trial, me);
        let pairs = 0..trial.n.markets[market].pairs.len();
        let leaks = |gates: &Gates, k: usize| match self.around.contains(&gates.binding[k]) {
            true => share * trial.kept_back(market, k, window, gates),
            false => 0.0,
        };
        let all: f64 = pairs.clone().map(|k| leaks(gates, k)).sum();
        let narrowed = self.narrowed(trial, market, window, all);
        for k in pairs {
            let volume = leaks(gates, k) * narrowed;
            if volume > 0.0 {
                let way = Way {
                    volume,
                    delay: self.delay.get(trial.drawn),
                    cost: self.cost.get(trial.drawn),
                };
                gates.go_round(k, way, volume, me);
            }
        }
    }
}
