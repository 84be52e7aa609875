//! `[[correlations]]`: rank correlations between uncertain numbers.

use super::model::Correlation;
use super::names::nearest;
use super::problem::Problem;
use super::source::FileId;
use super::table::{Read, Reader, table};
use super::tree::{Node, Value};
use super::values::{OneOrMany, Word};

table! {
    /// A rank correlation between uncertain numbers.
    struct Listed {
        /// Paths of two numbers that are drawn once per trial.
        between: OneOrMany<Word>,
        /// Spearman's rank correlation, between -1 and 1.
        rank: Rank,
    } where serde_json::json!({ "properties": { "between": { "type": "array", "minItems": 2, "maxItems": 2 } } })
}

impl Listed {
    /// Once all numbers have been read. Nothing is left of it where a change to the
    /// scenario, which is in another file, has fixed one of its numbers.
    pub(super) fn resolve(
        &self,
        index: usize,
        scenario: FileId,
        reader: &mut Reader<'_>,
    ) -> Option<Correlation> {
        let [first, second] = self.between.items.as_slice() else {
            let said = format!(
                "a correlation is between two numbers, not {}",
                self.between.items.len()
            );
            reader.report(Problem::new(self.between.span, said));
            return None;
        };
        if first.text == second.text {
            reader.report(Problem::new(
                self.between.span,
                "a number cannot be correlated with itself",
            ));
        }
        let set = [first, second].map(|word| is_set(word, scenario, reader));
        for (word, is_set) in [first, second].into_iter().zip(set) {
            if !is_set {
                check_uncertain(word, reader);
            }
        }
        if set.contains(&true) {
            return None;
        }
        let (first, second) = (first.text.clone(), second.text.clone());
        Some(Correlation {
            index,
            first,
            second,
            rank: self.rank.0,
        })
    }
}

/// A rank correlation, from -1 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rank(f64);

impl Read for Rank {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let rank = match node.value {
            Value::Integer(rank) => rank as f64,
            Value::Float(rank) => rank,
            _ => f64::NAN,
        };
        if (-1.0..=1.0).contains(&rank) {
            return Some(Rank(rank));
        }
        let said = "a rank correlation is a number between -1 and 1";
        reader.report(Problem::new(node.span, said));
        None
    }

    fn placeholder() -> Option<Self> {
        Some(Rank(0.0))
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({ "type": "number", "minimum": -1, "maximum": 1 })
    }
}

/// Whether a number is fixed, and not by the scenario itself.
fn is_set(word: &Word, scenario: FileId, reader: &Reader<'_>) -> bool {
    let place = reader.sources.span_of(&word.text);
    reader.fixed.contains(&word.text) && place.is_some_and(|place| place.file != scenario)
}

fn check_uncertain(word: &Word, reader: &mut Reader<'_>) {
    if reader.uncertain.contains_key(&word.text) {
        return;
    }
    let problem = if reader.fixed.contains(&word.text) {
        let problem = Problem::new(word.span, format!("`{}` is fixed", word.text));
        let place = reader.sources.span_of(&word.text);
        let problem = problem.help("only numbers given by a law can be correlated");
        place.map_or(problem.clone(), |span| {
            problem.also(span, "a single number")
        })
    } else {
        let paths = reader.uncertain.keys().map(String::as_str);
        let problem = Problem::new(
            word.span,
            format!("`{}` is no number drawn once per trial", word.text),
        );
        match nearest(&word.text, paths) {
            Some(path) => problem.label(format!("did you mean `{path}`?")),
            None => problem.help("write the path to it, such as sites.lynas-kuantan.capacity"),
        }
    };
    reader.report(problem);
}
