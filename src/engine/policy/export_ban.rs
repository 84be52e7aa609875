//! Export ban: a share of reference trade may not leave.
//!
//! `u_ij = (1 − share) · reference trade`, share 1 being a full ban.

use super::{Act, Bound, bound, buyers_of, in_market, per_commodity};
use crate::engine::gates::Gates;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::scenario::{self as written, RegimeId};

#[derive(Clone, Debug)]
pub(super) struct ExportBan {
    bound: Vec<Bound>,
    /// Share forbidden, one a good.
    share: Vec<Num>,
    in_regime: Vec<(RegimeId, Vec<Num>)>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::ExportBan) -> ExportBan {
    let bound = w
        .scope
        .on
        .iter()
        .map(|c| Bound::of(compiler, &w.scope, *c))
        .collect();
    let share = per_commodity(compiler, &w.scope, &w.share);
    let in_regime = w
        .in_regime
        .iter()
        .map(|(regime, share)| (*regime, per_commodity(compiler, &w.scope, share)))
        .collect();
    ExportBan {
        bound,
        share,
        in_regime,
    }
}

impl ExportBan {
    /// Notes what is forbidden from now on.
    fn note_shares(&self, trial: &mut Trial, me: usize) {
        if !trial.s.policies[me].in_force {
            return;
        }
        let shares = trial.terms_now(&self.share, &self.in_regime);
        for (b, share) in self.bound.iter().zip(shares) {
            trial.note(|t| Entry::Share {
                policy: me,
                market: b.market,
                share: share.get(t.drawn).clamp(0.0, 1.0),
            });
        }
    }
}

impl Act for ExportBan {
    fn switched(&self, trial: &mut Trial, me: usize) {
        self.note_shares(trial, me);
    }

    fn regime_entered(&self, trial: &mut Trial, me: usize, _regime: RegimeId) {
        self.note_shares(trial, me);
    }

    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, &self.bound)
    }

    fn markets(&self) -> Vec<usize> {
        bound::markets(&self.bound)
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let shares = trial.terms_now(&self.share, &self.in_regime);
        for (good, b) in in_market(&self.bound, market) {
            let forbidden = shares[good].get(trial.drawn).clamp(0.0, 1.0);
            b.limit(trial, me, window, gates, |_| 1.0 - forbidden);
        }
    }
}
