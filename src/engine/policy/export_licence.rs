//! Export licence: controlled goods wait for a decision.
//!
//! Each window, exporters apply for what each pair would trade: the controlled
//! share of it that no general licence covers. A decision takes a drawn
//! review time, after a queue where the desk decides only so many
//! applications a day. Approvals build a stock of permitted volume that ships
//! as buyers take it; refusals may be filed again. Of the uncontrolled goods
//! under the same customs code a share is held for inspection and then
//! released. A pair may ship in a window
//!
//! ```text
//! u_ij = free_ij + permitted_ij − shipped_ij
//! ```
//!
//! with `free` its uncontrolled goods not held and those under general
//! licences. Where another policy stops what was permitted before it has left,
//! it stays permitted. With unlimited throughput, certain approval and steady
//! applications a, shipments after t are a · P(review ≤ t), and the backlog
//! tends to a · E\[review\] (Little's law).

use super::{Act, Bound, buyers_of, per_commodity, per_country};
use crate::engine::gates::Gates;
use crate::engine::journal::{Decision, Entry};
use crate::engine::record::Record;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::random::{Law, ObjectKey, Stream};
use crate::scenario::{self as written, Filing, RegimeId};
use crate::units::Tick;

/// Memory of the desk: when it is next free \[d\], then of each good up to
/// when applications have been filed \[s\].
const DESK_FREE: usize = 0;
const FILED: usize = 1;
/// Memory of each pair, after that.
const PERMITTED: usize = 0;
const FREE: usize = 1;
const SHIPPED: usize = 2;
const PENDING: usize = 3;
const PER_PAIR: usize = 4;
/// Purposes of draws.
const REVIEW: u64 = 1;
const INSPECTION: u64 = 2;
const CLEARED: u64 = 3;
const HANDLING: u64 = 4;
const FILING: u64 = 5;
/// Applications of a pair at one instant told apart by the key.
const MOST_APPLICATIONS: u64 = 4096;
/// Refusals after which nobody tries again.
const MOST_ATTEMPTS: u8 = 100;

#[derive(Clone, Debug)]
pub(super) struct ExportLicence {
    goods: Vec<Good>,
    review: Law,
    inspection: Law,
    speed: Speed,
    applications: u32,
    /// Time between two that are filed at random, as a multiple of its mean.
    gap: Option<Law>,
    reapply: Option<Law>,
    terms: Terms,
    in_regime: Vec<(RegimeId, Terms)>,
}

/// How fast the desk is.
#[derive(Clone, Debug)]
enum Speed {
    Unlimited,
    PerDay(Num),
    Each(Law),
}

#[derive(Clone, Debug)]
struct Good {
    bound: Bound,
    /// Controlled share of the trade.
    share: Num,
    /// Where its pairs' memory begins.
    memory: usize,
    /// Destination of each pair.
    to: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Terms {
    approval: Vec<Num>,
    general: Vec<Num>,
    held: Num,
    clears_backlog: Num,
}

/// Applications under review and goods under inspection.
#[derive(Debug, Default)]
pub(crate) struct LicenceDesk {
    lots: Vec<Lot>,
    free: Vec<u32>,
    /// Places of those in a queue, while it closes ranks.
    queue: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Lot {
    policy: u32,
    good: u32,
    /// Place in the good's list of pairs.
    place: u32,
    /// Zero where the place is free or the lot has been decided.
    volume: f64,
    controlled: bool,
    /// Still to be handed in at a desk that decides only so many a day.
    unread: bool,
    attempt: u8,
    occurrence: u64,
    /// When it is handed in \[d\].
    filed: f64,
    /// From when until when the desk has it, and when it will be decided \[d\].
    begins: f64,
    ends: f64,
    decided: f64,
}

impl LicenceDesk {
    pub(crate) fn clear(&mut self) {
        self.lots.clear();
        self.free.clear();
    }

    fn put(&mut self, lot: Lot) -> u32 {
        if let Some(place) = self.free.pop() {
            self.lots[place as usize] = lot;
            return place;
        }
        self.lots.push(lot);
        self.lots.len() as u32 - 1
    }

    /// Places of the applications that the desk of a policy has or that wait for
    /// it, in their order.
    fn queued(&mut self, policy: usize, now: f64) -> Vec<u32> {
        let Self { lots, queue, .. } = self;
        let waits = |lot: &Lot| {
            lot.policy as usize == policy
                && lot.volume > 0.0
                && lot.controlled
                && !lot.unread
                && lot.ends > now
        };
        queue.clear();
        queue.extend((0..lots.len() as u32).filter(|place| waits(&lots[*place as usize])));
        let ends = |place: u32| lots[place as usize].ends;
        queue.sort_unstable_by(|a, b| ends(*a).total_cmp(&ends(*b)).then(a.cmp(b)));
        std::mem::take(queue)
    }

    fn take(&mut self, place: u32) -> Lot {
        self.free.push(place);
        let lot = self.lots[place as usize];
        self.lots[place as usize].volume = 0.0;
        lot
    }
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::ExportLicence) -> ExportLicence {
    let shares = per_commodity(compiler, &w.scope, &w.share);
    let mut memory = FILED + w.scope.on.len();
    let goods = w.scope.on.iter().zip(shares).map(|(on, share)| {
        let bound = Bound::of(compiler, &w.scope, *on);
        let n = compiler.network();
        let to = bound
            .pairs
            .iter()
            .map(|p| n.buyers[n.pairs[*p as usize].buyer as usize].country);
        let good = Good {
            to: to.collect(),
            share,
            memory,
            bound,
        };
        memory += good.bound.pairs.len() * PER_PAIR;
        good
    });
    let goods = goods.collect();
    let in_regime = w
        .in_regime
        .iter()
        .map(|(r, t)| (*r, Terms::compile(compiler, t)))
        .collect();
    ExportLicence {
        goods,
        review: w.review.clone(),
        inspection: w.inspection.clone(),
        speed: match &w.desk {
            written::LicenceDesk::Unlimited => Speed::Unlimited,
            written::LicenceDesk::PerDay(per_day) => Speed::PerDay(compiler.num(per_day)),
            written::LicenceDesk::Each(law) => Speed::Each(law.clone()),
        },
        applications: w.applications.max(1),
        gap: match w.filed {
            Filing::Evenly => None,
            Filing::AtRandom => Law::exponential(1.0).ok(),
        },
        reapply: w.reapply.clone(),
        terms: Terms::compile(compiler, &w.terms),
        in_regime,
    }
}

impl Terms {
    fn compile(compiler: &mut Compiler, w: &written::LicenceTerms) -> Self {
        Self {
            approval: per_country(compiler, &w.approval),
            general: per_country(compiler, &w.general),
            held: compiler.num(&w.holds_uncontrolled),
            clears_backlog: compiler.num(&w.clears_backlog),
        }
    }
}

impl ExportLicence {
    fn cell<'t>(&self, trial: &'t mut Trial, me: usize, cell: usize) -> &'t mut f64 {
        &mut trial.s.memory[trial.policies[me].memory.start + cell]
    }

    fn terms_at<'t>(&'t self, trial: &Trial) -> &'t Terms {
        trial.terms_now(&self.terms, &self.in_regime)
    }

    /// The key of a pair's draws under this policy.
    fn key(&self, trial: &Trial, me: usize, good: usize, place: usize) -> ObjectKey {
        let pair = self.goods[good].bound.pairs[place] as usize;
        trial.policies[me].key.join(trial.n.pairs[pair].key)
    }

    /// What a pair would trade beyond reference over the next days to close its
    /// part of the gap in its buyer's position, as far as that is not permitted
    /// or under review already. A licence takes its time in any case, and then
    /// waits for the next clearing, so that much closes no gap. The gap is of
    /// controlled goods, so it is for them that more is filed.
    fn catching_up(
        &self,
        trial: &Trial,
        me: usize,
        good: usize,
        place: usize,
        days: f64,
        applied: f64,
    ) -> f64 {
        let g = &self.goods[good];
        let pair = g.bound.pairs[place] as usize;
        let (n, base) = (trial.n, trial.base);
        let (buyer, terms) = (n.pairs[pair].buyer as usize, base.terms[g.bound.market]);
        let reference = trial.reference_trade(pair, days);
        let usual = trial.s.flows[pair] * trial.s.usual[buyer].growth;
        let part = usual / trial.s.usual[buyer].use_rate.max(f64::MIN_POSITIVE);
        let memory = trial.policies[me].memory.start + g.memory + place * PER_PAIR;
        let pending = trial.s.memory[memory + PENDING] + trial.s.memory[memory + PERMITTED];
        let wait = self.usual_wait(trial, g.to[place]) + terms.window;
        let in_review = applied * usual * wait;
        let gap = trial.position_gap(buyer) * part - (pending - in_review).max(0.0);
        let extra = trial.restocking(g.bound.market, days) * gap.max(0.0);
        extra.min((terms.nomination_cap - 1.0).max(0.0) * reference)
    }

    /// Mean time from the first application to approval \[d\], refusals and new
    /// applications included: `E\[review\]/p + E\[reapply\] (1 − p)/p`.
    fn usual_wait(&self, trial: &Trial, to: usize) -> f64 {
        let review = self.review.mean();
        let Some(again) = &self.reapply else {
            return review;
        };
        let p = self.terms_at(trial).approval[to]
            .get(trial.drawn)
            .clamp(0.05, 1.0);
        review / p + again.mean() * (1.0 - p) / p
    }

    /// Whether nothing of a pair's trade needs a licence or is held.
    fn lets_all_pass(&self, trial: &Trial, g: &Good, place: usize) -> bool {
        let (terms, drawn) = (self.terms_at(trial), trial.drawn);
        let share = g.share.get(drawn).clamp(0.0, 1.0);
        let applied = share * (1.0 - terms.general[g.to[place]].get(drawn).clamp(0.0, 1.0));
        applied == 0.0 && (1.0 - share) * terms.held.get(drawn).clamp(0.0, 1.0) == 0.0
    }

    /// Files for one pair for the days until `next`.
    fn file(&self, trial: &mut Trial, me: usize, good: usize, place: usize, days: f64) {
        let g = &self.goods[good];
        let (terms, drawn) = (self.terms_at(trial), trial.drawn);
        let share = g.share.get(drawn).clamp(0.0, 1.0);
        let general = terms.general[g.to[place]].get(drawn).clamp(0.0, 1.0);
        let memory = g.memory + place * PER_PAIR;
        self.use_permits(trial, me, memory);
        let reference = trial.reference_trade(g.bound.pairs[place] as usize, days);
        let extra = self.catching_up(trial, me, good, place, days, share * (1.0 - general));
        let (controlled, other) = if share > 0.0 {
            (share * reference + extra, (1.0 - share) * reference)
        } else {
            (0.0, reference + extra)
        };
        let held = terms.held.get(drawn).clamp(0.0, 1.0) * other;
        let applied = (1.0 - general) * controlled;
        *self.cell(trial, me, memory + FREE) = controlled + other - applied - held;
        let count = f64::from(self.applications);
        for (k, after) in (0..MOST_APPLICATIONS).zip(self.filings(trial, me, (good, place), days)) {
            let occurrence = trial.s.now.0 * MOST_APPLICATIONS + k;
            let lot = |volume: f64, controlled| Lot {
                policy: me as u32,
                good: good as u32,
                place: place as u32,
                volume: volume / count,
                controlled,
                unread: false,
                attempt: 0,
                occurrence,
                filed: 0.0,
                begins: 0.0,
                ends: 0.0,
                decided: f64::INFINITY,
            };
            if applied > 0.0 {
                self.review(trial, me, after, lot(applied, true));
            }
            if held > 0.0 {
                self.inspect(trial, me, after, lot(held, false));
            }
        }
        self.note_filed(trial, me, (good, place), (applied, held));
    }

    /// When a pair files in the next days \[d\].
    fn filings(
        &self,
        trial: &Trial,
        me: usize,
        (good, place): (usize, usize),
        days: f64,
    ) -> impl Iterator<Item = f64> + use<> {
        let key = self.key(trial, me, good, place).with(FILING);
        let mut stream = Stream::open(trial.s.key, key, trial.s.now.0);
        let (gap, count) = (self.gap.clone(), f64::from(self.applications));
        let (mut k, mut at) = (0.0, 0.0);
        std::iter::from_fn(move || {
            at = match &gap {
                Some(law) => at + law.sample(&mut stream) / count * days,
                None => (k + 0.5) / count * days,
            };
            k += 1.0;
            (at < days).then_some(at)
        })
    }

    /// Closes the books of a window for the pair whose memory begins there:
    /// what has been shipped beyond its free goods uses up permits, and what
    /// has been given back from earlier windows is permitted again.
    fn use_permits(&self, trial: &mut Trial, me: usize, memory: usize) {
        let shipped = std::mem::take(self.cell(trial, me, memory + SHIPPED));
        let free = std::mem::take(self.cell(trial, me, memory + FREE));
        *self.cell(trial, me, memory + PERMITTED) -= (shipped - free).max(shipped.min(0.0));
    }

    /// Files an application, `after` days from now. A desk that decides only
    /// so many a day takes it in when it comes, not before.
    fn review(&self, trial: &mut Trial, me: usize, after: f64, lot: Lot) {
        let filed = trial.s.now.days() + after;
        let unread = !matches!(self.speed, Speed::Unlimited);
        let lot = Lot {
            unread,
            filed,
            ..lot
        };
        if unread {
            self.wait(trial, me, lot, filed);
        } else {
            self.read(trial, me, lot, filed, filed);
        }
    }

    /// Puts an application in the queue of the desk, now.
    fn queue(&self, trial: &mut Trial, me: usize, lot: Lot) {
        let takes = match &self.speed {
            Speed::Unlimited => 0.0,
            Speed::PerDay(n) => 1.0 / n.get(trial.drawn).max(1e-9),
            Speed::Each(law) => {
                let key = self.key(trial, me, lot.good as usize, lot.place as usize);
                let key = key.with(HANDLING).with(u64::from(lot.attempt));
                law.sample(&mut Stream::open(trial.s.key, key, lot.occurrence))
            }
        };
        let now = trial.s.now.days();
        let free = self.cell(trial, me, DESK_FREE);
        let begins = free.max(now);
        *free = begins + takes;
        self.take_up(trial, me, lot, (begins, begins + takes));
    }

    /// Settles from when until when the desk has an application.
    fn take_up(&self, trial: &mut Trial, me: usize, lot: Lot, (begins, ends): (f64, f64)) {
        let now = trial.s.now.days();
        self.count_waiting(trial, &lot, now, begins, |record| &mut record.queued);
        let lot = Lot {
            unread: false,
            begins,
            ends,
            ..lot
        };
        self.read(trial, me, lot, now, ends);
    }

    /// Has those still in the queue move up to where others were who have been
    /// decided out of turn.
    fn close_ranks(&self, trial: &mut Trial, me: usize) {
        let now = trial.s.now.days();
        let queue = trial.s.licences.queued(me, now);
        let mut free = now;
        for place in &queue {
            let place = *place as usize;
            let lot = trial.s.licences.lots[place];
            let begins = lot.begins.min(free);
            free = begins + (lot.ends - lot.begins);
            if begins < lot.begins {
                self.spare_waiting(trial, &lot);
                trial.s.licences.lots[place].volume = 0.0;
                *self.pending(trial, me, &lot) -= lot.volume;
                self.take_up(trial, me, lot, (begins, free));
            }
        }
        trial.s.licences.queue = queue;
        *self.cell(trial, me, DESK_FREE) = free;
    }

    /// Counts that a lot waits from one day to another, as far as the trial goes.
    fn count_waiting(
        &self,
        trial: &mut Trial,
        lot: &Lot,
        from: f64,
        to: f64,
        into: fn(&mut Record) -> &mut Vec<f64>,
    ) {
        let days = to.min(trial.n.horizon.days()) - from.min(trial.n.horizon.days());
        let market = self.goods[lot.good as usize].bound.market;
        let cell = lot.policy as usize * trial.n.markets.len() + market;
        into(&mut trial.s.record)[cell] += lot.volume * days;
    }

    /// Takes back what was counted of a lot beyond now.
    fn spare_waiting(&self, trial: &mut Trial, lot: &Lot) {
        let now = trial.s.now.days();
        self.count_waiting(trial, lot, lot.decided, now, |record| &mut record.waiting);
        let begins = lot.begins.max(now);
        self.count_waiting(trial, lot, begins, now, |record| &mut record.queued);
    }

    /// Draws how long the review takes that begins on a day, of what was filed
    /// on another.
    fn read(&self, trial: &mut Trial, me: usize, lot: Lot, filed: f64, begins: f64) {
        let key = self.key(trial, me, lot.good as usize, lot.place as usize);
        let key = key.with(REVIEW).with(u64::from(lot.attempt));
        let mut stream = Stream::open(trial.s.key, key, lot.occurrence);
        let decided = begins + self.review.sample(&mut stream);
        self.count_waiting(trial, &lot, filed, decided, |record| &mut record.waiting);
        self.wait(trial, me, Lot { decided, ..lot }, decided);
    }

    /// Has a lot wait until it is decided, in days from the start.
    fn wait(&self, trial: &mut Trial, me: usize, lot: Lot, decided: f64) {
        *self.pending(trial, me, &lot) += lot.volume;
        let place = trial.s.licences.put(lot);
        trial.set_alarm(me, Tick::from_days(decided), place);
    }

    /// Volume of a lot's pair that waits.
    fn pending<'t>(&self, trial: &'t mut Trial, me: usize, lot: &Lot) -> &'t mut f64 {
        let memory = self.goods[lot.good as usize].memory + lot.place as usize * PER_PAIR;
        self.cell(trial, me, memory + PENDING)
    }

    /// Draws how long held goods are inspected.
    fn inspect(&self, trial: &mut Trial, me: usize, after: f64, lot: Lot) {
        let key = self
            .key(trial, me, lot.good as usize, lot.place as usize)
            .with(INSPECTION);
        let mut stream = Stream::open(trial.s.key, key, lot.occurrence);
        let held = trial.s.now.days() + after;
        let decided = held + self.inspection.sample(&mut stream);
        self.count_waiting(trial, &lot, held, decided, |record| &mut record.waiting);
        self.wait(trial, me, Lot { decided, ..lot }, decided);
    }

    /// Decides a lot: what is approved may ship, what is refused may be filed
    /// again.
    fn decide(&self, trial: &mut Trial, me: usize, lot: Lot) {
        let g = &self.goods[lot.good as usize];
        let place = lot.place as usize;
        *self.pending(trial, me, &lot) -= lot.volume;
        if lot.controlled && !self.approves(trial, me, &lot) {
            self.file_again(trial, me, lot);
            self.note_decided(trial, me, &lot, Decision::Refused);
            return;
        }
        let cell = g.memory + place * PER_PAIR + PERMITTED;
        *self.cell(trial, me, cell) += lot.volume;
        let decision = if lot.controlled {
            Decision::Approved
        } else {
            Decision::Released
        };
        self.note_decided(trial, me, &lot, decision);
        if trial.n.markets[g.bound.market].on_change {
            trial.ask_clearing(g.bound.market);
        }
    }

    /// The same luck meets whatever probability is in force when the lot is
    /// decided.
    fn approves(&self, trial: &Trial, me: usize, lot: &Lot) -> bool {
        let (good, place) = (lot.good as usize, lot.place as usize);
        let probability = self.terms_at(trial).approval[self.goods[good].to[place]];
        let key = self
            .key(trial, me, good, place)
            .with(u64::from(lot.attempt));
        Stream::open(trial.s.key, key, lot.occurrence).happens(probability.get(trial.drawn))
    }

    fn file_again(&self, trial: &mut Trial, me: usize, lot: Lot) {
        let Some(delay) = self
            .reapply
            .as_ref()
            .filter(|_| lot.attempt < MOST_ATTEMPTS)
        else {
            return;
        };
        let lot = Lot {
            attempt: lot.attempt + 1,
            ..lot
        };
        let key = self.key(trial, me, lot.good as usize, lot.place as usize);
        let key = key.with(REVIEW).with(u64::from(lot.attempt)).with(REVIEW);
        let wait = delay.sample(&mut Stream::open(trial.s.key, key, lot.occurrence));
        self.review(trial, me, wait, lot);
    }
}

/// Notes for the journal.
impl ExportLicence {
    /// The terms from now on, for each destination.
    fn note_terms(&self, trial: &mut Trial, me: usize) {
        if !trial.s.policies[me].in_force {
            return;
        }
        let terms = self.terms_at(trial);
        for country in 0..trial.n.countries.len() {
            if !self.goods.iter().any(|g| g.to.contains(&country)) {
                continue;
            }
            let share = |t: &Trial, n: Num| n.get(t.drawn).clamp(0.0, 1.0);
            trial.note(|t| Entry::Terms {
                policy: me,
                country,
                approval: share(t, terms.approval[country]),
                general: share(t, terms.general[country]),
                held: share(t, terms.held),
            });
        }
    }

    /// What a pair has filed for the coming days.
    fn note_filed(&self, trial: &mut Trial, me: usize, at: (usize, usize), filed: (f64, f64)) {
        let ((good, place), (applied, held)) = (at, filed);
        if applied + held > 0.0 {
            trial.note(|t| Entry::Filed {
                policy: me,
                pair: self.goods[good].bound.pairs[place] as usize,
                applied,
                held,
                waiting: self.waiting(t, me, good, place),
            });
        }
    }

    fn note_decided(&self, trial: &mut Trial, me: usize, lot: &Lot, decision: Decision) {
        let (good, place) = (lot.good as usize, lot.place as usize);
        let pair = self.goods[good].bound.pairs[place] as usize;
        trial.note(|t| Entry::Decided {
            policy: me,
            pair,
            volume: lot.volume,
            decision,
            waiting: self.waiting(t, me, good, place),
        });
    }

    /// Volume of a pair that waits for a decision.
    fn waiting(&self, trial: &Trial, me: usize, good: usize, place: usize) -> f64 {
        let memory = self.goods[good].memory + place * PER_PAIR;
        trial.s.memory[trial.policies[me].memory.start + memory + PENDING].max(0.0)
    }
}

impl Act for ExportLicence {
    fn memory(&self) -> usize {
        self.goods
            .last()
            .map_or(FILED, |g| g.memory + g.bound.pairs.len() * PER_PAIR)
    }

    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, self.goods.iter().map(|g| &g.bound))
    }

    fn markets(&self) -> Vec<usize> {
        self.goods.iter().map(|g| g.bound.market).collect()
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        self.note_terms(trial, me);
        let now = trial.s.now.0 as f64;
        for good in 0..self.goods.len() {
            *self.cell(trial, me, FILED + good) = now;
            for place in 0..self.goods[good].bound.pairs.len() {
                self.use_permits(trial, me, self.goods[good].memory + place * PER_PAIR);
            }
        }
    }

    /// Files for the time until the next window.
    fn before_clearing(&self, trial: &mut Trial, me: usize, market: usize, _opens: bool) {
        let next = trial.s.markets[market].next;
        for good in 0..self.goods.len() {
            let filed = Tick(*self.cell(trial, me, FILED + good) as u64).max(trial.s.now);
            if self.goods[good].bound.market != market || filed >= next {
                continue;
            }
            *self.cell(trial, me, FILED + good) = next.0 as f64;
            for place in 0..self.goods[good].bound.pairs.len() {
                self.file(trial, me, good, place, (next - filed).days());
            }
        }
    }

    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        let lot = trial.s.licences.take(code);
        if lot.volume <= 0.0 {
            return; // decided early
        }
        if lot.unread {
            *self.pending(trial, me, &lot) -= lot.volume;
            self.queue(trial, me, lot);
        } else {
            self.decide(trial, me, lot);
        }
    }

    /// A new regime may decide a part of the backlog at once: of what has been
    /// filed before, not of what will be filed (again) later.
    fn regime_entered(&self, trial: &mut Trial, me: usize, regime: RegimeId) {
        self.note_terms(trial, me);
        let Some((_, terms)) = self.in_regime.iter().find(|(r, _)| *r == regime) else {
            return;
        };
        let share = terms.clears_backlog.get(trial.drawn);
        if share <= 0.0 {
            return;
        }
        let now = trial.s.now.days();
        for k in 0..trial.s.licences.lots.len() {
            let lot = trial.s.licences.lots[k];
            let pending = lot.controlled && !lot.unread && lot.filed < now;
            if lot.policy as usize != me || lot.volume <= 0.0 || !pending {
                continue;
            }
            let key = self.key(trial, me, lot.good as usize, lot.place as usize);
            let key = key.with(CLEARED).with(u64::from(lot.attempt));
            if Stream::open(trial.s.key, key, lot.occurrence).happens(share) {
                trial.s.licences.lots[k].volume = 0.0;
                self.spare_waiting(trial, &lot);
                self.decide(trial, me, lot);
            }
        }
        if !matches!(self.speed, Speed::Unlimited) {
            self.close_ranks(trial, me);
        }
    }

    fn counts(&self) -> bool {
        true
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let start = trial.policies[me].memory.start;
        for (good, g) in self
            .goods
            .iter()
            .enumerate()
            .filter(|(_, g)| g.bound.market == market)
        {
            let unfiled = trial.s.memory[start + FILED + good] <= trial.s.now.0 as f64;
            for (place, pair) in g.bound.pairs.iter().enumerate() {
                if self.lets_all_pass(trial, g, place) {
                    continue;
                }
                let memory = start + g.memory + place * PER_PAIR;
                let permitted = trial.s.memory[memory + PERMITTED];
                let allowed = if unfiled {
                    let share = g.share.get(trial.drawn).clamp(0.0, 1.0);
                    permitted + (1.0 - share) * trial.reference_trade(*pair as usize, window)
                } else {
                    let free = trial.s.memory[memory + FREE];
                    permitted + free - trial.s.memory[memory + SHIPPED]
                };
                gates.limit(*pair as usize - g.bound.first, allowed.max(0.0), me);
            }
        }
    }

    fn shipped(&self, trial: &mut Trial, me: usize, pair: usize, volume: f64) {
        let start = trial.policies[me].memory.start;
        for g in &self.goods {
            if let Some(place) = g.bound.pairs.iter().position(|p| *p as usize == pair) {
                trial.s.memory[start + g.memory + place * PER_PAIR + SHIPPED] += volume;
            }
        }
    }
}
