//! Conditions on the points of a sweep, such as `approval >= 20 % and low < high`.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Level;
use super::factors::Keyed;
use super::levels::{Kind, Varied};
use crate::scenario::names::nearest;
use crate::scenario::problem::Problem;
use crate::scenario::source::Span;
use crate::scenario::table::Reader;
use crate::scenario::values::Word;
use crate::units::{Date, number_and_unit};

/// Two numbers that differ by no more of the larger are the same.
const SAME: f64 = 1e-9;

/// A condition: holds if all of some group of comparisons do.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    groups: Vec<Vec<Comparison>>,
    /// Where it stands.
    pub at: Span,
}

#[derive(Clone, Debug)]
struct Comparison {
    factor: usize,
    operator: Operator,
    with: Operand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Less,
    AtMost,
    More,
    AtLeast,
    Same,
    Other,
}

/// What the level of a factor is compared with.
#[derive(Clone, Debug)]
enum Operand {
    /// The level of another factor, and what its numbers are multiplied by.
    Factor(usize, f64),
    Level(Level),
}

/// Longer operators first, so that `<=` is not taken for `<`.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("!=", Operator::Other),
    ("<", Operator::Less),
    (">", Operator::More),
    ("=", Operator::Same),
];
/// How to write a comparison.
const EXAMPLE: &str = "a filter compares a factor by < <= > >= = or !=, as in \"approval >= 20 %\"";

impl Filter {
    /// Whether a point fulfils it. What the scenario says of a factor, where that is
    /// not known as a level, fulfils any comparison.
    pub(super) fn holds<'l>(&self, level: impl Fn(usize) -> Cow<'l, Level>) -> bool {
        let group = |group: &Vec<Comparison>| group.iter().all(|one| one.holds(&level));
        self.groups.iter().any(group)
    }
}

/// Reads a filter; `None` if it has a mistake, or names a factor that has.
pub(super) fn read(word: &Word, factors: &[Keyed<'_>], reader: &mut Reader<'_>) -> Option<Filter> {
    let mut sound = true;
    let mut groups = Vec::new();
    for group in parts(word, "or", reader) {
        let mut all = Vec::new();
        for part in parts(&group, "and", reader) {
            match comparison(&part, factors, reader) {
                Some(comparison) => all.push(comparison),
                None => sound = false,
            }
        }
        groups.push(all);
    }
    let at = word.span;
    sound.then_some(Filter { groups, at })
}

/// The parts of a text around a word between them, outside quotes.
fn parts(word: &Word, between: &str, reader: &Reader<'_>) -> Vec<Word> {
    let text = word.text.as_str();
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in unquoted(text) {
        if is_alone(text, at, between) {
            parts.push(word.part(start..at, reader.sources));
            start = at + between.len();
        }
    }
    parts.push(word.part(start..text.len(), reader.sources));
    parts
}

/// Whether a word stands at some byte of a text, with blanks or ends around it.
fn is_alone(text: &str, at: usize, word: &str) -> bool {
    let (before, rest) = text.split_at(at);
    let Some(after) = rest.strip_prefix(word) else {
        return false;
    };
    (before.is_empty() || before.ends_with(char::is_whitespace))
        && (after.is_empty() || after.starts_with(char::is_whitespace))
}

/// The characters of a text that stand outside quotes. A quote begins a word, or
/// is none.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quote, mut before) = (None, ' ');
    text.char_indices().filter(move |&(_, c)| {
        let begins = before.is_whitespace() || "<>=!".contains(before);
        before = c;
        match quote {
            None if begins && matches!(c, '"' | '\'') => quote = Some(c),
            None => return true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
        }
        false
    })
}

/// A text without the quotes around it, if it has some.
fn bare(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn comparison(word: &Word, factors: &[Keyed<'_>], reader: &mut Reader<'_>) -> Option<Comparison> {
    let (left, sign, operator, right) = split(word, reader)?;
    let find = |word: &Word| factors.iter().position(|(key, _)| *key == word.text);
    let Some(factor) = find(&left) else {
        reader.report(unknown(&left, &right, factors));
        return None;
    };
    // A mistake in a factor has been told.
    let own = factors[factor].1.as_ref();
    let other = find(&right);
    let with = match other {
        Some(other) => Operand::Factor(
            other,
            times(own?, factors[other].1.as_ref()?, &right, reader)?,
        ),
        None => Operand::Level(level(own?, &right, reader)?),
    };
    let ordered = !matches!(operator, Operator::Same | Operator::Other);
    if ordered && own?.kind == Kind::Word {
        let said = format!("`{sign}` compares words, which have no order");
        reader.report(Problem::new(word.span, said).help("compare them by = or !="));
        return None;
    }
    Some(Comparison {
        factor,
        operator,
        with,
    })
}

/// The two sides of a comparison, and what stands between them.
fn split(word: &Word, reader: &mut Reader<'_>) -> Option<(Word, &'static str, Operator, Word)> {
    let text = word.text.as_str();
    let signs = |at: usize| {
        let mut known = OPERATORS.iter();
        known.find(|(sign, _)| text[at..].starts_with(sign))
    };
    let found = unquoted(text).find_map(|(at, _)| Some((at, signs(at)?)));
    let Some((at, (sign, operator))) = found else {
        let said = match text.is_empty() {
            true => "a comparison is missing".to_owned(),
            false => format!("`{text}` compares nothing"),
        };
        reader.report(Problem::new(word.span, said).help(EXAMPLE));
        return None;
    };
    let left = word.part(0..at, reader.sources);
    let right = word.part(at + sign.len()..text.len(), reader.sources);
    let again = unquoted(&right.text).any(|(at, _)| {
        let rest = &right.text[at..];
        OPERATORS.iter().any(|(sign, _)| rest.starts_with(sign))
    });
    let said = if again {
        format!("`{text}` is not one comparison")
    } else if left.text.is_empty() || right.text.is_empty() {
        format!("`{text}` compares nothing")
    } else {
        return Some((left, sign, *operator, right));
    };
    reader.report(Problem::new(word.span, said).help(EXAMPLE));
    None
}

fn unknown(left: &Word, right: &Word, factors: &[Keyed<'_>]) -> Problem {
    let keys: Vec<&str> = factors.iter().map(|(key, _)| *key).collect();
    let problem = Problem::new(left.span, format!("`{}` is no factor", left.text));
    if left.text.starts_with('(') {
        return problem.help("filters have no brackets; give several, all of which hold");
    }
    if keys.contains(&right.text.as_str()) {
        return problem.help("the factor stands first, as in \"approval >= 20 %\"");
    }
    match nearest(&left.text, keys.iter().copied()) {
        Some(key) => problem.label(format!("did you mean `{key}`?")),
        None => problem.help(format!("the factors are {}", keys.join(", "))),
    }
}

/// What the numbers of another factor are multiplied by to be compared.
fn times(own: &Varied, other: &Varied, at: &Word, reader: &mut Reader<'_>) -> Option<f64> {
    let said = match (own.kind, other.kind) {
        (Kind::Number(here), Kind::Number(there)) if here.dimension == there.dimension => {
            return Some(there.factor / here.factor);
        }
        (Kind::Number(here), Kind::Number(there)) => {
            format!("expected {}, found {}", here.dimension, there.dimension)
        }
        (one, other) if one == other => return Some(1.0),
        (one, other) => format!("expected {}, found {}", said(one), said(other)),
    };
    let problem = Problem::new(at.span, said);
    let label = format!("`{}` and `{}` differ", own.factor.key, other.factor.key);
    reader.report(problem.label(label));
    None
}

/// What levels of a kind are.
fn said(kind: Kind) -> String {
    match kind {
        Kind::Number(unit) => unit.dimension.to_string(),
        Kind::Date => "a date".to_owned(),
        Kind::Word => "a word".to_owned(),
    }
}

/// A value to compare a factor's levels with.
fn level(varied: &Varied, word: &Word, reader: &mut Reader<'_>) -> Option<Level> {
    let text = bare(&word.text);
    let problem = match varied.kind {
        Kind::Word => {
            let level = Level::Text(text.to_owned());
            if varied.factor.levels.contains(&level) {
                return Some(level);
            }
            no_level(varied, text, word)
        }
        Kind::Date => match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => return Some(Level::Date(date)),
            _ => Problem::new(word.span, "expected a date, or another factor")
                .help("write it as 2025-04-04"),
        },
        Kind::Number(own) => match number_and_unit(text) {
            Some((value, _, unit)) if unit.dimension == own.dimension => {
                return Some(Level::Number(value * unit.factor / own.factor));
            }
            Some((.., unit)) => {
                let said = format!("expected {}, found {}", own.dimension, unit.dimension);
                Problem::new(word.span, said)
            }
            None => {
                let said = format!("`{}` is neither a factor nor a number", word.text);
                let example = format!("20 {}", varied.factor.unit);
                let help = format!("write a number like {}", example.trim());
                Problem::new(word.span, said).help(help)
            }
        },
    };
    reader.report(problem);
    None
}

fn no_level(varied: &Varied, text: &str, word: &Word) -> Problem {
    let key = &varied.factor.key;
    let problem = Problem::new(word.span, format!("`{text}` is no level of `{key}`"));
    let levels = varied.factor.levels.iter();
    let levels = levels.filter_map(|level| match level {
        Level::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let levels: Vec<&str> = levels.collect();
    match nearest(text, levels.iter().copied()) {
        Some(level) => problem.label(format!("did you mean `{level}`?")),
        None => problem.help(format!("its levels are {}", levels.join(", "))),
    }
}

impl Comparison {
    fn holds<'l>(&self, level: impl Fn(usize) -> Cow<'l, Level>) -> bool {
        let left = level(self.factor);
        let (right, times) = match &self.with {
            Operand::Factor(other, times) => (level(*other), *times),
            Operand::Level(level) => (Cow::Borrowed(level), 1.0),
        };
        let order = match (left.as_ref(), right.as_ref()) {
            (Level::Number(a), Level::Number(b)) => order(*a, b * times),
            (Level::Date(a), Level::Date(b)) => Some(a.cmp(b)),
            (Level::Text(a), Level::Text(b)) => Some(a.cmp(b)),
            (Level::Base, _) | (_, Level::Base) => return true,
            _ => None,
        };
        match self.operator {
            Operator::Less => order.is_some_and(Ordering::is_lt),
            Operator::AtMost => order.is_some_and(Ordering::is_le),
            Operator::More => order.is_some_and(Ordering::is_gt),
            Operator::AtLeast => order.is_some_and(Ordering::is_ge),
            Operator::Same => order.is_some_and(Ordering::is_eq),
            Operator::Other => !order.is_some_and(Ordering::is_eq),
        }
    }
}

fn order(a: f64, b: f64) -> Option<Ordering> {
    match (a - b).abs() <= SAME * a.abs().max(b.abs()) {
        true => Some(Ordering::Equal),
        false => a.partial_cmp(&b),
    }
}
