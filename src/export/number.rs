/// A whole number with its thousands separated: `10,000`.
#[must_use]
pub fn count(number: u64) -> String {
    group(&number.to_string())
}

/// A number for people: three significant digits, four above a thousand,
/// thousands separated. Undefined is a dash.
pub(super) fn plain(value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let digits = match value.abs() {
        0.0 => return "0".to_owned(),
        size if size < 1_000.0 => 3,
        _ => 4,
    };
    signed(value, &rounded(value.abs(), digits))
}

/// A standard error: two significant digits, whole above ten.
pub(super) fn error(value: f64) -> String {
    match value {
        value if !value.is_finite() || value >= 99.5 => plain(value),
        0.0 => "0".to_owned(),
        value => rounded(value, 2),
    }
}

/// A share as a percentage with one digit after the point, two below 1 %.
pub(super) fn percent(share: f64) -> String {
    if !share.is_finite() {
        return plain(share);
    }
    let size = 100.0 * share.abs();
    match size {
        ..0.005 => "0 %".to_owned(),
        ..0.995 => format!("{} %", signed(share, &format!("{size:.2}"))),
        _ => format!("{} %", signed(share, &group(&format!("{size:.1}")))),
    }
}

/// `value` > 0 to so many significant digits, thousands separated; powers of
/// ten where it would need more than four zeros after the point.
fn rounded(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let exponent = scientific
        .split_once('e')
        .map_or("0", |(_, exponent)| exponent);
    match exponent.parse::<i32>().unwrap_or(0) {
        ..-4 | 15.. => scientific,
        exponent => {
            let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
            let value: f64 = scientific.parse().unwrap_or(value);
            group(&format!("{value:.decimals$}"))
        }
    }
}

fn signed(value: f64, size: &str) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{size}")
}

fn group(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut grouped = String::with_capacity(digits.len() + whole / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(count),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn numbers_keep_three_or_four_digits() {
        let shown = [
            0.0,
            0.012_345,
            1.0,
            12.345,
            999.4,
            999.6,
            4746.53,
            1_234_567.0,
        ]
        .map(plain);
        assert_eq!(
            shown,
            [
                "0",
                "0.0123",
                "1.00",
                "12.3",
                "999",
                "1,000",
                "4,747",
                "1,235,000"
            ]
        );
        let odd = [-4746.53, 1.5e-9, 2e20, f64::NAN, f64::INFINITY].map(plain);
        assert_eq!(odd, ["−4,747", "1.50e-9", "2.000e20", "–", "∞"]);
    }

    #[test]
    fn errors_keep_two_digits() {
        let shown = [0.0, 0.012_345, 1.0, 12.345, 123.4, 1234.5].map(error);
        assert_eq!(shown, ["0", "0.012", "1.0", "12", "123", "1,234"]);
    }

    #[test]
    fn shares_become_percentages() {
        let shown = [0.0, 0.632, -0.0501, -0.00001, 0.004_56, 1.0, 12.3].map(percent);
        assert_eq!(
            shown,
            [
                "0 %",
                "63.2 %",
                "−5.0 %",
                "0 %",
                "0.46 %",
                "100.0 %",
                "1,230.0 %"
            ]
        );
    }
}
