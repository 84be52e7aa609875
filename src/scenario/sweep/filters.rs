//! Conditions on the points of a sweep, such as `approval >= 20 % and low < high`.

use super::{Factor, Level};
use crate::scenario::names::nearest;
use crate::scenario::problem::Problem;
use crate::scenario::source::Span;
use crate::scenario::table::Reader;
use crate::scenario::values::Word;
use crate::units::{Date, Unit, number_and_unit};

/// Two numbers that differ by no more of the larger are the same.
const SAME: f64 = 1e-9;

/// A condition: holds if all of some group of comparisons do.
#[derive(Clone, Debug)]
pub(super) struct Filter(Vec<Vec<Comparison>>);

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

/// Whether a point fulfils all filters.
pub(super) fn keep(filters: &[Filter], levels: &[Level]) -> bool {
    let group = |group: &Vec<Comparison>| group.iter().all(|one| one.holds(levels));
    filters.iter().all(|filter| filter.0.iter().any(group))
}

/// Reads a filter.
pub(super) fn read(word: &Word, factors: &[&Factor], reader: &mut Reader<'_>) -> Option<Filter> {
    let mut groups = Vec::new();
    for group in parts(word, " or ", reader) {
        let mut all = Vec::new();
        for part in parts(&group, " and ", reader) {
            all.push(comparison(&part, factors, reader)?);
        }
        groups.push(all);
    }
    Some(Filter(groups))
}

/// The parts of a text around a word between them.
fn parts(word: &Word, between: &str, reader: &Reader<'_>) -> Vec<Word> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, found) in word.text.match_indices(between) {
        parts.push(word.part(start..at, reader.sources));
        start = at + found.len();
    }
    parts.push(word.part(start..word.text.len(), reader.sources));
    parts
}

fn comparison(word: &Word, factors: &[&Factor], reader: &mut Reader<'_>) -> Option<Comparison> {
    let found = OPERATORS
        .iter()
        .filter_map(|(sign, operator)| Some((word.text.find(sign)?, *sign, *operator)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())));
    let Some((at, sign, operator)) = found else {
        let problem = Problem::new(word.span, "a filter without a comparison");
        reader.report(problem.help("write it as \"approval >= 20 %\", with one of < <= > >= = !="));
        return None;
    };
    let left = word.part(0..at, reader.sources);
    let right = word.part(at + sign.len()..word.text.len(), reader.sources);
    let index = |word: &Word| factors.iter().position(|factor| factor.key == word.text);
    let Some(factor) = index(&left) else {
        reader.report(unknown(&left, factors));
        return None;
    };
    let with = match index(&right) {
        Some(other) => factor_operand(factors[factor], other, factors[other], &right, reader)?,
        None => Operand::Level(level(factors[factor], &right, reader)?),
    };
    let ordered = !matches!(operator, Operator::Same | Operator::Other);
    if ordered && has_texts(factors[factor]) {
        let said = format!(
            "the levels of `{}` are words, which have no order",
            left.text
        );
        reader.report(Problem::new(word.span, said).help("compare them with = or !="));
        return None;
    }
    Some(Comparison {
        factor,
        operator,
        with,
    })
}

fn unknown(word: &Word, factors: &[&Factor]) -> Problem {
    let keys = factors.iter().map(|factor| factor.key.as_str());
    let problem = Problem::new(word.span, format!("`{}` is no factor", word.text));
    match nearest(&word.text, keys.clone()) {
        Some(key) => problem.label(format!("did you mean `{key}`?")),
        None => problem.help(format!(
            "the factors are {}",
            keys.collect::<Vec<_>>().join(", ")
        )),
    }
}

fn has_texts(factor: &Factor) -> bool {
    factor
        .levels
        .iter()
        .any(|level| matches!(level, Level::Text(_)))
}

fn has_dates(factor: &Factor) -> bool {
    factor
        .levels
        .iter()
        .any(|level| matches!(level, Level::Date(_)))
}

fn unit(factor: &Factor) -> Unit {
    Unit::parse(&factor.unit).unwrap_or(Unit::ONE)
}

fn factor_operand(
    left: &Factor,
    other: usize,
    right: &Factor,
    word: &Word,
    reader: &mut Reader<'_>,
) -> Option<Operand> {
    let (here, there) = (unit(left), unit(right));
    if here.dimension != there.dimension {
        differ(&here, &there, word.span, reader);
        return None;
    }
    Some(Operand::Factor(other, there.factor / here.factor))
}

fn differ(here: &Unit, there: &Unit, at: Span, reader: &mut Reader<'_>) {
    let said = format!("expected {}, found {}", here.dimension, there.dimension);
    reader.report(Problem::new(at, said));
}

/// A value to compare a factor's levels with.
fn level(factor: &Factor, word: &Word, reader: &mut Reader<'_>) -> Option<Level> {
    let text = word.text.trim_matches('"');
    if has_texts(factor) {
        let known = factor
            .levels
            .iter()
            .any(|level| *level == Level::Text(text.to_owned()));
        if !known {
            let said = format!("`{text}` is no level of `{}`", factor.key);
            reader.report(Problem::new(word.span, said));
        }
        return known.then(|| Level::Text(text.to_owned()));
    }
    if has_dates(factor) {
        let date: Option<Date> = text.parse().ok();
        if date.is_none() {
            let problem = Problem::new(word.span, "expected a date");
            reader.report(problem.help("write it as 2025-04-04"));
        }
        return date.map(Level::Date);
    }
    let Some((value, _, written)) = number_and_unit(text) else {
        let said = format!("`{}` is neither a factor nor a number", word.text);
        reader.report(Problem::new(word.span, said));
        return None;
    };
    let own = unit(factor);
    if own.dimension != written.dimension {
        differ(&own, &written, word.span, reader);
        return None;
    }
    Some(Level::Number(value * written.factor / own.factor))
}

impl Comparison {
    fn holds(&self, levels: &[Level]) -> bool {
        let left = levels.get(self.factor);
        let right = match &self.with {
            Operand::Factor(other, times) => levels.get(*other).map(|level| match level {
                Level::Number(value) => Level::Number(value * times),
                level => level.clone(),
            }),
            Operand::Level(level) => Some(level.clone()),
        };
        let order = match (left, right) {
            (Some(Level::Number(a)), Some(Level::Number(b))) => {
                match (a - b).abs() <= SAME * a.abs().max(b.abs()) {
                    true => Some(std::cmp::Ordering::Equal),
                    false => a.partial_cmp(&b),
                }
            }
            (Some(Level::Date(a)), Some(Level::Date(b))) => Some(a.cmp(&b)),
            (Some(Level::Text(a)), Some(Level::Text(b))) => Some(a.as_str().cmp(b.as_str())),
            _ => None,
        };
        match self.operator {
            Operator::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Operator::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Operator::More => order.is_some_and(std::cmp::Ordering::is_gt),
            Operator::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
            Operator::Same => order.is_some_and(std::cmp::Ordering::is_eq),
            Operator::Other => !order.is_some_and(std::cmp::Ordering::is_eq),
        }
    }
}
