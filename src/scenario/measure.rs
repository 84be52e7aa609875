//! What a number of the file must measure.

use crate::units::{Dimension, Unit, format_quantity};

/// Size beyond which, in the units of the model, a number is a slip of the pen:
/// it is more than there is of anything, and sums of its like overflow.
pub(super) const LARGEST: f64 = 1e18;

/// Whether a number is zero or of a size that something may have.
pub(super) fn is_conceivable(value: f64) -> bool {
    value == 0.0 || (1.0 / LARGEST..=LARGEST).contains(&value.abs())
}

/// What a number must measure, and between which bounds.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    pub dimension: Dimension,
    /// What numbers of the model are counted in; empty for plain ones.
    pub unit: String,
    /// Model units in a base unit.
    pub scale: f64,
    pub low: f64,
    pub high: f64,
    /// Whether `low` itself is too low.
    above: bool,
    /// Whether it is a ratio that may exceed one, but seldom does by much.
    pub ratio: bool,
    pub said: String,
    pub example: String,
}

impl Measure {
    fn new(dimension: Dimension, said: impl Into<String>, example: impl Into<String>) -> Self {
        Self {
            dimension,
            unit: String::new(),
            scale: 1.0,
            low: 0.0,
            high: f64::INFINITY,
            above: false,
            ratio: false,
            said: said.into(),
            example: example.into(),
        }
    }

    /// Any number of a dimension.
    pub(super) fn any(dimension: Dimension) -> Self {
        let said = format!("a quantity: {dimension}");
        Self::new(dimension, said, "\"30 days\"").at_least(f64::NEG_INFINITY)
    }

    /// A plain number, not negative.
    pub(super) fn number() -> Self {
        Self::new(Dimension::NONE, "a plain number", "0.5")
    }

    /// A share or probability.
    pub(super) fn share() -> Self {
        Self::new(Dimension::NONE, "a share", "\"25 %\" or 0.25")
            .counted_in("share")
            .at_most(1.0)
    }

    /// A relative change, not below −1.
    pub(super) fn change() -> Self {
        let said = "a relative change";
        let change = Self::new(Dimension::NONE, said, "\"-20 %\" or 0.1").at_least(-1.0);
        change.that_may_exceed_one()
    }

    /// A part of a price or of a volume, which may exceed one.
    pub(super) fn ratio() -> Self {
        Self::new(Dimension::NONE, "a share", "\"15 %\" or 0.15").that_may_exceed_one()
    }

    fn that_may_exceed_one(mut self) -> Self {
        self.ratio = true;
        self.counted_in("share")
    }

    pub(super) fn duration() -> Self {
        Self::new(Dimension::TIME, "a duration", "\"30 days\"").counted_in("days")
    }

    /// Events per day.
    pub(super) fn frequency() -> Self {
        Self::new(
            Dimension::NONE.per_time(),
            "a number per time",
            "\"1.5/yr\"",
        )
        .counted_in("per day")
    }

    /// Shares per day.
    pub(super) fn share_rate() -> Self {
        Self::new(
            Dimension::NONE.per_time(),
            "a share per time",
            "\"5 %/week\"",
        )
        .counted_in("share per day")
    }

    fn counted_in(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    fn of_good(mut self, good: &Good, power: i32) -> Self {
        self.scale = good.factor.powi(power);
        self
    }

    pub(super) fn volume(good: &Good) -> Self {
        let said = format!("a volume of {}", good.key);
        let example = format!("\"1200 {}\"", good.unit);
        let volume = Self::new(good.dimension, said, example).of_good(good, -1);
        volume.counted_in(&good.unit)
    }

    pub(super) fn rate(good: &Good) -> Self {
        let said = format!("a volume of {} per time", good.key);
        let example = format!("\"6100 {}/yr\"", good.unit);
        let rate = Self::new(good.dimension.per_time(), said, example).of_good(good, -1);
        rate.counted_in(format!("{}/day", good.unit))
    }

    /// Money per unit of a good.
    pub(super) fn price(good: &Good) -> Self {
        let said = format!("money per {} of {}", good.unit, good.key);
        let example = format!("\"75 USD/{}\"", good.unit);
        let price = Self::new(Dimension::MONEY / good.dimension, said, example).of_good(good, 1);
        price.counted_in(format!("USD/{}", good.unit))
    }

    pub(super) fn at_least(mut self, low: f64) -> Self {
        self.low = low;
        self
    }

    pub(super) fn at_most(mut self, high: f64) -> Self {
        self.high = high;
        self
    }

    /// Mentions an alternative in messages.
    pub(super) fn or_said(mut self, also: &str) -> Self {
        self.said.push_str(also);
        self
    }

    /// Zero is too low.
    pub(super) fn positive(mut self) -> Self {
        self.above = true;
        self
    }

    /// The same measure without bounds but zero, for a standard deviation.
    pub(super) fn spread(&self) -> Self {
        Self {
            low: 0.0,
            high: f64::INFINITY,
            ratio: false,
            ..self.clone()
        }
    }

    pub(super) fn allows(&self, value: f64) -> bool {
        value <= self.high
            && if self.above {
                value > self.low
            } else {
                value >= self.low
            }
    }

    /// What a number must be, in the unit it is written in.
    pub(super) fn limits(&self, written: &str, unit: Unit) -> String {
        let say = |bound: f64| match bound {
            0.0 => "0".to_owned(),
            _ => format_quantity(bound / (self.scale * unit.factor), written),
        };
        let (low, high) = (say(self.low), say(self.high));
        match (self.low, self.high) {
            (0.0, f64::INFINITY) if self.above => "must be greater than 0".to_owned(),
            (0.0, f64::INFINITY) => "must not be negative".to_owned(),
            (_, f64::INFINITY) => format!("must be at least {low}"),
            _ if self.above => format!("must be greater than {low} and at most {high}"),
            _ => format!("must lie between {low} and {high}"),
        }
    }
}

/// A commodity as far as its numbers need it.
#[derive(Clone, Debug)]
pub(super) struct Good {
    pub key: String,
    pub unit: String,
    dimension: Dimension,
    /// Base units in a unit.
    factor: f64,
}

impl Good {
    pub(super) fn new(key: &str, unit: Unit, written: String) -> Self {
        Self {
            key: key.to_owned(),
            unit: written,
            dimension: unit.dimension,
            factor: unit.factor,
        }
    }

    /// Whether a unit measures volumes of it.
    pub(super) fn is_volume(&self, unit: Unit) -> bool {
        unit.dimension == self.dimension
    }

    /// Whether a unit measures volumes of it per time.
    pub(super) fn is_rate(&self, unit: Unit) -> bool {
        unit.dimension == self.dimension.per_time()
    }

    /// Its units, or units per day, in one unit of volumes or of a rate.
    pub(super) fn rate_factor(&self, unit: Unit) -> f64 {
        unit.factor / self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oil() -> Good {
        let unit = Unit::parse("bbl").unwrap();
        Good::new("oil", unit, "bbl".to_owned())
    }

    #[test]
    fn model_units_follow_the_unit_of_the_good() {
        let barrel = Unit::parse("bbl").unwrap().factor;
        assert_eq!(Measure::volume(&oil()).scale, 1.0 / barrel);
        assert_eq!(Measure::price(&oil()).scale, barrel);
        let rate = Unit::parse("kb/d").unwrap();
        assert!(oil().is_rate(rate));
        assert!((oil().rate_factor(rate) - 1000.0).abs() < 1e-9);
    }

    #[test]
    fn bounds_are_said_in_the_unit_that_was_written() {
        let limits =
            |measure: Measure, unit: &str| measure.limits(unit, Unit::parse(unit).unwrap());
        let hourly = Measure::duration().at_least(1.0 / 24.0);
        assert_eq!(limits(hourly, "min"), "must be at least 60 min");
        assert_eq!(
            limits(Measure::share(), "%"),
            "must lie between 0 and 100 %"
        );
        let cargo = Measure::volume(&oil()).at_least(500.0);
        assert_eq!(limits(cargo, "kb"), "must be at least 0.5 kb");
    }

    #[test]
    fn bounds_are_checked_and_said() {
        let share = Measure::share();
        assert!(share.allows(0.0) && share.allows(1.0) && !share.allows(1.1));
        assert!(!share.clone().positive().allows(0.0));
        assert!(!share.allows(f64::NAN));
        let plain = |measure: Measure| measure.limits("", Unit::ONE);
        assert_eq!(plain(Measure::duration()), "must not be negative");
        assert_eq!(
            plain(Measure::duration().positive()),
            "must be greater than 0"
        );
        assert_eq!(plain(share.at_most(0.5)), "must lie between 0 and 0.5");
        assert!(Measure::duration().at_most(9.0).spread().allows(10.0));
    }
}
