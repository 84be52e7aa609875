use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::file::writer::SerializedFileWriter;

use super::columnar::{self, Field, Kind, Parquet, Table, io_error, key_value};
use super::{NewFile, ReadError, WriteError, variant_name};
use crate::study::{
    Cause, ColumnError, Columns, FocusOutcome, Metric, Outcome, Sink, TrialRow, Which,
};

/// Memory for the rows of a row group \[bytes\].
const GROUP_BYTES: usize = 16 << 20;
/// Most rows of a row group.
const GROUP_ROWS: usize = 1 << 16;

/// Columns of a metric: shocked and baseline.
const VARIANTS: [Which; 2] = [Which::Shocked, Which::Baseline];

/// Writes `trials.parquet` while a study runs: a row a finished trial, in
/// row groups, of which one is in memory.
///
/// The column `trial` is the index of the trial; failed trials have no row. A
/// metric is called `COMMODITY:COUNTRY:METRIC:VARIANT`, a parameter
/// `parameter:PATH`. Null is a time to survive that does not end: never. The
/// key-values hold the stamp, the unit of every metric (`units`, a JSON
/// object), and at the end `trials_completed` and `interrupted`.
pub struct TrialsWriter {
    path: PathBuf,
    file: File,
    writer: SerializedFileWriter<File>,
    fields: Vec<Field>,
    group: Group,
}

/// Rows not written yet, by column.
struct Group {
    trials: Vec<i64>,
    columns: Vec<Vec<f64>>,
    most: usize,
}

impl TrialsWriter {
    /// Begins the file of a study of which `outline` tells all but the results.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(to: NewFile, outline: &Outcome) -> Result<Self, WriteError> {
        let NewFile { path, file } = to;
        let begin = || -> Parquet<_> {
            let fields = fields(outline);
            let mut writer = columnar::writer(file.try_clone()?, &fields, &outline.stamp)?;
            writer.append_key_value_metadata(key_value("units", units(outline)));
            Ok((fields, writer))
        };
        match begin() {
            Ok((fields, writer)) => Ok(Self {
                group: Group::new(fields.len() - 1),
                path,
                file,
                writer,
                fields,
            }),
            Err(error) => Err(WriteError::parquet(&path, error)),
        }
    }

    #[cfg(test)]
    pub(super) fn limit_rows(&mut self, rows: usize) {
        self.group.most = rows;
    }

    /// Ends the file; its columns can be read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, outcome: &Outcome) -> Result<Trials, WriteError> {
        let mut finish = || -> Parquet<_> {
            self.group.write(&mut self.writer, &self.fields)?;
            let facts = [
                ("trials_completed", outcome.completed.to_string()),
                ("interrupted", outcome.interrupted.to_string()),
            ];
            for (key, value) in facts {
                self.writer.append_key_value_metadata(key_value(key, value));
            }
            self.writer.finish()?;
            self.file.sync_all()?;
            Table::new(&self.path, self.file.try_clone()?)
        };
        let table = finish().map_err(|error| WriteError::parquet(&self.path, error))?;
        Ok(Trials::new(table, outcome))
    }
}

impl Sink for TrialsWriter {
    fn put(&mut self, row: &TrialRow<'_>) -> Result<(), Cause> {
        self.group.put(row);
        if self.group.is_full() {
            let written = self.group.write(&mut self.writer, &self.fields);
            written.map_err(|error| WriteError::parquet(&self.path, error))?;
        }
        Ok(())
    }
}

impl Group {
    fn new(columns: usize) -> Self {
        let most = GROUP_BYTES / (columns + 1) / size_of::<f64>();
        Self {
            trials: Vec::new(),
            columns: vec![Vec::new(); columns],
            most: most.clamp(1, GROUP_ROWS),
        }
    }

    fn put(&mut self, row: &TrialRow<'_>) {
        self.trials.push(row.trial.cast_signed());
        let pairs = row.shocked.iter().zip(row.baseline);
        let metrics = pairs.flat_map(|(with, without)| [*with, *without]);
        let values = metrics.chain(row.drawn.iter().copied());
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
    }

    fn is_full(&self) -> bool {
        self.trials.len() >= self.most
    }

    fn write(&mut self, writer: &mut SerializedFileWriter<File>, fields: &[Field]) -> Parquet {
        if self.trials.is_empty() {
            return Ok(());
        }
        let mut group = columnar::RowGroup::begin(writer)?;
        group.whole(&self.trials)?;
        for (column, field) in self.columns.iter().zip(&fields[1..]) {
            match field.kind {
                Kind::Endless => group.endless(column)?,
                _ => group.numbers(column)?,
            }
        }
        group.end()?;
        self.trials.clear();
        self.columns.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

/// The columns of a `trials.parquet`, read one at a time.
pub struct Trials {
    table: Table,
    foci: Vec<String>,
    parameters: Vec<String>,
}

impl Trials {
    /// Opens the file of the run that `outcome` is of.
    ///
    /// # Errors
    /// When it cannot be read, or is not of that run.
    pub(super) fn open(path: &Path, outcome: &Outcome) -> Result<Self, ReadError> {
        let table = Table::open(path)?;
        table.expect(&outcome.stamp, &fields(outcome), outcome.completed)?;
        Ok(Self::new(table, outcome))
    }

    fn new(table: Table, outcome: &Outcome) -> Self {
        Self {
            table,
            foci: outcome.focus.iter().map(key).collect(),
            parameters: outcome.parameters.clone(),
        }
    }
}

impl Columns for Trials {
    fn metric(&self, focus: usize, which: Which, metric: Metric) -> Result<Vec<f64>, ColumnError> {
        let name = self.foci.get(focus).map(|key| name(key, metric, which));
        let index = 1 + (focus * Metric::ALL.len() + metric as usize) * 2 + which as usize;
        let column = || match kind(metric) {
            Kind::Endless => self.table.endless(index),
            _ => self.table.numbers(index),
        };
        read(name, column)
    }

    fn parameter(&self, index: usize) -> Result<Vec<f64>, ColumnError> {
        let metrics = self.foci.len() * Metric::ALL.len() * 2;
        let name = self.parameters.get(index).map(|path| parameter(path));
        read(name, || self.table.numbers(1 + metrics + index))
    }
}

/// A column that exists if it has a name.
fn read(
    name: Option<String>,
    column: impl FnOnce() -> Result<Vec<f64>, ReadError>,
) -> Result<Vec<f64>, ColumnError> {
    let Some(name) = name else {
        return Err(ColumnError {
            column: "unknown".to_owned(),
            cause: "trials.parquet has none of that index".into(),
        });
    };
    column().map_err(|error| ColumnError {
        column: name,
        cause: error.into(),
    })
}

/// The columns of a study, in order.
fn fields(outline: &Outcome) -> Vec<Field> {
    let mut fields = vec![Field::new("trial", Kind::Whole)];
    for (focus, metric, which) in metrics(outline) {
        fields.push(Field::new(name(&key(focus), metric, which), kind(metric)));
    }
    let parameters = outline.parameters.iter().map(|path| parameter(path));
    fields.extend(parameters.map(|name| Field::new(name, Kind::Number)));
    fields
}

fn metrics(outline: &Outcome) -> impl Iterator<Item = (&FocusOutcome, Metric, Which)> {
    outline.focus.iter().flat_map(|focus| {
        let metrics = Metric::ALL.into_iter();
        metrics.flat_map(move |metric| VARIANTS.map(|which| (focus, metric, which)))
    })
}

fn key(focus: &FocusOutcome) -> String {
    format!("{}:{}", focus.commodity, focus.country)
}

fn name(key: &str, metric: Metric, which: Which) -> String {
    format!("{key}:{}:{}", metric.name(), variant_name(which))
}

fn parameter(path: &str) -> String {
    format!("parameter:{path}")
}

const fn kind(metric: Metric) -> Kind {
    match metric {
        Metric::TimeToSurvive => Kind::Endless,
        _ => Kind::Number,
    }
}

/// The unit of every metric, as a JSON object.
fn units(outline: &Outcome) -> String {
    let units = metrics(outline).map(|(focus, metric, which)| {
        let unit = metric.unit(&focus.unit);
        (name(&key(focus), metric, which), unit.into())
    });
    serde_json::Value::Object(units.collect()).to_string()
}

impl WriteError {
    pub(super) fn parquet(path: &Path, error: parquet::errors::ParquetError) -> Self {
        Self {
            path: path.to_owned(),
            cause: io_error(error),
        }
    }
}
