//! `[policies.NAME.negotiation]`.

use std::rc::Rc;

use super::super::kinds::{Amount, Share};
use super::super::measure::Measure;
use super::super::model::{Instrument, Negotiation, Num};
use super::super::names::Index;
use super::super::problem::Problem;
use super::super::regimes::{check_sum, ways};
use super::super::table::{Reader, table};
use super::super::values::{Day, Filled, OneOrMany, Word};
use super::{Declared, Setting, Timing};
use crate::units::Date;

table! {
    /// Has the regime of a process drawn on set dates.
    struct Listed {
        ..timing: Timing,
        /// Which process.
        process: Word,
        /// The dates.
        on: OneOrMany<Day>,
        /// Regimes of the process from which there is negotiation; all unless given.
        from: Option<OneOrMany<Word>>,
        /// The probability of each regime that may be agreed on.
        outcomes: Filled<Amount<Share>>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let on = self.dates(setting, reader);
        let names = Rc::clone(&reader.names);
        let word = &self.process;
        let process = reader.find(&names.process_names, "process", &word.text, word.span, [])?;
        if names.on_a_path.contains(&process) {
            let said = format!("the path of `{}` is fixed", word.text);
            reader.report(Problem::new(word.span, said).help("leave out its `path`"));
        }
        let own = names.processes.get(&word.text)?;
        let from = self.from(own, reader);
        let outcomes = self.outcomes(own, reader);
        Some(Instrument::Negotiation(Negotiation {
            process,
            on,
            from: from?,
            outcomes: outcomes?,
        }))
    }
}

impl Listed {
    /// The dates, each within the scenario and once.
    fn dates(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Vec<Date> {
        let mut dates = Vec::new();
        for day in &self.on.items {
            setting.period.check_before_end(*day, reader);
            if day.date < setting.period.start {
                let said = "this is before the start of the scenario";
                reader.report(Problem::new(day.span, said));
            }
            if dates.contains(&day.date) {
                let said = format!("{} is listed twice", day.date);
                reader.report(Problem::new(day.span, said));
            }
            dates.push(day.date);
        }
        dates
    }

    fn from(&self, own: &Index, reader: &mut Reader<'_>) -> Option<Vec<usize>> {
        let words = self.from.iter().flat_map(|from| &from.items);
        let states: Vec<_> = words
            .map(|word| reader.find(own, "regime", &word.text, word.span, []))
            .collect();
        states.into_iter().collect()
    }

    fn outcomes(&self, own: &Index, reader: &mut Reader<'_>) -> Option<Vec<(usize, Num)>> {
        let listed = &self.outcomes.0;
        let outcomes = ways(listed, &Measure::share(), own, reader)?;
        check_sum(listed, &outcomes, reader);
        Some(outcomes)
    }
}
