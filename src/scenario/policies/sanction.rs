//! `[policies.NAME.sanction]`.

use super::super::kinds::{Amount, Amounts, Duration, Fixed, Number, Rate, Share, Volume};
use super::super::measure::{Good, Measure};
use super::super::model::{
    CommodityId, Easing, Instrument, PerCountry, Relabelling, Sanction, Shadow, Waiver,
};
use super::super::numbers::constant;
use super::super::problem::Problem;
use super::super::table::{Reader, table, with};
use super::super::values::{Day, Map, OneOrMany, Word};
use super::{Declared, Setting, Timing, makes_any};
use crate::random::Law;

table! {
    /// Has buyers give up the goods of companies.
    struct Listed {
        ..timing: Timing,
        /// The companies struck.
        companies: OneOrMany<Word>,
        /// Which commodities; all that they make unless given.
        on: Option<OneOrMany<Word>>,
        /// Until this date trade goes on unhindered.
        wind_down: Option<Day>,
        /// Share of reference purchases given up, one or by country of the buyer.
        compliance: Amounts<Share> = "1",
        /// Time constant with which compliance falls; it lasts unless given.
        eases: Option<Amount<Duration>>,
        /// Share of compliance that lasts when it eases; nothing unless given.
        lasting: Option<Amount<Share>>,
        /// Additional cost of buying from the companies, as a share of the reference price, one or by country of the buyer.
        risk: Amounts<Number> = "0",
        /// Countries that may go on buying for a time.
        waivers: Map<Exempt>,
        /// Goods sold under the names of others.
        relabelling: Option<Handed>,
        /// A slower channel around this sanction.
        shadow: Option<Channel>,
        /// Further storage in ships, all struck sellers together.
        floats: Option<Amount<Volume>>,
    } where with("lasting", &["eases"])
}

table! {
    /// A country that may go on buying.
    struct Exempt {
        /// First day without the waiver.
        until: Day,
        /// Probability that it is renewed whenever it ends.
        renewed: Amount<Share> = "0",
        /// For how long it is renewed.
        term: Option<Fixed<Duration>>,
    }
}

table! {
    /// Goods of struck sellers that are sold under other names.
    struct Handed {
        /// The companies that sell them.
        as_ as "as": OneOrMany<Word>,
        /// Most, as a share of the base output of a struck seller.
        at_most: Amount<Share>,
        /// Time constant of its growth.
        within: Amount<Duration>,
    }
}

table! {
    /// A slower channel whose capacity grows.
    struct Channel {
        /// Capacity at first.
        at_first: Option<Amount<Rate>>,
        /// Capacity in the end.
        at_most: Amount<Rate>,
        /// Time constant of its growth.
        within: Amount<Duration>,
        /// By how much later goods arrive.
        delay: Amount<Duration> = "\"0 days\"",
        /// By how much dearer they are, as a share of the reference price.
        cost: Amount<Number> = "0",
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn strikes_buyers(&self) -> bool {
        true
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let companies = reader.companies(&self.companies);
        let none = |key: &str| no_exceptions(&self.path, key);
        let compliance = reader.by_country(
            &self.compliance,
            &Measure::share(),
            Some(&none("compliance")),
        );
        let risk = reader.by_country(&self.risk, &Measure::ratio(), Some(&none("risk")));
        let easing = self.easing(reader);
        let waivers = self.waivers(reader);
        self.check_wind_down(setting, reader);
        let companies = companies?;
        let on = self.goods(&companies, setting, reader)?;
        let relabelling = self.relabelling(&companies, &on, setting, reader);
        let good = self.good(&on, reader);
        let shadow = match (&self.shadow, &good) {
            (Some(shadow), Some(good)) => shadow.resolve(good, reader).map(Some),
            _ => Some(None),
        };
        let floats = match (&self.floats, &good) {
            (Some(floats), Some(good)) => reader.num(floats, &Measure::volume(good)).map(Some),
            _ => Some(None),
        };
        let sanction = Sanction {
            companies,
            on,
            wind_down: self.wind_down.map(|day| day.date),
            compliance: compliance?,
            easing: easing?,
            risk: risk?,
            waivers: waivers?,
            relabelling: relabelling?,
            shadow: shadow?,
            floats: floats?,
        };
        self.check_waivers(&sanction, setting, reader);
        Some(Instrument::Sanction(sanction))
    }
}

impl Listed {
    fn goods(
        &self,
        companies: &[String],
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<CommodityId>> {
        let struck = || {
            setting
                .sites
                .iter()
                .filter(|s| companies.contains(&s.company))
        };
        let Some(words) = &self.on else {
            let mut all: Vec<CommodityId> = struck()
                .flat_map(|site| site.outputs.iter().map(|(made, _)| *made))
                .collect();
            all.sort_unstable();
            all.dedup();
            return Some(all);
        };
        let on = reader.commodities(words)?;
        for (id, word) in on.iter().zip(&words.items) {
            if setting.complete && !struck().any(|site| makes_any(site, &[*id])) {
                let said = format!("none of these companies makes {}", word.text);
                reader.report(Problem::new(word.span, said).also(self.companies.span, "these"));
            }
        }
        Some(on)
    }

    /// The good that volumes are counted in; only one can be.
    fn good(&self, on: &[CommodityId], reader: &mut Reader<'_>) -> Option<Good> {
        let span = self.shadow.as_ref().map(|shadow| shadow.at);
        let span = span.or(self.floats.as_ref().map(|floats| floats.0.span))?;
        if let [only] = on {
            return reader.good(*only);
        }
        let said = "this could be a volume of several commodities";
        let help = "say which one by `on`, and give each commodity a sanction of its own";
        reader.report(Problem::new(span, said).help(help));
        None
    }

    fn check_wind_down(&self, setting: Setting<'_>, reader: &mut Reader<'_>) {
        let Some(day) = self.wind_down else { return };
        setting.period.check_before_end(day, reader);
        if let Some(effective) = self.timing.effective.filter(|e| e.date > day.date) {
            let said = "the time to wind down ends before this sanction takes effect";
            reader
                .report(Problem::new(day.span, said).also(effective.span, "it takes effect here"));
        }
    }

    fn easing(&self, reader: &mut Reader<'_>) -> Option<Option<Easing>> {
        let lasting = reader.num_if(self.lasting.as_ref(), &Measure::share());
        let Some(within) = &self.eases else {
            if let Some(lasting) = &self.lasting {
                let said = "compliance that does not ease lasts as it is";
                let help = "add `eases`, such as \"8 months\", or leave `lasting` out";
                reader.report(Problem::new(lasting.0.span, said).help(help));
            }
            return Some(None);
        };
        let within = reader.num(within, &Measure::duration().positive());
        let nothing = || constant(0.0, format!("{}.lasting", self.path));
        Some(Some(Easing {
            within: within?,
            lasting: lasting?.unwrap_or_else(nothing),
        }))
    }

    fn waivers(&self, reader: &mut Reader<'_>) -> Option<Vec<Waiver>> {
        let all = self.waivers.0.iter().map(|(word, exempt)| {
            let country = reader.country(word);
            exempt.resolve(reader).and_then(|waiver| {
                Some(Waiver {
                    country: country?,
                    ..waiver
                })
            })
        });
        let all: Vec<_> = all.collect();
        all.into_iter().collect()
    }

    /// Who has a waiver would give something up without it.
    fn check_waivers(&self, sanction: &Sanction, setting: Setting<'_>, reader: &mut Reader<'_>) {
        let nothing = |of: &PerCountry, id| of.at(id).law == Law::Constant(0.0);
        for (waiver, (word, _)) in sanction.waivers.iter().zip(&self.waivers.0) {
            let id = waiver.country;
            if !setting.uses(&sanction.on, id) {
                let said = format!("nothing in {} uses any of these goods", word.text);
                let problem = Problem::new(word.span, said);
                reader.report(problem.help("a waiver is for a country that buys them"));
            } else if nothing(&sanction.compliance, id) && nothing(&sanction.risk, id) {
                let said = format!(
                    "{} gives up nothing that a waiver could spare it",
                    word.text
                );
                let help = "list it in `compliance` or `risk`, or leave its waiver out";
                reader.warn(Problem::new(word.span, said).help(help));
            }
        }
    }

    fn relabelling(
        &self,
        struck: &[String],
        on: &[CommodityId],
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<Option<Relabelling>> {
        let Some(handed) = &self.relabelling else {
            return Some(None);
        };
        let companies = reader.companies(&handed.as_)?;
        for (company, word) in companies.iter().zip(&handed.as_.items) {
            let makes = |s: &super::Site| s.company == *company && makes_any(s, on);
            if struck.contains(company) {
                let said = format!("{company} is struck itself");
                reader.report(Problem::new(word.span, said).also(self.companies.span, "here"));
            } else if setting.complete && !setting.sites.iter().any(makes) {
                let said = format!("{company} sells none of the goods struck");
                reader.report(Problem::new(word.span, said));
            }
        }
        let at_most = reader.num(&handed.at_most, &Measure::share());
        let within = reader.num(&handed.within, &Measure::duration().positive());
        Some(Some(Relabelling {
            companies,
            at_most: at_most?,
            within: within?,
        }))
    }
}

impl Exempt {
    /// The waiver, for the country at hand.
    fn resolve(&self, reader: &mut Reader<'_>) -> Option<Waiver> {
        let renewed = reader.num(&self.renewed, &Measure::share())?;
        let term = match &self.term {
            Some(term) => reader.fixed(term, &Measure::duration().at_least(1.0))?,
            None => 0.0,
        };
        if self.term.is_none() && renewed.law.mean() > 0.0 {
            let said = "this waiver may be renewed, but it is not said for how long";
            let help = "add `term`, such as \"6 months\"";
            reader.report(Problem::new(self.renewed.0.span, said).help(help));
        }
        Some(Waiver {
            country: super::CountryId(0),
            until: self.until.date,
            renewed,
            term,
        })
    }
}

impl Channel {
    fn resolve(&self, good: &Good, reader: &mut Reader<'_>) -> Option<Shadow> {
        let rate = Measure::rate(good);
        let at_first = reader.num_if(self.at_first.as_ref(), &rate);
        let at_most = reader.num(&self.at_most, &rate);
        let within = reader.num(&self.within, &Measure::duration().positive());
        let delay = reader.num(&self.delay, &Measure::duration());
        let cost = reader.num(&self.cost, &Measure::ratio());
        let nothing = || constant(0.0, format!("{}.at_first", self.path));
        Some(Shadow {
            at_first: at_first?.unwrap_or_else(nothing),
            at_most: at_most?,
            within: within?,
            delay: delay?,
            cost: cost?,
        })
    }
}

/// Zero for every country not listed.
pub(super) fn no_exceptions(path: &str, key: &str) -> PerCountry {
    PerCountry {
        default: constant(0.0, format!("{path}.{key}.default")),
        given: Vec::new(),
    }
}
