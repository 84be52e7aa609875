//! Gathers the records of trials, in order.

use sketches_ddsketch::{Config, DDSketch};

use super::{
    About, Cause, Failure, Fan, FocusOutcome, Outcome, PolicyActivity, SellerPrice, Sink, Step,
    TrialRow, Variant,
};
use crate::engine::{Model, Record};
use crate::scenario::Role;
use crate::stats::Moments;
use crate::units::{DAY, Date, Tick};

/// Relative error of the monthly quantiles.
const FAN_ERROR: f64 = 0.005;
/// Values of a fan at or below this count as zero.
const FAN_ZERO: f64 = 1e-6;
/// Bins of a sketch; wide enough that none is ever merged.
const FAN_BINS: u32 = 8192;

/// Least change of the share of trials in which a policy is at work that is told.
const LEAST_STEP: f64 = 0.01;

/// A trial's records of both variants, or why there are none.
pub(super) struct Pair {
    pub trial: u64,
    pub drawn: Vec<f64>,
    pub result: Result<(Record, Record), String>,
}

/// The study so far.
pub(super) struct Collector<'m> {
    model: &'m Model,
    shocked: Side,
    baseline: Side,
    /// Of each policy, by how many trials more it is at work than the day before.
    active: Vec<Vec<i64>>,
    stopped: Vec<f64>,
    leaked: Vec<f64>,
    waiting: Vec<f64>,
    queued: Vec<f64>,
    /// Price deviations of the sellers that sanctions name.
    sellers: Vec<(usize, Moments)>,
    failures: Vec<Failure>,
    events: u64,
    completed: u64,
}

/// One variant so far.
struct Side {
    shortfall: Vec<Quantiles>,
    cover: Vec<Quantiles>,
    origins: Vec<f64>,
}

/// The values of one month bin.
struct Quantiles {
    sketch: DDSketch,
    zeros: u64,
    count: u64,
    sum: f64,
}

/// Adds numbers to sums, each times a factor.
fn add(sums: &mut [f64], numbers: &[f64], factor: f64) {
    for (sum, number) in sums.iter_mut().zip(numbers) {
        *sum += number * factor;
    }
}

impl<'m> Collector<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let n = &model.network;
        let days = day(n.horizon) + 2;
        Self {
            model,
            shocked: Side::new(model),
            baseline: Side::new(model),
            active: vec![vec![0; days]; model.policies.len()],
            stopped: vec![0.0; model.policies.len() * n.markets.len()],
            leaked: vec![0.0; model.policies.len() * n.markets.len()],
            waiting: vec![0.0; model.policies.len() * n.markets.len()],
            queued: vec![0.0; model.policies.len() * n.markets.len()],
            sellers: struck(model),
            failures: Vec::new(),
            events: 0,
            completed: 0,
        }
    }

    /// Adds a trial; what is its alone goes to the sink.
    pub(super) fn add(&mut self, pair: Pair, sink: &mut dyn Sink) -> Result<(), Cause> {
        match pair.result {
            Ok((shocked, baseline)) => {
                self.add_records(&shocked, &baseline);
                sink.put(&TrialRow {
                    trial: pair.trial,
                    shocked: &shocked.metrics,
                    baseline: &baseline.metrics,
                    drawn: &pair.drawn,
                    trade: &shocked.trade,
                    baseline_trade: &baseline.trade,
                })
            }
            Err(reason) => {
                let trial = pair.trial;
                self.failures.push(Failure { trial, reason });
                Ok(())
            }
        }
    }

    fn add_records(&mut self, shocked: &Record, baseline: &Record) {
        self.completed += 1;
        self.events += shocked.events + baseline.events;
        self.shocked.add(shocked);
        self.baseline.add(baseline);
        for &(policy, from, to) in &shocked.work {
            let end = match to < self.model.network.horizon {
                true => day(to),
                false => day(to) + 1,
            };
            self.active[policy][day(from)] += 1;
            self.active[policy][end] -= 1;
        }
        let days = self.model.network.horizon.days();
        add(&mut self.stopped, &shocked.stopped, 1.0);
        add(&mut self.leaked, &shocked.leaked, 1.0);
        add(&mut self.waiting, &shocked.waiting, 1.0 / days);
        add(&mut self.queued, &shocked.queued, 1.0 / days);
        for (seller, prices) in &mut self.sellers {
            if shocked.days_struck[*seller] > 0.0 {
                prices.push(-shocked.discount[*seller]);
            }
        }
    }

    pub(super) fn finish(self, about: &About, interrupted: bool) -> Outcome {
        let n = &self.model.network;
        let focus = (0..n.focus.len()).map(|f| self.focus(f)).collect();
        let months = std::iter::once(n.calendar.start())
            .chain(n.months.iter().map(|t| n.calendar.date_of(*t)))
            .collect::<Vec<Date>>();
        Outcome {
            stamp: about.stamp.clone(),
            title: about.title.clone(),
            question: about.question.clone(),
            start: n.calendar.start(),
            horizon: n.horizon.days(),
            months,
            short_above: n.short_above,
            focus,
            policies: self.policies(about),
            sellers: self.sellers(),
            parameters: n.parameters.iter().map(|p| p.path.clone()).collect(),
            completed: self.completed,
            failures: self.failures,
            events: self.events,
            interrupted,
            basis: about.basis.clone(),
        }
    }

    fn focus(&self, focus: usize) -> FocusOutcome {
        let n = &self.model.network;
        let buyer = n.focus[focus] as usize;
        let b = &n.buyers[buyer];
        let m = &n.markets[b.market];
        let (code, name) = n.countries[b.country].clone();
        FocusOutcome {
            commodity: m.key.clone(),
            commodity_name: m.name.clone(),
            country: code,
            country_name: name,
            unit: m.unit.clone(),
            price: n.base.terms[b.market].price,
            price_unit: m.price_unit.clone(),
            use_per_day: n.base.use_rate[buyer],
            reserve: b.reserve.map(|index| n.base.reserves[index].size),
            shocked: self.shocked.variant(self.model, focus, self.completed),
            baseline: self.baseline.variant(self.model, focus, self.completed),
        }
    }

    /// Every policy that the baseline lacks.
    fn policies(&self, about: &About) -> Vec<PolicyActivity> {
        let told = |name: &str| about.policies.iter().find(|told| told.name == name);
        let n = &self.model.network;
        let listed = self.model.policies.iter().enumerate();
        listed
            .filter(|(_, p)| p.role != Role::Background)
            .map(|(index, p)| PolicyActivity {
                title: told(&p.name).map_or_else(|| p.name.clone(), |told| told.title.clone()),
                strikes: told(&p.name)
                    .map_or_else(|| vec![true; n.focus.len()], |told| told.strikes.clone()),
                name: p.name.clone(),
                shock: p.role == Role::Shock,
                active: steps(&self.active[index], self.completed),
                stopped: self.volumes(index, &self.stopped),
                leaked: self.volumes(index, &self.leaked),
                waiting: self.volumes(index, &self.waiting),
                queued: self.volumes(index, &self.queued),
            })
            .collect()
    }

    /// Mean volumes of a policy in the markets that it acts on.
    fn volumes(&self, policy: usize, sums: &[f64]) -> Vec<(String, String, f64)> {
        let n = &self.model.network;
        let per_trial = 1.0 / self.completed.max(1) as f64;
        let markets = self.model.policies[policy].markets.iter();
        let volume = |market: &usize| {
            let m = &n.markets[*market];
            let sum = sums[policy * n.markets.len() + market];
            (m.name.clone(), m.unit.clone(), sum * per_trial)
        };
        markets.map(volume).collect()
    }

    /// What sellers got while sanctions struck them, where any did.
    fn sellers(&self) -> Vec<SellerPrice> {
        let n = &self.model.network;
        let priced = self.sellers.iter().filter(|(_, prices)| prices.count() > 0);
        let price = |(seller, prices): &(usize, Moments)| {
            let s = &n.sellers[*seller];
            SellerPrice {
                commodity: n.markets[s.market].name.clone(),
                country: n.countries[s.country].1.clone(),
                company: s.company.clone(),
                mean: prices.mean(),
                se: if prices.count() > 1 { prices.se() } else { 0.0 },
            }
        };
        priced.map(price).collect()
    }
}

/// The day of an instant.
fn day(at: Tick) -> usize {
    (at.0 / DAY) as usize
}

/// The share of trials at work on each day, from the changes day by day.
fn steps(changes: &[i64], trials: u64) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut at_work = 0;
    let days = changes.len().saturating_sub(2);
    for (day, change) in changes[..=days].iter().enumerate() {
        at_work += change;
        let share = at_work as f64 / trials.max(1) as f64;
        let known = steps.last().map_or(0.0, |step| step.share);
        let all_or_none = share != known && (at_work == 0 || at_work.unsigned_abs() == trials);
        if all_or_none || (share - known).abs() >= LEAST_STEP || (known == 0.0 && share > 0.0) {
            steps.push(Step {
                day: day as u32,
                share,
            });
        }
    }
    steps
}

/// The sellers that policies strike by name, with no prices yet.
fn struck(model: &Model) -> Vec<(usize, Moments)> {
    let named = model.policies.iter().flat_map(|p| &p.sellers);
    let mut sellers: Vec<usize> = named.map(|seller| *seller as usize).collect();
    sellers.sort_unstable();
    sellers.dedup();
    let of = |seller| (seller, Moments::default());
    sellers.into_iter().map(of).collect()
}

impl Side {
    fn new(model: &Model) -> Self {
        let n = &model.network;
        let (focus, bins) = (n.focus.len(), n.bins());
        let fans = || (0..focus * bins).map(|_| Quantiles::new()).collect();
        Self {
            shortfall: fans(),
            cover: fans(),
            origins: vec![0.0; focus * n.countries.len()],
        }
    }

    fn add(&mut self, record: &Record) {
        for (quantiles, value) in self.shortfall.iter_mut().zip(&record.shortfall) {
            quantiles.add(*value);
        }
        for (quantiles, value) in self.cover.iter_mut().zip(&record.cover) {
            quantiles.add(*value);
        }
        for (sum, value) in self.origins.iter_mut().zip(&record.origins) {
            *sum += value;
        }
    }

    fn variant(&self, model: &Model, focus: usize, completed: u64) -> Variant {
        let n = &model.network;
        let (bins, countries) = (n.bins(), n.countries.len());
        let scale = 1.0 / (completed.max(1) as f64 * n.horizon.days());
        let arrivals = &self.origins[focus * countries..(focus + 1) * countries];
        let mut origins: Vec<(String, String, f64)> = arrivals
            .iter()
            .zip(&n.countries)
            .filter(|(volume, _)| **volume > 0.0)
            .map(|(volume, (code, name))| (code.clone(), name.clone(), volume * scale))
            .collect();
        origins.sort_by(|a, b| b.2.total_cmp(&a.2));
        Variant {
            shortfall: fan(&self.shortfall[focus * bins..(focus + 1) * bins]),
            cover: fan(&self.cover[focus * bins..(focus + 1) * bins]),
            origins,
        }
    }
}

fn fan(months: &[Quantiles]) -> Fan {
    let at = |q: f64| months.iter().map(|m| m.quantile(q)).collect();
    Fan {
        p5: at(0.05),
        p25: at(0.25),
        p50: at(0.5),
        p75: at(0.75),
        p95: at(0.95),
        mean: months
            .iter()
            .map(|m| m.sum / m.count.max(1) as f64)
            .collect(),
    }
}

impl Quantiles {
    fn new() -> Self {
        let config = Config::new(FAN_ERROR, FAN_BINS, FAN_ZERO);
        Self {
            sketch: DDSketch::new(config),
            zeros: 0,
            count: 0,
            sum: 0.0,
        }
    }

    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        if value > FAN_ZERO {
            self.sketch.add(value);
        } else {
            self.zeros += 1;
        }
    }

    fn quantile(&self, q: f64) -> f64 {
        let rank = q * self.count.saturating_sub(1) as f64;
        let above = rank - self.zeros as f64;
        let positive = self.count - self.zeros;
        if above < 0.0 || positive == 0 {
            return 0.0;
        }
        let q = if positive > 1 {
            above / (positive - 1) as f64
        } else {
            0.5
        };
        self.sketch
            .quantile(q.min(1.0))
            .ok()
            .flatten()
            .unwrap_or(0.0)
    }
}
