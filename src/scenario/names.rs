//! The names that one part of a scenario gives and others refer to.

use std::collections::BTreeMap;

use super::kinds::GOODS;
use super::model::{RegimeId, Scenario};
use super::source::Span;
use super::table::NOTES;
use super::tree::{Entry, Node};
use crate::units::Unit;

/// The known name closest to what was written, if one is close.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = written.to_lowercase();
    let length = folded.chars().count();
    let allowed = (length / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&folded, &name.to_lowercase()), name))
        .filter(|(edits, _)| *edits <= allowed && *edits < length)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// Names of one kind, numbered in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    numbers: BTreeMap<String, usize>,
    names: Vec<(String, Span)>,
}

impl Index {
    /// Adds a name; if it is taken, gives the place where it was.
    pub(super) fn add(&mut self, name: &str, span: Span) -> Option<Span> {
        if let Some(&taken) = self.numbers.get(name) {
            return Some(self.names[taken].1);
        }
        self.numbers.insert(name.to_owned(), self.names.len());
        self.names.push((name.to_owned(), span));
        None
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, number: usize) -> &str {
        &self.names[number].0
    }
}

/// Every name of a scenario, gathered before anything else is read, so that
/// a mistake in one entry does not make its name unknown elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub countries: Index,
    pub commodities: Index,
    pub sites: Index,
    pub companies: Index,
    /// Chokepoints that lanes pass.
    pub chokepoints: Index,
    pub policies: Index,
    /// Regimes of all processes together.
    pub regimes: Index,
    /// Process and state of each regime.
    pub regime_ids: Vec<RegimeId>,
    /// Processes by name, and the regimes of each.
    pub process_names: Index,
    pub processes: BTreeMap<String, Index>,
    /// Processes whose path is fixed.
    pub on_a_path: Vec<usize>,
    /// Regimes that two processes have: name, first and second place.
    pub twice: Vec<(String, Span, Span)>,
    pub sources: Index,
    /// Unit of each commodity, unknown where the file has it wrong.
    pub units: Vec<Option<(Unit, String)>>,
}

impl Names {
    /// Gathers the names of a whole file.
    pub(super) fn gather(root: &Node) -> Self {
        let mut names = Self {
            countries: keys(root.get("countries")),
            commodities: keys(root.get("commodities")),
            policies: keys(root.get("policies")),
            sources: keys(root.get("scenario").and_then(|table| table.get("sources"))),
            ..Self::default()
        };
        names.gather_units(root);
        names.gather_sites(root);
        names.gather_chokepoints(root);
        names.gather_regimes(root);
        names
    }

    /// The names of countries and commodities of a scenario that has been read.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut names = Self::default();
        for country in &scenario.countries {
            names.countries.add(&country.code, Span::NOWHERE);
        }
        for commodity in &scenario.commodities {
            names.commodities.add(&commodity.key, Span::NOWHERE);
            let unit = Unit::parse(&commodity.unit).ok();
            names
                .units
                .push(unit.map(|unit| (unit, commodity.unit.clone())));
        }
        names
    }

    fn gather_units(&mut self, root: &Node) {
        let goods = root.get("commodities").map_or(&[][..], Node::entries);
        let named = goods.iter().filter(is_name);
        self.units = named.map(|entry| unit(&entry.node)).collect();
    }

    fn gather_sites(&mut self, root: &Node) {
        for site in root.get("sites").map_or(&[][..], Node::items) {
            if let Some(name) = site.name() {
                self.sites.add(name, site.span);
            }
            let company = site.get("company").or_else(|| site.get("country"));
            if let Some(company) = company.and_then(Node::text) {
                self.companies.add(company, site.span);
            }
        }
    }

    fn gather_chokepoints(&mut self, root: &Node) {
        for lane in root.get("lanes").map_or(&[][..], Node::items) {
            for (name, span) in keys(lane.get("via")).names {
                self.chokepoints.add(&name, span);
            }
        }
    }

    fn gather_regimes(&mut self, root: &Node) {
        let processes = root.get("regimes").map_or(&[][..], Node::entries);
        let named = processes.iter().filter(is_name);
        for (process, entry) in named.enumerate() {
            let own = states(&entry.node);
            for (state, (name, span)) in own.names.iter().enumerate() {
                match self.regimes.add(name, *span) {
                    None => self.regime_ids.push(RegimeId { process, state }),
                    Some(first) => self.twice.push((name.clone(), first, *span)),
                }
            }
            self.process_names.add(&entry.key, entry.key_span);
            if entry.node.get("path").is_some() {
                self.on_a_path.push(process);
            }
            self.processes.insert(entry.key.clone(), own);
        }
    }
}

/// The unit of a commodity, if it is one that volumes can be counted in.
fn unit(good: &Node) -> Option<(Unit, String)> {
    let text = good.get("unit")?.text()?;
    let unit = Unit::parse(text).ok()?;
    GOODS
        .contains(&unit.dimension)
        .then(|| (unit, text.to_owned()))
}

/// The regimes that a process describes, or else those of its path.
fn states(process: &Node) -> Index {
    if process.get("states").is_some() {
        return keys(process.get("states"));
    }
    let mut index = Index::default();
    for step in process.get("path").map_or(&[][..], Node::items) {
        if let Some(node) = step.get("state")
            && let Some(name) = node.text()
        {
            index.add(name, node.span);
        }
    }
    index
}

/// Whether a key names something, and does not say where it comes from.
fn is_name(entry: &&Entry) -> bool {
    !NOTES.contains(&entry.key.as_str())
}

/// The keys of a table, without those that say where it comes from.
fn keys(table: Option<&Node>) -> Index {
    let mut index = Index::default();
    let entries = table.map_or(&[][..], Node::entries);
    for entry in entries.iter().filter(is_name) {
        index.add(&entry.key, entry.key_span);
    }
    index
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn close_names_are_suggested() {
        let known = ["ndfeb-magnet", "ndpr-oxide", "JP", "lng"];
        assert_eq!(nearest("ndfeb-magnets", known), Some("ndfeb-magnet"));
        assert_eq!(nearest("jp", known), Some("JP"));
        assert_eq!(nearest("LGN", known), Some("lng"));
        assert_eq!(nearest("oil", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
