//! `[[tanks]]`: room for the commercial stock of a country.

use super::kinds::{Amount, Duration, Share, Volume};
use super::measure::{Good, Measure};
use super::model::{Heel, Size, Tank};
use super::table::{Reader, table};
use super::tree::Node;
use super::values::{Either, Word};
use crate::units::Dimension;

table! {
    /// Room for the commercial stock of a commodity in a country.
    struct Listed {
        /// Of which commodity.
        of: Word,
        /// In which country.
        place as "in": Word,
        /// A volume, or days of base use.
        capacity: Either<Amount<Volume>, Amount<Duration>>,
        /// What is never usable, a share of capacity or a volume; nothing unless given.
        heel: Option<Either<Amount<Share>, Amount<Volume>>>,
    }
}

impl Listed {
    pub(super) fn resolve(&self, reader: &mut Reader<'_>) -> Option<Tank> {
        let commodity = reader.commodity(&self.of);
        let country = reader.country(&self.place);
        let good = reader.good(commodity?)?;
        let capacity = size(&self.capacity.0, &good, reader);
        let heel = match &self.heel {
            Some(heel) => self::heel(&heel.0, &good, reader).map(Some),
            None => Some(None),
        };
        Some(Tank {
            commodity: commodity?,
            country: country?,
            capacity: capacity?,
            heel: heel?,
        })
    }
}

/// A volume, or days of use.
pub(super) fn size(node: &Node, good: &Good, reader: &mut Reader<'_>) -> Option<Size> {
    if Reader::dimension_of(node) == Some(Dimension::TIME) {
        return reader.num_at(node, &Measure::duration()).map(Size::Days);
    }
    let measure = Measure::volume(good).or_said(", or days of its use");
    reader.num_at(node, &measure).map(Size::Volume)
}

/// A share of capacity, or a volume.
fn heel(node: &Node, good: &Good, reader: &mut Reader<'_>) -> Option<Heel> {
    let plain = [None, Some(Dimension::NONE)];
    if plain.contains(&Reader::dimension_of(node)) {
        let measure = Measure::share().at_most(0.99);
        return reader.num_at(node, &measure).map(Heel::Share);
    }
    let measure = Measure::volume(good).or_said(", or a share of capacity");
    reader.num_at(node, &measure).map(Heel::Volume)
}
