//! Laws of the file: tables with one key, the name of the law.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::measure::{LARGEST, Measure};
use super::names::nearest;
use super::numbers::limits;
use super::problem::Problem;
use super::table::{Reader, notes, reference};
use super::tree::{Entry, Node, Value};
use crate::random::{Law, LawError};
use crate::units::Dimension;

/// Most that a whole number of a law may be.
const MOST: f64 = 1e6;
/// How many standard deviations a normal law must stay within its bounds.
const NORMAL_MARGIN: f64 = 4.0;
/// Probability of values that count for nothing: less than once in all trials.
const HARDLY_EVER: f64 = 1e-9;

/// What a member of a law table is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Member {
    /// A value the number can take.
    Value,
    /// A spread, in the dimension of the number.
    Spread,
    /// A plain number.
    Plain,
    /// A whole number.
    Count,
}

/// One way to write a law.
struct Form {
    name: &'static str,
    members: &'static [(&'static str, Member)],
    /// Whether it is a law of plain numbers only.
    plain: bool,
    make: fn(&[f64]) -> Result<Law, LawError>,
}

const fn form(
    name: &'static str,
    members: &'static [(&'static str, Member)],
    make: fn(&[f64]) -> Result<Law, LawError>,
) -> Form {
    Form {
        name,
        members,
        plain: false,
        make,
    }
}

const fn plain_form(
    name: &'static str,
    members: &'static [(&'static str, Member)],
    make: fn(&[f64]) -> Result<Law, LawError>,
) -> Form {
    Form {
        name,
        members,
        plain: true,
        make,
    }
}

use Member::{Count, Plain, Spread};
const FORMS: [Form; 13] = [
    form(
        "uniform",
        &[("low", Member::Value), ("high", Member::Value)],
        |m| Law::uniform(m[0], m[1]),
    ),
    form(
        "triangular",
        &[
            ("low", Member::Value),
            ("mode", Member::Value),
            ("high", Member::Value),
        ],
        |m| Law::triangular(m[0], m[1], m[2]),
    ),
    form(
        "pert",
        &[
            ("low", Member::Value),
            ("mode", Member::Value),
            ("high", Member::Value),
        ],
        |m| Law::pert(m[0], m[1], m[2]),
    ),
    form("normal", &[("mean", Member::Value), ("sd", Spread)], |m| {
        Law::normal(m[0], m[1])
    }),
    form(
        "lognormal",
        &[("mean", Member::Value), ("sd", Spread)],
        |m| Law::lognormal_mean_sd(m[0], m[1]),
    ),
    form(
        "lognormal",
        &[("median", Member::Value), ("p90", Member::Value)],
        |m| Law::lognormal_median_p90(m[0], m[1]),
    ),
    form("exponential", &[("mean", Member::Value)], |m| {
        Law::exponential(m[0])
    }),
    form(
        "erlang",
        &[("shape", Count), ("mean", Member::Value)],
        |m| Law::erlang(m[0] as u32, m[1]),
    ),
    form("gamma", &[("shape", Plain), ("mean", Member::Value)], |m| {
        Law::gamma(m[0], m[1])
    }),
    form(
        "weibull",
        &[("shape", Plain), ("scale", Member::Value)],
        |m| Law::weibull(m[0], m[1]),
    ),
    plain_form("geometric", &[("p", Plain)], |m| Law::geometric(m[0])),
    plain_form("beta", &[("mean", Plain), ("sd", Plain)], |m| {
        Law::beta_mean_sd(m[0], m[1])
    }),
    plain_form("bernoulli", &[("p", Plain)], |m| Law::bernoulli(m[0])),
];

/// The names of all laws, in alphabetical order.
pub(super) fn law_names() -> BTreeSet<&'static str> {
    FORMS
        .iter()
        .map(|form| form.name)
        .chain(["discrete", "empirical"])
        .collect()
}

impl Reader<'_> {
    /// A table with one key, the name of a law.
    pub(super) fn law_table(&mut self, node: &Node, measure: &Measure) -> Option<Law> {
        let entries = self.entries(node, "a law")?;
        let [entry] = entries.as_slice() else {
            self.report(
                Problem::new(
                    node.span,
                    format!("a law has one key, this table has {}", entries.len()),
                )
                .help("write it like { uniform = { low = …, high = … } }"),
            );
            return None;
        };
        let law = match entry.key.as_str() {
            "discrete" => self.discrete(&entry.node, measure)?,
            "empirical" => Law::empirical(&self.values(&entry.node, measure)?),
            name => self.formed(name, entry, measure)?,
        };
        let law = law.map_err(|error| {
            self.report(Problem::new(
                entry.node.span,
                format!("this is no {} law: {error}", entry.key),
            ));
        });
        self.within_bounds(law.ok()?, &entry.key, node, measure)
    }

    fn formed(
        &mut self,
        name: &str,
        entry: &Entry,
        measure: &Measure,
    ) -> Option<Result<Law, LawError>> {
        let given = |form: &&Form| {
            form.members
                .iter()
                .filter(|(member, _)| entry.node.get(member).is_some())
                .count()
        };
        let forms = FORMS.iter().rev().filter(|form| form.name == name);
        let Some(form) = forms.max_by_key(given) else {
            self.unknown_law(entry);
            return None;
        };
        if form.plain && measure.dimension != Dimension::NONE {
            let said = format!(
                "a {name} law gives plain numbers, but this is {}",
                measure.said
            );
            self.report(Problem::new(entry.key_span, said));
            return None;
        }
        let members = self.members(form, &entry.node, measure)?;
        Some((form.make)(&members))
    }

    fn unknown_law(&mut self, entry: &Entry) {
        let names = law_names();
        let problem = Problem::new(entry.key_span, format!("unknown law `{}`", entry.key));
        let all = names.iter().copied().collect::<Vec<_>>().join(", ");
        self.report(match nearest(&entry.key, names.iter().copied()) {
            Some(name) => problem.label(format!("did you mean `{name}`?")),
            None => problem.help(format!("the laws are {all}")),
        });
    }

    fn members(&mut self, form: &Form, node: &Node, measure: &Measure) -> Option<Vec<f64>> {
        let keys: Vec<&str> = form.members.iter().map(|(key, _)| *key).collect();
        self.table(node, &keys)?;
        let members: Vec<Option<f64>> = form
            .members
            .iter()
            .map(|(key, member)| match node.get(key) {
                Some(value) => self.member(value, *member, measure),
                None => {
                    self.missing(
                        node,
                        key,
                        &format!("a {} law has {}", form.name, keys.join(" and ")),
                    );
                    None
                }
            })
            .collect();
        members.into_iter().collect()
    }

    fn member(&mut self, node: &Node, member: Member, measure: &Measure) -> Option<f64> {
        match member {
            Member::Value => self.value(node, measure),
            Spread => self.value(node, &measure.spread()),
            Plain => self.value(node, &Measure::number()),
            Count => {
                let value = self.value(node, &Measure::number().at_least(1.0).at_most(MOST))?;
                if value.fract() == 0.0 {
                    return Some(value);
                }
                self.wrong_kind(node, "a whole number");
                None
            }
        }
    }

    fn discrete(&mut self, node: &Node, measure: &Measure) -> Option<Result<Law, LawError>> {
        self.table(node, &["values", "probabilities"])?;
        let mut list = |key: &str, measure: &Measure| match node.get(key) {
            Some(list) => self.values(list, measure),
            None => {
                self.missing(node, key, "a discrete law has values and probabilities");
                None
            }
        };
        let values = list("values", measure);
        let probabilities = list("probabilities", &Measure::share());
        Some(Law::discrete(&values?, &probabilities?))
    }

    fn values(&mut self, node: &Node, measure: &Measure) -> Option<Vec<f64>> {
        if !matches!(node.value, Value::Array(_)) {
            self.wrong_kind(node, &format!("a list of values, each {}", measure.said));
            return None;
        }
        let values: Vec<_> = node
            .items()
            .iter()
            .map(|item| self.value(item, measure))
            .collect();
        values.into_iter().collect()
    }

    /// Makes sure that a law gives no values out of bounds. A normal law may
    /// do so with a probability that is negligible.
    fn within_bounds(
        &mut self,
        law: Law,
        name: &str,
        node: &Node,
        measure: &Measure,
    ) -> Option<Law> {
        let (low, high) = match law {
            Law::Normal { mean, sd } => (mean - NORMAL_MARGIN * sd, mean + NORMAL_MARGIN * sd),
            _ => law.support(),
        };
        // These two take their least value with some probability.
        let least = matches!(law, Law::Geometric { .. } | Law::Bernoulli { .. });
        let too_low = low < measure.low || (least && !measure.allows(low));
        if !too_low && high <= measure.high {
            return self.within_reason(law, name, node);
        }
        let help = if measure.high.is_finite() {
            "use a law between two bounds: uniform, triangular, pert or beta"
        } else {
            "use a law of positive numbers, such as lognormal, gamma or triangular"
        };
        let said = format!("this {name} law can give values out of range");
        self.report(
            Problem::new(node.span, said)
                .label(limits(node, measure))
                .help(help),
        );
        None
    }
}

impl Reader<'_> {
    /// Makes sure that a law gives no values of a size that nothing has, or
    /// hardly ever.
    fn within_reason(&mut self, law: Law, name: &str, node: &Node) -> Option<Law> {
        if law.quantile(1.0 - HARDLY_EVER).abs() <= LARGEST {
            return Some(law);
        }
        let said = format!("this {name} law gives values of a size that nothing has");
        let help = "it is far wider than it is meant to be: look at its spread or shape";
        self.report(Problem::new(node.span, said).help(help));
        None
    }
}

/// JSON Schema of a law, from those of a value and of a spread. Laws of plain
/// numbers are left out unless the number is `plain`.
pub(super) fn schema(value: &Json, spread: &Json, plain: bool) -> Json {
    let mut laws = Map::new();
    for form in FORMS.iter().filter(|form| plain || !form.plain) {
        let way = form.schema(value, spread);
        let ways = match laws.remove(form.name) {
            Some(other) => json!({ "anyOf": [other, way] }),
            None => way,
        };
        laws.insert(form.name.to_owned(), ways);
    }
    let list = |of: &Json| json!({ "type": "array", "items": of, "minItems": 1 });
    let members = [
        ("values", list(value)),
        ("probabilities", list(&reference("fixed-share"))),
    ];
    laws.insert("discrete".to_owned(), exact(members));
    laws.insert("empirical".to_owned(), list(value));
    let one: Vec<Json> = laws
        .keys()
        .map(|name| json!({ "required": [name] }))
        .collect();
    laws.extend(notes());
    json!({
        "type": "object",
        "description": "A probability law; its one key is its name.",
        "properties": laws,
        "additionalProperties": false,
        "oneOf": one,
    })
}

impl Form {
    fn schema(&self, value: &Json, spread: &Json) -> Json {
        let member = |member: Member| match member {
            Member::Value => value.clone(),
            Spread => spread.clone(),
            Plain => reference("fixed-number"),
            Count => json!({ "allOf": [reference("fixed-number")], "minimum": 1, "maximum": MOST }),
        };
        exact(self.members.iter().map(|(key, kind)| (*key, member(*kind))))
    }
}

/// JSON Schema of a table that has all of these keys and no others.
fn exact<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    let members: Vec<(&str, Json)> = members.into_iter().collect();
    let keys: Vec<&str> = members.iter().map(|(key, _)| *key).collect();
    let mut properties = notes();
    properties.extend(
        members
            .iter()
            .map(|(key, of)| ((*key).to_owned(), of.clone())),
    );
    json!({
        "type": "object",
        "properties": properties,
        "required": keys,
        "additionalProperties": false,
    })
}
