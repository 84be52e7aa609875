//! `[policies.NAME.leakage]`.

use super::super::kinds::{Amount, Duration, Frequency, Number, Share};
use super::super::measure::Measure;
use super::super::model::{self, Instrument, Leakage};
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing};

/// Most blows against a channel \[per day\].
const MOST_BLOWS: f64 = 2.0;

table! {
    /// Carries goods that others stop through third countries.
    struct Listed {
        ..timing: Timing,
        /// The policies it goes around: export controls, or rules on goods made abroad.
        around: OneOrMany<Word>,
        /// The third countries.
        via: OneOrMany<Word>,
        /// Most, as a share of what the policies stop.
        at_most: Amount<Share>,
        /// Time constant of its growth.
        within: Amount<Duration>,
        /// By how much later goods arrive.
        delay: Amount<Duration> = "\"0 days\"",
        /// By how much dearer they are, as a share of the reference price.
        cost: Amount<Number> = "0",
        /// Most, as a share of what the third countries import of the good in the base; no limit unless given.
        hub_share: Option<Amount<Number>>,
        /// What sets the channel back.
        enforcement: Option<Enforcement>,
    }
}

table! {
    /// Blows against a channel, at random.
    struct Enforcement {
        /// How many per time.
        rate: Amount<Frequency>,
        /// Share of the channel that each undoes.
        undoes: Amount<Share>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, _setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let around = reader.each(&self.around, Reader::policy);
        let via = reader.countries(&self.via);
        let at_most = reader.num(&self.at_most, &Measure::share());
        let within = reader.num(&self.within, &Measure::duration().positive());
        let delay = reader.num(&self.delay, &Measure::duration());
        let cost = reader.num(&self.cost, &Measure::ratio());
        let hub_share = reader.num_if(self.hub_share.as_ref(), &Measure::ratio());
        let enforcement = match &self.enforcement {
            Some(enforcement) => enforcement.resolve(reader).map(Some),
            None => Some(None),
        };
        Some(Instrument::Leakage(Leakage {
            around: around?,
            via: via?,
            at_most: at_most?,
            within: within?,
            delay: delay?,
            cost: cost?,
            hub_share: hub_share?,
            enforcement: enforcement?,
        }))
    }
}

impl Enforcement {
    fn resolve(&self, reader: &mut Reader<'_>) -> Option<model::Enforcement> {
        let rate = reader.num(&self.rate, &Measure::frequency().at_most(MOST_BLOWS));
        let undoes = reader.num(&self.undoes, &Measure::share());
        Some(model::Enforcement {
            rate: rate?,
            undoes: undoes?,
        })
    }
}
