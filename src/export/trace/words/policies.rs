//! What policies and regimes do.

use super::{Row, Words};
use crate::engine::{Decision, Variant};
use crate::export::number::{percent, plain};
use crate::scenario::{Instrument, Policy, Role};
use crate::units::Tick;

impl Words<'_> {
    /// Policies announced within the scenario, before they take effect.
    pub(in crate::export::trace) fn announcements(&self) -> Vec<Row> {
        let known =
            self.scenario.policies.iter().enumerate().filter(|(_, p)| {
                self.traced.variant == Variant::Shocked || p.role == Role::Background
            });
        let announced = known.filter(|(_, p)| p.announced < p.effective);
        let dated = announced.filter_map(|(index, p)| {
            let at = self.n.calendar.tick_of(p.announced)?;
            (at <= self.until()).then_some((index, p, at))
        });
        let row = |(index, p, at): (usize, &Policy, Tick)| Row {
            at,
            kind: "announced",
            text: format!(
                "announced for {}: {}",
                p.effective,
                self.what(&p.instrument)
            ),
            ..self.of_policy(index)
        };
        dated.map(row).collect()
    }

    pub(super) fn regime(&self, process: usize, state: usize) -> Row {
        let p = &self.traced.model.processes[process];
        Row {
            kind: "regime",
            subject: p.name.clone(),
            text: format!("regime: {}", p.states[state].name),
            ..Row::default()
        }
    }

    pub(super) fn negotiated(
        &self,
        policy: usize,
        process: usize,
        outcome: usize,
        stays: bool,
    ) -> Row {
        let p = &self.traced.model.processes[process];
        let (name, state) = (&p.name, &p.states[outcome].name);
        Row {
            kind: "negotiated",
            text: match stays {
                true => format!("negotiation about {name}: {state} stays"),
                false => format!("negotiation about {name}: {state}"),
            },
            ..self.of_policy(policy)
        }
    }

    pub(super) fn policy_changes(&self, policy: usize, in_force: bool) -> Row {
        // Ordinary outages of sites come behind the scenario's own policies.
        let written = self.scenario.policies.get(policy);
        let what = written.map_or_else(
            || "ordinary outages".to_owned(),
            |p| self.what(&p.instrument),
        );
        Row {
            kind: if in_force { "in-force" } else { "ended" },
            text: match in_force {
                true => format!("in force: {what}"),
                false => format!("no longer in force: {what}"),
            },
            ..self.of_policy(policy)
        }
    }

    pub(super) fn share(&self, policy: usize, market: usize, share: f64) -> Row {
        Row {
            kind: "ban-share",
            market: Some(market),
            value: Some((share, "share".to_owned())),
            text: format!(
                "forbids {} of reference trade in {}",
                percent(share),
                self.n.markets[market].key
            ),
            ..self.of_policy(policy)
        }
    }

    pub(super) fn terms(
        &self,
        policy: usize,
        country: usize,
        approval: f64,
        general: f64,
        held: f64,
    ) -> Row {
        Row {
            kind: "licence-terms",
            to: Some(country),
            value: Some((approval, "share".to_owned())),
            text: format!(
                "terms for {}: {} approved, {} under general licences, {} of uncontrolled goods held",
                self.country(country),
                percent(approval),
                percent(general),
                percent(held)
            ),
            ..self.of_policy(policy)
        }
    }

    pub(super) fn filed(
        &self,
        policy: usize,
        pair: usize,
        applied: f64,
        held: f64,
        waiting: f64,
    ) -> Row {
        let row = self.on_pair(pair);
        let volume = |volume| self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "filed",
            policy: Some(policy),
            volume: Some(applied + held),
            text: format!(
                "{}: {} from {} filed for a licence, {} held for inspection; {} waits",
                self.policy(policy),
                volume(applied),
                self.seller(pair),
                volume(held),
                volume(waiting)
            ),
            ..row
        }
    }

    pub(super) fn decided(
        &self,
        policy: usize,
        pair: usize,
        volume: f64,
        decision: Decision,
        waiting: f64,
    ) -> Row {
        let row = self.on_pair(pair);
        let market = row.market.unwrap_or_default();
        let (kind, how) = match decision {
            Decision::Approved => ("approved", "approved"),
            Decision::Refused => ("refused", "refused"),
            Decision::Released => ("released", "released from inspection"),
        };
        Row {
            kind,
            policy: Some(policy),
            volume: Some(volume),
            text: format!(
                "{}: {} from {} {how}; {} waits",
                self.policy(policy),
                self.volume(market, volume),
                self.seller(pair),
                self.volume(market, waiting)
            ),
            ..row
        }
    }

    pub(super) fn blocked(&self, policy: usize, pair: usize, volume: f64, days: f64) -> Row {
        let row = self.on_pair(pair);
        let market = row.market.unwrap_or_default();
        Row {
            kind: "blocked",
            policy: Some(policy),
            volume: Some(volume),
            value: Some((days, "days".to_owned())),
            text: format!(
                "{} stops {} of reference trade from {}, for {} days",
                self.policy(policy),
                self.volume(market, volume),
                self.seller(pair),
                plain(days)
            ),
            ..row
        }
    }

    pub(super) fn demand(&self, policy: usize, factor: f64) -> Row {
        Row {
            kind: "demand",
            value: Some((factor, "share".to_owned())),
            text: format!(
                "its users need {} of their reference demand",
                percent(factor)
            ),
            ..self.of_policy(policy)
        }
    }

    pub(in crate::export::trace) fn replaced(
        &self,
        policy: usize,
        buyer: usize,
        share: f64,
    ) -> Row {
        let written = self.scenario.policies.get(policy).map(|p| &p.instrument);
        let with = match written {
            Some(Instrument::Substitution(s)) => s.with.as_ref(),
            _ => None,
        };
        let how = match with {
            Some((good, _)) => format!("replaced by {}", self.key_of(*good)),
            None => "saved".to_owned(),
        };
        Row {
            kind: "replaced",
            policy: Some(policy),
            value: Some((share, "share".to_owned())),
            text: format!(
                "{}: {} of demand {how}",
                self.policy(policy),
                percent(share)
            ),
            ..self.at_buyer(buyer)
        }
    }
}
