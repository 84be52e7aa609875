//! Export ban: a share of reference trade may not leave.
//!
//! `u_ij = (1 − share) · reference trade`, share 1 being a full ban.

use super::{Act, Bound, per_commodity};
use crate::engine::state::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::scenario::{self as written, RegimeId};

#[derive(Clone, Debug)]
pub(super) struct ExportBan {
    bound: Vec<Bound>,
    /// Share forbidden, one a good.
    share: Vec<Num>,
    in_regime: Vec<(RegimeId, Vec<Num>)>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::ExportBan) -> ExportBan {
    let bound = w.scope.on.iter().map(|c| Bound::of(compiler, &w.scope, *c)).collect();
    let share = per_commodity(compiler, &w.scope, &w.share);
    let in_regime = w
        .in_regime
        .iter()
        .map(|(regime, share)| (*regime, per_commodity(compiler, &w.scope, share)))
        .collect();
    ExportBan { bound, share, in_regime }
}

impl Act for ExportBan {
    fn markets(&self) -> Vec<usize> {
        self.bound.iter().map(|b| b.market).collect()
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let shares = trial.terms_now(&self.share, &self.in_regime);
        for (b, share) in self.bound.iter().zip(shares).filter(|(b, _)| b.market == market) {
            let share = share.get(trial.drawn).clamp(0.0, 1.0);
            if share == 0.0 {
                continue;
            }
            for pair in &b.pairs {
                let reference = trial.reference_trade(*pair as usize, window);
                let k = *pair as usize - b.first;
                gates.limit(k, if share >= 1.0 { 0.0 } else { (1.0 - share) * reference }, me);
            }
        }
    }
}
