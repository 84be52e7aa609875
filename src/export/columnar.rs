//! Parquet files as far as this crate needs them: flat tables of numbers,
//! texts and dates, stamped, and the same bytes for the same contents.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::date;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::ReadError;
use crate::study::Stamp;
use crate::units::Date;

pub(super) type Parquet<T = ()> = Result<T, ParquetError>;

/// Rows read at once.
const BATCH: usize = 1 << 16;

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    pub kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Number,
    /// A number that may be infinite, in the file: null.
    Endless,
    Text,
    Date,
}

impl Field {
    pub(super) fn new(name: impl Into<String>, kind: Kind) -> Self {
        let name = name.into();
        Self { name, kind }
    }

    fn schema(&self) -> Parquet<TypePtr> {
        let (physical, converted, logical) = match self.kind {
            Kind::Whole => (Physical::INT64, ConvertedType::NONE, None),
            Kind::Number | Kind::Endless => (Physical::DOUBLE, ConvertedType::NONE, None),
            Kind::Text => {
                let text = Some(LogicalType::String);
                (Physical::BYTE_ARRAY, ConvertedType::UTF8, text)
            }
            Kind::Date => {
                let date = Some(LogicalType::Date);
                (Physical::INT32, ConvertedType::DATE, date)
            }
        };
        let repetition = match self.kind {
            Kind::Endless => Repetition::OPTIONAL,
            _ => Repetition::REQUIRED,
        };
        let column = Type::primitive_type_builder(&self.name, physical)
            .with_repetition(repetition)
            .with_converted_type(converted)
            .with_logical_type(logical);
        Ok(Arc::new(column.build()?))
    }
}

pub(super) fn schema(fields: &[Field]) -> Parquet<TypePtr> {
    let columns = fields.iter().map(Field::schema).collect::<Parquet<_>>()?;
    let table = Type::group_type_builder("schema").with_fields(columns);
    Ok(Arc::new(table.build()?))
}

/// A file to be filled, whose key-values begin with the stamp.
pub(super) fn writer<W: Write + Send>(
    to: W,
    fields: &[Field],
    stamp: &Stamp,
) -> Parquet<SerializedFileWriter<W>> {
    SerializedFileWriter::new(to, schema(fields)?, properties(stamp))
}

fn properties(stamp: &Stamp) -> WriterPropertiesPtr {
    let stamp = entries(stamp).map(|(key, value)| key_value(key, value));
    let properties = WriterProperties::builder()
        .set_created_by(format!("shortfall version {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(stamp.to_vec()));
    Arc::new(properties.build())
}

fn entries(stamp: &Stamp) -> [(&'static str, String); 5] {
    [
        ("scenario", stamp.scenario.clone()),
        ("hash", stamp.hash.clone()),
        ("seed", stamp.seed.to_string()),
        ("trials", stamp.trials.to_string()),
        ("version", stamp.version.clone()),
    ]
}

pub(super) fn key_value(key: &str, value: String) -> KeyValue {
    KeyValue::new(key.to_owned(), value)
}

/// Fills the columns of a row group in turn.
pub(super) struct RowGroup<'a, W: Write + Send>(SerializedRowGroupWriter<'a, W>);

impl<'a, W: Write + Send> RowGroup<'a, W> {
    pub(super) fn begin(file: &'a mut SerializedFileWriter<W>) -> Parquet<Self> {
        Ok(Self(file.next_row_group()?))
    }

    pub(super) fn end(self) -> Parquet {
        self.0.close()?;
        Ok(())
    }

    pub(super) fn whole(&mut self, values: &[i64]) -> Parquet {
        self.put::<Int64Type>(values, None)
    }

    pub(super) fn numbers(&mut self, values: &[f64]) -> Parquet {
        self.put::<DoubleType>(values, None)
    }

    pub(super) fn endless(&mut self, values: &[f64]) -> Parquet {
        let ends = |value: &f64| *value != f64::INFINITY;
        let levels: Vec<i16> = values.iter().map(|value| i16::from(ends(value))).collect();
        let finite: Vec<f64> = values.iter().copied().filter(ends).collect();
        self.put::<DoubleType>(&finite, Some(&levels))
    }

    pub(super) fn texts(&mut self, values: &[&str]) -> Parquet {
        let values: Vec<_> = values.iter().map(|text| ByteArray::from(*text)).collect();
        self.put::<ByteArrayType>(&values, None)
    }

    pub(super) fn dates(&mut self, values: &[Date]) -> Parquet {
        let values: Vec<_> = values.iter().map(|date| days_of(*date)).collect();
        self.put::<Int32Type>(&values, None)
    }

    fn put<T: DataType>(&mut self, values: &[T::T], levels: Option<&[i16]>) -> Parquet {
        let column = self.0.next_column()?;
        let mut column = column.ok_or_else(|| ParquetError::General("too many columns".into()))?;
        column.typed::<T>().write_batch(values, levels, None)?;
        column.close()
    }
}

/// Days since 1970-01-01.
fn days_of(date: Date) -> i32 {
    let hours = date.duration_since(EPOCH).as_hours();
    i32::try_from(hours / 24).unwrap_or_default()
}

fn date_of(days: i32) -> Option<Date> {
    EPOCH
        .checked_add(SignedDuration::from_hours(i64::from(days) * 24))
        .ok()
}

const EPOCH: Date = date(1970, 1, 1);

/// A file that can be read.
pub(super) struct Table {
    path: PathBuf,
    reader: SerializedFileReader<File>,
}

impl Table {
    /// Opens a file that was given its name.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(|error| ReadError::io(path, &error))?;
        Self::new(path, file).map_err(|error| ReadError::parquet(path, &error))
    }

    pub(super) fn new(path: &Path, file: File) -> Parquet<Self> {
        let length = file.metadata()?.len();
        let table = Self {
            path: path.to_owned(),
            reader: SerializedFileReader::new(file)?,
        };
        match table.lies_within(length) {
            true => Ok(table),
            false => Err(ParquetError::General(
                "a column lies outside the file".into(),
            )),
        }
    }

    /// Whether all columns are where a file of so many bytes can have them,
    /// which the reader takes for granted.
    fn lies_within(&self, length: u64) -> bool {
        let groups = self.reader.metadata().row_groups().iter();
        let mut columns = groups.flat_map(|group| group.columns());
        columns.all(|column| {
            let start = column
                .dictionary_page_offset()
                .unwrap_or(column.data_page_offset());
            let size = column.compressed_size();
            let range = u64::try_from(start).ok().zip(u64::try_from(size).ok());
            let end = range.and_then(|(start, size)| start.checked_add(size));
            end.is_some_and(|end| end <= length)
        })
    }

    /// Makes sure that the file is of a run, and has such columns and so many
    /// rows.
    pub(super) fn expect(
        &self,
        stamp: &Stamp,
        fields: &[Field],
        rows: u64,
    ) -> Result<(), ReadError> {
        for (key, expected) in entries(stamp) {
            let found = self.value(key).unwrap_or("missing");
            if found != expected {
                return Err(self.wrong(&format!(
                    "it is of another run: its {key} is {found}, that of summary.json {expected}"
                )));
            }
        }
        let schema = schema(fields).map_err(|error| ReadError::parquet(&self.path, &error))?;
        let metadata = self.reader.metadata().file_metadata();
        if *metadata.schema() != *schema {
            return Err(self.wrong("it has other columns than this run would have"));
        }
        if u64::try_from(metadata.num_rows()) != Ok(rows) {
            let found = metadata.num_rows();
            return Err(self.wrong(&format!("it has {found} rows, and should have {rows}")));
        }
        Ok(())
    }

    fn value(&self, key: &str) -> Option<&str> {
        let entries = self.reader.metadata().file_metadata().key_value_metadata();
        let mut entries = entries.into_iter().flatten();
        entries.find(|entry| entry.key == key)?.value.as_deref()
    }

    /// The error of a file that is not what it should be.
    pub(super) fn wrong(&self, reason: &str) -> ReadError {
        ReadError::new(&self.path, reason)
    }

    pub(super) fn numbers(&self, index: usize) -> Result<Vec<f64>, ReadError> {
        Ok(self.column::<DoubleType>(index)?.0)
    }

    pub(super) fn endless(&self, index: usize) -> Result<Vec<f64>, ReadError> {
        let (finite, levels) = self.column::<DoubleType>(index)?;
        let mut finite = finite.into_iter();
        let mut next = |level| match level {
            0 => Some(f64::INFINITY),
            _ => finite.next(),
        };
        let values: Vec<f64> = levels.into_iter().map_while(&mut next).collect();
        self.complete(values)
    }

    pub(super) fn texts(&self, index: usize) -> Result<Vec<String>, ReadError> {
        let (values, _) = self.column::<ByteArrayType>(index)?;
        let texts = values
            .iter()
            .map(|value| Ok(value.as_utf8()?.to_owned()))
            .collect::<Parquet<_>>();
        texts.map_err(|error| ReadError::parquet(&self.path, &error))
    }

    pub(super) fn dates(&self, index: usize) -> Result<Vec<Date>, ReadError> {
        let (days, _) = self.column::<Int32Type>(index)?;
        self.complete(days.into_iter().map_while(date_of).collect())
    }

    fn column<T: DataType>(&self, index: usize) -> Result<(Vec<T::T>, Vec<i16>), ReadError> {
        let (values, levels) = read::<T>(&self.reader, index)
            .map_err(|error| ReadError::parquet(&self.path, &error))?;
        let nullable = !levels.is_empty();
        Ok((
            if nullable {
                values
            } else {
                self.complete(values)?
            },
            levels,
        ))
    }

    /// One value a row, or the file is damaged.
    fn complete<T>(&self, values: Vec<T>) -> Result<Vec<T>, ReadError> {
        let rows = self.reader.metadata().file_metadata().num_rows();
        match i64::try_from(values.len()) == Ok(rows) {
            true => Ok(values),
            false => Err(self.wrong("it is damaged: a column is shorter than the others")),
        }
    }
}

/// The values of a column that are not null, and, if it may be null, for each
/// row 1 if it is not.
fn read<T: DataType>(
    reader: &SerializedFileReader<File>,
    index: usize,
) -> Parquet<(Vec<T::T>, Vec<i16>)> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for group in 0..reader.num_row_groups() {
        let column = reader.get_row_group(group)?.get_column_reader(index)?;
        let other = || ParquetError::General("a column of another type".into());
        let mut column = T::get_column_reader(column).ok_or_else(other)?;
        while column
            .read_records(BATCH, Some(&mut levels), None, &mut values)?
            .0
            > 0
        {}
    }
    Ok((values, levels))
}

/// What the system said, where that was the cause.
pub(super) fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        error => io::Error::other(error),
    }
}
