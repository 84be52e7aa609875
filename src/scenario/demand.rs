//! `[[demand]]`: final use.

use super::commodities::Elasticities;
use super::kinds::{Amount, Duration, Price, Rate, Share, Volume};
use super::measure::Measure;
use super::model::Demand;
use super::sites::{Season, value_at_risk};
use super::table::{Reader, table};
use super::values::Word;

table! {
    /// Final use of a commodity in a country.
    struct Listed {
        /// Of which commodity.
        of: Word,
        /// In which country.
        place as "in": Word,
        /// The tier of users.
        tier: String = "all",
        /// Reference use, as a volume per time.
        rate: Amount<Rate>,
        /// Factors of the months, January first.
        season: Option<Season>,
        /// Price elasticities; the commodity's unless given.
        elasticity: Option<Elasticities>,
        /// Target cover; the commodity's unless given.
        cover: Option<Amount<Duration>>,
        /// Output lost per unit short.
        value_at_risk: Option<Amount<Price>>,
        /// Share of unserved use that is made up later.
        backlog: Amount<Share> = "0",
        /// Stock at the start; at target unless given.
        initial: Option<Amount<Volume>>,
    }
}

impl Listed {
    pub(super) fn resolve(&self, reader: &mut Reader<'_>) -> Option<Demand> {
        let commodity = reader.commodity(&self.of);
        let country = reader.country(&self.place);
        let cover = reader.num_if(self.cover.as_ref(), &Measure::duration());
        let backlog = reader.num(&self.backlog, &Measure::share());
        let elasticity = match &self.elasticity {
            Some(elasticity) => elasticity.resolve(reader).map(Some),
            None => Some(None),
        };
        let good = reader.good(commodity?)?;
        let rate = reader.num(&self.rate, &Measure::rate(&good));
        let value_at_risk = value_at_risk(self.value_at_risk.as_ref(), &self.path, &good, reader);
        let initial = reader.num_if(self.initial.as_ref(), &Measure::volume(&good));
        Some(Demand {
            commodity: commodity?,
            country: country?,
            tier: self.tier.clone(),
            rate: rate?,
            season: self.season.as_ref().map(Season::factors),
            elasticity: elasticity?,
            cover: cover?,
            value_at_risk: value_at_risk?,
            backlog: backlog?,
            initial: initial?,
        })
    }
}
