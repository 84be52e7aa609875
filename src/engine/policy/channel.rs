//! Channels around limits: a capacity that pairs share.

use crate::engine::gates::{Gates, Way};
use crate::engine::trial::Trial;

/// A capacity around limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    /// Units per day, all pairs together.
    pub rate: f64,
    /// By how much later goods arrive \[d\].
    pub delay: f64,
    /// Additional cost \[p0\].
    pub cost: f64,
}

/// How far something has grown that tends to one: `1 − e^(−t/within)`.
pub(super) fn grown(days: f64, within: f64) -> f64 {
    -libm::expm1(-days.max(0.0) / within.max(f64::MIN_POSITIVE))
}

impl Trial<'_> {
    /// Opens a channel of policy `me` to the pairs that `stopped` accepts, by
    /// pair and policy that binds it; they share it in proportion to what is
    /// kept back.
    pub(super) fn open_channel(
        &self,
        me: usize,
        (market, window): (usize, f64),
        gates: &mut Gates,
        channel: Channel,
        stopped: impl Fn(usize, u32, &Self) -> bool,
    ) {
        let m = &self.n.markets[market];
        let goes = |gates: &Gates, k: usize| {
            let binding = gates.binding[k];
            binding != u32::MAX && stopped(m.pairs.start + k, binding, self)
        };
        let mut all = 0.0;
        for k in 0..m.pairs.len() {
            if goes(gates, k) {
                all += self.kept_back(market, k, window, gates);
            }
        }
        for k in 0..m.pairs.len() {
            if all <= 0.0 || !goes(gates, k) {
                continue;
            }
            let kept = self.kept_back(market, k, window, gates);
            let way = Way {
                volume: channel.rate * window * kept / all,
                delay: channel.delay,
                cost: channel.cost,
            };
            gates.go_round(k, way, kept, me);
        }
    }
}
