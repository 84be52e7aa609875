//! `[policies.NAME.price-floor]`.

use super::super::kinds::{Amount, Price};
use super::super::measure::Measure;
use super::super::model::{CommodityId, Instrument, PriceFloor, SiteId};
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing};

table! {
    /// Pays sites no less for a good.
    struct Listed {
        ..timing: Timing,
        /// Which sites.
        sites: OneOrMany<Word>,
        /// For which commodity.
        of: Word,
        /// The least that they are paid per unit.
        at_ as "at": Amount<Price>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let sites = reader.each(&self.sites, Reader::site);
        let of = reader.commodity(&self.of)?;
        let good = reader.good(of)?;
        let at = reader.num(&self.at_, &Measure::price(&good));
        let sites = sites?;
        self.check_makes(&sites, of, setting, reader);
        Some(Instrument::PriceFloor(PriceFloor { sites, of, at: at? }))
    }
}

impl Listed {
    fn check_makes(
        &self,
        sites: &[SiteId],
        of: CommodityId,
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) {
        for (id, word) in sites.iter().zip(&self.sites.items) {
            if setting.complete && !setting.sites[id.0].makes(of) {
                let said = format!("`{}` does not make `{}`", word.text, self.of.text);
                reader.report(Problem::new(word.span, said).also(self.of.span, "the good"));
            }
        }
    }
}
