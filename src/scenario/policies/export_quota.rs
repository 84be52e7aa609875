//! `[policies.NAME.export-quota]`.

use super::super::kinds::{Amounts, Duration, Fixed, Volume};
use super::super::measure::Measure;
use super::super::model::{ExportQuota, Instrument};
use super::super::table::{Reader, table};
use super::{Bound, Declared, Setting, Timing, check_listed, for_each_good};

table! {
    /// Limits exports over a period.
    struct Listed {
        ..timing: Timing,
        ..bound: Bound,
        /// Volume per period, all destinations together, one for each commodity or by commodity.
        volume: Amounts<Volume>,
        /// Length of a period, counted from the first day in force.
        period: Fixed<Duration> = "1 year",
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
        let scope = self.bound.resolve(setting, reader)?;
        let period = reader.fixed(&self.period, &Measure::duration().at_least(1.0));
        check_listed(&self.volume, &scope, self.bound.on.span, reader);
        let on = (scope.on.as_slice(), self.bound.on.span);
        let volume = for_each_good(&self.volume, on, ("volume", Measure::volume), reader);
        Some(Instrument::ExportQuota(ExportQuota {
            scope,
            volume: volume?,
            period: period?,
        }))
    }
}
