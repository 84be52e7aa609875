//! `[trade.KEY]`: observed trade of a commodity.

use std::collections::BTreeMap;

use super::baci::{self, Atlas};
use super::csv_table::Cell;
use super::kinds::{Amount, Rate, UnitOf};
use super::measure::{Good, Measure};
use super::model::{CommodityId, CountryId, Num};
use super::numbers::constant;
use super::problem::Problem;
use super::source::Span;
use super::table::{Reader, one_of, table, with};
use super::tree::{Entry, Node, Value};
use super::values::{Either, Map, OneOrMany, Spelt, Whole, Word};
use crate::units::Unit;

table! {
    /// Observed trade of a commodity.
    struct Listed {
        /// A CSV file with the columns from, to and volume; or a table of volumes per time by seller and buyer.
        flows: Option<Either<Word, Map<Map<Amount<Rate>>>>>,
        /// Unit of the volumes of the file, as "t/yr".
        unit: Option<Spelt<UnitOf<Rate>>>,
        /// A CSV file with the columns of BACI: t, i, j, k, q.
        baci: Option<Word>,
        /// HS codes that make up the commodity.
        codes: Option<OneOrMany<Word>>,
        /// Year of the trade.
        year: Option<Whole>,
    } where
        one_of(&[&["flows"], &["baci"]]),
        with("baci", &["codes", "year"]),
        serde_json::json!({
            "if": { "properties": { "flows": { "type": "string" } }, "required": ["flows"] },
            "then": { "required": ["unit"] },
        }),
}

type Flows = Vec<(CountryId, CountryId, Num)>;

/// The trade of each commodity that has some.
pub(super) fn resolve(
    trade: &Map<Listed>,
    atlas: &Atlas,
    reader: &mut Reader<'_>,
) -> Vec<(CommodityId, Flows)> {
    let mut all = Vec::new();
    for (word, listed) in &trade.0 {
        if let Some(id) = reader.commodity(word)
            && let Some(good) = reader.good(id)
            && let Some(flows) = listed.resolve(&good, atlas, reader)
        {
            all.push((id, flows));
        }
    }
    all
}

impl Listed {
    fn resolve(&self, good: &Good, atlas: &Atlas, reader: &mut Reader<'_>) -> Option<Flows> {
        match (&self.flows, &self.baci) {
            (Some(flows), None) => match &flows.0.value {
                Value::Text(path) => {
                    let path = Word {
                        text: path.clone(),
                        span: flows.0.span,
                    };
                    self.own_layout(&path, good, reader)
                }
                _ => inline(&flows.0, good, reader),
            },
            (None, Some(path)) => self.baci(path, good, atlas, reader),
            _ => {
                let said = format!("`{}` needs either `flows` or `baci`", self.path);
                let help = "flows = \"data/trade.csv\" with unit = \"t/yr\", or flows = { CN = { JP = \"2300 t/yr\" } }";
                reader.report(Problem::new(self.at, said).help(help));
                None
            }
        }
    }

    fn own_layout(&self, path: &Word, good: &Good, reader: &mut Reader<'_>) -> Option<Flows> {
        let scale = self.scale(good, reader)?;
        let mut pairs: BTreeMap<(CountryId, CountryId), Span> = BTreeMap::new();
        let mut flows = Vec::new();
        reader.each_row(
            path,
            ["from", "to", "volume"],
            |reader, [from, to, volume]| {
                let pair = pair(from, to, reader);
                let volume = reader.cell_number(volume);
                let (seller, buyer) = pair?;
                let row = Span {
                    end: to.span.end,
                    ..from.span
                };
                if let Some(first) = pairs.insert((seller, buyer), row) {
                    let said = format!("trade from {} to {} is given twice", from.text, to.text);
                    reader.report(Problem::new(row, said).also(first, "the first"));
                }
                let path = format!("{}.flows.{}.{}", self.path, from.text, to.text);
                flows.push((seller, buyer, constant(volume? * scale, path)));
                Some(())
            },
        )?;
        Some(flows)
    }

    /// Units per day of the good in one unit of the file.
    fn scale(&self, good: &Good, reader: &mut Reader<'_>) -> Option<f64> {
        let example = format!("{}/yr", good.unit);
        let Some(word) = &self.unit else {
            let said = format!(
                "`{}` does not say what its volumes are counted in",
                self.path
            );
            reader.report(Problem::new(self.at, said).help(format!("add unit = \"{example}\"")));
            return None;
        };
        let help = format!(
            "expected a unit of {} per time, like \"{example}\"",
            good.key
        );
        match Unit::parse(&word.text) {
            Ok(unit) if good.is_rate(unit) => return Some(good.rate_factor(unit)),
            Ok(unit) => {
                let said = format!("`{}` is a unit of {}", word.text, unit.dimension);
                reader.report(Problem::new(word.span, said).help(help));
            }
            Err(error) => reader.report(Problem::new(word.span, error.to_string()).help(help)),
        }
        None
    }

    fn baci(
        &self,
        path: &Word,
        good: &Good,
        atlas: &Atlas,
        reader: &mut Reader<'_>,
    ) -> Option<Flows> {
        let (Some(codes), Some(year)) = (&self.codes, self.year) else {
            let said = format!("`{}` needs `codes` and `year`", self.path);
            let help = "for example codes = [\"850511\"], year = 2024";
            reader.report(Problem::new(self.at, said).help(help));
            return None;
        };
        let tonnes = Unit::parse("t/yr").ok().filter(|unit| good.is_rate(*unit));
        let Some(tonnes) = tonnes else {
            let said = format!(
                "BACI counts tonnes, but {} is counted in {}",
                good.key, good.unit
            );
            reader.report(Problem::new(path.span, said));
            return None;
        };
        let found = baci::flows(path, codes, year.value, atlas, reader)?;
        if found.is_empty() {
            let said = format!(
                "`{}` holds no trade of these codes in {}",
                path.text, year.value
            );
            reader.report(Problem::new(codes.span, said).also(year.span, "in this year"));
        }
        let scale = good.rate_factor(tonnes);
        let flow = |((from, to), tonnes): ((CountryId, CountryId), f64)| {
            let codes = [from, to].map(|id| reader.names.countries.name(id.0).to_owned());
            let path = format!("{}.baci.{}.{}", self.path, codes[0], codes[1]);
            (from, to, constant(tonnes * scale, path))
        };
        Some(found.into_iter().map(flow).collect())
    }
}

fn pair(from: &Cell<'_>, to: &Cell<'_>, reader: &mut Reader<'_>) -> Option<(CountryId, CountryId)> {
    let seller = reader.cell_country(from);
    let buyer = reader.cell_country(to);
    Some((seller?, buyer?))
}

/// Volumes per time by seller and buyer.
fn inline(flows: &Node, good: &Good, reader: &mut Reader<'_>) -> Option<Flows> {
    let expected = "the path of a CSV file, or a table by seller and buyer";
    let mut all: Vec<Option<(CountryId, CountryId, Num)>> = Vec::new();
    for seller in reader.entries(flows, expected)? {
        let from = reader.country(&key(seller));
        for buyer in reader.entries(&seller.node, "a table by buyer")? {
            all.push(from.and_then(|from| {
                let to = reader.country(&key(buyer));
                let num = reader.num_at(&buyer.node, &Measure::rate(good));
                Some((from, to?, num?))
            }));
        }
    }
    all.into_iter().collect()
}

fn key(entry: &Entry) -> Word {
    Word {
        text: entry.key.clone(),
        span: entry.key_span,
    }
}
