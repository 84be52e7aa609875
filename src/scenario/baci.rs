//! Trade as BACI counts it (Gaulier and Zignago, CEPII working paper
//! 2010-23): rows of year `t`, exporter `i`, importer `j`, product `k` and
//! quantity `q` in tonnes, countries by number.

use std::collections::BTreeMap;

use super::countries::Listed;
use super::csv_table::Cell;
use super::model::CountryId;
use super::problem::Problem;
use super::table::Reader;
use super::values::{Map, OneOrMany, Word};

/// Numbers of countries: ISO 3166-1, and where BACI counts otherwise its own.
const NUMBERS: &str = include_str!("country-codes.csv");

/// Which country or bloc of the scenario a country of the world counts to.
#[derive(Clone, Debug, Default)]
pub(super) struct Atlas {
    homes: BTreeMap<String, CountryId>,
    rest: Option<CountryId>,
    numbers: BTreeMap<u32, &'static str>,
}

impl Atlas {
    pub(super) fn new(countries: &Map<Listed>, reader: &Reader<'_>) -> Self {
        let mut atlas = Self {
            numbers: numbers(),
            ..Self::default()
        };
        for (word, listed) in &countries.0 {
            let Some(id) = reader.names.countries.find(&word.text).map(CountryId) else {
                continue;
            };
            for code in listed.0.members.iter().chain([word]) {
                atlas.homes.insert(code.text.clone(), id);
            }
            atlas.rest = atlas.rest.or(listed.0.rest.then_some(id));
        }
        atlas
    }

    /// `None` for a country that the scenario leaves out.
    fn home(&self, number: u32) -> Option<CountryId> {
        let code = self.numbers.get(&number)?;
        self.homes.get(*code).copied()
    }
}

fn numbers() -> BTreeMap<u32, &'static str> {
    let pair = |line: &'static str| {
        let (number, code) = line.split_once(',')?;
        Some((number.parse().ok()?, code.trim()))
    };
    NUMBERS.lines().filter_map(pair).collect()
}

/// Tonnes per year of these products by seller and buyer; trade inside one
/// bloc, and with countries that are left out, does not count.
pub(super) fn flows(
    path: &Word,
    codes: &OneOrMany<Word>,
    year: i64,
    atlas: &Atlas,
    reader: &mut Reader<'_>,
) -> Option<BTreeMap<(CountryId, CountryId), f64>> {
    let mut sums = BTreeMap::new();
    let year = year.to_string();
    let codes: Vec<&str> = codes.items.iter().map(|code| bare(&code.text)).collect();
    reader.each_row(
        path,
        ["t", "i", "j", "k", "q"],
        |reader, [t, i, j, k, q]| {
            if t.text != year.as_str() || !codes.contains(&bare(&k.text)) {
                return Some(());
            }
            let seller = country(i, atlas, reader);
            let buyer = country(j, atlas, reader);
            let tonnes = if matches!(q.text.as_ref(), "" | "NA") {
                Some(0.0)
            } else {
                reader.cell_number(q)
            };
            if let (Some(from), Some(to)) = (seller?, buyer?)
                && from != to
            {
                *sums.entry((from, to)).or_insert(0.0) += tonnes?;
            }
            Some(())
        },
    )?;
    Some(sums)
}

/// A product code without leading zeros, which some editions leave out.
fn bare(code: &str) -> &str {
    code.trim().trim_start_matches('0')
}

/// The scenario's country of a number; the inner `None` if it has none.
fn country(cell: &Cell<'_>, atlas: &Atlas, reader: &mut Reader<'_>) -> Option<Option<CountryId>> {
    match cell.text.parse::<u32>() {
        Ok(number) => Some(atlas.home(number).or(atlas.rest)),
        Err(_) => {
            let said = format!("`{}` is not the number of a country", cell.text);
            reader
                .report(Problem::new(cell.span, said).help("BACI numbers countries, 392 is Japan"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baci_has_its_own_numbers() {
        let numbers = numbers();
        assert!(numbers.len() > 250);
        let known = [
            (392, "JP"),
            (156, "CN"),
            (842, "US"),
            (840, "US"),
            (251, "FR"),
            (490, "TW"),
        ];
        for (number, code) in known {
            assert_eq!(numbers.get(&number), Some(&code));
        }
    }
}
