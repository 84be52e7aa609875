use std::iter::successors;
use std::ops::{Add, Sub};

use jiff::civil::Date;
use jiff::{SignedDuration, Span, ToSpan};

/// Ticks in a day; a tick is one second.
pub const DAY: u64 = 86_400;

/// A number from zero to this, added to it, is rounded to a whole one, which
/// is then in the low bits: faster than a call to `round`.
const ROUNDER: f64 = (1_u64 << 52) as f64;

/// An instant: whole seconds since midnight at the start of the scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u64);

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub u64);

impl Tick {
    /// Midnight at the start of the scenario.
    pub const START: Tick = Tick(0);
    /// Later than anything that happens.
    pub const NEVER: Tick = Tick(u64::MAX);

    /// The instant `days` after the start, to the nearest second. What lies
    /// before the start (or is not a number) becomes the start, what is too
    /// far away becomes [`Tick::NEVER`].
    pub fn from_days(days: f64) -> Tick {
        Tick(Ticks::from_days(days).0)
    }

    /// Time since the start \[d\].
    pub fn days(self) -> f64 {
        Ticks(self.0).days()
    }
}

impl Ticks {
    /// No time at all.
    pub const ZERO: Ticks = Ticks(0);

    /// A length of `days`, to the nearest second; negative lengths (and what
    /// is not a number) become zero, and lengths beyond 2⁶⁴ s the longest
    /// there is.
    pub fn from_days(days: f64) -> Ticks {
        let seconds = days * DAY as f64;
        if (0.0..ROUNDER).contains(&seconds) {
            return Ticks((seconds + ROUNDER).to_bits() - ROUNDER.to_bits());
        }
        // A cast from float to integer saturates, and takes NaN to zero.
        Ticks(seconds.round() as u64)
    }

    /// The same length \[d\].
    pub fn days(self) -> f64 {
        self.0 as f64 / DAY as f64
    }
}

/// Saturates at [`Tick::NEVER`].
impl Add<Ticks> for Tick {
    type Output = Tick;

    fn add(self, length: Ticks) -> Tick {
        Tick(self.0.saturating_add(length.0))
    }
}

/// The time from the second instant to the first, zero if the first is not
/// the later one.
impl Sub for Tick {
    type Output = Ticks;

    fn sub(self, earlier: Tick) -> Ticks {
        Ticks(self.0.saturating_sub(earlier.0))
    }
}

/// Saturates at the longest length.
impl Add for Ticks {
    type Output = Ticks;

    fn add(self, other: Ticks) -> Ticks {
        Ticks(self.0.saturating_add(other.0))
    }
}

/// Converts between civil dates and ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    start: Date,
}

impl Calendar {
    /// A calendar whose tick 0 is midnight at the beginning of `start`.
    pub fn new(start: Date) -> Calendar {
        Calendar { start }
    }

    /// The date of tick 0.
    pub fn start(&self) -> Date {
        self.start
    }

    /// Midnight at the beginning of `date`; `None` if that is before the start.
    pub fn tick_of(&self, date: Date) -> Option<Tick> {
        let seconds = date.duration_since(self.start).as_secs();
        u64::try_from(seconds).ok().map(Tick)
    }

    /// The date on which `tick` falls, at most 31 December 9999.
    pub fn date_of(&self, tick: Tick) -> Date {
        let whole_days = tick.0 - tick.0 % DAY;
        let seconds = i64::try_from(whole_days).unwrap_or(i64::MAX);
        self.start
            .saturating_add(SignedDuration::from_secs(seconds))
    }

    /// Days from the first date to the second, negative if the second is the
    /// earlier.
    pub fn days_between(&self, from: Date, to: Date) -> i64 {
        to.duration_since(from).as_secs() / DAY as i64
    }

    /// The date so many months of the calendar after the start: from 31 January
    /// a month leads to 28 February. `None` if there is no such date.
    pub fn after_months(&self, months: i32) -> Option<Date> {
        let span = Span::new().try_months(months).ok()?;
        self.start.checked_add(span).ok()
    }

    /// Midnight at the beginning of every month after the start of which at
    /// least a day lies before `horizon`.
    pub fn month_starts(&self, horizon: Tick) -> Vec<Tick> {
        let first = self.start.first_of_month();
        successors(Some(first), |month| month.checked_add(1.month()).ok())
            .filter_map(|month| self.tick_of(month))
            .skip_while(|&tick| tick == Tick::START)
            .take_while(|&tick| tick + Ticks(DAY) <= horizon)
            .collect()
    }

    /// The month in which `tick` falls, as `Apr 2025`.
    pub fn month_label(&self, tick: Tick) -> String {
        self.date_of(tick).strftime("%b %Y").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn april() -> Calendar {
        Calendar::new(date(2025, 4, 1))
    }

    #[test]
    fn ticks_round_to_the_second_and_saturate() {
        assert_eq!(Ticks::from_days(1.5), Ticks(129_600));
        assert_eq!(Ticks::from_days(-1.0), Ticks::ZERO);
        assert_eq!(Ticks::from_days(f64::NAN), Ticks::ZERO);
        assert_eq!(Tick::from_days(f64::INFINITY), Tick::NEVER);
        assert_eq!(Tick::NEVER + Ticks(1), Tick::NEVER);
        assert_eq!(Tick(3) - Tick(5), Ticks::ZERO);
        assert_eq!(Ticks(DAY / 4).days(), 0.25);
    }

    #[test]
    fn dates_and_ticks_are_inverse() {
        let calendar = april();
        for days in [0, 1, 30, 365, 4_000] {
            let tick = Tick(days * DAY);
            assert_eq!(calendar.tick_of(calendar.date_of(tick)), Some(tick));
            assert_eq!(
                calendar.date_of(tick + Ticks(DAY - 1)),
                calendar.date_of(tick)
            );
        }
        assert_eq!(calendar.tick_of(date(2025, 3, 31)), None);
        assert_eq!(calendar.date_of(Tick::NEVER), Date::MAX);
    }

    #[test]
    fn a_leap_day_counts() {
        let calendar = Calendar::new(date(2024, 2, 28));
        assert_eq!(calendar.tick_of(date(2024, 3, 1)), Some(Tick(2 * DAY)));
        assert_eq!(
            calendar.days_between(date(2024, 3, 1), date(2024, 2, 28)),
            -2
        );
    }

    #[test]
    fn months_are_added_by_the_calendar() {
        let after = |months| april().after_months(months);
        assert_eq!(after(24), Some(date(2027, 4, 1)));
        assert_eq!(after(i32::MAX), None);
        let last = Calendar::new(date(2025, 1, 31));
        assert_eq!(last.after_months(1), Some(date(2025, 2, 28)));
    }

    #[test]
    fn month_starts_lie_a_day_inside() {
        let calendar = april();
        let may_and_june = vec![Tick(30 * DAY), Tick(61 * DAY)];
        assert_eq!(calendar.month_starts(Tick(91 * DAY)), may_and_june);
        assert_eq!(calendar.month_starts(Tick(92 * DAY - 1)), may_and_june);
        assert_eq!(calendar.month_starts(Tick(92 * DAY)).len(), 3);
        assert_eq!(calendar.month_starts(Tick::START), vec![]);
        let late = Calendar::new(date(2025, 4, 30));
        assert_eq!(late.month_starts(Tick(2 * DAY)), vec![Tick(DAY)]);
        assert_eq!(april().month_starts(Tick::NEVER).len(), 7974 * 12 + 8);
    }

    #[test]
    fn months_have_short_labels() {
        assert_eq!(april().month_label(Tick(29 * DAY)), "Apr 2025");
        assert_eq!(april().month_label(Tick(30 * DAY)), "May 2025");
    }
}
