//! Regular expressions (ECMA 262, without look-around) for what
//! [`Quantity::parse`](super::Quantity::parse) reads, for the JSON Schema of
//! scenarios.
//!
//! A regular expression cannot cancel units, so what a quantity measures is
//! told by what it must at least hold: `5 Mt/yr` has a mass above a line and a
//! time below it.

use super::Dimension;
use super::quantity::UNITS;

/// Digits, which `_` may group.
const DIGITS: &str = "[0-9]+(_[0-9]+)*";

/// A number and any unit.
pub fn quantity() -> String {
    format!(
        "^\\s*{}\\s*({})$",
        number(),
        unit_of(&UNITS.map(|unit| unit.0))
    )
}

/// A number without a unit, or with `%`.
pub fn plain() -> String {
    format!("^\\s*{}\\s*({})$", number(), unit_of(&["%"]))
}

/// Any unit without a number.
pub fn unit() -> String {
    format!("^\\s*({})$", unit_of(&UNITS.map(|unit| unit.0)))
}

/// What stands above the line in a [`quantity`], or in a [`unit()`]: a unit of
/// one of these dimensions that nothing but numbers or `*` precede.
pub fn above(dimensions: &[Dimension]) -> String {
    format!("(^|[0-9.]|[*·])\\s*({})\\s*($|[/*·])", units(dimensions))
}

/// What stands below the line: a unit of one of these dimensions after `/`.
pub fn below(dimensions: &[Dimension]) -> String {
    format!("/\\s*({})\\s*($|[/*·])", units(dimensions))
}

fn number() -> String {
    format!("[+-]?({DIGITS}(\\.({DIGITS})?)?|\\.{DIGITS})([eE][+-]?{DIGITS})?")
}

/// Factors with separators between them; the first may be left out.
fn unit_of(names: &[&str]) -> String {
    let factor = format!("({}|1)", alternatives(names));
    format!("{factor}?\\s*([/*·]\\s*{factor}\\s*)*")
}

fn units(dimensions: &[Dimension]) -> String {
    let of_these = UNITS.iter().filter(|unit| dimensions.contains(&unit.2));
    alternatives(&of_these.map(|unit| unit.0).collect::<Vec<_>>())
}

fn alternatives(names: &[&str]) -> String {
    names.join("|").replace('$', "\\$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Quantity, QuantityErrorKind, Unit};
    use proptest::prelude::*;
    use proptest::string::string_regex;
    use regex::Regex;

    fn matches(pattern: &str, text: &str) -> bool {
        Regex::new(pattern).unwrap().is_match(text)
    }

    /// Texts of a pattern that is anchored at both ends.
    fn texts(pattern: &str) -> impl Strategy<Value = String> {
        let inner = pattern.trim_start_matches('^').trim_end_matches('$');
        string_regex(inner).unwrap()
    }

    const SINGLE: [Dimension; 5] = [
        Dimension::MASS,
        Dimension::VOLUME,
        Dimension::ENERGY,
        Dimension::MONEY,
        Dimension::TIME,
    ];

    #[test]
    fn forms_are_told_apart() {
        let mass = above(&[Dimension::MASS]);
        let per_time = below(&[Dimension::TIME]);
        for text in ["5.5 Mt/yr", "5Mt / yr", "5 /yr*Mt", ".5 m3/m3*t/d"] {
            assert!(matches(&quantity(), text), "{text}");
            assert!(matches(&mass, text) && matches(&per_time, text), "{text}");
        }
        assert!(!matches(&mass, "62 USD/kg") && !matches(&per_time, "30 days"));
        assert!(matches(&plain(), "25 %") && !matches(&plain(), "25 t"));
        assert!(matches(&unit(), "kt/yr") && !matches(&unit(), "kt/fortnight"));
        assert!(matches(&mass, "kt/yr"));
        for text in ["", "t", "5 bananas", "12,340 t", "5 t/", "1__2 t", "5 mwh"] {
            assert!(!matches(&quantity(), text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_matches_is_read(text in texts(&quantity())) {
            if let Err(error) = Quantity::parse(&text) {
                prop_assert_eq!(error.kind, QuantityErrorKind::NotFinite, "{}", text);
            }
        }

        #[test]
        fn what_is_read_matches(text in "[0-9eE_.+%/* td1-]{1,10}") {
            if Quantity::parse(&text).is_ok() {
                prop_assert!(matches(&quantity(), &text));
            }
            if Unit::parse(&text).is_ok() {
                prop_assert!(matches(&unit(), &text));
            }
        }

        #[test]
        fn a_dimension_shows(text in texts(&quantity())) {
            let Ok(found) = Quantity::parse(&text) else { return Ok(()) };
            for one in SINGLE {
                if found.dimension == one {
                    prop_assert!(matches(&above(&[one]), &text));
                } else if found.dimension == Dimension::NONE / one {
                    prop_assert!(matches(&below(&[one]), &text));
                }
            }
        }

        #[test]
        fn plain_numbers_are_plain(text in texts(&plain())) {
            if let Ok(found) = Quantity::parse(&text) {
                prop_assert_eq!(found.dimension, Dimension::NONE);
            }
        }
    }
}
