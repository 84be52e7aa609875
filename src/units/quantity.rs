use std::fmt;
use std::ops::{Div, Mul, Range};

use serde::{Deserialize, Serialize};

/// Exponents of the base dimensions: `USD/kg` has money 1 and mass −1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    mass: i8,
    volume: i8,
    energy: i8,
    money: i8,
    time: i8,
}

impl Dimension {
    /// A plain number.
    pub const NONE: Dimension = Dimension {
        mass: 0,
        volume: 0,
        energy: 0,
        money: 0,
        time: 0,
    };
    /// Base unit: tonne.
    pub const MASS: Dimension = Dimension {
        mass: 1,
        ..Dimension::NONE
    };
    /// Base unit: cubic metre.
    pub const VOLUME: Dimension = Dimension {
        volume: 1,
        ..Dimension::NONE
    };
    /// Base unit: gigajoule.
    pub const ENERGY: Dimension = Dimension {
        energy: 1,
        ..Dimension::NONE
    };
    /// Base unit: US dollar.
    pub const MONEY: Dimension = Dimension {
        money: 1,
        ..Dimension::NONE
    };
    /// Base unit: day.
    pub const TIME: Dimension = Dimension {
        time: 1,
        ..Dimension::NONE
    };

    /// The dimension of a rate of change of `self`.
    pub fn per_time(self) -> Dimension {
        self / Dimension::TIME
    }

    /// The units that may stand above its line, or below it: of mass per time
    /// `g`, `kg` and so on, or `s`, `min` and so on. Of a plain number `%`.
    pub fn units(self, below: bool) -> Vec<&'static str> {
        let bases = self.names(if below { -1 } else { 1 });
        let fits = |unit: Dimension| match bases.as_slice() {
            [] => unit == Dimension::NONE,
            some => unit.names(1).iter().any(|base| some.contains(base)),
        };
        let units = UNITS.iter().filter(|(.., unit)| fits(*unit));
        units.map(|(name, ..)| *name).collect()
    }

    fn combine(self, other: Dimension, exponent: fn(i8, i8) -> i8) -> Dimension {
        Dimension {
            mass: exponent(self.mass, other.mass),
            volume: exponent(self.volume, other.volume),
            energy: exponent(self.energy, other.energy),
            money: exponent(self.money, other.money),
            time: exponent(self.time, other.time),
        }
    }

    fn exponents(self) -> [(&'static str, i8); 5] {
        [
            ("money", self.money),
            ("mass", self.mass),
            ("volume", self.volume),
            ("energy", self.energy),
            ("time", self.time),
        ]
    }

    /// Names of the bases whose exponent has the given sign, repeated as
    /// often as the exponent says.
    fn names(self, sign: i8) -> Vec<&'static str> {
        let repeated = |(name, exponent): (&'static str, i8)| {
            let times = usize::try_from(i16::from(exponent) * i16::from(sign)).unwrap_or(0);
            std::iter::repeat_n(name, times)
        };
        self.exponents().into_iter().flat_map(repeated).collect()
    }
}

impl Mul for Dimension {
    type Output = Dimension;

    fn mul(self, other: Dimension) -> Dimension {
        self.combine(other, i8::saturating_add)
    }
}

impl Div for Dimension {
    type Output = Dimension;

    fn div(self, other: Dimension) -> Dimension {
        self.combine(other, i8::saturating_sub)
    }
}

/// In words: `mass per time`, `money per mass`, `a plain number`.
impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (over, under) = (self.names(1), self.names(-1));
        match (over.is_empty(), under.is_empty()) {
            (true, true) => f.write_str("a plain number"),
            (false, true) => f.write_str(&over.join(" times ")),
            (true, false) => write!(f, "number per {}", under.join(" per ")),
            (false, false) => write!(f, "{} per {}", over.join(" times "), under.join(" per ")),
        }
    }
}

/// A unit as a multiple of the base unit of its dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Base units in one of this unit.
    pub factor: f64,
    /// What it measures.
    pub dimension: Dimension,
}

impl Unit {
    /// The unit of plain numbers.
    pub const ONE: Unit = Unit {
        factor: 1.0,
        dimension: Dimension::NONE,
    };

    /// Reads a unit such as `t`, `Mt/yr`, `USD/kg` or `%/week`: factors
    /// separated by `/`, `*` or `·`, each `/` dividing by the one factor
    /// behind it. Nothing at all, or `1`, is the unit of plain numbers.
    ///
    /// # Errors
    /// An unknown unit, or nothing between two separators.
    pub fn parse(text: &str) -> Result<Unit, QuantityError> {
        parse_unit(text, 0)
    }
}

impl Mul for Unit {
    type Output = Unit;

    fn mul(self, other: Unit) -> Unit {
        Unit {
            factor: self.factor * other.factor,
            dimension: self.dimension * other.dimension,
        }
    }
}

impl Div for Unit {
    type Output = Unit;

    fn div(self, other: Unit) -> Unit {
        Unit {
            factor: self.factor / other.factor,
            dimension: self.dimension / other.dimension,
        }
    }
}

/// A number with a dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// Size in base units: t, m³, GJ, USD, d.
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
}

impl Quantity {
    /// A number without a unit.
    pub fn plain(value: f64) -> Quantity {
        Quantity {
            value,
            dimension: Dimension::NONE,
        }
    }

    /// Reads a number and a [unit](Unit::parse), with or without a space
    /// between them: `5.5 Mt/yr`, `30days`, `1_200 USD/t`, `0.5/yr`, `5 %`.
    ///
    /// # Errors
    /// Says which bytes of `text` are wrong: no number, a number that is not
    /// finite, an unknown unit.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let Range { start, end } = number_in(text);
        let number = parse_number(text, start..end)?;
        let unit = parse_unit(&text[end..], end)?;
        let value = number * unit.factor;
        if value.is_finite() {
            Ok(Quantity {
                value,
                dimension: unit.dimension,
            })
        } else {
            Err(QuantityError {
                at: start..text.len(),
                kind: QuantityErrorKind::NotFinite,
            })
        }
    }
}

/// The unit that stands behind the number of a quantity, as written and as
/// read; `None` if there is no such unit.
pub fn unit_of(quantity: &str) -> Option<(&str, Unit)> {
    let written = quantity[number_in(quantity).end..].trim();
    Some((written, Unit::parse(written).ok()?))
}

/// The number of a quantity as it is written, its unit as written, and that as
/// read; `None` if the text is no quantity.
pub fn number_and_unit(quantity: &str) -> Option<(f64, &str, Unit)> {
    let number = number_in(quantity);
    let (written, unit) = unit_of(quantity)?;
    Some((parse_number(quantity, number).ok()?, written, unit))
}

/// The unit in which people state the price of a good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceUnit {
    /// As in `USD/t`.
    pub name: String,
    /// What a price in USD per unit of the good's volumes is multiplied by.
    pub times: f64,
}

impl PriceUnit {
    /// USD per unit of a good's volumes.
    pub fn of_volumes(unit: &str) -> PriceUnit {
        PriceUnit {
            name: format!("USD/{unit}"),
            times: 1.0,
        }
    }

    /// The unit of a price as written, of a good whose volumes are in `volumes`;
    /// `None` if the price is not one of such a good.
    pub fn of_price(price: &str, volumes: Unit) -> Option<PriceUnit> {
        let (written, unit) = unit_of(price)?;
        let fits = unit.dimension == Dimension::MONEY / volumes.dimension;
        fits.then(|| PriceUnit {
            name: written.replace('$', "USD"),
            times: 1.0 / (unit.factor * volumes.factor),
        })
    }
}

/// How many months of the calendar a length of time is, where it is written in
/// months, quarters or years and comes to a whole number of months: 24 for
/// `2 years`, and for `24 months`.
pub fn whole_months(duration: &str) -> Option<i32> {
    let (_, unit) = unit_of(duration)?;
    let months = Quantity::parse(duration).ok()?.value / MONTH;
    let in_months = unit.dimension == Dimension::TIME && unit.factor >= MONTH;
    let whole = (months - months.round()).abs() < 1e-9 && months.abs() < f64::from(i32::MAX);
    (in_months && whole).then(|| months.round() as i32)
}

/// What is wrong with a quantity, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityError {
    /// The offending bytes of the text that was read.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub kind: QuantityErrorKind,
}

/// What is wrong with a quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityErrorKind {
    /// The text is blank.
    #[error("expected a quantity such as `5.5 Mt/yr`, found nothing")]
    Empty,
    /// The text does not begin with a number.
    #[error("`{word}` is not a number; write it as `12340`, `12_340` or `1.234e4`")]
    BadNumber {
        /// What stands in its place.
        word: String,
    },
    /// The number is infinite, not a number, or too large.
    #[error("expected a finite number")]
    NotFinite,
    /// A unit that is not in the table.
    #[error("unknown unit `{word}`{}", suggestion(.nearest))]
    UnknownUnit {
        /// The unit as written.
        word: String,
        /// The most similar known unit, if one is similar.
        nearest: Option<&'static str>,
    },
    /// Nothing between two separators, or after the last.
    #[error("expected a unit after `/`, `*` or `·`")]
    MissingUnit,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for QuantityError {}

fn suggestion(nearest: &Option<&'static str>) -> String {
    nearest.map_or(String::new(), |unit| format!("; did you mean `{unit}`?"))
}

/// Where the number of a quantity stands.
fn number_in(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + number_length(&text[start..])
}

/// Bytes of the number at the beginning of `text`: sign, digits with `_`
/// between them, fraction, exponent.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        let run = text[from..]
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'_');
        from + run.count()
    };
    let next_is = |at: usize, any: &str| text[at..].starts_with(|c| any.contains(c));
    let whole = digits(usize::from(next_is(0, "+-")));
    let mantissa = if next_is(whole, ".") {
        digits(whole + 1)
    } else {
        whole
    };
    if !next_is(mantissa, "eE") {
        return mantissa;
    }
    let exponent = mantissa + 1 + usize::from(next_is(mantissa + 1, "+-"));
    if digits(exponent) > exponent {
        digits(exponent)
    } else {
        mantissa
    }
}

fn parse_number(text: &str, at: Range<usize>) -> Result<f64, QuantityError> {
    let followed_by_comma = text[at.end..].starts_with(',');
    let number = &text[at.clone()];
    let stray = followed_by_comma || !groups_digits(number);
    match number.replace('_', "").parse::<f64>() {
        Ok(number) if number.is_finite() && !stray => Ok(number),
        Ok(number) if !number.is_finite() => Err(QuantityError {
            at,
            kind: QuantityErrorKind::NotFinite,
        }),
        _ => Err(number_error(text, at.start)),
    }
}

/// Whether every `_` stands between two digits.
fn groups_digits(number: &str) -> bool {
    let is_digit = |at: Option<usize>| {
        let byte = at.and_then(|at| number.as_bytes().get(at));
        byte.is_some_and(u8::is_ascii_digit)
    };
    let mut marks = number.match_indices('_').map(|(at, _)| at);
    marks.all(|at| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))
}

/// Why the word at `start` is not a number.
fn number_error(text: &str, start: usize) -> QuantityError {
    let word = text[start..].split_whitespace().next().unwrap_or("");
    let magnitude = word.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let kind = match magnitude.as_str() {
        "" if word.is_empty() => QuantityErrorKind::Empty,
        "inf" | "infinity" | "infinite" | "nan" => QuantityErrorKind::NotFinite,
        _ => QuantityErrorKind::BadNumber {
            word: word.to_owned(),
        },
    };
    QuantityError {
        at: start..start + word.len(),
        kind,
    }
}

/// Reads a unit expression that begins at byte `offset` of a longer text.
fn parse_unit(text: &str, offset: usize) -> Result<Unit, QuantityError> {
    const SEPARATORS: [char; 3] = ['/', '*', '·'];
    let mut unit = Unit::ONE;
    let mut rest = text;
    let mut divides = false;
    loop {
        let length = rest.find(SEPARATORS).unwrap_or(rest.len());
        let first = rest.len() == text.len();
        let factor = parse_factor(&rest[..length], offset + text.len() - rest.len(), first)?;
        unit = if divides {
            unit / factor
        } else {
            unit * factor
        };
        let Some(separator) = rest[length..].chars().next() else {
            return Ok(unit);
        };
        divides = separator == '/';
        rest = &rest[length + separator.len_utf8()..];
    }
}

/// Reads one factor of a unit; only the first may be left out, as in `/yr`.
fn parse_factor(text: &str, offset: usize, first: bool) -> Result<Unit, QuantityError> {
    let word = text.trim();
    let start = offset + text.len() - text.trim_start().len();
    let kind = match (word, find_unit(word)) {
        (_, Some(unit)) => return Ok(unit),
        ("1", None) => return Ok(Unit::ONE),
        ("", None) if first => return Ok(Unit::ONE),
        ("", None) => {
            return Err(QuantityError {
                at: offset..offset + text.len(),
                kind: QuantityErrorKind::MissingUnit,
            });
        }
        _ => QuantityErrorKind::UnknownUnit {
            word: word.to_owned(),
            nearest: nearest_unit(word),
        },
    };
    Err(QuantityError {
        at: start..start + word.len(),
        kind,
    })
}

fn find_unit(word: &str) -> Option<Unit> {
    let (_, factor, dimension) = *UNITS.iter().find(|(name, ..)| *name == word)?;
    Some(Unit { factor, dimension })
}

/// The known unit that takes the fewest edits to reach, upper and lower case
/// alike, if that is at most a third of the word.
fn nearest_unit(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    UNITS
        .iter()
        .map(|(name, ..)| {
            let edits = strsim::osa_distance(&lower, &name.to_lowercase());
            (edits, name.len().abs_diff(length), *name)
        })
        .filter(|&(edits, ..)| edits <= length / 3)
        .min_by_key(|&(edits, difference, _)| (edits, difference))
        .map(|(.., name)| name)
}

/// Cubic metres in a barrel of 42 US gallons.
const BARREL: f64 = 0.158_987_294_928;
/// Days in a mean Julian year.
const YEAR: f64 = 365.25;
/// Days in a mean month.
const MONTH: f64 = YEAR / 12.0;

/// Every unit: its name, the base units in it, its dimension. A pound is
/// 0.45359237 kg and a million British thermal units 1.05505585262 GJ, both
/// exactly (NIST SP 811).
pub(super) const UNITS: [(&str, f64, Dimension); 52] = [
    ("%", 0.01, Dimension::NONE),
    ("g", 1e-6, Dimension::MASS),
    ("kg", 1e-3, Dimension::MASS),
    ("t", 1.0, Dimension::MASS),
    ("tonne", 1.0, Dimension::MASS),
    ("tonnes", 1.0, Dimension::MASS),
    ("kt", 1e3, Dimension::MASS),
    ("Mt", 1e6, Dimension::MASS),
    ("lb", 4.535_923_7e-4, Dimension::MASS),
    ("L", 1e-3, Dimension::VOLUME),
    ("m3", 1.0, Dimension::VOLUME),
    ("m³", 1.0, Dimension::VOLUME),
    ("kl", 1.0, Dimension::VOLUME),
    ("mcm", 1e6, Dimension::VOLUME),
    ("bcm", 1e9, Dimension::VOLUME),
    ("bbl", BARREL, Dimension::VOLUME),
    ("barrel", BARREL, Dimension::VOLUME),
    ("barrels", BARREL, Dimension::VOLUME),
    ("kb", 1e3 * BARREL, Dimension::VOLUME),
    ("mb", 1e6 * BARREL, Dimension::VOLUME),
    ("Mb", 1e6 * BARREL, Dimension::VOLUME),
    ("mmbbl", 1e6 * BARREL, Dimension::VOLUME),
    ("GJ", 1.0, Dimension::ENERGY),
    ("TJ", 1e3, Dimension::ENERGY),
    ("PJ", 1e6, Dimension::ENERGY),
    ("MWh", 3.6, Dimension::ENERGY),
    ("GWh", 3.6e3, Dimension::ENERGY),
    ("TWh", 3.6e6, Dimension::ENERGY),
    ("MMBtu", 1.055_055_852_62, Dimension::ENERGY),
    ("USD", 1.0, Dimension::MONEY),
    ("$", 1.0, Dimension::MONEY),
    ("kUSD", 1e3, Dimension::MONEY),
    ("MUSD", 1e6, Dimension::MONEY),
    ("BUSD", 1e9, Dimension::MONEY),
    ("s", 1.0 / 86_400.0, Dimension::TIME),
    ("min", 1.0 / 1_440.0, Dimension::TIME),
    ("h", 1.0 / 24.0, Dimension::TIME),
    ("hour", 1.0 / 24.0, Dimension::TIME),
    ("hours", 1.0 / 24.0, Dimension::TIME),
    ("d", 1.0, Dimension::TIME),
    ("day", 1.0, Dimension::TIME),
    ("days", 1.0, Dimension::TIME),
    ("week", 7.0, Dimension::TIME),
    ("weeks", 7.0, Dimension::TIME),
    ("month", MONTH, Dimension::TIME),
    ("months", MONTH, Dimension::TIME),
    ("quarter", YEAR / 4.0, Dimension::TIME),
    ("quarters", YEAR / 4.0, Dimension::TIME),
    ("a", YEAR, Dimension::TIME),
    ("yr", YEAR, Dimension::TIME),
    ("year", YEAR, Dimension::TIME),
    ("years", YEAR, Dimension::TIME),
];

/// A quantity for people: four significant digits from a thousand upwards,
/// three below, thousands separated by commas, as `12,340 t` or `0.083 t`.
/// An empty unit leaves the number alone.
pub fn format_quantity(value: f64, unit: &str) -> String {
    let number = format_number(value);
    if unit.is_empty() {
        number
    } else {
        format!("{number} {unit}")
    }
}

fn format_number(value: f64) -> String {
    let size = value.abs();
    let sign = if value < 0.0 { "-" } else { "" };
    let digits = match size {
        _ if size.is_nan() => "not a number".to_owned(),
        _ if size.is_infinite() => "∞".to_owned(),
        0.0 => "0".to_owned(),
        _ if !(1e-4..1e15).contains(&size) => format!("{size:.2e}"),
        _ if size >= 999.5 => group_thousands(&format!("{:.0}", round_significant(size, 4))),
        _ => shortest(round_significant(size, 3)),
    };
    format!("{sign}{digits}")
}

/// `size` (> 0) rounded to `digits` significant decimal digits.
fn round_significant(size: f64, digits: i32) -> f64 {
    let exponent = libm::floor(libm::log10(size)) as i32 + 1 - digits;
    let unit = libm::exp10(f64::from(exponent.abs()));
    if exponent > 0 {
        (size / unit).round() * unit
    } else {
        (size * unit).round() / unit
    }
}

/// The shortest decimal that reads back as `size`.
fn shortest(size: f64) -> String {
    format!("{size}")
}

fn group_thousands(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> f64 {
        Quantity::parse(text).unwrap().value
    }

    fn dimension(text: &str) -> String {
        Quantity::parse(text).unwrap().dimension.to_string()
    }

    fn message(text: &str) -> (Range<usize>, String) {
        let error = Quantity::parse(text).unwrap_err();
        (error.at.clone(), error.to_string())
    }

    #[test]
    fn quantities_are_converted_to_base_units() {
        assert_eq!(value("30 days"), 30.0);
        assert_eq!(value("5.5 Mt/yr"), 5.5 * (1e6 / 365.25));
        assert_eq!(value("62 USD/kg"), 62_000.0);
        assert_eq!(value("800 $/kg"), 800_000.0);
        assert_eq!(value("2.4 MUSD/t"), 2.4e6);
        assert_eq!(value("2.33 mb/d"), 2.33 * (1e6 * BARREL));
        assert_eq!(value("5 %/week"), 5.0 * (0.01 / 7.0));
        assert_eq!(value("25 %/quarter"), 25.0 * (0.01 / 91.3125));
        assert_eq!(value("0.5/yr"), 0.5 / 365.25);
        assert_eq!(value("3 years"), 1095.75);
        assert_eq!(value("-1_200.5e-1t"), -120.05);
        assert_eq!(value(" 7 "), 7.0);
        assert_eq!(value("1 GJ·t/d/d"), 1.0);
        assert_eq!(value("90 min"), 0.0625);
        assert_eq!(value("2e3 MWh * 1"), 7200.0);
        assert_eq!(value(".5 bcm / a"), 0.5 * (1e9 / 365.25));
    }

    #[test]
    fn prices_are_told_as_they_are_stated() {
        let told = |price, volumes| {
            let unit = PriceUnit::of_price(price, Unit::parse(volumes).unwrap())?;
            Some((unit.name, unit.times))
        };
        let of = |name: &str, times| Some((name.to_owned(), times));
        assert_eq!(told("600 USD/t", "kt"), of("USD/t", 1e-3));
        assert_eq!(told("50 $/kg", "t"), of("USD/kg", 1e-3));
        assert_eq!(told("0.6 MUSD/kt", "kt"), of("MUSD/kt", 1e-6));
        assert_eq!(told("78 USD/bbl", "kb").unwrap().0, "USD/bbl");
        assert_eq!([told("600 USD/t", "bbl"), told("600", "t")], [None, None]);
    }

    #[test]
    fn lengths_in_whole_months_are_known() {
        let whole = ["24 months", "1 month", "3 quarters", "2 years", "1.5 yr"].map(whole_months);
        assert_eq!(whole, [24, 1, 9, 24, 18].map(Some));
        let other = ["2.5 months", "730.5 days", "4 weeks", "12 t", "months", "2"];
        assert_eq!(other.map(whole_months), [None; 6]);
    }

    #[test]
    fn dimensions_are_named_in_words() {
        assert_eq!(dimension("1"), "a plain number");
        assert_eq!(dimension("1 t/d"), "mass per time");
        assert_eq!(dimension("1 USD/kg"), "money per mass");
        assert_eq!(dimension("1 %/week"), "number per time");
        assert_eq!(dimension("1 days"), "time");
        assert_eq!(
            dimension("1 GJ*t/m3/d/d"),
            "mass times energy per volume per time per time"
        );
        assert_eq!(
            Dimension::MASS.per_time(),
            Quantity::parse("1 t/d").unwrap().dimension
        );
    }

    #[test]
    fn units_of_a_dimension_are_known() {
        let rate = Dimension::ENERGY.per_time();
        let energy = ["GJ", "TJ", "PJ", "MWh", "GWh", "TWh", "MMBtu"];
        assert_eq!(rate.units(false), energy);
        assert_eq!(rate.units(true), Dimension::TIME.units(false));
        assert_eq!(Dimension::NONE.per_time().units(false), ["%"]);
    }

    #[test]
    fn errors_point_at_the_fault() {
        let cases = [
            (
                "",
                0..0,
                "expected a quantity such as `5.5 Mt/yr`, found nothing",
            ),
            (
                "  ",
                2..2,
                "expected a quantity such as `5.5 Mt/yr`, found nothing",
            ),
            ("5 day5", 2..6, "unknown unit `day5`; did you mean `days`?"),
            ("5 t/dya", 4..7, "unknown unit `dya`; did you mean `day`?"),
            ("5 mwh", 2..5, "unknown unit `mwh`; did you mean `MWh`?"),
            ("5 t/cargo", 4..9, "unknown unit `cargo`"),
            ("5 t/ ", 4..5, "expected a unit after `/`, `*` or `·`"),
            ("infinite", 0..8, "expected a finite number"),
            ("-inf days", 0..4, "expected a finite number"),
            ("NaN", 0..3, "expected a finite number"),
            ("1e999 t", 0..5, "expected a finite number"),
            ("1e308 Mt", 0..8, "expected a finite number"),
            (
                "some t",
                0..4,
                "`some` is not a number; write it as `12340`, `12_340` or `1.234e4`",
            ),
            (
                "5_ t",
                0..2,
                "`5_` is not a number; write it as `12340`, `12_340` or `1.234e4`",
            ),
            (
                "12,340 t",
                0..6,
                "`12,340` is not a number; write it as `12340`, `12_340` or `1.234e4`",
            ),
        ];
        for (text, at, said) in cases {
            assert_eq!(message(text), (at, said.to_owned()), "{text}");
        }
    }

    #[test]
    fn units_stand_alone() {
        assert_eq!(Unit::parse("").unwrap(), Unit::ONE);
        assert_eq!(
            Unit::parse("/d").unwrap().dimension,
            Dimension::NONE.per_time()
        );
        assert_eq!(Unit::parse("kt/yr").unwrap().factor, 1000.0 / 365.25);
        assert_eq!(Unit::parse("t/fortnight").unwrap_err().at, 2..11);
    }

    #[test]
    fn unit_names_are_distinct() {
        let mut names: Vec<&str> = UNITS.iter().map(|unit| unit.0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), UNITS.len());
    }

    #[test]
    fn people_read_few_digits() {
        let cases = [
            (12_344.0, "12,340 t"),
            (1_234_567.0, "1,235,000 t"),
            (999.6, "1,000 t"),
            (123.456, "123 t"),
            (0.083, "0.083 t"),
            (-0.083_26, "-0.0833 t"),
            (2.0, "2 t"),
            (0.0, "0 t"),
            (1.5e-7, "1.50e-7 t"),
            (f64::INFINITY, "∞ t"),
        ];
        for (value, said) in cases {
            assert_eq!(format_quantity(value, "t"), said);
        }
        assert_eq!(format_quantity(2.5, ""), "2.5");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_lie_within(text in "\\PC*|[0-9eE_.+,/*·% a-z-]{0,12}") {
            if let Err(error) = Quantity::parse(&text) {
                prop_assert!(text.get(error.at).is_some());
            }
        }

        #[test]
        fn written_numbers_are_read_back(number in -1e12..1e12_f64) {
            prop_assert_eq!(value(&format!("{number} t")), number);
        }

        #[test]
        fn formatting_loses_little(number in 1e-3..1e14_f64) {
            let digits = format_quantity(number, "").replace(',', "");
            let read = digits.parse::<f64>().unwrap();
            prop_assert!((read / number - 1.0).abs() <= 0.005_000_1);
        }
    }
}
