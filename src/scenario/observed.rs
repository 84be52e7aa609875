//! What was observed of trade: a CSV table of monthly volumes, to which the
//! trials of a scenario are compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use super::csv_table::Cell;
use super::files::{Embedded, Files, Named, TABLE_LIMIT};
use super::measure::Good;
use super::model::{CommodityId, CountryId, Scenario};
use super::names::{Names, nearest};
use super::problem::{Problem, Report};
use super::source::{ContentHash, Sources, Span};
use super::table::Reader;
use super::values::Word;
use crate::units::{Date, Unit};

/// Columns of the table.
pub const COLUMNS: [&str; 9] = [
    "series",
    "month",
    "commodity",
    "from",
    "to",
    "counted",
    "value",
    "unit",
    "no_effect",
];
/// In place of countries: all others.
const ALL: &str = "all";
/// Between countries that are counted together.
const AND: char = '+';
/// Words of the column `counted`.
const COUNTED: [(&str, Counting); 2] = [
    ("exports", Counting::Exports),
    ("imports", Counting::Imports),
];

/// When trade is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counting {
    /// When it leaves.
    Exports,
    /// When it arrives.
    Imports,
}

/// Monthly trade of one kind.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in reports.
    pub title: String,
    /// What is traded.
    pub commodity: CommodityId,
    /// From which countries; none stands for all others.
    pub from: Vec<CountryId>,
    /// To which countries; none stands for all others.
    pub to: Vec<CountryId>,
    /// When it is counted.
    pub counted: Counting,
    /// The unit in which it is told, as written.
    pub unit: String,
    /// Units of the commodity in one of that.
    pub factor: f64,
    /// Whether that is a volume a day, else one a month.
    pub is_rate: bool,
    /// What was observed, the earliest month first.
    pub months: Vec<Observation>,
}

/// What was observed in a month, in the unit of its series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Its first day.
    pub month: Date,
    /// What was counted.
    pub value: f64,
    /// What would have been expected without the shocks, if that is known.
    pub no_effect: Option<f64>,
}

/// What was observed, and the hash of the table's bytes.
#[derive(Clone, Debug)]
pub struct Observed {
    /// In the order of the table.
    pub series: Vec<Series>,
    /// FNV-1a of 128 bits, as 32 hexadecimal digits.
    pub hash: String,
}

/// Reads a table of observations of a scenario.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn load_observed(path: &Path, scenario: &Scenario) -> Result<Observed, Report> {
    let file = Named(path.to_owned());
    read(&path.display().to_string(), &file, scenario)
}

/// Reads one that is compiled into the program.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn load_observed_embedded(
    path: &str,
    files: &[(&str, &str)],
    scenario: &Scenario,
) -> Result<Observed, Report> {
    read(path, &Embedded(files), scenario)
}

fn read(path: &str, files: &dyn Files, scenario: &Scenario) -> Result<Observed, Report> {
    let (mut sources, mut hash) = (Sources::default(), ContentHash::new());
    let file = sources.add(files.name(path), "");
    let whole = Span {
        file,
        start: 0,
        end: 0,
    };
    let mut reader = Reader::new(&mut sources, files, &mut hash);
    reader.names = Rc::new(Names::of(scenario));
    let path = Word {
        text: path.to_owned(),
        span: whole,
    };
    let mut table = Table::default();
    let rows = match files.read(&path.text, TABLE_LIMIT) {
        Ok(_) => reader.each_row(&path, COLUMNS, |reader, cells| table.add(&cells, reader)),
        Err(why) => {
            let said = format!("cannot read the observations: {why}");
            reader.report(Problem::new(whole, said));
            None
        }
    };
    let series = rows.map(|()| table.finish());
    if series.as_ref().is_some_and(Vec::is_empty) {
        reader.report(Problem::new(whole, "this table has no observations"));
    }
    let problems = std::mem::take(&mut reader.problems);
    match series.filter(|_| problems.is_empty()) {
        Some(series) => Ok(Observed {
            series,
            hash: hash.finish(),
        }),
        None => Err(Report::new(sources, problems)),
    }
}

/// The rows read so far.
#[derive(Default)]
struct Table {
    series: Vec<Series>,
    /// Where each month of each series stands.
    rows: BTreeMap<(usize, Date), Span>,
}

impl Table {
    fn add(&mut self, cells: &[&Cell<'_>; COLUMNS.len()], reader: &mut Reader<'_>) -> Option<()> {
        let [
            title,
            month,
            commodity,
            from,
            to,
            counted,
            value,
            unit,
            no_effect,
        ] = cells;
        let month_read = self::month(month, reader);
        let good = reader.commodity(&commodity.word());
        let (from_read, to_read) = (countries(from, reader), countries(to, reader));
        let counting = self::counted(counted, reader);
        let value = reader.cell_number(value);
        let no_effect = match no_effect.text.is_empty() {
            true => Some(None),
            false => reader.cell_number(no_effect).map(Some),
        };
        if title.text.is_empty() {
            reader.report(Problem::new(title.span, "this series has no name"));
            return None;
        }
        let commodity_read = good?;
        let measured = reader.good(commodity_read);
        let (factor, is_rate) = measured.and_then(|good| volume_unit(unit, &good, reader))?;
        let series = Series {
            title: title.text.to_string(),
            commodity: commodity_read,
            from: from_read?,
            to: to_read?,
            counted: counting?,
            unit: unit.text.to_string(),
            factor,
            is_rate,
            months: Vec::new(),
        };
        let observation = Observation {
            month: month_read?,
            value: value?,
            no_effect: no_effect?,
        };
        let at = self.place(series, [commodity, from, to, counted, unit], reader)?;
        if let Some(first) = self.rows.insert((at, observation.month), month.span) {
            let said = "this month is given twice for the same series";
            reader.report(Problem::new(month.span, said).also(first, "the first"));
            return None;
        }
        self.series[at].months.push(observation);
        Some(())
    }

    /// Which series it is: one known by its name, which must be of the same
    /// trade, or a new one.
    fn place(
        &mut self,
        series: Series,
        cells: [&Cell<'_>; 5],
        reader: &mut Reader<'_>,
    ) -> Option<usize> {
        let Some(at) = self.series.iter().position(|s| s.title == series.title) else {
            self.series.push(series);
            return Some(self.series.len() - 1);
        };
        let known = &self.series[at];
        let same = [
            known.commodity == series.commodity,
            known.from == series.from,
            known.to == series.to,
            known.counted == series.counted,
            known.unit == series.unit,
        ];
        match cells.iter().zip(same).find(|(_, same)| !same) {
            None => Some(at),
            Some((cell, _)) => {
                let said = format!(
                    "earlier months of “{}” have another value here",
                    series.title
                );
                let help = "all months of a series are of one trade, in one unit";
                reader.report(Problem::new(cell.span, said).help(help));
                None
            }
        }
    }

    fn finish(mut self) -> Vec<Series> {
        for series in &mut self.series {
            series.months.sort_by_key(|observation| observation.month);
        }
        self.series
    }
}

/// The first day of a month written as `2025-04`.
fn month(cell: &Cell<'_>, reader: &mut Reader<'_>) -> Option<Date> {
    let date = format!("{}-01", cell.text).parse::<Date>();
    let written = cell.text.len() == "2025-04".len();
    let date = date.ok().filter(|_| written);
    if date.is_none() {
        let said = format!("`{}` is no month", cell.text);
        reader.report(Problem::new(cell.span, said).help("write it as 2025-04"));
    }
    date
}

/// Countries, none for all others.
fn countries(cell: &Cell<'_>, reader: &mut Reader<'_>) -> Option<Vec<CountryId>> {
    if cell.text == ALL {
        return Some(Vec::new());
    }
    let names = Rc::clone(&reader.names);
    let codes = cell.text.split(AND).map(str::trim);
    let found = codes.map(|code| {
        let found = reader.find(&names.countries, "country", code, cell.span, [ALL]);
        found.map(CountryId)
    });
    // Each that is unknown is told.
    let found: Vec<Option<CountryId>> = found.collect();
    found.into_iter().collect()
}

fn counted(cell: &Cell<'_>, reader: &mut Reader<'_>) -> Option<Counting> {
    let known = COUNTED.iter().find(|(word, _)| *word == cell.text);
    if known.is_none() {
        let said = format!(
            "trade is counted as exports or imports, not `{}`",
            cell.text
        );
        let problem = Problem::new(cell.span, said);
        let words = COUNTED.iter().map(|(word, _)| *word);
        reader.report(match nearest(&cell.text, words) {
            Some(word) => problem.label(format!("did you mean `{word}`?")),
            None => problem.help("exports are counted when they leave, imports when they arrive"),
        });
    }
    known.map(|(_, counting)| *counting)
}

/// Units of a good in one of a unit, and whether that is a volume per time:
/// then units a day.
fn volume_unit(cell: &Cell<'_>, good: &Good, reader: &mut Reader<'_>) -> Option<(f64, bool)> {
    let help = format!(
        "give a unit of {} for volumes a month, such as \"{}\", or per time, such as \"{}/d\"",
        good.key, good.unit, good.unit
    );
    let problem = match Unit::parse(&cell.text) {
        Ok(unit) if good.is_volume(unit) => return Some((good.rate_factor(unit), false)),
        Ok(unit) if good.is_rate(unit) => return Some((good.rate_factor(unit), true)),
        Ok(unit) => {
            let said = format!("`{}` is a unit of {}", cell.text, unit.dimension);
            Problem::new(cell.span, said)
        }
        Err(error) => Problem::new(cell.span, error.to_string()),
    };
    reader.report(problem.help(help));
    None
}
