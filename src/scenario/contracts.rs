//! `[[contracts]]`: term contracts, served before spot.

use super::kinds::{Amount, Duration, Price, Rate, Share};
use super::measure::Measure;
use super::model::{Contract, Num};
use super::problem::Problem;
use super::study::Period;
use super::table::{Reader, choice, table, with};
use super::values::{Day, Whole, Word};

table! {
    /// A term contract.
    struct Listed {
        /// Of which commodity.
        of: Word,
        /// Country of the seller.
        from: Word,
        /// The seller; every seller of the country in proportion unless given.
        company: Option<Word>,
        /// Country of the buyer.
        to: Word,
        /// Volume per time.
        volume: Amount<Rate>,
        /// First day; from before the scenario unless given.
        start: Option<Day>,
        /// Last day; beyond the scenario unless given.
        end: Option<Day>,
        /// Money per unit; the reference price unless given.
        price: Option<Amount<Price>>,
        /// How much less or more than the volume the buyer may take.
        tolerance: Option<Tolerance>,
        /// Share of the volume that is paid for whether taken or not; nothing unless given.
        take_or_pay: Option<Amount<Share>>,
        /// Time from the start over which the volume rises from nothing; at once unless given.
        ramp: Option<Amount<Duration>>,
        /// Order in which a seller short of goods serves its contracts, lower numbers first, equal ones in proportion; 1 unless given.
        priority: Option<Whole<1, 99>>,
        /// Whether what the buyer does not need goes to the spot market instead; "fixed" unless given.
        destination: Option<Destination>,
    } where with("ramp", &["start"])
}

table! {
    /// How much less or more than the volume of a contract the buyer may take.
    struct Tolerance {
        /// So much less, as a share of the volume; nothing unless given.
        down: Option<Amount<Share>>,
        /// So much more, while its price is above that of the contract; nothing unless given.
        up: Option<Amount<Share>>,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Destination {
    Fixed,
    Free,
}

choice!(Destination { "fixed" => Destination::Fixed, "free" => Destination::Free });

impl Listed {
    pub(super) fn resolve(&self, period: Period, reader: &mut Reader<'_>) -> Option<Contract> {
        self.check_dates(period, reader);
        let commodity = reader.commodity(&self.of);
        let from = reader.country(&self.from);
        let to = reader.country(&self.to);
        let company = match &self.company {
            Some(company) => reader.company(company).map(Some),
            None => Some(None),
        };
        let good = reader.good(commodity?)?;
        let volume = reader.num(&self.volume, &Measure::rate(&good));
        let price = reader.num_if(self.price.as_ref(), &Measure::price(&good));
        let share = Measure::share();
        let tolerance = self.tolerance.as_ref();
        let down = reader.num_if(tolerance.and_then(|t| t.down.as_ref()), &share);
        let up = reader.num_if(tolerance.and_then(|t| t.up.as_ref()), &share);
        let take_or_pay = reader.num_if(self.take_or_pay.as_ref(), &share);
        let ramp = self.ramp(reader);
        Some(Contract {
            commodity: commodity?,
            from: from?,
            company: company?,
            to: to?,
            volume: volume?,
            start: self.start.map(|day| day.date),
            end: self.end.map(|day| day.date),
            price: price?,
            down: down?,
            up: up?,
            take_or_pay: take_or_pay?,
            ramp: ramp?,
            priority: self
                .priority
                .map_or(1, |p| u32::try_from(p.value).unwrap_or(1)),
            free: self.destination == Some(Destination::Free),
        })
    }

    /// Over how long the volume rises; only from a day that is known.
    fn ramp(&self, reader: &mut Reader<'_>) -> Option<Option<Num>> {
        if let (Some(ramp), None) = (&self.ramp, self.start) {
            let said = "a contract that rises over some time must say from when";
            reader.report(Problem::new(ramp.0.span, said).help("add `start`, its first day"));
        }
        reader.num_if(self.ramp.as_ref(), &Measure::duration().positive())
    }

    fn check_dates(&self, period: Period, reader: &mut Reader<'_>) {
        if let Some(start) = self.start {
            period.check_before_end(start, reader);
        }
        let Some(end) = self.end else { return };
        if let Some(start) = self.start.filter(|start| start.date > end.date) {
            reader.report(
                Problem::new(end.span, "this contract ends before it starts")
                    .also(start.span, "it starts here"),
            );
        } else if end.date < period.start {
            reader.report(Problem::new(
                end.span,
                "this contract ends before the scenario starts",
            ));
        }
    }
}
