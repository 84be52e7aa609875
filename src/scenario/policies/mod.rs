//! `[policies.NAME.KIND]`: timed instruments, one file an instrument.

mod bypass;
mod closure;
mod coordinated_release;
mod demand_shock;
mod disruption;
mod export_ban;
mod export_licence;
mod export_quota;
mod extraterritorial_rule;
mod hoarding;
mod leakage;
mod negotiation;
mod price_cap;
mod price_floor;
mod project;
mod sanction;
mod stockpile_pact;
mod substitution;
mod tariff;
mod users;

use super::kinds::{Amount, Amounts, Duration};
use super::measure::{Good, Measure};
use super::model::{
    CommodityId, CountryId, Demand, Instrument, Num, PerCommodity, Policy, RegimeId, Role, Scope,
    Site,
};
use super::numbers::{by_names, constant};
use super::problem::Problem;
use super::source::Span;
use super::study::Period;
use super::table::{Reader, choice, not_both, one_of, table};
use super::values::{Day, Map, OneOrMany, Word};

/// The instruments: the key that names each in a file, and its table.
macro_rules! instruments {
    ($($(#[doc = $doc:literal])* $key:literal $field:ident: $table:ty),* $(,)?) => {
        table! {
            /// A policy, by the kind of its instrument.
            struct Kinds {
                $($(#[doc = $doc])* $field as $key: Option<$table>),*
            } where one_of(&[$(&[$key]),*])
        }

        impl Kinds {
            fn given(&self) -> Vec<&dyn Declared> {
                let mut given: Vec<&dyn Declared> = Vec::new();
                $(given.extend(self.$field.as_ref().map(|table| table as &dyn Declared));)*
                given
            }
        }
    };
}

instruments! {
    /// Forbids exports, or a share of them.
    "export-ban" export_ban: export_ban::Listed,
    /// Limits exports over a period.
    "export-quota" export_quota: export_quota::Listed,
    /// Makes exports wait for a licence.
    "export-licence" export_licence: export_licence::Listed,
    /// Takes capacity away from time to time.
    "disruption" disruption: disruption::Listed,
    /// Has buyers give up the goods of companies.
    "sanction" sanction: sanction::Listed,
    /// Makes imports dearer.
    "tariff" tariff: tariff::Listed,
    /// Has buyers pay no more than a price.
    "price-cap" price_cap: price_cap::Listed,
    /// Closes a chokepoint of shipping.
    "closure" closure: closure::Listed,
    /// Carries goods past a chokepoint.
    "bypass" bypass: bypass::Listed,
    /// Carries goods that others stop through third countries.
    "leakage" leakage: leakage::Listed,
    /// Controls goods made abroad with one's own.
    "extraterritorial-rule" extraterritorial_rule: extraterritorial_rule::Listed,
    /// Releases a volume from the state stocks of several countries.
    "coordinated-release" coordinated_release: coordinated_release::Listed,
    /// Lets members that run low draw on the state stocks of the others.
    "stockpile-pact" stockpile_pact: stockpile_pact::Listed,
    /// Changes reference demand.
    "demand-shock" demand_shock: demand_shock::Listed,
    /// Has buyers store more for fear of a shortage.
    "hoarding" hoarding: hoarding::Listed,
    /// Has users go over to another good, or do with less.
    "substitution" substitution: substitution::Listed,
    /// Has the regime of a process drawn on set dates.
    "negotiation" negotiation: negotiation::Listed,
    /// Builds capacity.
    "project" project: project::Listed,
    /// Pays sites no less for a good.
    "price-floor" price_floor: price_floor::Listed,
}

/// The table of an instrument.
trait Declared {
    fn timing(&self) -> &Timing;
    /// Whether it strikes buyers, who may then store ahead.
    fn strikes_buyers(&self) -> bool {
        false
    }
    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument>;
}

/// What policies act on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    pub period: Period,
    pub sites: &'a [Site],
    pub demands: &'a [Demand],
    /// Whether all sites could be read, and all demands.
    pub complete: bool,
    pub all_uses: bool,
}

impl Setting<'_> {
    /// Whether somebody in a country uses one of these goods; taken for granted
    /// where a site or a demand could not be read.
    fn uses(&self, on: &[CommodityId], country: CountryId) -> bool {
        let known = self.complete && self.all_uses;
        let mut demands = self.demands.iter();
        let mut sites = self.sites.iter();
        !known
            || demands.any(|d| d.country == country && on.contains(&d.commodity))
            || sites.any(|s| s.country == country && on.iter().any(|good| s.takes(*good)))
    }
}

table! {
    /// When a policy is in force, and what it is to the study.
    struct Timing {
        /// Its name in reports; its key in the file unless given.
        title: Option<String>,
        /// What it is to the study; the baseline keeps only the background.
        role: Role,
        /// Date of its announcement; that on which it takes effect unless given.
        announced: Option<Day>,
        /// Days of use that buyers struck store ahead between its announcement and its effect; none unless given.
        front_loading: Option<Amount<Duration>>,
        /// First day in force; the start of the scenario unless given.
        effective: Option<Day>,
        /// First day no longer in force.
        ends: Option<Day>,
        /// Regimes in which it is in force; all unless given.
        when: Option<OneOrMany<Word>>,
    }
}

table! {
    /// The trade that an export control binds.
    struct Bound {
        /// The exporter.
        by: Word,
        /// Which commodities.
        on: OneOrMany<Word>,
        /// Destinations; all other countries unless given.
        to: Option<OneOrMany<Word>>,
        /// Destinations left out.
        except: Option<OneOrMany<Word>>,
    } where not_both("to", "except")
}

choice!(Role {
    "shock" => Role::Shock,
    "response" => Role::Response,
    "background" => Role::Background,
});

/// The policies, in the order of the file.
pub(super) fn resolve(
    policies: &Map<Kinds>,
    setting: Setting<'_>,
    reader: &mut Reader<'_>,
) -> Vec<Policy> {
    let policy = |(name, kinds): &(Word, Kinds)| kinds.resolve(name, setting, reader);
    let policies: Vec<Policy> = policies.0.iter().filter_map(policy).collect();
    if policies.len() == reader.names.policies.len() {
        project::check_order(&policies, reader);
    }
    policies
}

impl Kinds {
    fn resolve(
        &self,
        name: &Word,
        setting: Setting<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<Policy> {
        let given = self.given();
        let [declared] = given.as_slice() else {
            self.not_one(name, given.len(), reader);
            return None;
        };
        let timing = declared.timing();
        timing.check(setting.period, reader);
        let when = timing.regimes(reader);
        let front_loading = timing.front_loading(declared.strikes_buyers(), setting.period, reader);
        let instrument = declared.resolve(setting, reader);
        let effective = timing
            .effective
            .map_or(setting.period.start, |day| day.date);
        Some(Policy {
            name: name.text.clone(),
            title: timing.title.clone().unwrap_or_else(|| name.text.clone()),
            role: timing.role,
            announced: timing.announced.map_or(effective, |day| day.date),
            effective,
            front_loading: front_loading?,
            ends: timing.ends.map(|day| day.date),
            when: when?,
            instrument: instrument?,
        })
    }

    fn not_one(&self, name: &Word, count: usize, reader: &mut Reader<'_>) {
        let problem = if count == 0 {
            Problem::new(
                name.span,
                format!("policy `{}` has no instrument", name.text),
            )
            .help("write it as [policies.NAME.export-ban], or another instrument")
        } else {
            Problem::new(
                name.span,
                format!("policy `{}` has {count} instruments", name.text),
            )
            .help("give each instrument a policy of its own")
        };
        // A table that could not be read has told of its own problems.
        if count > 0 || reader.problems.is_empty() {
            reader.report(problem);
        }
    }
}

impl Timing {
    fn regimes(&self, reader: &mut Reader<'_>) -> Option<Vec<RegimeId>> {
        match &self.when {
            Some(when) => reader.each(when, Reader::regime),
            None => Some(Vec::new()),
        }
    }

    fn front_loading(
        &self,
        strikes_buyers: bool,
        period: Period,
        reader: &mut Reader<'_>,
    ) -> Option<Num> {
        let Some(amount) = &self.front_loading else {
            return Some(constant(0.0, format!("{}.front_loading", self.path)));
        };
        let effective = self.effective.map_or(period.start, |day| day.date);
        if !strikes_buyers {
            let said = "this kind of policy strikes no buyers, so none stores ahead of it";
            reader.report(Problem::new(amount.0.span, said));
        } else if self.announced.is_none_or(|day| day.date >= effective) {
            let said = "buyers store ahead only of a policy announced before it takes effect";
            let help = "give `announced`, and a later `effective`";
            reader.report(Problem::new(amount.0.span, said).help(help));
        }
        reader.num(amount, &Measure::duration())
    }

    fn check(&self, period: Period, reader: &mut Reader<'_>) {
        for day in [self.announced, self.effective].into_iter().flatten() {
            period.check_before_end(day, reader);
        }
        if let (Some(announced), Some(effective)) = (self.announced, self.effective)
            && announced.date > effective.date
        {
            reader.report(
                Problem::new(
                    announced.span,
                    "this policy is announced after it takes effect",
                )
                .also(effective.span, "it takes effect here"),
            );
        }
        if let Some(ends) = self.ends {
            self.check_end(ends, period, reader);
        }
    }

    fn check_end(&self, ends: Day, period: Period, reader: &mut Reader<'_>) {
        match self.effective {
            Some(effective) if ends.date <= effective.date => reader.report(
                Problem::new(ends.span, "this policy ends before it takes effect")
                    .also(effective.span, "it takes effect here"),
            ),
            _ if ends.date <= period.start => {
                reader.report(Problem::new(
                    ends.span,
                    "this policy ends before the scenario starts",
                ));
            }
            _ => {}
        }
    }
}

impl Bound {
    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Scope> {
        let by = reader.country(&self.by);
        let on = reader.commodities(&self.on);
        let to = self.destinations(by, reader);
        let scope = Scope {
            by: by?,
            on: on?,
            to: to?,
        };
        self.check_binds(&scope, setting, reader);
        Some(scope)
    }

    fn destinations(
        &self,
        by: Option<CountryId>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<CountryId>> {
        match (&self.to, &self.except) {
            (Some(to), None) => {
                let ids = reader.countries(to);
                self.check_not_self(to, reader);
                ids
            }
            (None, except) => countries_but(by, except.as_ref(), reader),
            (Some(to), Some(except)) => {
                reader.report(
                    Problem::new(except.span, "give `to` or `except`, not both")
                        .also(to.span, "the destinations"),
                );
                None
            }
        }
    }

    fn check_not_self(&self, to: &OneOrMany<Word>, reader: &mut Reader<'_>) {
        if let Some(word) = to.items.iter().find(|word| word.text == self.by.text) {
            reader.report(
                Problem::new(word.span, "an export control cannot bind trade at home")
                    .also(self.by.span, "the exporter"),
            );
        }
    }

    fn check_binds(&self, scope: &Scope, setting: Setting<'_>, reader: &mut Reader<'_>) {
        let makes = |site: &Site| site.country == scope.by && makes_any(site, &scope.on);
        if setting.complete && !setting.sites.iter().any(makes) {
            let said = format!(
                "this policy binds nothing: {} makes none of these",
                self.by.text
            );
            reader.report(Problem::new(self.on.span, said).also(self.by.span, "the exporter"));
        }
        if scope.to.is_empty() {
            reader.report(Problem::new(self.at, "this policy binds no destination"));
        }
    }
}

/// All countries but one, and those left out.
fn countries_but(
    by: Option<CountryId>,
    except: Option<&OneOrMany<Word>>,
    reader: &mut Reader<'_>,
) -> Option<Vec<CountryId>> {
    let left_out = match except {
        Some(except) => reader.countries(except)?,
        None => Vec::new(),
    };
    let all = (0..reader.names.countries.len()).map(CountryId);
    let bound = all.filter(|id| Some(*id) != by && !left_out.contains(id));
    Some(bound.collect())
}

/// Reports goods that nobody makes whom a policy could bind.
fn check_made(
    on: &[CommodityId],
    span: Span,
    whose: impl Fn(&Site) -> bool,
    setting: Setting<'_>,
    reader: &mut Reader<'_>,
) {
    let made = |site: &Site| whose(site) && makes_any(site, on);
    if setting.complete && !setting.sites.iter().any(made) {
        let said = "this policy binds nothing: nobody it could bind makes these";
        reader.report(Problem::new(span, said));
    }
}

/// A number for each good, in its own measure, which has a name.
fn for_each_good<K>(
    amounts: &Amounts<K>,
    (on, span): (&[CommodityId], Span),
    (name, measure): (&str, fn(&Good) -> Measure),
    reader: &mut Reader<'_>,
) -> Option<PerCommodity> {
    let node = &amounts.0;
    let mut of_good = |id: CommodityId| -> Option<Num> {
        let good = reader.good(id)?;
        let own = if by_names(node) {
            node.get(&good.key).or_else(|| node.get("default"))
        } else {
            Some(node)
        };
        let Some(own) = own else {
            let said = format!("`{}` has no {name} for `{}`", node.path, good.key);
            reader.report(
                Problem::new(node.span, said)
                    .also(span, "what the policy binds")
                    .help(format!("add {} = …, or a default", good.key)),
            );
            return None;
        };
        reader.num_at(own, &measure(&good))
    };
    let given: Vec<_> = on
        .iter()
        .map(|id| of_good(*id).map(|num| (*id, num)))
        .collect();
    Some(PerCommodity {
        default: constant(0.0, format!("{}.default", node.path)),
        given: given.into_iter().collect::<Option<_>>()?,
    })
}

fn makes_any(site: &Site, goods: &[CommodityId]) -> bool {
    site.outputs.iter().any(|(made, _)| goods.contains(made))
}

/// Reports numbers for commodities that a policy does not bind.
fn check_listed<K>(amounts: &Amounts<K>, scope: &Scope, on: Span, reader: &mut Reader<'_>) {
    check_listed_in(amounts, &scope.on, on, reader);
}

/// The same for a policy that binds these goods.
fn check_listed_in<K>(
    amounts: &Amounts<K>,
    goods: &[CommodityId],
    on: Span,
    reader: &mut Reader<'_>,
) {
    for entry in amounts.0.entries() {
        let known = reader.names.commodities.find(&entry.key).map(CommodityId);
        if known.is_some_and(|id| !goods.contains(&id)) {
            let said = format!("this policy does not bind `{}`", entry.key);
            reader.report(Problem::new(entry.key_span, said).also(on, "what it binds"));
        }
    }
}
