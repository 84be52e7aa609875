//! `[policies.NAME.extraterritorial-rule]`.

use super::super::kinds::{Amount, Amounts, Share};
use super::super::measure::Measure;
use super::super::model::{ExtraterritorialRule, Instrument, Site};
use super::super::problem::Problem;
use super::super::table::{Reader, not_both, table};
use super::super::values::{OneOrMany, Word};
use super::sanction::no_exceptions;
use super::{Declared, Setting, Timing, check_made, countries_but};

table! {
    /// Controls goods made abroad with one's own.
    struct Listed {
        ..timing: Timing,
        /// Whose rule, and the origin of the content.
        by: Word,
        /// Commodities of that origin that count as content.
        content: OneOrMany<Word>,
        /// Commodities made abroad that the rule binds.
        on: OneOrMany<Word>,
        /// Share of content in the value of a good above which the rule binds it.
        threshold: Amount<Share>,
        /// Destinations; all countries but that of the rule unless given.
        to: Option<OneOrMany<Word>>,
        /// Destinations left out.
        except: Option<OneOrMany<Word>>,
        /// Share of reference trade refused, one or by destination.
        refused: Amounts<Share> = "1",
    } where not_both("to", "except")
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn strikes_buyers(&self) -> bool {
        true
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let by = reader.country(&self.by);
        let content = reader.commodities(&self.content);
        let on = reader.commodities(&self.on);
        let threshold = reader.num(&self.threshold, &Measure::share());
        let none = no_exceptions(&self.path, "refused");
        let refused = reader.by_country(&self.refused, &Measure::share(), Some(&none));
        let to = match (&self.to, &self.except) {
            (Some(to), Some(except)) => {
                let said = "give `to` or `except`, not both";
                reader.report(Problem::new(except.span, said).also(to.span, "the destinations"));
                None
            }
            (Some(to), None) => reader.countries(to),
            (None, except) => countries_but(by, except.as_ref(), reader),
        };
        let (by, content, on) = (by?, content?, on?);
        let at_home = |site: &Site| site.country == by;
        check_made(&content, self.content.span, at_home, setting, reader);
        let abroad = |site: &Site| site.country != by;
        check_made(&on, self.on.span, abroad, setting, reader);
        Some(Instrument::ExtraterritorialRule(ExtraterritorialRule {
            by,
            content,
            on,
            threshold: threshold?,
            to: to?,
            refused: refused?,
        }))
    }
}
