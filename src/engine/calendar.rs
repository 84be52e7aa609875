//! The calendar of a trial: what happens next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::units::Tick;

/// Bits of a key that order events scheduled for the same instant and class;
/// also the number of events a trial may schedule.
const ORDER_BITS: u32 = 24;
/// Bits of a key that hold the class.
const CLASS_BITS: u32 = 6;
/// The latest instant that fits: 544 years.
const LATEST: u64 = (1 << (64 - ORDER_BITS - CLASS_BITS)) - 1;

/// Order of events at one instant: policy, then what is physical, then what
/// runs out, then clearings upstream first, then the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class(u8);

impl Class {
    /// Policies, regimes and licences.
    pub const POLICY: Self = Self(0);
    /// Arrivals, outages, seasons, contracts.
    pub const PHYSICAL: Self = Self(1);
    /// Stocks that run out.
    pub const STOCK_OUT: Self = Self(2);
    /// Samples.
    pub const SAMPLE: Self = Self(63);

    /// Clearing of a market at a stage.
    #[must_use]
    pub fn clearing(stage: u8) -> Self {
        Self(3 + stage.min(59))
    }
}

/// What happens. Indices are into the network's or the state's arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A parcel arrives: its place in the hold.
    Arrival(u32),
    /// Goods of a pipeline with a delay begin to arrive at another rate.
    Inflow(u32),
    /// A market clears.
    Clearing(u32),
    /// A buyer's stock reaches its floor or nothing.
    StockOut(u32),
    /// A seller can no longer fill its pipelines.
    SellerDry(u32),
    /// A month begins.
    Month(u32),
    /// A policy is announced, comes into force or ends.
    PolicyDate(u32),
    /// An instrument asked to be woken: policy and its own code.
    Wake(u32, u32),
    /// A process leaves its regime.
    Regime(u32),
    /// A contract starts or ends.
    ContractDate(u32),
    /// The month bin ends.
    Sample(u32),
}

/// Too many events were scheduled: 2²⁴ a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetSpent;

/// Events in the order (instant, class, scheduling). First scheduled, first
/// served among equals.
#[derive(Debug, Default)]
pub struct Calendar {
    heap: BinaryHeap<Reverse<(u64, Event)>>,
    scheduled: u32,
    /// An event has been refused.
    spent: bool,
    handled: u64,
}

impl Calendar {
    /// Forgets every event, keeping the memory.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.scheduled = 0;
        self.spent = false;
        self.handled = 0;
    }

    /// Adds an event; one beyond the last instant that fits never happens.
    ///
    /// When the budget of events is spent nothing more is added, and
    /// [`Self::next_before`] says so.
    #[inline]
    pub fn schedule(&mut self, at: Tick, class: Class, event: Event) {
        if at.0 > LATEST {
            return;
        }
        if self.scheduled >> ORDER_BITS != 0 {
            self.spent = true;
            return;
        }
        let key = (at.0 << (CLASS_BITS + ORDER_BITS))
            | (u64::from(class.0) << ORDER_BITS)
            | u64::from(self.scheduled);
        self.scheduled += 1;
        self.heap.push(Reverse((key, event)));
    }

    /// The next event not after `end`.
    ///
    /// # Errors
    ///
    /// When the budget of events is spent.
    #[inline]
    pub fn next_before(&mut self, end: Tick) -> Result<Option<(Tick, Event)>, BudgetSpent> {
        if self.spent {
            return Err(BudgetSpent);
        }
        let Some(Reverse((key, event))) = self.heap.pop() else {
            return Ok(None);
        };
        let at = Tick(key >> (CLASS_BITS + ORDER_BITS));
        if at > end {
            return Ok(None);
        }
        self.handled += 1;
        Ok(Some((at, event)))
    }

    /// Events handled so far.
    #[must_use]
    pub fn handled(&self) -> u64 {
        self.handled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(calendar: &mut Calendar) -> Vec<Event> {
        std::iter::from_fn(|| {
            calendar
                .next_before(Tick(100))
                .ok()
                .flatten()
                .map(|(_, e)| e)
        })
        .collect()
    }

    #[test]
    fn earlier_then_class_then_first_scheduled() {
        let mut c = Calendar::default();
        c.schedule(Tick(5), Class::SAMPLE, Event::Sample(0));
        c.schedule(Tick(5), Class::clearing(1), Event::Clearing(1));
        c.schedule(Tick(5), Class::clearing(0), Event::Clearing(0));
        c.schedule(Tick(5), Class::PHYSICAL, Event::Arrival(9));
        c.schedule(Tick(5), Class::PHYSICAL, Event::Arrival(3));
        c.schedule(Tick(5), Class::POLICY, Event::PolicyDate(0));
        c.schedule(Tick(4), Class::SAMPLE, Event::Sample(1));
        c.schedule(Tick(101), Class::POLICY, Event::PolicyDate(7));
        assert_eq!(
            drain(&mut c),
            [
                Event::Sample(1),
                Event::PolicyDate(0),
                Event::Arrival(9),
                Event::Arrival(3),
                Event::Clearing(0),
                Event::Clearing(1),
                Event::Sample(0),
            ]
        );
        assert_eq!(c.handled(), 7);
    }

    #[test]
    fn events_beyond_the_last_instant_never_happen() {
        let mut c = Calendar::default();
        c.schedule(Tick::NEVER, Class::POLICY, Event::PolicyDate(0));
        assert_eq!(c.next_before(Tick::NEVER), Ok(None));
    }

    #[test]
    fn a_spent_budget_is_an_error_not_a_hang() {
        let mut c = Calendar::default();
        let mut handled = 0_u64;
        c.schedule(Tick(0), Class::POLICY, Event::Month(0));
        while let Ok(Some(_)) = c.next_before(Tick(1)) {
            handled += 1;
            c.schedule(Tick(0), Class::POLICY, Event::Month(0));
        }
        assert_eq!(c.next_before(Tick(1)), Err(BudgetSpent));
        assert_eq!(handled, 1 << ORDER_BITS);
    }

    proptest::proptest! {
        #[test]
        fn time_never_runs_back(times in proptest::collection::vec(0_u64..1000, 1..200)) {
            let mut c = Calendar::default();
            for (i, t) in times.iter().enumerate() {
                c.schedule(Tick(*t), Class::PHYSICAL, Event::Arrival(i as u32));
            }
            let mut last = (Tick(0), 0);
            while let Ok(Some((at, Event::Arrival(i)))) = c.next_before(Tick(999)) {
                proptest::prop_assert!(at > last.0 || (at == last.0 && i >= last.1));
                last = (at, i);
            }
        }
    }
}
