//! Quantities with dimensions, and the scenario's clock.
//!
//! A scenario file writes `"5.5 Mt/yr"`; everything behind it computes in
//! base units: tonnes, cubic metres, gigajoules, US dollars and days. Time
//! itself is counted in whole seconds, as [`Tick`] and [`Ticks`].

mod date;
pub mod pattern;
mod quantity;

pub use date::{Calendar, DAY, Tick, Ticks};
pub use jiff::civil::Date;
pub use quantity::{
    Dimension, PriceUnit, Quantity, QuantityError, QuantityErrorKind, Unit, format_quantity,
    number_and_unit, unit_of, whole_months,
};
