//! `[countries]`: countries and blocs.

use super::model::Country;
use super::problem::Problem;
use super::table::{Read, Reader, table};
use super::tree::{Node, Value};
use super::values::{Map, Word};

/// Most countries of a scenario.
const MOST: usize = 400;

table! {
    /// A country or bloc.
    struct Bloc {
        /// Name used in reports.
        name: String,
        /// ISO codes of the countries that observed trade counts to it.
        members: Vec<Word>,
        /// Whether observed trade counts all countries to it that are not listed.
        rest: bool = "false",
    }
}

/// A name, or a table.
#[derive(Clone, Debug)]
pub(super) struct Listed(pub Bloc);

impl Read for Listed {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(node.value, Value::Table(_)) {
            return Bloc::read(node, reader).map(Listed);
        }
        let name = String::read(node, reader)?;
        Some(Listed(Bloc {
            at: node.span,
            path: node.path.clone(),
            name,
            members: Vec::new(),
            rest: false,
        }))
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({ "anyOf": [String::schema(), Bloc::schema()] })
    }
}

/// The countries, in the order of the file.
pub(super) fn resolve(countries: &Map<Listed>, reader: &mut Reader<'_>) -> Vec<Country> {
    for (word, _) in &countries.0 {
        check_code(word, reader);
    }
    if let Some((word, _)) = countries.0.get(MOST) {
        reader.report(Problem::new(
            word.span,
            format!("more than {MOST} countries"),
        ));
    }
    check_members(countries, reader);
    let country = |(word, listed): &(Word, Listed)| Country {
        code: word.text.clone(),
        name: listed.0.name.clone(),
    };
    countries.0.iter().map(country).collect()
}

fn check_code(word: &Word, reader: &mut Reader<'_>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !word.text.chars().all(plain) || word.text == "default" || word.text.is_empty() {
        reader.report(
            Problem::new(
                word.span,
                format!("`{}` cannot be the code of a country", word.text),
            )
            .help("a code is made of letters, digits, - and _"),
        );
    }
}

/// A country belongs to one bloc, and there is one rest.
fn check_members(countries: &Map<Listed>, reader: &mut Reader<'_>) {
    let mut seen: Vec<&Word> = Vec::new();
    for member in countries.0.iter().flat_map(|(_, listed)| &listed.0.members) {
        match seen.iter().find(|other| other.text == member.text) {
            Some(other) => reader.report(
                Problem::new(member.span, format!("`{}` is a member twice", member.text))
                    .also(other.span, "here it is the first time"),
            ),
            None => seen.push(member),
        }
    }
    let mut rests = countries.0.iter().filter(|(_, listed)| listed.0.rest);
    if let (Some(first), Some(second)) = (rests.next(), rests.next()) {
        reader.report(
            Problem::new(second.0.span, "only one bloc can be the rest of the world")
                .also(first.0.span, "this is one already"),
        );
    }
}
