//! What customs would count of watched trade, month by month: exports when they
//! leave, imports when they arrive.
//!
//! A parcel is counted once it has arrived, or at the end of the trial if it is
//! still under way, by the days on which it left and arrived: one that is taken
//! back before it leaves is never counted. Counting touches nothing a trial
//! computes with, so the trial is the same with and without.

use super::record::Record;
use super::state::{Parcel, State};
use super::trial::Trial;
use crate::network::{Counted, Network};
use crate::units::Tick;

/// Counts a parcel; below zero, it left before the start.
pub(super) fn count_parcel(n: &Network, record: &mut Record, parcel: &Parcel) {
    if n.watches.is_empty() || parcel.is_aid() {
        return;
    }
    for watch in &n.watched[parcel.pair as usize] {
        let at = match n.watches[*watch as usize].counted {
            Counted::Exports => u64::try_from(parcel.left).ok().map(Tick),
            Counted::Imports => Some(parcel.arrives),
        };
        if let Some(bin) = at.and_then(|at| bin_of(n, at)) {
            record.trade[*watch as usize * n.bins() + bin] += parcel.volume;
        }
    }
}

/// The month bin of an instant; none after the end.
fn bin_of(n: &Network, at: Tick) -> Option<usize> {
    (at < n.horizon).then(|| n.months.partition_point(|month| *month <= at))
}

impl Trial<'_> {
    /// Counts what a pipeline took in and let out since it was last settled.
    pub(super) fn count_pipe(&mut self, pair: usize) {
        if self.n.watches.is_empty() {
            return;
        }
        let pipe = self.s.pipes[pair];
        for watch in &self.n.watched[pair] {
            let rate = match self.n.watches[*watch as usize].counted {
                Counted::Exports => pipe.rate_in,
                Counted::Imports => pipe.rate_out,
            };
            let first = *watch as usize * self.n.bins();
            let mut from = pipe.at;
            while from < self.s.now.min(self.n.horizon) {
                let bin = self.n.months.partition_point(|month| *month <= from);
                let end = self.n.months.get(bin).copied().unwrap_or(self.n.horizon);
                let to = end.min(self.s.now);
                self.s.record.trade[first + bin] += rate * (to - from).days();
                from = to;
            }
        }
    }

    /// Counts, at the end, what is under way.
    pub(super) fn count_under_way(&mut self) {
        if self.n.watches.is_empty() {
            return;
        }
        let State {
            inboxes,
            record,
            now,
            ..
        } = &mut *self.s;
        for parcel in inboxes.iter().flat_map(|inbox| &inbox.parcels) {
            if !parcel.waits(*now) {
                count_parcel(self.n, record, parcel);
            }
        }
    }
}
