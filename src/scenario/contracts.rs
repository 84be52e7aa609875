//! `[[contracts]]`: term contracts, served before spot.

use super::kinds::{Amount, Price, Rate};
use super::measure::Measure;
use super::model::Contract;
use super::problem::Problem;
use super::study::Period;
use super::table::{Reader, table};
use super::values::{Day, Word};

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
    }
}

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
        Some(Contract {
            commodity: commodity?,
            from: from?,
            company: company?,
            to: to?,
            volume: volume?,
            start: self.start.map(|day| day.date),
            end: self.end.map(|day| day.date),
            price: price?,
        })
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
