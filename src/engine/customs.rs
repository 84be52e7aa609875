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

/// Counts a parcel.
pub(super) fn count_parcel(n: &Network, record: &mut Record, parcel: &Parcel) {
    if n.watches.is_empty() || parcel.is_aid() {
        return;
    }
    let passes = [i64::from(parcel.left), parcel.arrives.0 as i64];
    count_passage(n, record, parcel.pair as usize, passes, parcel.volume);
}

/// Counts a volume of a pair that leaves and arrives at these times \[s\], those
/// before the start being negative.
pub(super) fn count_passage(
    n: &Network,
    record: &mut Record,
    pair: usize,
    [left, arrives]: [i64; 2],
    volume: f64,
) {
    for watch in n.watched.get(pair).into_iter().flatten() {
        let at = match n.watches[*watch as usize].counted {
            Counted::Exports => left,
            Counted::Imports => arrives,
        };
        let first = *watch as usize * n.bins();
        let (from, to) = span(n, pair, at);
        for (bin, share) in shares(n, from, to) {
            record.trade[first + bin] += volume * share;
        }
    }
}

/// The time for which a parcel of a pair stands \[s\]: a cargo for the moment at
/// which it passes, a parcel that has no size of its own for a window's trade,
/// which in truth goes day by day.
fn span(n: &Network, pair: usize, at: i64) -> (i64, i64) {
    let pair = &n.pairs[pair];
    let market = &n.markets[n.buyers[pair.buyer as usize].market];
    match market.cargo {
        Some(_) => (at, at + 1),
        None => {
            let from = at.saturating_sub((pair.phase * market.window as f64) as i64);
            (from, from.saturating_add(market.window as i64))
        }
    }
}

/// What shares of a time lie in which month bins.
fn shares(n: &Network, from: i64, to: i64) -> impl Iterator<Item = (usize, f64)> + '_ {
    let length = (to - from) as f64;
    let mut at = from.max(0);
    let end = to.min(n.horizon.0 as i64);
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let bin = n.months.partition_point(|month| month.0 as i64 <= at);
        let next = n
            .months
            .get(bin)
            .map_or(end, |month| end.min(month.0 as i64));
        let share = (next - at) as f64 / length;
        at = next;
        Some((bin, share))
    })
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
            let volume = rate * self.since(pipe.at);
            let first = *watch as usize * self.n.bins();
            for (bin, share) in shares(self.n, pipe.at.0 as i64, self.s.now.0 as i64) {
                self.s.record.trade[first + bin] += volume * share;
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
