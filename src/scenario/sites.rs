//! `[[sites]]`: mines, plants, fields and trains, and what takes them down.

use super::kinds::{Amount, Duration, Fixed, Frequency, Number, Price, Rate, Share, Volume};
use super::measure::{Good, Measure};
use super::model::{Arrival, CommodityId, Num, Outages, Site, Size};
use super::numbers::constant;
use super::problem::Problem;
use super::study::Period;
use super::table::{Read, Reader, choice, one_of, table};
use super::tree::{Node, Value};
use super::values::{Day, Either, Map, Word, date};
use crate::random::Law;
use crate::units::Dimension;

/// Most outages of a process \[per day\]; more say nothing that fewer do not.
const MOST_OUTAGES: f64 = 2.0;

table! {
    /// A mine, field, plant or train.
    struct Listed {
        /// Unique name.
        name: Word,
        /// Where it stands.
        country: Word,
        /// Who sells its goods; the country's own company unless given.
        company: Option<String>,
        /// What it makes, where it makes one good from nothing traded.
        makes: Option<Word>,
        /// What goes into a run and what comes out of it.
        recipe: Option<Recipe>,
        /// Runs at full capacity, as a volume per time of the good whose coefficient is 1.
        capacity: Amount<Rate>,
        /// Whether it is not there at the start, for a project to build it.
        planned: bool = "false",
        /// Share of capacity used in the base.
        utilisation: Amount<Share> = "1",
        /// Elasticity of output where there is spare capacity.
        supply_elasticity: Amount<Number> = "0",
        /// Money lost per unit of output that lacks inputs; ranks it where inputs are rationed.
        value_at_risk: Option<Amount<Price>>,
        /// Target cover of inputs; the commodity's unless given.
        cover: Option<Amount<Duration>>,
        /// Output factors of the months, January first.
        season: Option<Season>,
        /// Ordinary outages.
        outages: Option<SiteOutages>,
        /// Finished goods it can hold beyond what it usually does, as a volume of its first output or as days of base output; when full, it makes no more than is shipped. No limit unless given.
        storage: Option<Either<Amount<Volume>, Amount<Duration>>>,
        /// Goods on hand at the start; what a steady state has unless given.
        initial: Option<Amount<Volume>>,
    } where one_of(&[&["makes"], &["recipe"]])
}

table! {
    /// Units in and out per run.
    struct Recipe {
        /// Units of each input per run.
        inputs: Map<Amount<Number>>,
        /// Units of each output per run.
        outputs: Map<Amount<Number>>,
    }
}

table! {
    /// When, for how long and how much capacity is lost.
    struct Losses {
        /// Time from each recovery to the next outage.
        every: Option<Amount<Duration>>,
        /// Outages per time, whatever is already down.
        rate: Option<Amount<Frequency>>,
        /// Once: the date, or the time from the start.
        at_ as "at": Option<Either<Day, Amount<Duration>>>,
        /// How long each lasts.
        lasts: Amount<Duration>,
        /// Share of capacity each takes.
        loses: Amount<Share> = "1",
    } where one_of(&[&["every"], &["rate"], &["at"]])
}

table! {
    /// Ordinary outages of a site.
    struct SiteOutages {
        ..losses: Losses,
        /// Whether capacity is the mean output or that while up.
        capacity: Capacity = "mean",
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Capacity {
    Mean,
    WhileUp,
}

choice!(Capacity { "mean" => Capacity::Mean, "while-up" => Capacity::WhileUp });

/// Monthly factors, January first.
#[derive(Clone, Debug)]
pub(super) struct Season([f64; 12]);

impl Read for Season {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let items = node.items();
        if items.len() != 12 {
            let said = format!(
                "a season has 12 numbers, January first; here are {}",
                items.len()
            );
            reader.report(Problem::new(node.span, said));
            return None;
        }
        let factors: Vec<Option<f64>> = items
            .iter()
            .map(|item| reader.fixed_at(item, &Measure::number()))
            .collect();
        let factors: Vec<f64> = factors.into_iter().collect::<Option<_>>()?;
        let mean = factors.iter().sum::<f64>() / 12.0;
        if mean <= 0.0 || !mean.is_finite() {
            reader.report(Problem::new(
                node.span,
                "the factors of a season cannot all be 0",
            ));
            return None;
        }
        let normalised: Vec<f64> = factors.iter().map(|factor| factor / mean).collect();
        normalised.try_into().ok().map(Season)
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({
            "type": "array", "items": Fixed::<Number>::schema(), "minItems": 12, "maxItems": 12
        })
    }
}

impl Season {
    /// The factors, normalised to mean one.
    pub(super) fn factors(&self) -> [f64; 12] {
        self.0
    }
}

type Coefficients = Vec<(CommodityId, Num)>;

impl Listed {
    pub(super) fn resolve(&self, period: Period, reader: &mut Reader<'_>) -> Option<Site> {
        let country = reader.country(&self.country);
        let recipe = self.coefficients(reader);
        let outages = match &self.outages {
            Some(outages) => outages.resolve(period, reader).map(Some),
            None => Some(None),
        };
        let cover = reader.num_if(self.cover.as_ref(), &Measure::duration());
        self.check_planned(reader);
        let utilisation = reader.num(&self.utilisation, &Measure::share());
        let supply_elasticity = reader.num(&self.supply_elasticity, &Measure::number());
        let (inputs, outputs) = recipe?;
        let good = self.measured_good(&inputs, &outputs, reader)?;
        let capacity = reader.num(&self.capacity, &Measure::rate(&good).positive());
        let value_at_risk = self.value_at_risk(&good, reader);
        let made = outputs.first().and_then(|(id, _)| reader.good(*id))?;
        let initial = reader.num_if(self.initial.as_ref(), &Measure::volume(&made));
        let storage = self.storage(&made, reader);
        Some(Site {
            name: self.name.text.clone(),
            country: country?,
            company: self
                .company
                .clone()
                .unwrap_or_else(|| self.country.text.clone()),
            inputs,
            outputs,
            capacity: capacity?,
            utilisation: utilisation?,
            planned: self.planned,
            supply_elasticity: supply_elasticity?,
            value_at_risk: value_at_risk?,
            cover: cover?,
            season: self.season.as_ref().map(Season::factors),
            outages: outages?,
            storage: storage?,
            initial: initial?,
        })
    }

    /// What is not there yet has nothing on hand.
    fn check_planned(&self, reader: &mut Reader<'_>) {
        if let Some(initial) = self.initial.as_ref().filter(|_| self.planned) {
            let said = "a planned site has nothing on hand at the start";
            reader.report(Problem::new(initial.0.span, said).help("leave out `initial`"));
        }
    }

    /// Inputs and outputs per run.
    fn coefficients(&self, reader: &mut Reader<'_>) -> Option<(Coefficients, Coefficients)> {
        match (&self.makes, &self.recipe) {
            (Some(good), None) => {
                let output = constant(1.0, format!("{}.makes", self.path));
                Some((Vec::new(), vec![(reader.commodity(good)?, output)]))
            }
            (None, Some(recipe)) => recipe.resolve(reader),
            (Some(good), Some(recipe)) => {
                reader.report(
                    Problem::new(good.span, "a site has `makes` or `recipe`, not both")
                        .also(recipe.at, "the recipe"),
                );
                None
            }
            (None, None) => {
                let said = format!("`{}` makes nothing", self.path);
                let help = "give it `makes = \"lng\"`, or a `recipe`";
                reader.report(Problem::new(self.at, said).help(help));
                None
            }
        }
    }

    /// The commodity that capacity is measured in.
    fn measured_good(
        &self,
        inputs: &Coefficients,
        outputs: &Coefficients,
        reader: &mut Reader<'_>,
    ) -> Option<Good> {
        let is_one = |num: &Num| num.law == Law::Constant(1.0);
        let one = outputs.iter().chain(inputs).find(|(_, num)| is_one(num));
        if let Some((id, _)) = one {
            return reader.good(*id);
        }
        let recipe = self.recipe.as_ref().map_or(self.at, |recipe| recipe.at);
        reader.report(
            Problem::new(self.capacity.0.span, "this capacity could count anything")
                .label("measured in which commodity?")
                .also(recipe, "no coefficient here is 1")
                .help("scale the recipe so that one output or input has the coefficient 1"),
        );
        None
    }

    fn storage(&self, good: &Good, reader: &mut Reader<'_>) -> Option<Option<Size>> {
        let Some(storage) = &self.storage else {
            return Some(None);
        };
        let node = &storage.0;
        let size = if Reader::dimension_of(node) == Some(Dimension::TIME) {
            reader.num_at(node, &Measure::duration()).map(Size::Days)
        } else {
            let volume = Measure::volume(good).or_said(", or a duration");
            reader.num_at(node, &volume).map(Size::Volume)
        };
        size.map(Some)
    }

    fn value_at_risk(&self, good: &Good, reader: &mut Reader<'_>) -> Option<Num> {
        value_at_risk(self.value_at_risk.as_ref(), &self.path, good, reader)
    }
}

/// Money lost per unit short; none unless given.
pub(super) fn value_at_risk(
    amount: Option<&Amount<Price>>,
    path: &str,
    good: &Good,
    reader: &mut Reader<'_>,
) -> Option<Num> {
    match amount {
        Some(amount) => reader.num(amount, &Measure::price(good)),
        None => Some(constant(0.0, format!("{path}.value_at_risk"))),
    }
}

impl Recipe {
    fn resolve(&self, reader: &mut Reader<'_>) -> Option<(Coefficients, Coefficients)> {
        if self.outputs.0.is_empty() {
            reader.report(Problem::new(self.at, "this recipe has no outputs"));
            return None;
        }
        for (input, _) in &self.inputs.0 {
            if let Some((output, _)) = self
                .outputs
                .0
                .iter()
                .find(|(out, _)| out.text == input.text)
            {
                reader.report(
                    Problem::new(
                        input.span,
                        format!("`{}` goes in and comes out", input.text),
                    )
                    .also(output.span, "comes out here"),
                );
            }
        }
        let inputs = side(&self.inputs, reader);
        let outputs = side(&self.outputs, reader);
        Some((inputs?, outputs?))
    }
}

fn side(map: &Map<Amount<Number>>, reader: &mut Reader<'_>) -> Option<Coefficients> {
    let pair = |(word, amount): &(Word, Amount<Number>)| {
        let id = reader.commodity(word);
        let units = reader.num(amount, &Measure::number().positive());
        Some((id?, units?))
    };
    let pairs: Vec<_> = map.0.iter().map(pair).collect();
    pairs.into_iter().collect()
}

impl SiteOutages {
    fn resolve(&self, period: Period, reader: &mut Reader<'_>) -> Option<Outages> {
        self.losses
            .resolve(period, self.capacity == Capacity::WhileUp, reader)
    }
}

impl Losses {
    /// The outages; `while_up` says that capacity is not raised for them.
    pub(super) fn resolve(
        &self,
        period: Period,
        while_up: bool,
        reader: &mut Reader<'_>,
    ) -> Option<Outages> {
        let arrival = self.arrival(period, reader);
        let lasts = reader.law(&self.lasts, &Measure::duration().positive());
        let loses = reader.law(&self.loses, &Measure::share());
        Some(Outages {
            arrival: arrival?,
            lasts: lasts?,
            loses: loses?,
            capacity_while_up: while_up,
        })
    }

    fn arrival(&self, period: Period, reader: &mut Reader<'_>) -> Option<Arrival> {
        match (&self.every, &self.rate, &self.at_) {
            (Some(every), None, None) => {
                let up_time = Measure::duration().positive();
                reader.law(every, &up_time).map(Arrival::Renewal)
            }
            (None, Some(rate), None) => reader
                .num(rate, &Measure::frequency().at_most(MOST_OUTAGES))
                .map(Arrival::Overlapping),
            (None, None, Some(at)) => once(&at.0, period, reader).map(Arrival::Once),
            _ => {
                let said = "give one of `every`, `rate` and `at`";
                reader.report(Problem::new(self.at, said).help(
                    "every = time from recovery to the next outage; rate = outages per time; at = once",
                ));
                None
            }
        }
    }
}

/// Days from the start to what happens once.
fn once(at: &Node, period: Period, reader: &mut Reader<'_>) -> Option<Law> {
    if !matches!(at.value, Value::Date(_)) && date(at).is_none() {
        return reader.law_at(at, &Measure::duration());
    }
    let day = Day::read(at, reader)?;
    period.check_before_end(day, reader);
    let days = period.days_to(day.date);
    if days < 0.0 {
        reader.report(Problem::new(
            day.span,
            "this is before the start of the scenario",
        ));
    }
    Some(Law::Constant(days))
}

/// The sites, in the order of the file.
pub(super) fn resolve(sites: &[Listed], period: Period, reader: &mut Reader<'_>) -> Vec<Site> {
    let mut names = super::names::Index::default();
    for site in sites {
        if let Some(first) = names.add(&site.name.text, site.name.span) {
            reader.report(
                Problem::new(
                    site.name.span,
                    format!("two sites are named `{}`", site.name.text),
                )
                .also(first, "the first"),
            );
        }
    }
    sites
        .iter()
        .filter_map(|site| site.resolve(period, reader))
        .collect()
}
