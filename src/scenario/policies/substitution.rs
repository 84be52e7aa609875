//! `[policies.NAME.substitution]`.

use super::super::kinds::{Amount, Duration, Number, Price, Share};
use super::super::measure::Measure;
use super::super::model::{CommodityId, Instrument, Num, Substitution};
use super::super::problem::Problem;
use super::super::table::{Reader, table, with};
use super::super::values::Word;
use super::users::{Struck, Users};
use super::{Declared, Setting, Timing};

table! {
    /// Has users go over to another good, or do with less.
    struct Listed {
        ..timing: Timing,
        ..users: Users,
        /// The good that replaces it; none where users do with less.
        with_ as "with": Option<Word>,
        /// Units of the other good for a unit.
        ratio: Option<Amount<Number>>,
        /// Largest share of demand that is replaced.
        at_most: Amount<Share>,
        /// Time constant with which the share is reached, and lost again.
        within: Amount<Duration>,
        /// Only while the buyer's price is above; always unless given.
        when_price_above: Option<Amount<Price>>,
        /// Only while commercial stock is below so many days of use; always unless given.
        when_cover_below: Option<Amount<Duration>>,
    } where with("with", &["ratio"]), with("ratio", &["with"])
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let struck = self.users.resolve(true, setting, reader);
        let at_most = reader.num(&self.at_most, &Measure::share());
        let within = reader.num(&self.within, &Measure::duration().positive());
        let cover = reader.num_if(self.when_cover_below.as_ref(), &Measure::duration());
        let struck = struck?;
        let with = self.with(&struck, setting, reader);
        let good = reader.good(struck.of)?;
        let price = reader.num_if(self.when_price_above.as_ref(), &Measure::price(&good));
        Some(Instrument::Substitution(Substitution {
            with: with?,
            of: struck.of,
            countries: struck.countries,
            tiers: struck.tiers,
            at_most: at_most?,
            within: within?,
            price_above: price?,
            cover_below: cover?,
        }))
    }
}

impl Listed {
    /// The other good and how much it takes.
    fn with(
        &self,
        struck: &Struck,
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<Option<(CommodityId, Num)>> {
        let (word, ratio) = match (&self.with_, &self.ratio) {
            (None, None) => return Some(None),
            (Some(word), Some(ratio)) => (word, ratio),
            (Some(word), None) => {
                let help = "add `ratio`: units of it for a unit of the other";
                let said = "how much of this it takes is not said";
                reader.report(Problem::new(word.span, said).help(help));
                return None;
            }
            (None, Some(ratio)) => {
                let said = "a ratio to what? there is no `with`";
                reader.report(Problem::new(ratio.0.span, said));
                return None;
            }
        };
        let with = reader.commodity(word);
        let ratio = reader.num(ratio, &Measure::number().positive());
        let with = with?;
        if with == struck.of {
            reader.report(Problem::new(word.span, "a good cannot replace itself"));
        }
        self.check_used(with, word, struck, setting, reader);
        Some(Some((with, ratio?)))
    }

    /// The other good must have final users where it is to replace.
    fn check_used(
        &self,
        with: CommodityId,
        word: &Word,
        struck: &Struck,
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) {
        for (country, place) in struck.countries.iter().zip(&self.users.place.items) {
            let mut demands = setting.demands.iter();
            let used = demands.any(|d| d.country == *country && d.commodity == with);
            if setting.all_uses && !used {
                let said = format!("`{}` has no final use of `{}`", place.text, word.text);
                let help = "add a [[demand]] for it, which may be small";
                let problem = Problem::new(word.span, said).also(place.span, "here");
                reader.report(problem.help(help));
            }
        }
    }
}
