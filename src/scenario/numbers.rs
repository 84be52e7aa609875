//! Numbers of the file: fixed or drawn once per trial, alone or by name.

use std::rc::Rc;

use super::kinds::{Amount, Amounts, Fixed};
use super::laws::law_names;
use super::measure::{Good, LARGEST, Measure, is_conceivable};
use super::model::{CommodityId, CountryId, Num, PerCommodity, PerCountry};
use super::names::Index;
use super::problem::Problem;
use super::table::Reader;
use super::tree::{Entry, Node, Value};
use crate::random::Law;
use crate::units::{Dimension, Quantity, QuantityErrorKind, Unit, format_quantity, unit_of};

/// Largest ratio that is taken as it stands: 300 %.
const MOST_RATIO: f64 = 3.0;

impl Reader<'_> {
    /// The commodity of an id; `None` where its unit is wrong in the file.
    pub(super) fn good(&self, id: CommodityId) -> Option<Good> {
        let (unit, written) = self.names.units.get(id.0)?.clone()?;
        Some(Good::new(self.names.commodities.name(id.0), unit, written))
    }

    /// A number drawn once per trial, or fixed.
    pub(super) fn num<K>(&mut self, amount: &Amount<K>, measure: &Measure) -> Option<Num> {
        self.num_at(&amount.0, measure)
    }

    pub(super) fn num_at(&mut self, node: &Node, measure: &Measure) -> Option<Num> {
        let law = self.law_at(node, measure)?;
        if law.is_constant() {
            self.fixed.insert(node.path.clone());
        } else {
            self.uncertain
                .insert(node.path.clone(), measure.unit.clone());
        }
        Some(Num {
            law,
            path: node.path.clone(),
        })
    }

    /// The same for a key that may be absent.
    pub(super) fn num_if<K>(
        &mut self,
        amount: Option<&Amount<K>>,
        measure: &Measure,
    ) -> Option<Option<Num>> {
        amount.map_or(Some(None), |amount| self.num(amount, measure).map(Some))
    }

    /// A law drawn at each occurrence.
    pub(super) fn law<K>(&mut self, amount: &Amount<K>, measure: &Measure) -> Option<Law> {
        self.law_at(&amount.0, measure)
    }

    /// The same for a key that may be absent.
    pub(super) fn law_if<K>(
        &mut self,
        amount: Option<&Amount<K>>,
        measure: &Measure,
    ) -> Option<Option<Law>> {
        amount.map_or(Some(None), |amount| self.law(amount, measure).map(Some))
    }

    /// A number that cannot be uncertain.
    pub(super) fn fixed<K>(&mut self, amount: &Fixed<K>, measure: &Measure) -> Option<f64> {
        self.fixed_at(&amount.0, measure)
    }

    pub(super) fn fixed_at(&mut self, node: &Node, measure: &Measure) -> Option<f64> {
        if matches!(node.value, Value::Table(_)) {
            self.report(
                Problem::new(
                    node.span,
                    format!("{} that is fixed is needed here", measure.said),
                )
                .help(format!("write a single number, like {}", measure.example)),
            );
            return None;
        }
        self.value(node, measure)
    }

    pub(super) fn law_at(&mut self, node: &Node, measure: &Measure) -> Option<Law> {
        match &node.value {
            Value::Table(_) => self.law_table(node, measure),
            _ => self.value(node, measure).map(Law::Constant),
        }
    }

    /// A quantity in model units, within the bounds.
    pub(super) fn value(&mut self, node: &Node, measure: &Measure) -> Option<f64> {
        let value = self.quantity(node, measure)? * measure.scale;
        if !value.is_finite() {
            self.report(Problem::new(node.span, "expected a finite number"));
            return None;
        }
        if !is_conceivable(value) {
            let said = format!(
                "{} is of no size that anything has",
                node.shown(self.sources)
            );
            let label = match measure.unit.as_str() {
                "" => format!("must be 0 or from {:e} to {LARGEST:e}", 1.0 / LARGEST),
                unit => format!(
                    "must be 0 or from {:e} to {LARGEST:e} ({unit})",
                    1.0 / LARGEST
                ),
            };
            self.report(Problem::new(node.span, said).label(label));
            return None;
        }
        if !measure.allows(value) {
            let said = format!("{} is out of range", node.shown(self.sources));
            let problem = Problem::new(node.span, said).label(limits(node, measure));
            self.report(match as_percent(node, value, measure) {
                Some(help) => problem.help(help),
                None => problem,
            });
            return None;
        }
        if measure.ratio && value > MOST_RATIO {
            self.warn(large_ratio(node, value));
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
                let mut help = format!("expected {}, like {}", measure.said, measure.example);
                if let QuantityErrorKind::UnknownUnit { .. } = error.kind {
                    let below = text[..error.at.start].trim_end().ends_with('/');
                    let units = measure.dimension.units(below).join(", ");
                    help.push_str(&format!("; units here: {units}"));
                }
                self.report(Problem::new(span, error.to_string()).help(help));
                None
            }
        }
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
    pub(super) fn by_commodity<K>(
        &mut self,
        amounts: &Amounts<K>,
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
    pub(super) fn by_country<K>(
        &mut self,
        amounts: &Amounts<K>,
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

/// What may be meant by a bare number that is too large for a share.
fn as_percent(node: &Node, value: f64, measure: &Measure) -> Option<String> {
    let bare = matches!(node.value, Value::Integer(_) | Value::Float(_));
    let share = measure.dimension == Dimension::NONE && measure.low == 0.0 && measure.high <= 1.0;
    let meant = value / 100.0;
    let fits = bare && share && measure.allows(meant);
    let meant = format_quantity(meant, "");
    fits.then(|| format!("for {value} percent write {meant} or \"{value} %\""))
}

/// Asks whether a ratio was meant in percent.
fn large_ratio(node: &Node, value: f64) -> Problem {
    let percent = format_quantity(100.0 * value, "%");
    let meant = format_quantity(value, "%");
    Problem::new(node.span, format!("this is {percent}"))
        .label(format!("is {meant} meant?"))
        .help(format!("for {meant} write \"{meant}\""))
}

/// What a number or law must lie between, in the first unit that it has.
pub(super) fn limits(node: &Node, measure: &Measure) -> String {
    let (written, unit) = unit_in(node).unwrap_or(("", Unit::ONE));
    measure.limits(written, unit)
}

fn unit_in(node: &Node) -> Option<(&str, Unit)> {
    match &node.value {
        Value::Text(text) => unit_of(text),
        Value::Table(entries) => entries.iter().find_map(|entry| unit_in(&entry.node)),
        Value::Array(items) => items.iter().find_map(unit_in),
        _ => None,
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
