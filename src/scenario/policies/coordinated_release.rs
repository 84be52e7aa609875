//! `[policies.NAME.coordinated-release]`.

use super::super::kinds::{Amount, Duration, Share, Volume};
use super::super::measure::Measure;
use super::super::model::{CoordinatedRelease, CountryId, Instrument, Num};
use super::super::problem::Problem;
use super::super::table::{Read, Reader, table};
use super::super::tree::Value;
use super::super::values::{Either, Map, OneOrMany, Word};
use super::{Declared, Setting, Timing};

/// Difference of a sum of shares from one that is taken for rounding.
const ROUNDING: f64 = 1e-6;

table! {
    /// Releases a volume from the state stocks of several countries.
    struct Listed {
        ..timing: Timing,
        /// Of which commodity.
        of: Word,
        /// Whose reserves release, in proportion to their sizes; or the share of each.
        members: Either<OneOrMany<Word>, Map<Amount<Share>>>,
        /// How much they release together.
        total: Amount<Volume>,
        /// Over what time, at an even rate.
        over: Amount<Duration>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, _: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let commodity = reader.commodity(&self.of);
        let members = self.members(reader);
        let over = reader.num(&self.over, &Measure::duration().positive());
        let good = reader.good(commodity?)?;
        let total = reader.num(&self.total, &Measure::volume(&good));
        Some(Instrument::CoordinatedRelease(CoordinatedRelease {
            commodity: commodity?,
            members: members?,
            total: total?,
            over: over?,
        }))
    }
}

impl Listed {
    fn members(&self, reader: &mut Reader<'_>) -> Option<Vec<(CountryId, Option<Num>)>> {
        let node = &self.members.0;
        if !matches!(node.value, Value::Table(_)) {
            let words = OneOrMany::<Word>::read(node, reader)?;
            let ids = reader.countries(&words)?;
            return Some(ids.into_iter().map(|id| (id, None)).collect());
        }
        let listed = Map::<Amount<Share>>::read(node, reader)?;
        let member = |(word, share): &(Word, Amount<Share>)| {
            let (id, share) = (reader.country(word), reader.num(share, &Measure::share()));
            Some((id?, Some(share?)))
        };
        let members: Vec<_> = listed.0.iter().map(member).collect();
        let members: Vec<(CountryId, Option<Num>)> = members.into_iter().collect::<Option<_>>()?;
        self.check_shares(&members, reader);
        Some(members)
    }

    /// Shares that are fixed must add up to one.
    fn check_shares(&self, members: &[(CountryId, Option<Num>)], reader: &mut Reader<'_>) {
        let shares = || members.iter().filter_map(|(_, share)| share.as_ref());
        let sum: f64 = shares().map(|share| share.law.mean()).sum();
        if shares().all(|share| share.law.is_constant()) && (sum - 1.0).abs() > ROUNDING {
            let rounded = (sum * 1e6).round() / 1e6;
            let said = format!("the shares of the members add up to {rounded}, not 1");
            reader.report(Problem::new(self.members.0.span, said));
        }
    }
}
