//! `[[lanes]]`: how goods travel between countries.

use super::csv_table::Cell;
use super::kinds::{Amount, Duration, Fixed, Number};
use super::measure::Measure;
use super::model::{self, CommodityId, CountryId, Lane};
use super::problem::Problem;
use super::table::{Reader, any_of, not_both, one_of, table, with};
use super::values::{Map, OneOrMany, Word};
use crate::random::Law;

table! {
    /// How goods travel between countries.
    struct Listed {
        /// From one country, several, or "*" for any.
        from: Option<OneOrMany<Word>>,
        /// To one country, several, or "*" for any.
        to: Option<OneOrMany<Word>>,
        /// Which commodities; all unless given.
        of: Option<OneOrMany<Word>>,
        /// Time under way.
        transit: Option<Amount<Duration>>,
        /// Whether goods flow, as in a pipeline, rather than sail.
        pipeline: Option<bool>,
        /// Chokepoints on the way, by names of your choice, and how long after departure each is reached.
        via: Map<Fixed<Duration>>,
        /// The way round all chokepoints of the lane; goods kept from them wait unless given.
        detour: Option<Detour>,
        /// A CSV file of log-normal times with the columns from, to, median and p90, in days.
        file: Option<Word>,
    } where
        one_of(&[&["file"], &["from", "to"]]),
        any_of(&[&["file"], &["transit"], &["pipeline"], &["via"]]),
        with("detour", &["via"]),
        not_both("file", "from"),
        not_both("file", "to"),
        not_both("file", "transit"),
}

table! {
    /// The way round the chokepoints of a lane.
    struct Detour {
        /// By how much longer goods are under way.
        adds: Amount<Duration>,
        /// By how much dearer they are, in reference prices.
        cost: Amount<Number> = "0",
    }
}

/// Chokepoints of a lane, if it names any, and the way round them.
type Route = (Option<Vec<(String, f64)>>, Option<model::Detour>);

/// `None` stands for any country.
type End = Option<CountryId>;

impl Listed {
    pub(super) fn resolve(&self, reader: &mut Reader<'_>) -> Option<Vec<Lane>> {
        let commodities = match &self.of {
            Some(of) => reader.commodities(of),
            None => Some(Vec::new()),
        };
        let route = self.route(reader);
        match &self.file {
            Some(path) => self.read_file(path, &commodities?, &route?, reader),
            None => self.product(commodities, route, reader),
        }
    }

    fn route(&self, reader: &mut Reader<'_>) -> Option<Route> {
        let passage = |(word, days): &(Word, Fixed<Duration>)| {
            let days = reader.fixed(days, &Measure::duration())?;
            Some((word.text.clone(), days))
        };
        let via: Option<Vec<_>> = self.via.0.iter().map(passage).collect();
        let detour = match &self.detour {
            Some(detour) => detour.resolve(reader).map(Some),
            None => Some(None),
        };
        if let Some(detour) = self.detour.as_ref().filter(|_| self.via.0.is_empty()) {
            let said = "this detour goes round nothing";
            let help = "name the chokepoint: via = { hormuz = \"1 day\" }";
            reader.report(Problem::new(detour.at, said).help(help));
        }
        let via = via?;
        Some(((!via.is_empty()).then_some(via), detour?))
    }

    /// A lane for each pair of ends; from a country to itself only where one
    /// country stands on both sides.
    fn product(
        &self,
        commodities: Option<Vec<CommodityId>>,
        route: Option<Route>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<Lane>> {
        let from = self.ends("from", self.from.as_ref(), reader);
        let to = self.ends("to", self.to.as_ref(), reader);
        let transit = reader.law_if(self.transit.as_ref(), &Measure::duration());
        let silent = self.transit.is_none() && self.pipeline.is_none();
        if silent && self.via.0.is_empty() {
            let said = format!("`{}` says nothing about how goods travel", self.path);
            let help = "give it `transit`, `pipeline` or `via`";
            reader.report(Problem::new(self.at, said).help(help));
        }
        let (from, to, transit, commodities) = (from?, to?, transit?, commodities?);
        let (via, detour) = route?;
        let domestic = from.len() == 1 && to.len() == 1;
        let pairs = from.iter().flat_map(|f| to.iter().map(move |t| (*f, *t)));
        let kept = pairs.filter(|(f, t)| domestic || f.is_none() || f != t);
        let lane = |(from, to)| Lane {
            from,
            to,
            commodities: commodities.clone(),
            transit: transit.clone(),
            pipeline: self.pipeline,
            via: via.clone(),
            detour: detour.clone(),
        };
        Some(kept.map(lane).collect())
    }

    fn ends(
        &self,
        key: &str,
        words: Option<&OneOrMany<Word>>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<End>> {
        let Some(words) = words else {
            let said = format!("`{}` has no `{key}`", self.path);
            let help = "a country, a list of countries, or \"*\" for any";
            reader.report(
                Problem::new(self.at, said)
                    .label(format!("`{key}` is missing"))
                    .help(help),
            );
            return None;
        };
        reader.each(words, end)
    }

    fn read_file(
        &self,
        path: &Word,
        commodities: &[CommodityId],
        (via, detour): &Route,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<Lane>> {
        let others = [
            self.from.is_some(),
            self.to.is_some(),
            self.transit.is_some(),
        ];
        if others.contains(&true) {
            let said = "the file says from where to where and how long";
            reader
                .report(Problem::new(path.span, said).help("leave out `from`, `to` and `transit`"));
        }
        let mut lanes = Vec::new();
        let columns = ["from", "to", "median", "p90"];
        reader.each_row(path, columns, |reader, [from, to, median, p90]| {
            let ends = (end(reader, &from.word()), end(reader, &to.word()));
            let transit = transit_of(median, p90, reader);
            lanes.push(Lane {
                from: ends.0?,
                to: ends.1?,
                commodities: commodities.to_vec(),
                transit: Some(transit?),
                pipeline: self.pipeline,
                via: via.clone(),
                detour: detour.clone(),
            });
            Some(())
        })?;
        Some(lanes)
    }
}

impl Detour {
    fn resolve(&self, reader: &mut Reader<'_>) -> Option<model::Detour> {
        let adds = reader.num(&self.adds, &Measure::duration());
        let cost = reader.num(&self.cost, &Measure::ratio());
        Some(model::Detour {
            adds: adds?,
            cost: cost?,
        })
    }
}

fn end(reader: &mut Reader<'_>, word: &Word) -> Option<End> {
    if word.text == "*" {
        Some(None)
    } else {
        reader.country(word).map(Some)
    }
}

/// Log-normal, or constant where no 90th percentile is given.
fn transit_of(median: &Cell<'_>, p90: &Cell<'_>, reader: &mut Reader<'_>) -> Option<Law> {
    let days = reader.cell_number(median)?;
    if p90.text.is_empty() {
        return Some(Law::Constant(days));
    }
    let late = reader.cell_number(p90)?;
    match Law::lognormal_median_p90(days, late) {
        Ok(law) => Some(law),
        Err(error) => {
            let problem = Problem::new(p90.span, format!("this is no log-normal law: {error}"));
            reader.report(problem.also(median.span, "the median"));
            None
        }
    }
}
