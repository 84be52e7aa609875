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
    /// A parcel comes in at a buyer.
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

/// Ticks in a bucket of the ring, as a power of two: 4.6 hours.
const BUCKET_BITS: u32 = 14;
/// Buckets of the ring: 194 days ahead.
const BUCKETS: u64 = 1024;
/// Words that mark the buckets in use.
const WORDS: usize = (BUCKETS / 64) as usize;
/// Events for which memory is set aside from the start.
const RESERVED: usize = 1024;
/// No entry.
const NONE: u32 = u32::MAX;

/// Events in the order (instant, class, scheduling). First scheduled, first
/// served among equals.
///
/// A ring of buckets holds what happens in the next half year, unsorted; a
/// bucket is sorted when its time comes (Brown, "Calendar queues", CACM 31,
/// 1988). Whatever the ring has no place for, beyond it or in the bucket
/// already open, waits in a heap; what comes next is the first of either.
#[derive(Debug)]
pub struct Calendar {
    /// First entry of each bucket.
    first: Vec<u32>,
    /// Which buckets hold anything, a bit each.
    in_use: [u64; WORDS],
    entries: Vec<Entry>,
    /// First entry not in use.
    free: u32,
    /// What is left of the bucket that is open, last first.
    open: Vec<(u64, Event)>,
    /// Number of the bucket that is open, counted from the start.
    bucket: u64,
    heap: BinaryHeap<Reverse<(u64, Event)>>,
    scheduled: u32,
    /// An event has been refused.
    spent: bool,
    handled: u64,
}

/// An event in a bucket.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u64,
    event: Event,
    next: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            first: vec![NONE; BUCKETS as usize],
            in_use: [0; WORDS],
            entries: Vec::with_capacity(RESERVED),
            free: NONE,
            open: Vec::with_capacity(RESERVED),
            bucket: 0,
            heap: BinaryHeap::with_capacity(RESERVED),
            scheduled: 0,
            spent: false,
            handled: 0,
        }
    }
}

impl Calendar {
    /// Forgets every event, keeping the memory.
    pub fn clear(&mut self) {
        self.first.fill(NONE);
        self.in_use.fill(0);
        self.entries.clear();
        self.free = NONE;
        self.open.clear();
        self.bucket = 0;
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
        let bucket = at.0 >> BUCKET_BITS;
        // One before the open bucket wraps around to a large number.
        let ahead = bucket.wrapping_sub(self.bucket);
        if ahead.wrapping_sub(1) < BUCKETS - 1 {
            self.put(bucket % BUCKETS, key, event);
        } else {
            self.heap.push(Reverse((key, event)));
        }
    }

    #[inline]
    fn put(&mut self, place: u64, key: u64, event: Event) {
        let next = self.first[place as usize];
        let entry = Entry { key, event, next };
        let index = self.free;
        if let Some(free) = self.entries.get_mut(index as usize) {
            self.free = free.next;
            *free = entry;
            self.first[place as usize] = index;
        } else {
            self.first[place as usize] = self.entries.len() as u32;
            self.entries.push(entry);
        }
        self.in_use[(place / 64) as usize] |= 1 << (place % 64);
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
        if self.open.is_empty() {
            self.open_next();
        }
        let Some((key, event)) = self.pop() else {
            return Ok(None);
        };
        let at = Tick(key >> (CLASS_BITS + ORDER_BITS));
        if at > end {
            return Ok(None);
        }
        self.handled += 1;
        Ok(Some((at, event)))
    }

    /// The first of what is open and what is in the heap.
    #[inline]
    fn pop(&mut self) -> Option<(u64, Event)> {
        match (self.open.last(), self.heap.peek()) {
            (Some(open), Some(Reverse(other))) if other.0 < open.0 => {}
            (Some(_), _) => return self.open.pop(),
            _ => {}
        }
        self.heap.pop().map(|Reverse(next)| next)
    }

    /// Opens the next bucket that holds anything, unless the heap has
    /// something to come before it.
    fn open_next(&mut self) {
        let Some(ahead) = self.next_in_use() else {
            return;
        };
        let bucket = self.bucket + ahead;
        let begins = bucket << (BUCKET_BITS + CLASS_BITS + ORDER_BITS);
        if matches!(self.heap.peek(), Some(Reverse((key, _))) if *key < begins) {
            return;
        }
        self.bucket = bucket;
        let place = bucket % BUCKETS;
        self.in_use[(place / 64) as usize] &= !(1 << (place % 64));
        let mut index = std::mem::replace(&mut self.first[place as usize], NONE);
        while let Some(entry) = self.entries.get_mut(index as usize) {
            self.open.push((entry.key, entry.event));
            let next = std::mem::replace(&mut entry.next, self.free);
            self.free = std::mem::replace(&mut index, next);
        }
        self.open.sort_unstable_by_key(|(key, _)| Reverse(*key));
    }

    /// How many buckets ahead of the open one the next in use is.
    fn next_in_use(&self) -> Option<u64> {
        let start = (self.bucket + 1) % BUCKETS;
        let (word, bit) = ((start / 64) as usize, start % 64);
        let rest = self.in_use[word] >> bit;
        if rest != 0 {
            return Some(1 + u64::from(rest.trailing_zeros()));
        }
        let ahead = 1..=WORDS as u64;
        ahead
            .map(|k| (k, self.in_use[(word + k as usize) % WORDS]))
            .find(|(_, bits)| *bits != 0)
            .map(|(k, bits)| 1 + k * 64 - bit + u64::from(bits.trailing_zeros()))
    }

    /// Counts an event that others than the calendar keep.
    #[inline]
    pub fn count_in(&mut self) {
        if self.scheduled >> ORDER_BITS == 0 {
            self.scheduled += 1;
        } else {
            self.spent = true;
        }
    }

    /// Counts so many of them as handled.
    #[inline]
    pub fn count_handled(&mut self, events: usize) {
        self.handled += events as u64;
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
        /// Near, far, at once and again: always the first of a sorted list.
        #[test]
        fn as_a_sorted_list_would(
            steps in proptest::collection::vec((0_u32..5, 0_u64..40_000_000, 0_u8..9), 1..400),
        ) {
            let mut c = Calendar::default();
            let mut list: Vec<(u64, u8, u32)> = Vec::new();
            let mut now = 0;
            for (k, (what, ticks, class)) in steps.iter().enumerate() {
                let k = k as u32;
                if *what == 0 {
                    list.sort_unstable();
                    let next = c.next_before(Tick(u64::MAX)).unwrap();
                    let wanted = (!list.is_empty()).then(|| list.remove(0));
                    let wanted = wanted.map(|(at, _, k)| (Tick(at), Event::Arrival(k)));
                    proptest::prop_assert_eq!(next, wanted);
                    now = next.map_or(now, |(at, _)| at.0);
                } else {
                    let at = now + ticks % [1, 2, 20_000, 1_000_000, 40_000_000][*what as usize];
                    c.schedule(Tick(at), Class::clearing(*class), Event::Arrival(k));
                    list.push((at, *class, k));
                }
            }
        }

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
