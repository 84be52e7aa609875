//! `[policies.NAME.demand-shock]`.

use super::super::kinds::{Amount, Change, Duration};
use super::super::measure::Measure;
use super::super::model::{DemandShock, Instrument};
use super::super::table::{Reader, table};
use super::users::Users;
use super::{Declared, Setting, Timing};

table! {
    /// Changes reference demand.
    struct Listed {
        ..timing: Timing,
        ..users: Users,
        /// Relative change of reference demand, at least -1.
        change: Amount<Change>,
        /// Time over which it comes about, in monthly steps.
        ramp: Amount<Duration> = "0 days",
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let struck = self.users.resolve(false, setting, reader);
        let change = reader.num(&self.change, &Measure::change());
        let ramp = reader.num(&self.ramp, &Measure::duration());
        let struck = struck?;
        Some(Instrument::DemandShock(DemandShock {
            of: struck.of,
            countries: struck.countries,
            tiers: struck.tiers,
            change: change?,
            ramp: ramp?,
        }))
    }
}
