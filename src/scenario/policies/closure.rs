//! `[policies.NAME.closure]`.

use super::super::kinds::{Amount, Duration, Share};
use super::super::measure::Measure;
use super::super::model::{Closure, Instrument};
use super::super::table::{Reader, table};
use super::super::values::Word;
use super::{Declared, Setting, Timing};

table! {
    /// Closes a chokepoint of shipping.
    struct Listed {
        ..timing: Timing,
        /// The chokepoint, as lanes name it.
        of: Word,
        /// Share of the trade that still passes.
        open: Amount<Share> = "0",
        /// How long it is closed; as long as the policy is in force unless given.
        lasts: Option<Amount<Duration>>,
        /// Half-life of what stays closed after that.
        recovery: Amount<Duration> = "\"0 days\"",
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn strikes_buyers(&self) -> bool {
        true
    }

    fn resolve(&self, _setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let of = reader.chokepoint(&self.of);
        let open = reader.num(&self.open, &Measure::share());
        let lasts = reader.law_if(self.lasts.as_ref(), &Measure::duration().positive());
        let recovery = reader.num(&self.recovery, &Measure::duration());
        Some(Instrument::Closure(Closure {
            of: of?,
            open: open?,
            lasts: lasts?,
            recovery: recovery?,
        }))
    }
}
