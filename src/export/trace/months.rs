use std::collections::BTreeMap;

use super::words::{Words, last_second};
use super::{Row, Traced};
use crate::engine::{Decision, Entry};
use crate::export::number::plain;
use crate::network::Network;
use crate::units::Tick;

/// Origins named in a month's arrivals; the rest are added up.
const ORIGINS: usize = 5;

/// What happens many times a month, added up for each buyer.
pub(super) struct Months<'a> {
    words: Words<'a>,
    n: &'a Network,
    /// Arrivals by buyer and country of the seller \[units\].
    arrivals: BTreeMap<(usize, usize), f64>,
    /// What boiled off on the way to each buyer or waiting for room \[units\].
    boiled_off: BTreeMap<usize, f64>,
    /// What policies did to a buyer's imports, by buyer and policy.
    acts: BTreeMap<(usize, usize), Acts>,
    /// What waits for a decision, by policy and pair \[units\].
    waiting: BTreeMap<(usize, usize), f64>,
    /// Share of demand replaced, by buyer and policy.
    replaced: BTreeMap<(usize, usize), f64>,
    /// The last price of each buyer \[USD per unit\].
    prices: BTreeMap<usize, f64>,
    /// Entries added so far.
    added: usize,
}

/// What a policy did to the imports of a buyer in a month \[units\].
#[derive(Clone, Copy, Debug, Default)]
struct Acts {
    stopped: f64,
    leaked: f64,
    waits: f64,
    goes_round: f64,
    goes_on: f64,
    filed: f64,
    held: f64,
    approved: f64,
    refused: f64,
    released: f64,
}

impl<'a> Months<'a> {
    pub(super) fn new(traced: &'a Traced<'a>) -> Self {
        Self {
            words: Words::new(traced),
            n: &traced.model.network,
            arrivals: BTreeMap::new(),
            boiled_off: BTreeMap::new(),
            acts: BTreeMap::new(),
            waiting: BTreeMap::new(),
            replaced: BTreeMap::new(),
            prices: BTreeMap::new(),
            added: 0,
        }
    }

    /// Adds what happened before a month ended, of all these entries. What
    /// happens the instant it ends is the next month's; at the end of the
    /// trial there is none.
    pub(super) fn add_before(&mut self, end: Tick, entries: &[(Tick, Entry)]) {
        let end = if end >= self.n.horizon {
            Tick::NEVER
        } else {
            end
        };
        let count = entries.partition_point(|(at, _)| *at < end);
        for (_, entry) in &entries[self.added..count] {
            self.add(entry);
        }
        self.added = count;
    }

    /// `; price 50,000 USD/t`, once there is one.
    pub(super) fn price(&self, buyer: usize) -> String {
        let price = self.prices.get(&buyer);
        price.map_or_else(String::new, |p| {
            format!("; {}", self.words.price(buyer, *p).text)
        })
    }

    fn add(&mut self, entry: &Entry) {
        match *entry {
            Entry::Price { buyer, price } => {
                self.prices.insert(buyer, price);
            }
            Entry::Replaced {
                policy,
                buyer,
                share,
            } => {
                self.replaced.insert((buyer, policy), share);
            }
            Entry::Arrival { pair, volume, .. } => {
                let origin = (self.buyer(pair), self.words.seller_country(pair));
                *self.arrivals.entry(origin).or_default() += volume;
            }
            Entry::BoiledOff { buyer, volume, .. } => {
                *self.boiled_off.entry(buyer).or_default() += volume;
            }
            Entry::Blocked {
                policy,
                pair,
                rate,
                days,
            } => self.acts(policy, pair).stopped += rate * days,
            Entry::Leaked {
                policy,
                pair,
                volume,
            } => self.acts(policy, pair).leaked += volume,
            Entry::Stopped {
                policy,
                pair,
                volume,
                goes_round,
            } => {
                let acts = self.acts(policy, pair);
                if goes_round {
                    acts.goes_round += volume;
                } else {
                    acts.waits += volume;
                }
            }
            Entry::GoesOn {
                policy,
                pair,
                volume,
            } => self.acts(policy, pair).goes_on += volume,
            Entry::Filed {
                policy,
                pair,
                applied,
                held,
                waiting,
            } => {
                self.waiting.insert((policy, pair), waiting);
                let acts = self.acts(policy, pair);
                acts.filed += applied;
                acts.held += held;
            }
            Entry::Decided {
                policy,
                pair,
                volume,
                decision,
                waiting,
            } => {
                self.waiting.insert((policy, pair), waiting);
                *self.acts(policy, pair).decided(decision) += volume;
            }
            _ => {}
        }
    }

    /// Tells the month of a buyer that ends, and begins the next.
    pub(super) fn close(&mut self, at: Tick, buyer: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        rows.extend(self.take_arrivals(buyer));
        if let Some(volume) = self.boiled_off.remove(&buyer) {
            rows.push(self.tell_lost(buyer, volume));
        }
        for policy in 0..self.policies() {
            let acts = self.acts.remove(&(buyer, policy));
            rows.extend(acts.and_then(|acts| self.tell(buyer, policy, acts)));
        }
        let replaced = self.replaced.range((buyer, 0)..(buyer, usize::MAX));
        rows.extend(replaced.map(|((_, policy), share)| Row {
            kind: "month-replaced",
            ..self.words.replaced(*policy, buyer, *share)
        }));
        self.replaced
            .retain(|(of, _), share| *of != buyer || *share > 0.0);
        let month = self.n.calendar.month_label(last_second(at));
        for row in &mut rows {
            row.at = last_second(at);
            row.text = format!("{month}: {}", row.text);
        }
        rows
    }

    fn policies(&self) -> usize {
        self.acts
            .keys()
            .map(|(_, policy)| policy + 1)
            .max()
            .unwrap_or(0)
    }

    fn buyer(&self, pair: usize) -> usize {
        self.n.pairs[pair].buyer as usize
    }

    fn acts(&mut self, policy: usize, pair: usize) -> &mut Acts {
        let key = (self.buyer(pair), policy);
        self.acts.entry(key).or_default()
    }

    fn take_arrivals(&mut self, buyer: usize) -> Option<Row> {
        let all = (buyer, 0)..(buyer, usize::MAX);
        let mut origins: Vec<(usize, f64)> = self
            .arrivals
            .range(all)
            .map(|((_, from), v)| (*from, *v))
            .collect();
        self.arrivals.retain(|(of, _), _| *of != buyer);
        origins.retain(|(_, volume)| *volume > 0.0);
        origins.sort_by(|a, b| b.1.total_cmp(&a.1));
        let total: f64 = origins.iter().map(|(_, volume)| volume).sum();
        let rest: f64 = origins.iter().skip(ORIGINS).map(|(_, volume)| volume).sum();
        let named = origins.iter().take(ORIGINS);
        let mut parts: Vec<String> = named
            .map(|(from, volume)| format!("{} {}", self.words.country(*from), plain(*volume)))
            .collect();
        if rest > 0.0 {
            parts.push(format!("others {}", plain(rest)));
        }
        let row = self.words.at_buyer(buyer);
        let volume = self.words.volume(row.market.unwrap_or_default(), total);
        let text = match parts.is_empty() {
            true => "nothing arrived".to_owned(),
            false => format!("{volume} arrived: {}", parts.join(", ")),
        };
        Some(Row {
            kind: "month-arrivals",
            volume: Some(total),
            text,
            ..row
        })
    }

    fn tell_lost(&self, buyer: usize, volume: f64) -> Row {
        let row = self.words.at_buyer(buyer);
        let lost = self.words.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "month-boil-off",
            volume: Some(volume),
            text: format!("{lost} lost by boil-off"),
            ..row
        }
    }

    /// What a policy did; nothing where no volume came of it.
    fn tell(&self, buyer: usize, policy: usize, acts: Acts) -> Option<Row> {
        let row = self.words.at_buyer(buyer);
        let market = row.market.unwrap_or_default();
        let of_buyer = |((p, pair), volume): (&(usize, usize), &f64)| {
            (*p == policy && self.buyer(*pair) == buyer).then_some(*volume)
        };
        let waits: Vec<f64> = self.waiting.iter().filter_map(of_buyer).collect();
        let waiting = waits.iter().fold(0.0, |all, volume| all + volume);
        let told = [
            ("stopped", acts.stopped),
            ("went round", acts.leaked),
            ("held up", acts.waits),
            ("turned round", acts.goes_round),
            ("let go on", acts.goes_on),
            ("filed", acts.filed),
            ("approved", acts.approved),
            ("refused", acts.refused),
            ("held", acts.held),
            ("released", acts.released),
            ("waiting", waiting),
        ];
        let told = told.iter().filter(|(_, volume)| *volume > 0.0);
        let parts: Vec<_> = told
            .map(|(what, volume)| format!("{what} {}", self.words.volume(market, *volume)))
            .collect();
        (!parts.is_empty()).then(|| Row {
            kind: "month-policy",
            policy: Some(policy),
            volume: Some(acts.stopped),
            value: (!waits.is_empty()).then(|| (waiting, self.words.unit(market).to_owned())),
            text: format!("{}: {}", self.words.policy(policy), parts.join(", ")),
            ..row
        })
    }
}

impl Acts {
    fn decided(&mut self, decision: Decision) -> &mut f64 {
        match decision {
            Decision::Approved => &mut self.approved,
            Decision::Refused => &mut self.refused,
            Decision::Released => &mut self.released,
        }
    }
}
