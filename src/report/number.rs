//! Numbers as a person writes them.

/// Space that does not break a line.
const TIE: char = '\u{a0}';
const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// A number to three significant figures: `0.0412`, `6.1`, `1,380`,
/// `2.4 million`, `3.1×10¹⁷`.
pub(super) fn figures(value: f64) -> String {
    if value.is_nan() {
        return "unknown".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let rounded = significant(value, 3);
    let size = rounded.abs();
    match size {
        0.0 => "0".to_owned(),
        1e-4..1e6 => plain(rounded),
        1e6..1e15 => {
            let (divisor, word) = magnitude(size);
            format!("{}{TIE}{word}", plain(rounded / divisor))
        }
        _ => scientific(rounded),
    }
}

/// A number with its unit.
pub(super) fn quantity(value: f64, unit: &str) -> String {
    format!("{}{TIE}{unit}", figures(value))
}

/// A span in days: `128 days`, `1 day`.
pub(super) fn days(value: f64) -> String {
    let written = figures(value);
    let word = if written == "1" { "day" } else { "days" };
    format!("{written}{TIE}{word}")
}

/// A share as a percentage, never rounded to nothing or to everything:
/// `62 %`, `0.05 %`, `99.95 %`, `over 99.99 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let from_end = percent.min(100.0 - percent);
    let decimals = match from_end {
        f if f > 0.0 && f < 0.005 => {
            let end = if percent < 50.0 {
                "under 0.01"
            } else {
                "over 99.99"
            };
            return format!("{end}{TIE}%");
        }
        f if f > 0.0 && f < 0.095 => 2,
        f if f > 0.0 && f < 0.95 => 1,
        _ => 0,
    };
    format!("{}{TIE}%", signed(percent, decimals))
}

/// A size relative to something, in per cent with two significant figures:
/// `6.1 %`, `130 %`.
pub(super) fn relative(share: f64) -> String {
    format!("{}{TIE}%", figures(significant(share * 100.0, 2)))
}

/// How one amount became another, in words: `−69 %`, `new`, `gone`.
pub(super) fn change(from: f64, to: f64) -> String {
    let share = to / from - 1.0;
    match (from > 0.0, to > 0.0) {
        (false, false) => "none".to_owned(),
        (false, true) => "new".to_owned(),
        (true, false) => "gone".to_owned(),
        _ if share.abs() < 0.005 => "no change".to_owned(),
        _ if share > 9.995 => format!("×{TIE}{}", figures(significant(to / from, 2))),
        _ => format!(
            "{}{}{TIE}%",
            if share > 0.0 { "+" } else { "" },
            signed(share * 100.0, 0)
        ),
    }
}

/// Power of a thousand to divide by for numbers up to `size`, and its name.
pub(super) fn magnitude(size: f64) -> (f64, String) {
    let exponent = (size.log10() / 3.0 + 1e-9).floor() as i32 * 3;
    let word = match exponent {
        _ if (1e-2..1e6).contains(&size) || size <= 0.0 => return (1.0, String::new()),
        6 => "million".to_owned(),
        9 => "billion".to_owned(),
        12 => "trillion".to_owned(),
        _ => power_of_ten(exponent),
    };
    (10f64.powi(exponent), word)
}

/// A number with a fixed count of decimals, commas between thousands and a
/// true minus sign.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let point = if fraction.is_empty() { "" } else { "." };
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let minus = if value < 0.0 && !zero { "−" } else { "" };
    format!("{minus}{}{point}{fraction}", grouped(whole))
}

/// Count of things, commas between thousands.
pub(super) fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// Decimals without trailing zeros, for numbers already rounded.
fn plain(value: f64) -> String {
    let decimals = (2 - value.abs().log10().floor() as i32).clamp(0, 8);
    let text = signed(value, decimals as usize);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn scientific(value: f64) -> String {
    let exponent = value.abs().log10().floor() as i32;
    let mantissa = value / 10f64.powi(exponent);
    format!("{}×{}", plain(mantissa), power_of_ten(exponent))
}

fn power_of_ten(exponent: i32) -> String {
    let digits = exponent.unsigned_abs().to_string();
    let raised = digits
        .bytes()
        .map(|byte| SUPERSCRIPTS[usize::from(byte - b'0')]);
    let minus = if exponent < 0 { "⁻" } else { "" };
    format!("10{minus}{}", raised.collect::<String>())
}

/// Rounded to so many significant figures.
fn significant(value: f64, figures: usize) -> f64 {
    format!("{value:.*e}", figures - 1).parse().unwrap_or(value)
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untied(text: &str) -> String {
        text.replace(TIE, " ")
    }

    #[test]
    fn figures_are_three_and_grouped() {
        let cases = [
            (0.0, "0"),
            (1376.4, "1,380"),
            (999_600.0, "1 million"),
            (123_456.0, "123,000"),
            (41.23, "41.2"),
            (6.1, "6.1"),
            (0.041_23, "0.0412"),
            (0.000_412_3, "0.000412"),
            (-2_400_000.0, "−2.4 million"),
            (7.25e9, "7.25 billion"),
            (3.14e17, "3.14×10¹⁷"),
            (5e-7, "5×10⁻⁷"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "unknown"),
        ];
        for (value, text) in cases {
            assert_eq!(untied(&figures(value)), text, "{value}");
        }
    }

    #[test]
    fn percentages_keep_the_rare_and_the_almost_certain() {
        let cases = [
            (0.0, "0 %"),
            (0.0005, "0.05 %"),
            (0.004, "0.4 %"),
            (0.62, "62 %"),
            (0.9995, "99.95 %"),
            (0.999, "99.9 %"),
            (0.0098, "1 %"),
            (0.000_01, "under 0.01 %"),
            (0.999_99, "over 99.99 %"),
        ];
        for (share, text) in cases {
            assert_eq!(untied(&percent(share)), text);
        }
        assert_eq!(untied(&percent(1.0)), "100 %");
    }

    #[test]
    fn changes_have_words_for_the_ends() {
        let cases = [
            (100.0, 31.0, "−69 %"),
            (100.0, 112.0, "+12 %"),
            (0.0, 3.0, "new"),
            (3.0, 0.0, "gone"),
            (0.0, 0.0, "none"),
            (100.0, 100.1, "no change"),
            (1.0, 25.0, "× 25"),
        ];
        for (from, to, text) in cases {
            assert_eq!(untied(&change(from, to)), text);
        }
    }
}
