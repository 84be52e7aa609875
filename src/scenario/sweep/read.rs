//! A sweep file: its tables, and what they come to.

use serde_json::Value as Json;

use super::factors::{self, Listed, Varied};
use super::filters::{self, Filter};
use super::points::{self, Plan};
use super::{Design, Factor, Level, Sweep, Template};
use crate::scenario::names::nearest;
use crate::scenario::overrides::Change;
use crate::scenario::problem::{Problem, Problems, Report};
use crate::scenario::source::{ContentHash, Sources, Span};
use crate::scenario::study::{Plain, is_short_name, simplified};
use crate::scenario::table::{Read, Reader, choice, table};
use crate::scenario::tree::Node;
use crate::scenario::values::{Filled, Spelt, Whole, Word};

/// Names of designs in files.
pub const DESIGNS: [&str; 6] = ["grid", "zip", "one-at-a-time", "lhs", "sobol", "morris"];
/// Names of metrics that pictures can show.
pub const METRICS: [&str; 15] = [
    "shortfall",
    "shortfall_share",
    "shortfall_days",
    "rationed_by_price",
    "unserved",
    "forgone",
    "peak_rate",
    "time_to_survive",
    "time_to_recover",
    "minimum_cover",
    "price_paid",
    "price_spot",
    "import_bill",
    "value_lost",
    "reserve_drawn",
];
/// Names of their sides, the usual one first.
pub const SIDES: [&str; 3] = ["shocked", "baseline", "difference"];
/// Names of statistics, the usual one first.
pub const STATISTICS: [&str; 6] = ["mean", "p_any", "p50", "p90", "p95", "cvar_p95"];

/// Most responses of a sweep.
const MOST_SHOWN: usize = 12;
/// Usual trajectories and levels of Morris's method.
const TRAJECTORIES: i64 = 10;
const LEVELS: i64 = 4;

table! {
    /// A sweep: a scenario run many times, each with other values of some of its numbers.
    struct File {
        /// The sweep as a whole.
        sweep: Head,
        /// What is varied, by key.
        factors: Filled<Listed>,
    }
}

table! {
    /// The sweep as a whole.
    struct Head {
        /// One line for the top of the report.
        title: String,
        /// The question it answers.
        question: Option<String>,
        /// Short name, of a-z, 0-9 and -; the file's stem unless given.
        name: Option<Spelt<Plain>>,
        /// The scenario that is varied: a file, by its path from the folder of this one, or a built-in scenario by its name.
        scenario: Word,
        /// Trials of each point; the scenario's unless given.
        trials: Option<Whole<1, 10_000_000>>,
        /// Seed of the draws at all points; the scenario's unless given.
        seed: Option<Whole<0>>,
        /// How points are chosen.
        design: Design = "grid",
        /// Points of a sample.
        points: Option<Whole<2, 100_000>>,
        /// Trajectories of Morris's method; 10 unless given.
        trajectories: Option<Whole<2, 10_000>>,
        /// Levels of Morris's method, an even number; 4 unless given.
        levels: Option<Whole<2, 100>>,
        /// Seed of a sampled design.
        design_seed: Whole<0> = "1",
        /// Conditions that all points fulfil.
        filters: Vec<Word>,
        /// What pictures show: metric, side and statistic, as "price_spot difference".
        show: Vec<Word>,
        /// Changes of the scenario at all points, by path.
        set: Option<Raw>,
    }
}

choice!(Design {
    "grid" => Design::Grid,
    "zip" => Design::Zip,
    "one-at-a-time" => Design::OneAtATime,
    "lhs" => Design::LatinHypercube,
    "sobol" => Design::Sobol,
    "morris" => Design::Morris { levels: 4 },
});

/// A value as it is written.
#[derive(Clone, Debug)]
pub(super) struct Raw(pub Node);

impl Read for Raw {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self(node.clone()))
    }

    fn schema() -> Json {
        serde_json::json!({})
    }
}

/// The scenario that a sweep names, and where.
pub(super) fn scenario_of(root: &Node) -> Option<(&str, Span)> {
    let node = root.get("sweep")?.get("scenario")?;
    Some((node.text()?, node.span))
}

/// Reads a sweep and puts its points together.
pub(super) fn sweep(
    root: &Node,
    stem: &str,
    template: Option<Template>,
    mut sources: Sources,
    problems: Problems,
) -> Result<Sweep, Report> {
    let mut hash = ContentHash::new();
    let nothing = crate::scenario::files::Embedded(&[]);
    let mut reader = Reader::new(&mut sources, &nothing, &mut hash);
    reader.problems = problems;
    let scenario = template.as_ref().map(|template| &template.root);
    let made =
        File::read(root, &mut reader).and_then(|file| file.resolve(stem, scenario, &mut reader));
    let problems = reader.problems;
    let (Some(made), Some(template), true) = (made, template, problems.is_empty()) else {
        return Err(Report::new(sources, problems));
    };
    made.finish(template, &sources)
}

/// What a sweep file says.
struct Made {
    name: String,
    title: String,
    question: Option<String>,
    trials: Option<u64>,
    seed: Option<u64>,
    design: Design,
    varied: Vec<Varied>,
    plan: Plan,
    show: Vec<[&'static str; 3]>,
    set: Vec<Change>,
}

impl File {
    fn resolve(
        &self,
        stem: &str,
        scenario: Option<&Node>,
        reader: &mut Reader<'_>,
    ) -> Option<Made> {
        let head = &self.sweep;
        let name = head.name(stem, reader);
        let design = head.design(reader);
        let set = head.changes(reader);
        let varied = factors::resolve(&self.factors.0, design, scenario, reader);
        refuse_twice(&set, &varied, reader);
        let show = head.shown(reader);
        let filters = self.filters(&varied, design, reader);
        let sample = points::Sample {
            points: head
                .points
                .as_ref()
                .map_or(0, |points| points.value as usize),
            trajectories: head.trajectories.as_ref().map_or(TRAJECTORIES, |n| n.value) as usize,
            seed: head.design_seed.value.unsigned_abs(),
            at: head.at,
        };
        if !reader.problems.is_empty() {
            return None;
        }
        let plan = points::plan(design, &varied, &filters, &sample, reader)?;
        Some(Made {
            name: name?,
            title: head.title.clone(),
            question: head.question.clone(),
            trials: head.trials.as_ref().map(|n| n.value.unsigned_abs()),
            seed: head.seed.as_ref().map(|n| n.value.unsigned_abs()),
            design,
            varied,
            plan,
            show,
            set,
        })
    }

    fn filters(&self, varied: &[Varied], design: Design, reader: &mut Reader<'_>) -> Vec<Filter> {
        let words = &self.sweep.filters;
        if let (Design::Morris { .. }, Some(first)) = (design, words.first()) {
            let said = "Morris's method needs all points of its trajectories";
            reader.report(Problem::new(first.span, said).label("no filters here"));
            return Vec::new();
        }
        let factors: Vec<&Factor> = varied.iter().map(|varied| &varied.factor).collect();
        let read = |word| filters::read(word, &factors, reader);
        words.iter().filter_map(read).collect()
    }
}

impl Head {
    fn name(&self, stem: &str, reader: &mut Reader<'_>) -> Option<String> {
        let Some(word) = &self.name else {
            return Some(simplified(stem));
        };
        if is_short_name(&word.text) {
            return Some(word.text.clone());
        }
        let help = format!("for example \"{}\"", simplified(&word.text));
        let said = "a name is made of a-z, 0-9 and -";
        reader.report(Problem::new(word.span, said).help(help));
        None
    }

    /// The design; keys that do not go with it are problems.
    fn design(&self, reader: &mut Reader<'_>) -> Design {
        let design = match self.design {
            Design::Morris { .. } => Design::Morris {
                levels: self.levels.as_ref().map_or(LEVELS, |n| n.value) as u32,
            },
            other => other,
        };
        let sampled = matches!(design, Design::LatinHypercube | Design::Sobol);
        let morris = matches!(design, Design::Morris { .. });
        let keys = [
            (
                "points",
                self.points.as_ref().map(|n| n.span),
                sampled,
                "lhs and sobol",
            ),
            (
                "trajectories",
                self.trajectories.as_ref().map(|n| n.span),
                morris,
                "morris",
            ),
            (
                "levels",
                self.levels.as_ref().map(|n| n.span),
                morris,
                "morris",
            ),
        ];
        for (key, span, fits, with) in keys {
            if let (Some(span), false) = (span, fits) {
                let said = format!("`{key}` does not go with the design {}", design.name());
                reader.report(Problem::new(span, said).help(format!("it goes with {with}")));
            }
        }
        if sampled && self.points.is_none() {
            let said = format!("a sweep with the design {} has `points`", design.name());
            reader.report(
                Problem::new(self.at, said)
                    .label("`points` is missing")
                    .help("`points`: how many points are sampled"),
            );
        }
        if let Some(levels) = self.levels.as_ref().filter(|n| morris && n.value % 2 == 1) {
            let said = format!("{} is odd", levels.value);
            let problem = Problem::new(levels.span, said);
            reader.report(problem.help("Morris's method takes an even number of levels"));
        }
        design
    }

    /// Changes at all points.
    fn changes(&self, reader: &mut Reader<'_>) -> Vec<Change> {
        let Some(Raw(node)) = &self.set else {
            return Vec::new();
        };
        changes(node, reader)
    }

    fn shown(&self, reader: &mut Reader<'_>) -> Vec<[&'static str; 3]> {
        if self.show.is_empty() {
            return vec![["shortfall_share", SIDES[0], STATISTICS[0]]];
        }
        if let Some(word) = self.show.get(MOST_SHOWN) {
            let said = format!("a sweep shows at most {MOST_SHOWN} responses");
            reader.report(Problem::new(word.span, said));
        }
        let mut shown = Vec::new();
        for word in &self.show {
            if let Some(response) = response(word, reader) {
                if shown.contains(&response) {
                    reader.report(Problem::new(word.span, "this response is there twice"));
                }
                shown.push(response);
            }
        }
        shown
    }
}

/// The changes of a table whose keys are paths.
pub(super) fn changes(node: &Node, reader: &mut Reader<'_>) -> Vec<Change> {
    let entries = reader.entries(node, "a table of paths and values");
    let mut changes = Vec::new();
    for entry in entries.into_iter().flatten() {
        let path = Word {
            text: entry.key.clone(),
            span: entry.key_span,
        };
        changes.extend(change(&path, entry.node.clone(), reader));
    }
    changes
}

/// What a sweep says itself, and a factor or a change cannot.
const RESERVED: [(&str, &str); 4] = [
    (
        "scenario.trials",
        "every point has the trials of `sweep.trials`",
    ),
    (
        "scenario.seed",
        "every point has the same seed, `sweep.seed`, so that points differ by their factors alone",
    ),
    ("scenario.focus", "every point reports on the same focus"),
    (
        "scenario.name",
        "the results have the name of the sweep, `sweep.name`",
    ),
];

/// A change of the scenario.
pub(super) fn change(path: &Word, value: Node, reader: &mut Reader<'_>) -> Option<Change> {
    let change = Change::new(path, value, &mut reader.problems)?;
    let reserved = RESERVED
        .iter()
        .find(|(reserved, _)| *reserved == change.path());
    if let Some((reserved, why)) = reserved {
        let said = format!("`{reserved}` cannot be changed in a sweep");
        reader.report(Problem::new(path.span, said).help(*why));
        return None;
    }
    Some(change)
}

/// A response: a metric, and perhaps a side and a statistic.
fn response(word: &Word, reader: &mut Reader<'_>) -> Option<[&'static str; 3]> {
    let (mut metric, mut side, mut statistic) = (None, None, None);
    for said in word.text.split_whitespace() {
        let find = |names: &[&'static str]| names.iter().copied().find(|name| *name == said);
        let twice = if let Some(name) = find(&METRICS) {
            metric.replace(name).is_some()
        } else if let Some(name) = find(&SIDES) {
            side.replace(name).is_some()
        } else if let Some(name) = find(&STATISTICS) {
            statistic.replace(name).is_some()
        } else {
            reader.report(unknown(word, said));
            return None;
        };
        if twice {
            let problem = Problem::new(word.span, format!("`{said}` is one too many"));
            reader.report(problem.help("a response has one metric, one side and one statistic"));
            return None;
        }
    }
    let Some(metric) = metric else {
        let problem = Problem::new(word.span, "this response has no metric");
        reader.report(problem.help(format!("the metrics are {}", METRICS.join(", "))));
        return None;
    };
    Some([
        metric,
        side.unwrap_or(SIDES[0]),
        statistic.unwrap_or(STATISTICS[0]),
    ])
}

fn unknown(word: &Word, said: &str) -> Problem {
    let problem = Problem::new(
        word.span,
        format!("`{said}` is no metric, side or statistic"),
    );
    let names = METRICS.into_iter().chain(SIDES).chain(STATISTICS);
    match nearest(said, names) {
        Some(name) => problem.label(format!("did you mean `{name}`?")),
        None => problem.help(format!(
            "the metrics are {}; the sides {}; the statistics {}",
            METRICS.join(", "),
            SIDES.join(", "),
            STATISTICS.join(", ")
        )),
    }
}

/// Refuses paths that two factors, or a factor and `set`, both change.
fn refuse_twice(set: &[Change], varied: &[Varied], reader: &mut Reader<'_>) {
    let mut seen: Vec<(String, Option<&str>)> = Vec::new();
    seen.extend(set.iter().map(|change| (change.path(), None)));
    for Varied { factor, at, .. } in varied {
        for path in &factor.paths {
            let overlap = seen.iter().find(|(other, by)| {
                *by != Some(factor.key.as_str()) && by.is_some() && overlaps(other, path)
                    || by.is_none() && other == path
            });
            if let Some((other, by)) = overlap {
                let by = by.map_or("`sweep.set`".to_owned(), |key| format!("`factors.{key}`"));
                let said = format!("`{path}` is set by {by} too, as `{other}`");
                reader.report(Problem::new(*at, said));
            }
        }
        let own = factor.paths.iter();
        seen.extend(own.map(|path| (path.clone(), Some(factor.key.as_str()))));
    }
}

/// Whether one path is the other, or leads to where it is.
fn overlaps(a: &str, b: &str) -> bool {
    let within = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(a, b) || within(b, a)
}

impl Made {
    fn finish(self, template: Template, sources: &Sources) -> Result<Sweep, Report> {
        let reference = template.load(&self.set)?;
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
        let levels = self.plan.picks.iter().map(|picks| self.levels(picks));
        Ok(Sweep {
            points: levels.collect(),
            name: self.name,
            title: self.title,
            question: self.question,
            trials: self.trials.unwrap_or(reference.scenario.trials),
            seed: self.seed.unwrap_or(reference.scenario.seed),
            design: self.design,
            factors: self
                .varied
                .iter()
                .map(|varied| varied.factor.clone())
                .collect(),
            dropped: self.plan.dropped,
            show: self.show,
            template,
            set: self.set,
            varied: self.varied,
            picks: self.plan.picks,
            reference,
            files,
            hash: whole.finish(),
        })
    }

    fn levels(&self, picks: &[points::Pick]) -> Vec<Level> {
        let varied = self.varied.iter().zip(picks);
        varied.map(|(varied, pick)| varied.level(*pick)).collect()
    }
}
