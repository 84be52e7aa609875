use std::collections::BTreeMap;

use super::months::Months;
use super::words::Words;
use super::{Detail, Row, Traced};
use crate::engine::{Entry, Milestone};
use crate::network::Network;
use crate::units::Tick;

/// A price is told when it has moved by this share of the last one told.
const PRICE_MOVES: f64 = 0.2;
/// What disruptions leave of a site, or an input allows a plant, is told when
/// it has moved by this share.
const SHARE_MOVES: f64 = 0.1;

/// What a shock makes of demand is told when it has moved by this share.
const DEMAND_MOVES: f64 = 0.05;

/// Unlike any share that may be told.
const NEVER_TOLD: f64 = -1.0;

/// What is told of a trial when not all is: policies, regimes, what strikes
/// the chain above the foci, and what happens at the foci themselves.
pub(super) struct Story<'a> {
    words: Words<'a>,
    n: &'a Network,
    /// Policies that the scenario names; behind them come ordinary outages.
    named: usize,
    /// Place among the foci of each buyer that is followed.
    focus: BTreeMap<usize, usize>,
    /// Whether each market is that of a focus, or upstream of one.
    upstream: Vec<bool>,
    /// What was last told, by what it is about.
    told: BTreeMap<Subject, f64>,
    months: Months<'a>,
    finished: bool,
}

/// What a number that is told again only when it moves is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Share(usize, usize),
    Term(usize, usize, usize),
    Site(usize),
    Price(usize),
    Rationing(usize),
    Input(usize),
    Store(usize),
    Reserve(usize),
    Contract(usize),
    Taken(usize),
    Waiting(usize),
    Ordered(usize),
    Waits(usize),
    Demand(usize),
    Built(usize),
}

impl<'a> Story<'a> {
    pub(super) fn new(traced: &'a Traced<'a>, detail: &Detail) -> Self {
        let n = &traced.model.network;
        let followed = n
            .focus
            .iter()
            .enumerate()
            .filter(|(f, _)| detail.follows(*f));
        let focus: BTreeMap<usize, usize> = followed.map(|(f, b)| (*b as usize, f)).collect();
        Self {
            words: Words::new(traced),
            named: traced.scenario.policies.len(),
            upstream: upstream(n, focus.keys().map(|b| n.buyers[*b].market)),
            focus,
            told: BTreeMap::new(),
            months: Months::new(traced),
            finished: traced.record.is_some(),
            n,
        }
    }

    pub(super) fn tell(mut self, entries: &[(Tick, Entry)]) -> Vec<Row> {
        let mut rows = Vec::new();
        for (place, (at, entry)) in entries.iter().enumerate() {
            if is_overtaken(&entries[place..]) || !self.is_worth_telling(entry) {
                continue;
            }
            let mut row = self.words.row(*at, entry);
            if let Entry::Month { focus, .. } = entry {
                let buyer = self.n.focus[*focus] as usize;
                self.months.add_before(*at, entries);
                row.text += &self.months.price(buyer);
                rows.push(row);
                rows.extend(self.months.close(*at, buyer));
            } else {
                rows.push(row);
            }
        }
        rows.extend(self.tell_rest(entries));
        rows
    }

    /// What a trial that failed leaves of a month.
    fn tell_rest(&mut self, entries: &[(Tick, Entry)]) -> Vec<Row> {
        let Some((at, _)) = entries.last().filter(|_| !self.finished) else {
            return Vec::new();
        };
        self.months.add_before(Tick::NEVER, entries);
        let month = |buyer: &usize| self.months.close(*at, *buyer);
        self.focus.keys().flat_map(month).collect()
    }

    fn is_worth_telling(&mut self, entry: &Entry) -> bool {
        match *entry {
            Entry::Regime { .. } | Entry::Negotiated { .. } => true,
            Entry::Binds { .. } | Entry::Passage { .. } | Entry::Enforced { .. } => true,
            Entry::Waiver { .. } => true,
            Entry::Content { seller, .. } => self.upstream[self.n.sellers[seller].market],
            Entry::Storage { site, share, .. } => {
                self.is_upstream(site)
                    && self.moves(Subject::Store(site), share.min(1.0), SHARE_MOVES)
            }
            Entry::Policy { policy, .. } => policy < self.named,
            Entry::Project {
                policy,
                site,
                milestone,
            } => self.is_upstream(site) && self.project_moves(policy, milestone),
            Entry::Demand { policy, factor } => {
                self.moves(Subject::Demand(policy), factor, DEMAND_MOVES)
            }
            Entry::Fear { buyer, .. } => self.focus.contains_key(&buyer),
            Entry::Share {
                policy,
                market,
                share,
            } => self.upstream[market] && self.moves(Subject::Share(policy, market), share, 0.0),
            Entry::Terms {
                policy,
                country,
                approval,
                general,
                held,
            } => self.terms_change(policy, country, [approval, general, held]),
            Entry::Capacity { site, left, .. } => {
                self.is_upstream(site) && self.moves(Subject::Site(site), left, SHARE_MOVES)
            }
            Entry::Input { input, share } => {
                let site = self.n.inputs[input].site as usize;
                let share = share.min(1.0);
                self.is_upstream(site) && self.moves(Subject::Input(input), share, SHARE_MOVES)
            }
            Entry::Price { buyer, price } => {
                self.focus.contains_key(&buyer) && self.price_moves(buyer, price)
            }
            Entry::Rationing { buyer, rations, .. } => {
                let rations = f64::from(rations);
                self.focus.contains_key(&buyer)
                    && self.moves(Subject::Rationing(buyer), rations, 0.0)
            }
            Entry::StockOut { buyer } => self.focus.contains_key(&buyer),
            Entry::Waiting { buyer, volume } => {
                // Told when more waits than ever before.
                let most = self.told.get(&Subject::Waiting(buyer));
                let more = most.is_none_or(|most| volume > most * (1.0 + SHARE_MOVES));
                if more {
                    self.told.insert(Subject::Waiting(buyer), volume);
                }
                more && self.focus.contains_key(&buyer)
            }
            Entry::Reserve { reserve, rate, .. } => {
                let buyer = self.n.reserves[reserve].buyer as usize;
                let course = if rate == 0.0 { 0.0 } else { rate.signum() };
                self.focus.contains_key(&buyer)
                    && self.moves(Subject::Reserve(reserve), course, 0.0)
            }
            Entry::Ordered { reserve, rate, .. } => {
                let buyer = self.n.reserves[reserve].buyer as usize;
                self.upstream[self.n.buyers[buyer].market]
                    && self.moves(Subject::Ordered(reserve), rate, 0.0)
            }
            Entry::Aid { reserve, buyer, .. } => {
                let giver = self.n.reserves[reserve].buyer as usize;
                self.focus.contains_key(&buyer) || self.focus.contains_key(&giver)
            }
            Entry::AidArrival { buyer, .. } => self.focus.contains_key(&buyer),
            Entry::Contract { contract, in_force } => {
                let pair = self.n.contracts[contract].pair as usize;
                let in_force = f64::from(in_force);
                self.focus
                    .contains_key(&(self.n.pairs[pair].buyer as usize))
                    && self.moves(Subject::Contract(contract), in_force, 0.0)
            }
            Entry::Taken {
                contract, share, ..
            } => {
                let pair = self.n.contracts[contract].pair as usize;
                let buyer = self.n.pairs[pair].buyer as usize;
                self.focus.contains_key(&buyer)
                    && self.moves(Subject::Taken(contract), share, SHARE_MOVES)
            }
            Entry::Month { focus, .. } => self.focus.contains_key(&(self.n.focus[focus] as usize)),
            Entry::Filed { .. }
            | Entry::Decided { .. }
            | Entry::Blocked { .. }
            | Entry::Leaked { .. }
            | Entry::Handed { .. }
            | Entry::Stopped { .. }
            | Entry::GoesOn { .. }
            | Entry::BoiledOff { .. }
            | Entry::Replaced { .. }
            | Entry::Arrival { .. } => false,
        }
    }

    /// Whether a number is further than `by` from that last told; then it is
    /// told now.
    fn moves(&mut self, subject: Subject, value: f64, by: f64) -> bool {
        let before = self.told.get(&subject).copied();
        let before = before.unwrap_or(subject.usual());
        let end = value == subject.usual() && before != value;
        let moves = end || (value - before).abs() > by;
        if moves {
            self.told.insert(subject, value);
        }
        moves
    }

    fn price_moves(&mut self, buyer: usize, price: f64) -> bool {
        let subject = Subject::Price(buyer);
        match self.told.get(&subject) {
            Some(before) if (price / before - 1.0).abs() < PRICE_MOVES => false,
            _ => {
                self.told.insert(subject, price);
                true
            }
        }
    }

    /// That a project waits is told once, and what of it runs now and then.
    fn project_moves(&mut self, policy: usize, milestone: Milestone) -> bool {
        match milestone {
            Milestone::Unsupported => self.moves(Subject::Waits(policy), 1.0, 0.0),
            Milestone::Unprofitable { .. } => self.moves(Subject::Waits(policy), 2.0, 0.0),
            Milestone::Runs { share } => {
                let end = share == 1.0;
                self.moves(
                    Subject::Built(policy),
                    share,
                    if end { 0.0 } else { SHARE_MOVES },
                )
            }
            _ => true,
        }
    }

    /// Whether one of the terms (approval, general, held) is another than
    /// before, for the country of a focus.
    fn terms_change(&mut self, policy: usize, country: usize, terms: [f64; 3]) -> bool {
        let mut at = self.focus.keys().map(|b| self.n.buyers[*b].country);
        if !at.any(|c| c == country) {
            return false;
        }
        let mut change = false;
        for (which, term) in terms.into_iter().enumerate() {
            change |= self.moves(Subject::Term(policy, country, which), term, 0.0);
        }
        change
    }

    fn is_upstream(&self, site: usize) -> bool {
        let mut outputs = self.n.sites[site].outputs.clone();
        outputs.any(|o| self.upstream[self.n.sellers[self.n.outputs[o].seller as usize].market])
    }
}

impl Subject {
    /// The number that goes without saying.
    fn usual(self) -> f64 {
        match self {
            Self::Site(_) | Self::Input(_) | Self::Store(_) | Self::Taken(_) | Self::Demand(_) => {
                1.0
            }
            Self::Term(..) => NEVER_TOLD,
            _ => 0.0,
        }
    }
}

/// Markets from which goods find their way into some others, these included.
fn upstream(n: &Network, from: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut seen = vec![false; n.markets.len()];
    let mut open: Vec<usize> = from.collect();
    while let Some(market) = open.pop() {
        if std::mem::replace(&mut seen[market], true) {
            continue;
        }
        for seller in n.markets[market].sellers.clone() {
            for output in &n.sellers[seller].outputs {
                let site = &n.sites[n.outputs[*output as usize].site as usize];
                let demands = site.inputs.clone().map(|i| n.inputs[i].demand as usize);
                open.extend(demands.map(|d| n.buyers[n.demands[d].buyer as usize].market));
            }
        }
    }
    seen
}

/// Whether the first entry is followed by another about the same at the same
/// instant.
fn is_overtaken(entries: &[(Tick, Entry)]) -> bool {
    let Some(((at, first), rest)) = entries.split_first() else {
        return false;
    };
    let subject = fleeting(first);
    let mut at_once = rest.iter().take_while(|(later, _)| later == at);
    subject.is_some() && at_once.any(|(_, later)| fleeting(later) == subject)
}

/// What an entry is about that may not last beyond the instant.
fn fleeting(entry: &Entry) -> Option<Subject> {
    Some(match *entry {
        Entry::Capacity { site, .. } => Subject::Site(site),
        Entry::Input { input, .. } => Subject::Input(input),
        Entry::Rationing { buyer, .. } => Subject::Rationing(buyer),
        Entry::Reserve { reserve, .. } => Subject::Reserve(reserve),
        Entry::Ordered { reserve, .. } => Subject::Ordered(reserve),
        Entry::Price { buyer, .. } => Subject::Price(buyer),
        _ => return None,
    })
}
