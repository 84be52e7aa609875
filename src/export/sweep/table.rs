//! `sweep.parquet` and `sweep.csv`: the table of a sweep.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use parquet::file::writer::SerializedFileWriter;

use crate::export::columnar::{self, Field, Kind, Parquet, RowGroup, key_value};
use crate::export::summary_csv::{STAMP, SUBJECT, cell, cells, measured, numbers, origin};
use crate::export::{NewFile, WriteError};
use crate::scenario::sweep::Level;
use crate::study::sweep::{Measured, Outline, StoredPoint, SweepFocus};
use crate::study::{Measures, Metric, SUBJECTS, Side};
use crate::units::Date;

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 13;

/// Writes the table of a sweep point by point: a row for each point, focus,
/// metric and variant, with the levels of the factors as columns.
///
/// The columns are those of `summary.csv`, and before them `point`, the index of
/// the point, and one a factor, under its key: its level as a number in its
/// unit (in Parquet null where the scenario's own value stands), a date or a text
/// (empty there). The units are in the key-values of the Parquet file, as a JSON
/// object `factor_units`; there the stamp is, too, which the CSV has in every
/// row. A point at which nothing was found has rows with `values` 0 and no numbers.
pub struct SweepTable<'a> {
    outline: &'a Outline,
    columns: Vec<Column>,
    csv: csv::Writer<BufWriter<File>>,
    csv_path: PathBuf,
    parquet: SerializedFileWriter<File>,
    parquet_path: PathBuf,
    rows: Vec<Row>,
}

/// What the levels of a factor are as a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number,
    Date,
    Text,
}

/// A row that is not in the Parquet file yet.
struct Row {
    point: usize,
    focus: usize,
    metric: Metric,
    side: Side,
    measures: Measures,
}

impl<'a> SweepTable<'a> {
    /// Begins both files.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn new(outline: &'a Outline, csv: NewFile, parquet: NewFile) -> Result<Self, WriteError> {
        let columns: Vec<Column> = (0..outline.factors.len())
            .map(|factor| Column::of(outline, factor))
            .collect();
        let fields = fields(outline, &columns);
        let units = outline.factors.iter();
        let units = units.map(|factor| (factor.key.clone(), factor.unit.clone().into()));
        let units = serde_json::Value::Object(units.collect()).to_string();
        let begun = || -> Parquet<_> {
            let mut writer = columnar::writer(parquet.file.try_clone()?, &fields, &outline.stamp)?;
            writer.append_key_value_metadata(key_value("factor_units", units));
            Ok(writer)
        };
        let writer = begun().map_err(|error| WriteError::parquet(&parquet.path, error))?;
        let mut table = Self {
            outline,
            columns,
            csv: csv::Writer::from_writer(BufWriter::new(csv.file)),
            csv_path: csv.path,
            parquet: writer,
            parquet_path: parquet.path,
            rows: Vec::new(),
        };
        let factors = outline.factors.iter().map(|factor| factor.key.clone());
        let head = STAMP.map(str::to_owned).into_iter();
        let head = head.chain(["point".to_owned()]).chain(factors);
        let head = head.chain(SUBJECT.map(str::to_owned)).chain(measured());
        let written = table.csv.write_record(head);
        written.map_err(|error| table.csv_failed(error))?;
        Ok(table)
    }

    /// Adds the rows of a point.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put(&mut self, point: usize, found: &StoredPoint) -> Result<(), WriteError> {
        for focus in 0..self.outline.focus.len() {
            let mut measures = measures_of(found, focus);
            for metric in Metric::ALL {
                for side in Side::ALL {
                    let row = Row {
                        point,
                        focus,
                        metric,
                        side,
                        measures: measures.next().unwrap_or_else(Measures::none),
                    };
                    let record = self.record(&row);
                    let written = self.csv.write_record(record);
                    written.map_err(|error| self.csv_failed(error))?;
                    self.rows.push(row);
                }
            }
        }
        if self.rows.len() >= GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    /// Ends both files.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(mut self) -> Result<(), WriteError> {
        self.write_group()?;
        let path = self.csv_path.clone();
        let failed = |cause| WriteError {
            path: path.clone(),
            cause,
        };
        let buffer = self.csv.into_inner();
        let buffer = buffer.map_err(|error| failed(error.into_error()))?;
        let file = buffer.into_inner();
        let file = file.map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        let ended = || -> Parquet<File> { self.parquet.into_inner() };
        let file = ended().map_err(|error| WriteError::parquet(&self.parquet_path, error))?;
        file.sync_all().map_err(|cause| WriteError {
            path: self.parquet_path,
            cause,
        })
    }

    fn record(&self, row: &Row) -> impl Iterator<Item = String> + use<'a> {
        let levels = self.levels(row.point);
        let levels: Vec<String> = (0..self.columns.len())
            .map(|factor| match levels.get(factor) {
                Some(Level::Number(number)) => cell(*number),
                Some(Level::Date(date)) => date.to_string(),
                Some(Level::Text(text)) => text.clone(),
                Some(Level::Base) | None => String::new(),
            })
            .collect();
        let focus = self.focus(row.focus);
        let subject = [
            focus.commodity.clone(),
            focus.country.clone(),
            row.metric.name().to_owned(),
            row.metric.unit(&focus.unit),
            row.side.name().to_owned(),
        ];
        origin(&self.outline.stamp)
            .into_iter()
            .chain([row.point.to_string()])
            .chain(levels)
            .chain(subject)
            .chain(cells(&row.measures))
    }

    fn levels(&self, point: usize) -> &'a [Level] {
        self.outline.points.get(point).map_or(&[], Vec::as_slice)
    }

    fn focus(&self, focus: usize) -> &'a SweepFocus {
        &self.outline.focus[focus]
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut write = || -> Parquet {
            let mut group = RowGroup::begin(&mut self.parquet)?;
            let points = rows.iter().map(|row| row.point as i64);
            group.whole(&points.collect::<Vec<_>>())?;
            write_levels(&mut group, self.outline, &self.columns, &rows)?;
            write_subjects(&mut group, self.outline, &rows)?;
            write_measures(&mut group, &rows)?;
            group.end()
        };
        write().map_err(|error| WriteError::parquet(&self.parquet_path, error))
    }

    fn csv_failed(&self, error: csv::Error) -> WriteError {
        let cause = match error.into_kind() {
            csv::ErrorKind::Io(cause) => cause,
            other => std::io::Error::other(format!("{other:?}")),
        };
        WriteError {
            path: self.csv_path.clone(),
            cause,
        }
    }
}

/// The measures of a focus at a point, none if nothing was found there.
fn measures_of(found: &StoredPoint, focus: usize) -> impl Iterator<Item = Measures> {
    let measured: Option<&Measured> = found.as_ref().ok();
    let focus = measured.and_then(|measured| measured.focus.get(focus));
    let measures = focus.map_or(&[][..], |focus| focus.measures.as_slice());
    debug_assert!(measures.is_empty() || measures.len() == SUBJECTS);
    measures.iter().copied()
}

impl Column {
    /// Numbers or dates, if all levels but the scenario's own are; else texts.
    fn of(outline: &Outline, factor: usize) -> Self {
        let levels = || {
            outline
                .points
                .iter()
                .filter_map(|levels| levels.get(factor))
        };
        let all =
            |fits: fn(&Level) -> bool| levels().all(|level| fits(level) || *level == Level::Base);
        if all(|level| matches!(level, Level::Number(_))) {
            Self::Number
        } else if levels().all(|level| matches!(level, Level::Date(_))) {
            Self::Date
        } else {
            Self::Text
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Number => Kind::Endless,
            Self::Date => Kind::Date,
            Self::Text => Kind::Text,
        }
    }
}

fn fields(outline: &Outline, columns: &[Column]) -> Vec<Field> {
    let factors = outline.factors.iter().zip(columns);
    let factors = factors.map(|(factor, column)| Field::new(factor.key.clone(), column.kind()));
    let subject = SUBJECT.map(|name| Field::new(name, Kind::Text));
    let measured = measured().map(|name| match name.as_str() {
        "values" => Field::new(name, Kind::Whole),
        _ => Field::new(name, Kind::Endless),
    });
    std::iter::once(Field::new("point", Kind::Whole))
        .chain(factors)
        .chain(subject)
        .chain(measured)
        .collect()
}

type Group<'g> = RowGroup<'g, File>;

fn write_levels(
    group: &mut Group<'_>,
    outline: &Outline,
    columns: &[Column],
    rows: &[Row],
) -> Parquet {
    for (factor, column) in columns.iter().enumerate() {
        let levels: Vec<&Level> = rows
            .iter()
            .map(|row| {
                outline
                    .points
                    .get(row.point)
                    .and_then(|levels| levels.get(factor))
            })
            .map(|level| level.unwrap_or(&Level::Base))
            .collect();
        match column {
            Column::Number => {
                let numbers = levels.iter().map(|level| match level {
                    Level::Number(number) => *number,
                    _ => f64::INFINITY,
                });
                group.endless(&numbers.collect::<Vec<_>>())?;
            }
            Column::Date => {
                let dates = levels.iter().map(|level| match level {
                    Level::Date(date) => *date,
                    _ => Date::ZERO,
                });
                group.dates(&dates.collect::<Vec<_>>())?;
            }
            Column::Text => {
                let texts: Vec<String> = levels.iter().map(|level| text(level)).collect();
                group.texts(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
            }
        }
    }
    Ok(())
}

fn text(level: &Level) -> String {
    match level {
        Level::Number(number) => cell(*number),
        Level::Date(date) => date.to_string(),
        Level::Text(text) => text.clone(),
        Level::Base => String::new(),
    }
}

fn write_subjects(group: &mut Group<'_>, outline: &Outline, rows: &[Row]) -> Parquet {
    let focus = |row: &Row| &outline.focus[row.focus];
    let texts = |of: &dyn Fn(&Row) -> String| rows.iter().map(of).collect::<Vec<_>>();
    let subjects = [
        texts(&|row| focus(row).commodity.clone()),
        texts(&|row| focus(row).country.clone()),
        texts(&|row| row.metric.name().to_owned()),
        texts(&|row| row.metric.unit(&focus(row).unit)),
        texts(&|row| row.side.name().to_owned()),
    ];
    for subject in subjects {
        group.texts(&subject.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}

fn write_measures(group: &mut Group<'_>, rows: &[Row]) -> Parquet {
    let numbers: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| numbers(&row.measures).collect())
        .collect();
    let count = numbers.first().map_or(0, Vec::len);
    for column in 0..count {
        let values: Vec<f64> = numbers.iter().map(|row| known(row[column])).collect();
        group.endless(&values)?;
    }
    let values = rows.iter().map(|row| row.measures.values as i64);
    group.whole(&values.collect::<Vec<_>>())?;
    let never = rows.iter().map(|row| row.measures.share_never);
    let never = never.map(|share| share.unwrap_or(f64::INFINITY));
    group.endless(&never.collect::<Vec<_>>())
}

/// What there was nothing to compute from is null, as what is infinite.
fn known(value: f64) -> f64 {
    match value.is_finite() {
        true => value,
        false => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::export::Folder;
    use crate::export::columnar::Table;
    use crate::scenario::sweep::{Design, Factor};
    use crate::study::sweep::{MeasuredFocus, Response, Tails};
    use crate::study::{Stamp, measures, sample};

    fn outline() -> Outline {
        let factor = |key: &str, unit: &str| Factor {
            key: key.to_owned(),
            title: key.to_owned(),
            unit: unit.to_owned(),
            paths: Vec::new(),
            levels: Vec::new(),
            between: None,
        };
        let outcome = sample::outcome();
        Outline {
            stamp: Stamp {
                trials: 4,
                ..outcome.stamp
            },
            title: "A sweep".to_owned(),
            question: None,
            scenario: outcome.title,
            files: Vec::new(),
            design: Design::Zip,
            design_seed: None,
            filters: Vec::new(),
            dropped: 0,

            factors: vec![factor("share", "%"), factor("cut", ""), factor("how", "")],
            focus: outcome.focus.into_iter().map(SweepFocus::from).collect(),
            responses: vec![Response::named(("shortfall", "shocked", "mean")).unwrap()],
            short_above: 0.005,
            horizon: 30.0,
            points: vec![
                vec![
                    Level::Number(12.5),
                    Level::Date(date(2026, 10, 1)),
                    Level::Text("a, b".to_owned()),
                ],
                vec![Level::Base, Level::Date(date(2027, 10, 1)), Level::Base],
            ],
        }
    }

    fn written(outline: &Outline) -> (String, Table) {
        let folder = tempfile::tempdir().unwrap();
        let mut folder = Folder::claim(folder.path(), &[]).unwrap();
        let files = [
            folder.create("csv").unwrap(),
            folder.create("parquet").unwrap(),
        ];
        let [csv, parquet] = files;
        let (text, binary) = (csv.path.clone(), parquet.path.clone());
        let mut table = SweepTable::new(outline, csv, parquet).unwrap();
        let measured = Measured {
            completed: 4,
            failed: 0,
            first_failure: None,
            focus: vec![MeasuredFocus {
                measures: measures(&sample::columns(), 0, 0.005).unwrap(),
                tails: Tails::default(),
            }],
        };
        table.put(0, &Ok(measured)).unwrap();
        table.put(1, &Err("no".to_owned())).unwrap();
        table.finish().unwrap();
        folder.publish().unwrap();
        let text = std::fs::read_to_string(text).unwrap();
        (text, Table::open(&binary).unwrap())
    }

    #[test]
    fn both_files_hold_every_row() {
        let outline = outline();
        let (text, table) = written(&outline);
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 1 + 2 * SUBJECTS);
        let head: Vec<&str> = rows[0].split(',').collect();
        assert_eq!(
            head[5..12],
            [
                "point",
                "share",
                "cut",
                "how",
                "commodity",
                "country",
                "metric"
            ]
        );
        assert!(
            rows[1].contains(",0,12.5,2026-10-01,\"a, b\",ndfeb-magnet,JP,shortfall,"),
            "{}",
            rows[1]
        );
        let last = rows[rows.len() - 1];
        assert!(
            last.contains(",1,,2027-10-01,,ndfeb-magnet,JP,reserve_drawn,"),
            "{last}"
        );
        assert!(last.ends_with(",0,"), "{last}");
        let fields = fields(&outline, &[Column::Number, Column::Date, Column::Text]);
        table
            .expect(&outline.stamp, &fields, 2 * SUBJECTS as u64)
            .unwrap();
        let shares = table.endless(1).unwrap();
        assert_eq!((shares[0], shares[SUBJECTS]), (12.5, f64::INFINITY));
        assert_eq!(table.dates(2).unwrap()[SUBJECTS], date(2027, 10, 1));
        assert_eq!(table.texts(3).unwrap()[0], "a, b");
        let mean = fields
            .iter()
            .position(|field| field.name == "mean")
            .unwrap();
        let means = table.endless(mean).unwrap();
        let in_text = rows[1].split("shocked,").nth(1).unwrap();
        assert_eq!(
            format!("{:?}", means[0]),
            in_text.split(',').next().unwrap()
        );
        assert_eq!(means[SUBJECTS], f64::INFINITY);
    }

    #[test]
    fn levels_of_several_kinds_are_texts() {
        let mut outline = outline();
        outline.points[0][1] = Level::Number(0.5);
        let (_, table) = written(&outline);
        assert_eq!(table.texts(2).unwrap()[0], "0.5");
        assert_eq!(table.texts(2).unwrap()[SUBJECTS], "2027-10-01");
    }
}
