//! `[policies.NAME.stockpile-pact]`.

use super::super::kinds::{Amount, Duration, Share, ShareRate};
use super::super::measure::Measure;
use super::super::model::{Instrument, StockpilePact};
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing};

table! {
    /// Lets members that run low draw on the state stocks of the others.
    struct Listed {
        ..timing: Timing,
        /// The countries that stand by each other.
        members: OneOrMany<Word>,
        /// Which commodities.
        of: OneOrMany<Word>,
        /// Commercial cover below which a member draws on those that have more.
        trigger: Amount<Duration>,
        /// Most that a partner gives, as a share of the size of its reserve per time.
        share: Amount<ShareRate>,
        /// Share of the size of its reserve that a partner keeps.
        floor: Amount<Share> = "0",
        /// Time under way to the member that draws.
        transit: Amount<Duration>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, _: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let members = reader.countries(&self.members);
        let goods = reader.commodities(&self.of);
        let trigger = reader.num(&self.trigger, &Measure::duration());
        let share = reader.num(&self.share, &Measure::share_rate());
        let floor = reader.num(&self.floor, &Measure::share());
        let transit = reader.law(&self.transit, &Measure::duration());
        if self.members.items.len() < 2 {
            let said = "a pact needs two members or more";
            reader.report(Problem::new(self.members.span, said));
        }
        Some(Instrument::StockpilePact(StockpilePact {
            members: members?,
            goods: goods?,
            trigger: trigger?,
            share: share?,
            floor: floor?,
            transit: transit?,
        }))
    }
}
