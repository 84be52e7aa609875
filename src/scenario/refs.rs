//! References from one part of a scenario to another.

use std::rc::Rc;

use super::model::{CommodityId, CountryId, PolicyId, RegimeId, SiteId};
use super::names::{Index, nearest};
use super::problem::Problem;
use super::source::Span;
use super::table::Reader;
use super::values::{OneOrMany, Word};

/// Problems after which names are no longer compared to find the nearest.
const SUGGESTIONS: usize = 100;

impl Reader<'_> {
    /// The number of a name; `others` are words that could be meant as well.
    pub(super) fn find<'a>(
        &mut self,
        index: &'a Index,
        kind: &str,
        name: &str,
        span: Span,
        others: impl IntoIterator<Item = &'a str>,
    ) -> Option<usize> {
        let found = index.find(name);
        if found.is_none() {
            let problem = Problem::new(span, format!("unknown {kind} `{name}`"));
            let suggest = self.problems.len() < SUGGESTIONS;
            let candidates = index.names().chain(others).filter(|_| suggest);
            self.report(match nearest(name, candidates) {
                Some(name) => problem.label(format!("did you mean `{name}`?")),
                None => problem.help(known(index, kind)),
            });
        }
        found
    }

    pub(super) fn country(&mut self, word: &Word) -> Option<CountryId> {
        let names = Rc::clone(&self.names);
        self.find(&names.countries, "country", &word.text, word.span, [])
            .map(CountryId)
    }

    pub(super) fn commodity(&mut self, word: &Word) -> Option<CommodityId> {
        let names = Rc::clone(&self.names);
        self.find(&names.commodities, "commodity", &word.text, word.span, [])
            .map(CommodityId)
    }

    pub(super) fn site(&mut self, word: &Word) -> Option<SiteId> {
        let names = Rc::clone(&self.names);
        self.find(&names.sites, "site", &word.text, word.span, [])
            .map(SiteId)
    }

    pub(super) fn company(&mut self, word: &Word) -> Option<String> {
        let names = Rc::clone(&self.names);
        self.find(&names.companies, "company", &word.text, word.span, [])
            .map(|_| word.text.clone())
    }

    pub(super) fn chokepoint(&mut self, word: &Word) -> Option<String> {
        let names = Rc::clone(&self.names);
        self.find(&names.chokepoints, "chokepoint", &word.text, word.span, [])
            .map(|_| word.text.clone())
    }

    pub(super) fn companies(&mut self, words: &OneOrMany<Word>) -> Option<Vec<String>> {
        self.each(words, Self::company)
    }

    pub(super) fn policy(&mut self, word: &Word) -> Option<PolicyId> {
        let names = Rc::clone(&self.names);
        self.find(&names.policies, "policy", &word.text, word.span, [])
            .map(PolicyId)
    }

    pub(super) fn regime(&mut self, word: &Word) -> Option<RegimeId> {
        let names = Rc::clone(&self.names);
        let number = self.find(&names.regimes, "regime", &word.text, word.span, [])?;
        self.names.regime_ids.get(number).copied()
    }

    pub(super) fn commodities(&mut self, words: &OneOrMany<Word>) -> Option<Vec<CommodityId>> {
        self.each(words, Self::commodity)
    }

    pub(super) fn countries(&mut self, words: &OneOrMany<Word>) -> Option<Vec<CountryId>> {
        self.each(words, Self::country)
    }

    /// Resolves every word of a list, in which none may come twice.
    pub(super) fn each<T: PartialEq>(
        &mut self,
        words: &OneOrMany<Word>,
        find: fn(&mut Self, &Word) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut ids: Vec<T> = Vec::new();
        let mut complete = true;
        for word in &words.items {
            match find(self, word) {
                Some(id) if ids.contains(&id) => {
                    self.report(Problem::new(
                        word.span,
                        format!("`{}` is listed twice", word.text),
                    ));
                }
                Some(id) => ids.push(id),
                None => complete = false,
            }
        }
        complete.then_some(ids)
    }
}

/// The known names, if they are few.
fn known(index: &Index, kind: &str) -> String {
    let names: Vec<&str> = index.names().collect();
    match names.len() {
        0 => format!("the scenario names no {kind}"),
        1..=12 => format!("known: {}", names.join(", ")),
        count => format!("known: {} and {} more", names[..10].join(", "), count - 10),
    }
}
