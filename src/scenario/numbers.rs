//! Numbers of the file: quantities of a dimension, and laws of them.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::model::{CommodityId, CountryId, Num, PerCommodity, PerCountry};
use super::names::{Index, nearest};
use super::problem::Problem;
use super::source::Span;
use super::table::{Amount, Amounts, NOTES, Reader};
use super::tree::{Entry, Node, Value};
use crate::random::{Law, LawError};
use crate::units::{Dimension, Quantity, Unit};

/// How many standard deviations a normal law must stay within its bounds.
const NORMAL_MARGIN: f64 = 4.0;

/// What a number must measure, and between which bounds.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    dimension: Dimension,
    /// Model units in a base unit.
    scale: f64,
    low: f64,
    high: f64,
    /// Whether `low` itself is too low.
    above: bool,
    said: String,
    example: String,
}

impl Measure {
    fn new(dimension: Dimension, said: impl Into<String>, example: impl Into<String>) -> Self {
        Self {
            dimension,
            scale: 1.0,
            low: 0.0,
            high: f64::INFINITY,
            above: false,
            said: said.into(),
            example: example.into(),
        }
    }

    /// A plain number, not negative.
    pub(super) fn number() -> Self {
        Self::new(Dimension::NONE, "a plain number", "0.5")
    }

    /// A share or probability.
    pub(super) fn share() -> Self {
        Self::new(Dimension::NONE, "a share", "\"25 %\" or 0.25").at_most(1.0)
    }

    pub(super) fn duration() -> Self {
        Self::new(Dimension::TIME, "a duration", "\"30 days\"")
    }

    /// Events per day.
    pub(super) fn frequency() -> Self {
        Self::new(
            Dimension::NONE.per_time(),
            "a number per time",
            "\"1.5/yr\"",
        )
    }

    /// Shares per day.
    pub(super) fn share_rate() -> Self {
        Self::new(
            Dimension::NONE.per_time(),
            "a share per time",
            "\"5 %/week\"",
        )
    }

    fn of_good(mut self, good: &Good, power: i32) -> Self {
        self.scale = good.factor.powi(power);
        self
    }

    pub(super) fn volume(good: &Good) -> Self {
        let said = format!("a volume of {}", good.key);
        Self::new(good.dimension, said, format!("\"1200 {}\"", good.unit)).of_good(good, -1)
    }

    pub(super) fn rate(good: &Good) -> Self {
        let said = format!("a volume of {} per time", good.key);
        let example = format!("\"6100 {}/yr\"", good.unit);
        Self::new(good.dimension.per_time(), said, example).of_good(good, -1)
    }

    /// Money per unit of a good.
    pub(super) fn price(good: &Good) -> Self {
        let said = format!("money per {} of {}", good.unit, good.key);
        let example = format!("\"75 USD/{}\"", good.unit);
        Self::new(Dimension::MONEY / good.dimension, said, example).of_good(good, 1)
    }

    pub(super) fn at_least(mut self, low: f64) -> Self {
        self.low = low;
        self
    }

    pub(super) fn at_most(mut self, high: f64) -> Self {
        self.high = high;
        self
    }

    /// Mentions an alternative in messages.
    pub(super) fn or_said(mut self, also: &str) -> Self {
        self.said.push_str(also);
        self
    }

    /// Zero is too low.
    pub(super) fn positive(mut self) -> Self {
        self.above = true;
        self
    }

    fn allows(&self, value: f64) -> bool {
        value <= self.high
            && if self.above {
                value > self.low
            } else {
                value >= self.low
            }
    }

    fn limits(&self) -> String {
        match (self.low, self.high) {
            (0.0, f64::INFINITY) if self.above => "must be greater than 0".to_owned(),
            (0.0, f64::INFINITY) => "must not be negative".to_owned(),
            (low, f64::INFINITY) => format!("must be at least {low}"),
            (low, high) if self.above => format!("must be greater than {low} and at most {high}"),
            (low, high) => format!("must lie between {low} and {high}"),
        }
    }
}

/// A commodity as far as its numbers need it.
#[derive(Clone, Debug)]
pub(super) struct Good {
    pub key: String,
    pub unit: String,
    dimension: Dimension,
    /// Base units in a unit.
    factor: f64,
}

impl Good {
    /// Whether a unit measures volumes of it per time.
    pub(super) fn is_rate(&self, unit: Unit) -> bool {
        unit.dimension == self.dimension.per_time()
    }

    /// Its units per day in one unit of a rate.
    pub(super) fn rate_factor(&self, unit: Unit) -> f64 {
        unit.factor / self.factor
    }
}

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
    /// The commodity of an id; `None` where its unit is wrong in the file.
    pub(super) fn good(&self, id: CommodityId) -> Option<Good> {
        let (unit, written) = self.names.units.get(id.0)?.clone()?;
        Some(Good {
            key: self.names.commodities.name(id.0).to_owned(),
            unit: written,
            dimension: unit.dimension,
            factor: unit.factor,
        })
    }

    /// A number drawn once per trial, or fixed.
    pub(super) fn num(&mut self, amount: &Amount, measure: &Measure) -> Option<Num> {
        self.num_at(&amount.0, measure)
    }

    pub(super) fn num_at(&mut self, node: &Node, measure: &Measure) -> Option<Num> {
        let law = self.law_at(node, measure)?;
        let paths = if law.is_constant() {
            &mut self.fixed
        } else {
            &mut self.uncertain
        };
        paths.insert(node.path.clone());
        Some(Num {
            law,
            path: node.path.clone(),
        })
    }

    /// The same for a key that may be absent.
    pub(super) fn num_if(
        &mut self,
        amount: Option<&Amount>,
        measure: &Measure,
    ) -> Option<Option<Num>> {
        amount.map_or(Some(None), |amount| self.num(amount, measure).map(Some))
    }

    /// A law drawn at each occurrence.
    pub(super) fn law(&mut self, amount: &Amount, measure: &Measure) -> Option<Law> {
        self.law_at(&amount.0, measure)
    }

    /// The same for a key that may be absent.
    pub(super) fn law_if(
        &mut self,
        amount: Option<&Amount>,
        measure: &Measure,
    ) -> Option<Option<Law>> {
        amount.map_or(Some(None), |amount| self.law(amount, measure).map(Some))
    }

    /// A number that cannot be uncertain.
    pub(super) fn fixed(&mut self, amount: &Amount, measure: &Measure) -> Option<f64> {
        if matches!(amount.0.value, Value::Table(_)) {
            self.report(
                Problem::new(
                    amount.0.span,
                    format!("{} that is fixed is needed here", measure.said),
                )
                .help(format!("write a single number, like {}", measure.example)),
            );
            return None;
        }
        self.value(&amount.0, measure)
    }

    fn law_at(&mut self, node: &Node, measure: &Measure) -> Option<Law> {
        match &node.value {
            Value::Table(_) => self.law_table(node, measure),
            _ => self.value(node, measure).map(Law::Constant),
        }
    }

    /// A quantity in model units, within the bounds.
    fn value(&mut self, node: &Node, measure: &Measure) -> Option<f64> {
        let value = self.quantity(node, measure)? * measure.scale;
        if !value.is_finite() {
            self.report(Problem::new(node.span, "expected a finite number"));
            return None;
        }
        if !measure.allows(value) {
            let said = format!("{} is out of range", self.sources.excerpt(node.span));
            self.report(Problem::new(node.span, said).label(measure.limits()));
            return None;
        }
        Some(value)
    }

    /// A quantity in base units, of the right dimension.
    fn quantity(&mut self, node: &Node, measure: &Measure) -> Option<f64> {
        let quantity = match &node.value {
            Value::Integer(value) => Quantity::plain(*value as f64),
            Value::Float(value) => Quantity::plain(*value),
            Value::Text(text) => self.parse_quantity(node, text, measure)?,
            _ => {
                self.wrong_kind(node, &format!("{}, like {}", measure.said, measure.example));
                return None;
            }
        };
        if quantity.dimension != measure.dimension {
            let found = format!("expected {}, found {}", measure.said, quantity.dimension);
            self.report(
                Problem::new(node.span, found).help(format!("write it like {}", measure.example)),
            );
            return None;
        }
        Some(quantity.value)
    }

    fn parse_quantity(&mut self, node: &Node, text: &str, measure: &Measure) -> Option<Quantity> {
        match Quantity::parse(text) {
            Ok(quantity) => Some(quantity),
            Err(error) => {
                let span = node.inside(self.sources, error.at.clone());
                let help = format!("expected {}, like {}", measure.said, measure.example);
                self.report(Problem::new(span, error.to_string()).help(help));
                None
            }
        }
    }

    /// A table with one key, the name of a law.
    fn law_table(&mut self, node: &Node, measure: &Measure) -> Option<Law> {
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
        self.within_bounds(law.ok()?, &entry.key, node.span, measure)
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
            Spread => self.value(
                node,
                &Measure {
                    low: 0.0,
                    high: f64::INFINITY,
                    ..measure.clone()
                },
            ),
            Plain => self.value(node, &Measure::number()),
            Count => {
                let value = self.value(node, &Measure::number().at_least(1.0).at_most(1e6))?;
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
        span: Span,
        measure: &Measure,
    ) -> Option<Law> {
        let (low, high) = match law {
            Law::Normal { mean, sd } => (mean - NORMAL_MARGIN * sd, mean + NORMAL_MARGIN * sd),
            _ => law.support(),
        };
        if low >= measure.low && high <= measure.high {
            return Some(law);
        }
        let help = if measure.high.is_finite() {
            "use a law between two bounds: uniform, triangular, pert or beta"
        } else {
            "use a law of positive numbers, such as lognormal, gamma or triangular"
        };
        let said = format!(
            "a {name} law like this can leave the range of {}",
            measure.said
        );
        self.report(Problem::new(span, said).label(measure.limits()).help(help));
        None
    }

    /// The dimension of the first quantity in a number or law.
    pub(super) fn dimension_of(node: &Node) -> Option<Dimension> {
        match &node.value {
            Value::Text(text) => Quantity::parse(text)
                .ok()
                .map(|quantity| quantity.dimension),
            Value::Table(entries) => entries
                .iter()
                .find_map(|entry| Self::dimension_of(&entry.node)),
            Value::Array(items) => items.iter().find_map(Self::dimension_of),
            _ => None,
        }
    }

    /// A number, or numbers by commodity; `unlisted` where a table has no
    /// default.
    pub(super) fn by_commodity(
        &mut self,
        amounts: &Amounts,
        measure: &Measure,
        unlisted: f64,
    ) -> Option<PerCommodity> {
        let names = Rc::clone(&self.names);
        let node = &amounts.0;
        let unlisted = constant(unlisted, format!("{}.default", node.path));
        let index = &names.commodities;
        let (default, given) = self.by_name(node, index, "commodity", measure, Some(&unlisted))?;
        let given = given
            .into_iter()
            .map(|(id, num)| (CommodityId(id), num))
            .collect();
        Some(PerCommodity { default, given })
    }

    /// A number, or numbers by country. A table without a default leaves the
    /// countries it does not list as they are in `base`.
    pub(super) fn by_country(
        &mut self,
        amounts: &Amounts,
        measure: &Measure,
        base: Option<&PerCountry>,
    ) -> Option<PerCountry> {
        let names = Rc::clone(&self.names);
        let node = &amounts.0;
        let unlisted = base.map(|base| &base.default);
        let index = &names.countries;
        let (default, given) = self.by_name(node, index, "country", measure, unlisted)?;
        let given = given.into_iter().map(|(id, num)| (CountryId(id), num));
        let mut own = PerCountry {
            default,
            given: given.collect(),
        };
        if by_names(node) && node.get("default").is_none() {
            own.keep_others(base);
        }
        Some(own)
    }

    fn by_name(
        &mut self,
        node: &Node,
        index: &Index,
        kind: &str,
        measure: &Measure,
        unlisted: Option<&Num>,
    ) -> Option<(Num, Vec<(usize, Num)>)> {
        if !by_names(node) {
            return Some((self.num_at(node, measure)?, Vec::new()));
        }
        let entries = self.entries(node, "a table")?;
        let (defaults, rest): (Vec<&Entry>, Vec<&Entry>) = entries
            .into_iter()
            .partition(|entry| entry.key == "default");
        let default = match (defaults.first(), unlisted) {
            (Some(entry), _) => self.num_at(&entry.node, measure),
            (None, Some(unlisted)) => Some(unlisted.clone()),
            (None, None) => {
                self.missing(
                    node,
                    "default",
                    &format!("the number for each {kind} not listed"),
                );
                None
            }
        };
        let given: Vec<_> = rest
            .into_iter()
            .map(|entry| self.listed(entry, index, kind, measure))
            .collect();
        Some((default?, given.into_iter().collect::<Option<_>>()?))
    }

    fn listed(
        &mut self,
        entry: &Entry,
        index: &Index,
        kind: &str,
        measure: &Measure,
    ) -> Option<(usize, Num)> {
        let others = law_names().into_iter().chain(["default"]);
        let id = self.find(index, kind, &entry.key, entry.key_span, others);
        let num = self.num_at(&entry.node, measure);
        Some((id?, num?))
    }
}

impl PerCountry {
    /// Takes over the countries it does not list.
    fn keep_others(&mut self, base: Option<&PerCountry>) {
        for (id, num) in base.into_iter().flat_map(|base| &base.given) {
            if self.given.iter().all(|(own, _)| own != id) {
                self.given.push((*id, num.clone()));
            }
        }
    }
}

/// Whether a value is a table of numbers by name, and not a law.
pub(super) fn by_names(node: &Node) -> bool {
    let names = law_names();
    let mut keys = node.entries().iter().map(|entry| entry.key.as_str());
    matches!(node.value, Value::Table(_)) && !keys.any(|key| names.contains(key))
}

/// A fixed number that is not in the file.
pub(super) fn constant(value: f64, path: String) -> Num {
    Num {
        law: Law::Constant(value),
        path,
    }
}

/// JSON Schema of a number of the file.
pub(super) fn schema() -> serde_json::Value {
    let law = |name: &str| {
        (
            name.to_owned(),
            serde_json::json!({ "type": ["object", "array"] }),
        )
    };
    let mut laws: serde_json::Map<String, serde_json::Value> =
        law_names().into_iter().map(law).collect();
    for note in NOTES {
        laws.insert(note.to_owned(), serde_json::json!({ "type": "string" }));
    }
    serde_json::json!({ "amount": { "anyOf": [
        { "type": "number" },
        { "type": "string", "description": "A quantity with its unit, as \"5.5 Mt/yr\"." },
        {
            "type": "object",
            "description": "A probability law; its one key is its name.",
            "properties": laws,
            "additionalProperties": false,
        },
    ] } })
}
