//! A sweep file: its tables, and what they come to.

use super::changes::{changes, made, refuse_twice};
use super::factors::{self, Keyed, Listed};
use super::filters::{self, Filter};
use super::levels::Varied;
use super::points::{self, Pick, Plan, Sample};
use super::schema::{self, Settings, needs, only_with};
use super::shown::{self, Shown};
use super::tried::{Raw, Tried};
use super::{Design, Level, Sweep, Template};
use crate::scenario::files::Embedded;
use crate::scenario::names::Names;
use crate::scenario::overrides::Change;
use crate::scenario::problem::{Problem, Problems, Report};
use crate::scenario::source::{ContentHash, Sources, Span};
use crate::scenario::study::{MOST_TRIALS, Plain, short_name, simplified};
use crate::scenario::table::{Read, Reader, choice, table};
use crate::scenario::tree::Node;
use crate::scenario::values::{Filled, Spelt, Whole, Word};

/// Usual trajectories and levels of Morris's method.
const TRAJECTORIES: usize = 10;
const LEVELS: u32 = 4;
/// Designs whose points are sampled, so many of them.
pub(super) const OF_A_SIZE: &[&str] = &["lhs", "sobol"];
pub(super) const SAMPLED: &[&str] = &["lhs", "sobol", "morris"];
const MORRIS: &[&str] = &["morris"];
/// Keys that go with these designs only.
const GO_WITH: [(&str, &[&str]); 4] = [
    ("points", OF_A_SIZE),
    ("trajectories", MORRIS),
    ("levels", MORRIS),
    ("design_seed", SAMPLED),
];

table! {
    /// A sweep: a scenario run many times, each with other values of some of its numbers.
    struct File {
        /// The sweep as a whole.
        sweep: Tried<Head>,
        /// What is varied, by key.
        factors: Tried<Filled<Tried<Listed>>>,
    } where
        schema::keys_of_factors(),
        schema::factors_of_designs(),
}

table! {
    /// The sweep as a whole.
    struct Head {
        /// One line for the top of the report.
        title: Tried<String>,
        /// The question it answers.
        question: Tried<Option<String>>,
        /// Short name, of a-z, 0-9 and -; the file's stem unless given.
        name: Tried<Option<Spelt<Plain>>>,
        /// The scenario that is varied: a file, by its path from the folder of this one, or a built-in scenario by its name.
        scenario: Tried<Word>,
        /// Trials of each point; the scenario's unless given.
        trials: Tried<Option<Whole<1, MOST_TRIALS>>>,
        /// Seed of the draws at all points; the scenario's unless given.
        seed: Tried<Option<Whole<0>>>,
        /// How points are chosen.
        design: Tried<Design> = "grid",
        /// Points of a sample.
        points: Tried<Option<Whole<2, 100_000>>>,
        /// Trajectories of Morris's method; 10 unless given.
        trajectories: Tried<Option<Whole<2, 100_000>>>,
        /// Levels of Morris's method, an even number; 4 unless given.
        levels: Tried<Option<Whole<2, 100>>>,
        /// Seed of a sampled design; 1 unless given.
        design_seed: Tried<Option<Whole<0>>>,
        /// Conditions that all points fulfil.
        filters: Tried<Vec<Word>>,
        /// What pictures show: metric, side and statistic, as "price_spot difference".
        show: Tried<Vec<Spelt<Shown>>>,
        /// Changes of the scenario at all points, by path.
        set: Option<Raw<Settings>>,
    } where
        only_with(&GO_WITH),
        needs(OF_A_SIZE, "points"),
        schema::limits(),
}

choice!(Design {
    "grid" => Design::Grid,
    "zip" => Design::Zip,
    "one-at-a-time" => Design::OneAtATime,
    "lhs" => Design::LatinHypercube,
    "sobol" => Design::Sobol,
    "morris" => Design::Morris { levels: LEVELS },
});

/// The scenario that a sweep names, and where.
pub(super) fn scenario_of(root: &Node) -> Option<(&str, Span)> {
    let node = root.get("sweep")?.get("scenario")?;
    Some((
        node.text().filter(|text| !text.trim().is_empty())?,
        node.span,
    ))
}

/// Reads a sweep and puts its points together.
pub(super) fn sweep(
    root: &Node,
    stem: &str,
    template: Option<Template>,
    mut sources: Sources,
    problems: Problems,
) -> Result<Sweep, Report> {
    let (mut hash, nothing) = (ContentHash::new(), Embedded(&[]));
    let mut reader = Reader::new(&mut sources, &nothing, &mut hash);
    reader.problems = problems;
    let scenario = template.as_ref().map(|template| &template.root);
    if let Some(scenario) = scenario {
        // Citations may be those of the scenario.
        reader.names = Names::gather(scenario).into();
    }
    let file = File::read(root, &mut reader);
    let made = file.and_then(|file| file.resolve(stem, scenario, &mut reader));
    let problems = reader.problems;
    let (Some((made, base)), Some(template), true) = (made, template, problems.is_empty()) else {
        return Err(Report::new(sources, problems));
    };
    let template = template.with(&made.set, base);
    made.finish(template, &sources)
}

/// What a sweep file says.
struct Made {
    at: Span,
    name: String,
    title: String,
    question: Option<String>,
    varies: String,
    trials: Option<u64>,
    seed: Option<u64>,
    design: Design,
    varied: Vec<Varied>,
    plan: Plan,
    filters: Vec<String>,
    design_seed: Option<u64>,
    show: Vec<[&'static str; 3]>,
    set: Vec<Change>,
}

impl File {
    /// What the file says, and the scenario as it is at all points; `None` if there
    /// is a problem.
    fn resolve(
        &self,
        stem: &str,
        scenario: Option<&Node>,
        reader: &mut Reader<'_>,
    ) -> Option<(Made, Node)> {
        let head = self.sweep.0.as_ref();
        let design = head.and_then(|head| head.design(reader));
        let set = head.map_or_else(Vec::new, |head| head.changes(reader));
        let keyed = match &self.factors.0 {
            Some(Filled(listed)) => factors::resolve(listed, design, reader),
            None => Vec::new(),
        };
        let filters = head.and_then(|head| head.filters(&keyed, design, reader));
        let all = keyed.len();
        let varied = keyed.into_iter().filter_map(|(_, varied)| varied);
        let mut varied: Vec<Varied> = varied.collect();
        let base = scenario.map(|scenario| made(scenario, &set, reader));
        if let Some(base) = &base {
            for varied in &mut varied {
                varied.check_paths(base, reader);
                varied.refer_to_scenario(base, reader.sources);
            }
            refuse_twice(base, &set, &varied, reader);
        }
        let head = head?;
        let name = head.name(stem, reader);
        let show = head.show.0.as_ref();
        let show = show.map(|words| shown::responses(words, reader));
        let complete = varied.len() == all && !varied.is_empty();
        let sample = head.sample(design?, reader)?;
        let plan =
            complete.then(|| points::plan(design?, &varied, &filters?, &sample, reader))??;
        let made = Made {
            at: head.at,
            name: name?,
            title: head.title.0.clone()?,
            question: head.question.0.clone()?,
            varies: head.scenario.0.as_ref()?.text.clone(),
            trials: head.trials.given().map(|n| n.value.unsigned_abs()),
            seed: head.seed.given().map(|n| n.value.unsigned_abs()),
            design: design?,
            varied,
            plan,
            filters: head
                .filters
                .0
                .iter()
                .flatten()
                .map(|word| word.text.clone())
                .collect(),
            design_seed: design?.is_sampled().then_some(sample.seed),
            show: show?,
            set,
        };
        Some((made, base?))
    }
}

impl Head {
    fn name(&self, stem: &str, reader: &mut Reader<'_>) -> Option<String> {
        match self.name.given() {
            Some(word) => short_name(word, reader),
            None => self.name.is_absent().then(|| simplified(stem)),
        }
    }

    /// The design, if it is known; keys that do not go with it are problems.
    fn design(&self, reader: &mut Reader<'_>) -> Option<Design> {
        let mut design = self.design.0?;
        let given = [
            self.points.given().map(|n| n.span),
            self.trajectories.given().map(|n| n.span),
            self.levels.given().map(|n| n.span),
            self.design_seed.given().map(|n| n.span),
        ];
        for ((key, designs), span) in GO_WITH.into_iter().zip(given) {
            if let (Some(span), false) = (span, designs.contains(&design.name())) {
                let said = format!("`{key}` does not go with the design {}", design.name());
                let help = format!("it goes with {}", listed(designs));
                reader.report(Problem::new(span, said).help(help));
            }
        }
        if let Design::Morris { levels } = &mut design
            && let Some(given) = self.levels.given()
        {
            *levels = u32::try_from(given.value).unwrap_or(LEVELS);
            if given.value % 2 == 1 {
                let problem = Problem::new(given.span, format!("{} is odd", given.value));
                reader.report(problem.help("Morris's method takes an even number of levels"));
            }
        }
        Some(design)
    }

    /// How points are sampled; `None` if it is not said how many.
    fn sample(&self, design: Design, reader: &mut Reader<'_>) -> Option<Sample> {
        let points = self.points.given();
        let sampled = matches!(design, Design::LatinHypercube | Design::Sobol);
        if sampled && points.is_none() {
            if self.points.is_absent() && !reader.is_misspelt(&self.path, "points") {
                let said = format!("a sweep with the design {} needs `points`", design.name());
                let problem = Problem::new(self.at, said).label("`points` is missing");
                reader.report(problem.help("`points`: how many points are sampled"));
            }
            return None;
        }
        let whole = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
        let trajectories = self.trajectories.given();
        let seed = self.design_seed.given();
        Some(Sample {
            points: points.map_or(0, |n| whole(n.value)),
            trajectories: trajectories.map_or(TRAJECTORIES, |n| whole(n.value)),
            seed: seed.map_or(1, |n| n.value.unsigned_abs()),
            at: match (points, trajectories) {
                (Some(n), _) => n.span,
                (_, Some(n)) => n.span,
                _ => self.at,
            },
        })
    }

    /// Changes at all points.
    fn changes(&self, reader: &mut Reader<'_>) -> Vec<Change> {
        match &self.set {
            Some(Raw(node, _)) => changes(node, reader),
            None => Vec::new(),
        }
    }

    /// The filters; `None` if one cannot be used.
    fn filters(
        &self,
        factors: &[Keyed<'_>],
        design: Option<Design>,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<Filter>> {
        let words = self.filters.0.as_ref()?;
        if let (Some(Design::Morris { .. }), Some(first)) = (design, words.first()) {
            let said = "`filters` do not go with the design morris";
            let help = "Morris's method needs all points of its trajectories";
            reader.report(Problem::new(first.span, said).help(help));
        }
        let read = words
            .iter()
            .map(|word| filters::read(word, factors, reader));
        let read: Vec<Option<Filter>> = read.collect();
        read.into_iter().collect()
    }
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => words.concat(),
    }
}

/// The JSON Schema of a sweep file.
pub(super) fn schema() -> serde_json::Value {
    File::schema()
}

impl Made {
    fn finish(self, template: Template, sources: &Sources) -> Result<Sweep, Report> {
        let reference = template.load(&[])?;
        self.varied
            .iter()
            .for_each(|varied| varied.read_tables(&template.files));
        let read = template.files.read_so_far();
        let texts = [0, 1].into_iter().filter_map(|file| sources.nth(file));
        let texts = texts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        let (mut files, mut whole) = (Vec::new(), ContentHash::new());
        for (name, bytes) in texts.chain(read) {
            let mut hash = ContentHash::new();
            hash.add(&bytes);
            whole.add(&bytes);
            files.push((name, hash.finish()));
        }
        let factors = self.varied.iter().map(|varied| varied.factor.clone());
        Ok(Sweep {
            points: self
                .plan
                .picks
                .iter()
                .map(|picks| self.levels(picks))
                .collect(),
            at: self.at,
            name: self.name,
            title: self.title,
            question: self.question,
            varies: self.varies,
            trials: self.trials.unwrap_or(reference.scenario.trials),
            seed: self.seed.unwrap_or(reference.scenario.seed),
            design: self.design,
            factors: factors.collect(),
            dropped: self.plan.dropped,
            filters: self.filters,
            design_seed: self.design_seed,
            show: self.show,
            template,
            varied: self.varied,
            picks: self.plan.picks,
            reference,
            files,
            hash: whole.finish(),
        })
    }

    fn levels(&self, picks: &[Pick]) -> Vec<Level> {
        let varied = self.varied.iter().zip(picks);
        varied
            .map(|(varied, pick)| varied.level(*pick).into_owned())
            .collect()
    }
}
