//! `[policies.NAME.price-cap]`.

use super::super::kinds::{Amounts, Price};
use super::super::measure::Measure;
use super::super::model::{Instrument, PriceCap, Site};
use super::super::problem::Problem;
use super::super::table::{Reader, one_of, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing, check_listed_in, check_made, for_each_good};

table! {
    /// Has buyers pay no more than a price.
    struct Listed {
        ..timing: Timing,
        /// The countries of the buyers.
        by: OneOrMany<Word>,
        /// Which commodities.
        on: OneOrMany<Word>,
        /// The countries of the sellers.
        from: Option<OneOrMany<Word>>,
        /// Or the companies that sell.
        companies: Option<OneOrMany<Word>>,
        /// The price, one for each commodity or by commodity.
        at_ as "at": Amounts<Price>,
    } where one_of(&[&["from"], &["companies"]])
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let by = reader.countries(&self.by);
        let on = reader.commodities(&self.on)?;
        let (from, companies) = match (&self.from, &self.companies) {
            (Some(from), None) => (reader.countries(from)?, Vec::new()),
            (None, Some(companies)) => (Vec::new(), reader.companies(companies)?),
            _ => {
                let said = "say whose goods are capped";
                let help = "give `from` = countries, or `companies`";
                reader.report(Problem::new(self.at, said).help(help));
                return None;
            }
        };
        let sells = |s: &Site| from.contains(&s.country) || companies.contains(&s.company);
        check_made(&on, self.on.span, sells, setting, reader);
        check_listed_in(&self.at_, &on, self.on.span, reader);
        let goods = (on.as_slice(), self.on.span);
        let at = for_each_good(&self.at_, goods, ("price", Measure::price), reader);
        Some(Instrument::PriceCap(PriceCap {
            by: by?,
            on,
            from,
            companies,
            at: at?,
        }))
    }
}
