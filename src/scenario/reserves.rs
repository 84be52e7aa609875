//! `[[reserves]]`: state stocks.

use super::kinds::{Amount, Duration, ShareRate, Volume};
use super::measure::Measure;
use super::model::{Num, Reserve};
use super::numbers::constant;
use super::table::{Reader, table};
use super::tanks::size;
use super::values::{Either, Word};

table! {
    /// A state stock.
    struct Listed {
        /// Of which commodity.
        of: Word,
        /// In which country.
        place as "in": Word,
        /// A volume, or days of base use.
        size: Either<Amount<Volume>, Amount<Duration>>,
        /// When and how fast it releases.
        release: Release,
        /// When and how fast it refills; never unless given.
        refill: Option<Refill>,
    }
}

table! {
    /// When and how fast a reserve releases.
    struct Release {
        /// Commercial cover below which it releases.
        cover_below: Amount<Duration>,
        /// Largest release, as a share of size per time.
        at_most: Amount<ShareRate>,
    }
}

table! {
    /// When and how fast a reserve refills.
    struct Refill {
        /// Commercial cover above which it refills.
        cover_above: Amount<Duration>,
        /// Largest refill, as a share of size per time.
        at_most: Amount<ShareRate>,
    }
}

impl Listed {
    pub(super) fn resolve(&self, reader: &mut Reader<'_>) -> Option<Reserve> {
        let commodity = reader.commodity(&self.of);
        let country = reader.country(&self.place);
        let release_below = reader.num(&self.release.cover_below, &Measure::duration());
        let release_rate = reader.num(&self.release.at_most, &Measure::share_rate());
        let refill = self.refill(reader);
        let good = reader.good(commodity?)?;
        let size = size(&self.size.0, &good, reader);
        let (refill_above, refill_rate) = refill?;
        Some(Reserve {
            commodity: commodity?,
            country: country?,
            size: size?,
            release_below: release_below?,
            release_rate: release_rate?,
            refill_above,
            refill_rate,
        })
    }

    /// Cover above which it refills, and its rate.
    fn refill(&self, reader: &mut Reader<'_>) -> Option<(Option<Num>, Num)> {
        let Some(refill) = &self.refill else {
            return Some((None, constant(0.0, format!("{}.refill.at_most", self.path))));
        };
        let above = reader.num(&refill.cover_above, &Measure::duration());
        let rate = reader.num(&refill.at_most, &Measure::share_rate());
        Some((Some(above?), rate?))
    }
}
