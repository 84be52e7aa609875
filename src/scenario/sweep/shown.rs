//! What pictures of a sweep show: `"price_spot difference"`.

use serde_json::{Value as Json, json};

use crate::scenario::names::nearest;
use crate::scenario::problem::Problem;
use crate::scenario::table::Reader;
use crate::scenario::values::{Spelling, Spelt, Word};

/// Names of metrics that pictures can show.
pub const METRICS: [&str; 15] = [
    "shortfall",
    "shortfall_share",
    "shortfall_days",
    "rationed_by_price",
    "unserved",
    "forgone",
    "peak_rate",
    "time_to_survive",
    "time_to_recover",
    "minimum_cover",
    "price_paid",
    "price_spot",
    "import_bill",
    "value_lost",
    "reserve_drawn",
];
/// Names of their sides, the usual one first.
pub const SIDES: [&str; 3] = ["shocked", "baseline", "difference"];
/// Names of statistics, the usual one first.
pub const STATISTICS: [&str; 6] = ["mean", "p_any", "p50", "p90", "p95", "cvar_p95"];

/// Most responses of a sweep.
pub(super) const MOST_SHOWN: usize = 12;

/// How a response is spelt: one metric, at most one side and one statistic.
#[derive(Clone, Debug)]
pub(super) struct Shown;

impl Spelling for Shown {
    fn schema() -> Json {
        let one = |names: &[&str]| format!("({})", names.join("|"));
        let (metric, side, statistic) = (one(&METRICS), one(&SIDES), one(&STATISTICS));
        let word = format!("({metric}|{side}|{statistic})");
        let alone = |name: &str| format!("(^|\\s){name}(\\s|$)");
        let twice = |name: &str| format!("(^|\\s){name}\\s(.*\\s)?{name}(\\s|$)");
        let twice = [&metric, &side, &statistic].map(|name| json!({ "pattern": twice(name) }));
        json!({
            "allOf": [
                { "pattern": format!("^\\s*{word}(\\s+{word})*\\s*$") },
                { "pattern": alone(&metric) },
                { "not": { "anyOf": twice } },
            ],
            "examples": METRICS,
        })
    }
}

/// Metric, side and statistic of each response; the usual one if none is given.
pub(super) fn responses(words: &[Spelt<Shown>], reader: &mut Reader<'_>) -> Vec<[&'static str; 3]> {
    if words.is_empty() {
        return vec![["shortfall_share", SIDES[0], STATISTICS[0]]];
    }
    if let Some(word) = words.get(MOST_SHOWN) {
        let said = format!("a sweep shows at most {MOST_SHOWN} responses");
        reader.report(Problem::new(word.span, said));
    }
    let mut shown: Vec<([&'static str; 3], &Word)> = Vec::new();
    for word in words {
        let Some(response) = response(word, reader) else {
            continue;
        };
        if let Some((_, first)) = shown.iter().find(|(known, _)| *known == response) {
            let problem = Problem::new(word.span, "this response is there twice");
            reader.report(problem.also(first.span, "first here"));
        }
        shown.push((response, word));
    }
    shown.into_iter().map(|(response, _)| response).collect()
}

/// A response: a metric, and perhaps a side and a statistic.
fn response(word: &Word, reader: &mut Reader<'_>) -> Option<[&'static str; 3]> {
    let (mut metric, mut side, mut statistic) = (None, None, None);
    for said in word.text.split_whitespace() {
        let find = |names: &[&'static str]| names.iter().copied().find(|name| *name == said);
        let twice = if let Some(name) = find(&METRICS) {
            metric.replace(name).is_some()
        } else if let Some(name) = find(&SIDES) {
            side.replace(name).is_some()
        } else if let Some(name) = find(&STATISTICS) {
            statistic.replace(name).is_some()
        } else {
            reader.report(unknown(word, said));
            return None;
        };
        if twice {
            let problem = Problem::new(word.span, format!("`{said}` is one too many"));
            reader.report(problem.help("a response has one metric, one side and one statistic"));
            return None;
        }
    }
    let Some(metric) = metric else {
        let problem = Problem::new(word.span, "this response has no metric");
        reader.report(problem.help(format!("the metrics are {}", METRICS.join(", "))));
        return None;
    };
    Some([
        metric,
        side.unwrap_or(SIDES[0]),
        statistic.unwrap_or(STATISTICS[0]),
    ])
}

fn unknown(word: &Word, said: &str) -> Problem {
    let problem = Problem::new(
        word.span,
        format!("`{said}` is no metric, side or statistic"),
    );
    let names = METRICS.into_iter().chain(SIDES).chain(STATISTICS);
    match nearest(said, names) {
        Some(name) => problem.label(format!("did you mean `{name}`?")),
        None => problem.help(format!(
            "the metrics are {}; the sides {}; the statistics {}",
            METRICS.join(", "),
            SIDES.join(", "),
            STATISTICS.join(", ")
        )),
    }
}
