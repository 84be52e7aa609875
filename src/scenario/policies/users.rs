//! The users that a policy strikes: of a good, in some countries, by tier.

use super::super::model::{CommodityId, CountryId, Demand};
use super::super::names::Index;
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::Setting;

table! {
    /// The users that a policy strikes.
    struct Users {
        /// Of which commodity.
        of: Word,
        /// In which countries.
        place as "in": OneOrMany<Word>,
        /// Which tiers; all unless given.
        tiers: Option<OneOrMany<Word>>,
    }
}

/// The same, resolved; all tiers if none is named.
#[derive(Clone, Debug)]
pub(super) struct Struck {
    pub of: CommodityId,
    pub countries: Vec<CountryId>,
    pub tiers: Vec<String>,
}

impl Users {
    /// Final users, and plants by name if these count.
    pub(super) fn resolve(
        &self,
        plants: bool,
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<Struck> {
        let of = reader.commodity(&self.of);
        let countries = reader.countries(&self.place);
        let (of, countries) = (of?, countries?);
        let tiers = if setting.complete && setting.all_uses {
            self.known_tiers(of, &countries, plants, setting, reader)?
        } else {
            Vec::new() // cannot be told from what is missing
        };
        Some(Struck {
            of,
            countries,
            tiers,
        })
    }

    /// The tiers named; each must be known, and every country have one.
    fn known_tiers(
        &self,
        of: CommodityId,
        countries: &[CountryId],
        plants: bool,
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<String>> {
        let known = users(of, plants, setting);
        let mut index = Index::default();
        for (country, name) in &known {
            if countries.contains(country) {
                index.add(name, self.at);
            }
        }
        let mut tiers = Vec::new();
        let mut complete = true;
        for word in self.tiers.iter().flat_map(|tiers| &tiers.items) {
            match reader.find(&index, "tier", &word.text, word.span, []) {
                Some(_) => tiers.push(word.text.clone()),
                None => complete = false,
            }
        }
        let struck = |name: &str| tiers.is_empty() || tiers.iter().any(|tier| tier == name);
        for (country, word) in countries.iter().zip(&self.place.items) {
            let here = |(at, name): &(CountryId, &str)| at == country && struck(name);
            if complete && !known.iter().any(here) {
                let said = format!("`{}` has no such users of `{}`", word.text, self.of.text);
                reader.report(Problem::new(word.span, said).also(self.of.span, "of this"));
            }
        }
        complete.then_some(tiers)
    }
}

/// Country and name of each user of a good.
fn users<'a>(of: CommodityId, plants: bool, setting: Setting<'a>) -> Vec<(CountryId, &'a str)> {
    let finals = setting.demands.iter().filter(|d| d.commodity == of);
    let finals = finals.map(|d: &Demand| (d.country, d.tier.as_str()));
    let draws = setting.sites.iter().filter(|site| plants && site.takes(of));
    let draws = draws.map(|site| (site.country, site.name.as_str()));
    finals.chain(draws).collect()
}
