//! `[policies.NAME.bypass]`.

use super::super::kinds::{Amount, Amounts, Duration, Number, Rate};
use super::super::measure::{Good, Measure};
use super::super::model::{Bypass, Capacity, CommodityId, CountryId, Instrument, Site};
use super::super::numbers::by_names;
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::values::{OneOrMany, Word};
use super::{Declared, Setting, Timing, check_made};

table! {
    /// Carries goods past a chokepoint.
    struct Listed {
        ..timing: Timing,
        /// The chokepoint, as lanes name it.
        around: Word,
        /// The countries whose sellers can use it.
        by: OneOrMany<Word>,
        /// Which commodity.
        on: OneOrMany<Word>,
        /// Capacity, all sellers and destinations together, or by country of the sellers.
        capacity: Amounts<Rate>,
        /// Time over which it grows from nothing.
        ramp: Amount<Duration> = "\"0 days\"",
        /// By how much later goods arrive.
        delay: Amount<Duration> = "\"0 days\"",
        /// By how much dearer they are, as a share of the reference price.
        cost: Amount<Number> = "0",
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let around = reader.chokepoint(&self.around);
        let by = reader.countries(&self.by);
        let on = self.on(reader);
        let days = Measure::duration();
        let ramp = reader.num(&self.ramp, &days);
        let delay = reader.num(&self.delay, &days);
        let cost = reader.num(&self.cost, &Measure::ratio());
        let (by, on) = (by?, on?);
        let sells = |site: &Site| by.contains(&site.country);
        check_made(&[on], self.on.span, sells, setting, reader);
        let good = reader.good(on)?;
        let capacity = self.capacity(&good, &by, reader);
        Some(Instrument::Bypass(Bypass {
            around: around?,
            by,
            on,
            capacity: capacity?,
            ramp: ramp?,
            delay: delay?,
            cost: cost?,
        }))
    }
}

impl Listed {
    fn on(&self, reader: &mut Reader<'_>) -> Option<CommodityId> {
        if let [_, second, ..] = self.on.items.as_slice() {
            let help = "give each commodity a bypass of its own";
            let said = "a bypass carries one commodity";
            reader.report(Problem::new(second.span, said).help(help));
        }
        reader.commodities(&self.on)?.first().copied()
    }

    fn capacity(&self, good: &Good, by: &[CountryId], reader: &mut Reader<'_>) -> Option<Capacity> {
        let rate = Measure::rate(good);
        if !by_names(&self.capacity.0) {
            return reader
                .num_at(&self.capacity.0, &rate)
                .map(Capacity::Together);
        }
        let none = super::sanction::no_exceptions(&self.path, "capacity");
        let listed = reader.by_country(&self.capacity, &rate, Some(&none))?;
        for entry in self.capacity.0.entries() {
            let known = reader.names.countries.find(&entry.key).map(CountryId);
            if known.is_some_and(|id| !by.contains(&id)) {
                let said = format!("`{}` is not among those that use this bypass", entry.key);
                reader.report(Problem::new(entry.key_span, said).also(self.by.span, "these do"));
            }
        }
        let of = |country: &CountryId| (*country, listed.at(*country).clone());
        Some(Capacity::ByCountry(by.iter().map(of).collect()))
    }
}
