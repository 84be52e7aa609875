//! `[policies.NAME.tariff]`.

use super::super::kinds::{Amounts, Number};
use super::super::measure::Measure;
use super::super::model::{CountryId, Instrument, Tariff};
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing, check_listed_in, check_made};

table! {
    /// Makes imports dearer.
    struct Listed {
        ..timing: Timing,
        /// The importers.
        by: OneOrMany<Word>,
        /// Which commodities.
        on: OneOrMany<Word>,
        /// The exporters; all other countries unless given.
        from: Option<OneOrMany<Word>>,
        /// Share of the seller's price, one or by commodity.
        rate: Amounts<Number>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn strikes_buyers(&self) -> bool {
        true
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let by = reader.countries(&self.by);
        let on = reader.commodities(&self.on);
        let from = match &self.from {
            Some(from) => reader.countries(from),
            None => Some((0..reader.names.countries.len()).map(CountryId).collect()),
        };
        let rate = reader.by_commodity(&self.rate, &Measure::ratio(), 0.0);
        let (on, from) = (on?, from?);
        check_listed_in(&self.rate, &on, self.on.span, reader);
        let made_by = |site: &super::Site| from.contains(&site.country);
        check_made(&on, self.on.span, made_by, setting, reader);
        Some(Instrument::Tariff(Tariff {
            by: by?,
            on,
            from,
            rate: rate?,
        }))
    }
}
