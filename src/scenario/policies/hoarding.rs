//! `[policies.NAME.hoarding]`.

use super::super::kinds::{Amount, Duration};
use super::super::measure::Measure;
use super::super::model::{CommodityId, CountryId, Hoarding, Instrument};
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing};

table! {
    /// Has buyers store more for fear of a shortage.
    struct Listed {
        ..timing: Timing,
        /// Which commodities.
        on: OneOrMany<Word>,
        /// In which countries.
        place as "in": OneOrMany<Word>,
        /// Days of use by which the target stock rises while it is in force.
        cover: Amount<Duration>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let on = reader.commodities(&self.on);
        let countries = reader.countries(&self.place);
        let cover = reader.num(&self.cover, &Measure::duration());
        let (on, countries) = (on?, countries?);
        self.check_binds(&on, &countries, setting, reader);
        Some(Instrument::Hoarding(Hoarding {
            on,
            countries,
            cover: cover?,
        }))
    }
}

impl Listed {
    /// Every country must use one of the goods.
    fn check_binds(
        &self,
        on: &[CommodityId],
        countries: &[CountryId],
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) {
        for (country, word) in countries.iter().zip(&self.place.items) {
            if !setting.uses(on, *country) {
                let said = format!("nothing in {} uses any of these", word.text);
                reader.report(Problem::new(word.span, said).also(self.on.span, "of these"));
            }
        }
    }
}
