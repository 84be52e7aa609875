//! `[policies.NAME.disruption]`.

use super::super::model::{Disruption, Instrument, Site, SiteId};
use super::super::problem::Problem;
use super::super::sites::Losses;
use super::super::table::{Reader, one_of, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing, makes_any};

table! {
    /// Takes capacity away from time to time.
    struct Listed {
        ..timing: Timing,
        ..losses: Losses,
        /// The sites struck, all together.
        sites: Option<OneOrMany<Word>>,
        /// The country whose sites are struck.
        by: Option<Word>,
        /// The commodities that the sites of the country make.
        on: Option<OneOrMany<Word>>,
        /// The company whose sites are struck.
        company: Option<Word>,
    } where one_of(&[&["sites"], &["by", "on"], &["company"]])
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let sites = self.struck(setting, reader);
        let outages = self.losses.resolve(setting.period, true, reader);
        Some(Instrument::Disruption(Disruption {
            sites: sites?,
            outages: outages?,
        }))
    }
}

impl Listed {
    fn struck(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Vec<SiteId>> {
        match (&self.sites, &self.by, &self.on, &self.company) {
            (Some(sites), None, None, None) => reader.each(sites, Reader::site),
            (None, Some(by), Some(on), None) => {
                let country = reader.country(by);
                let (goods, country) = (reader.commodities(on)?, country?);
                let struck = |site: &Site| site.country == country && makes_any(site, &goods);
                self.matching(setting, struck, on, reader)
            }
            (None, None, None, Some(word)) => {
                let company = reader.company(word)?;
                let words = OneOrMany {
                    items: vec![word.clone()],
                    span: word.span,
                };
                self.matching(setting, |site| site.company == company, &words, reader)
            }
            _ => {
                let said = "say which sites are struck";
                let help = "give `sites`, or `by` and `on`, or `company`";
                reader.report(Problem::new(self.at, said).help(help));
                None
            }
        }
    }

    fn matching(
        &self,
        setting: Setting<'_>,
        struck: impl Fn(&Site) -> bool,
        by: &OneOrMany<Word>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<SiteId>> {
        let sites = setting.sites.iter().enumerate();
        let ids: Vec<SiteId> = sites
            .filter(|(_, site)| struck(site))
            .map(|(id, _)| SiteId(id))
            .collect();
        if ids.is_empty() && setting.complete {
            reader.report(Problem::new(
                by.span,
                "this policy binds nothing: there is no such site",
            ));
        }
        Some(ids)
    }
}
