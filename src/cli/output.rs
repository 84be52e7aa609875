use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Context;

use super::Failure;
use crate::scenario::Report;

/// Prints results, as they are unless to a terminal. A reader that has gone away, as in
/// `shortfall run | head`, has read what it wanted.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let text = match stdout.is_terminal() {
        true => tamed(text, false),
        false => text.into(),
    };
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")?
        }
        _ => Ok(()),
    }
}

/// Says something beside the results. Where even that fails, nobody listens.
pub(super) fn message(text: &str) {
    let text = tamed(text.trim_end(), has_colour());
    let _ = writeln!(io::stderr(), "{text}");
}

/// A text that can give a terminal no orders, whatever is called what in it: control
/// characters other than ends of lines and tabs are written out, and so are those that
/// turn the direction of writing; colours may stay.
fn tamed(text: &str, colours: bool) -> Cow<'_, str> {
    let commands = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(commands) {
        return text.into();
    }
    let mut tame = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(commands) {
        let (before, from) = rest.split_at(at);
        tame.push_str(before);
        let colour = if colours { colour(from) } else { "" };
        rest = &from[colour.len()..];
        tame.push_str(colour);
        let mut left = rest.chars();
        if let (true, Some(c)) = (colour.is_empty(), left.next()) {
            tame.extend(c.escape_unicode());
            rest = left.as_str();
        }
    }
    tame.push_str(rest);
    tame.into()
}

/// The sequence that sets a colour with which a text begins, if it does.
fn colour(text: &str) -> &str {
    let Some(digits) = text.strip_prefix("\x1b[") else {
        return "";
    };
    let end = digits.find(|c: char| !(c.is_ascii_digit() || c == ';'));
    match end {
        Some(end) if digits[end..].starts_with('m') => &text[..2 + end + 1],
        _ => "",
    }
}

/// What a report on a scenario says, for standard error.
pub(super) fn shown(report: &Report) -> String {
    match has_colour() {
        true => report.render_coloured(),
        false => report.render(),
    }
}

/// Whether messages may be coloured (see <https://no-color.org>).
fn has_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_takes_no_orders_from_names() {
        let odd = "a\x1b]0;b\x07\u{9b}31m\u{202e}c\r\x1b[31md\x1b[2Je\tf\n\x1b[";
        let plain = r"a\u{1b}]0;b\u{7}\u{9b}31m\u{202e}c\u{d}\u{1b}[31md\u{1b}[2Je";
        assert_eq!(tamed(odd, false), format!("{plain}\tf\n\\u{{1b}}["));
        let coloured = plain.replace(r"\u{1b}[31m", "\x1b[31m");
        assert_eq!(tamed(odd, true), format!("{coloured}\tf\n\\u{{1b}}["));
    }
}
