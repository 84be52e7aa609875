//! The files a scenario was read from, and places in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::overrides::Override;

/// Which of the [`Sources`] a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(usize);

/// A range of bytes in one of the [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// First byte behind it.
    pub end: usize,
}

impl Span {
    /// In place of one where there is no file.
    pub(super) const NOWHERE: Self = Self {
        file: FileId(0),
        start: 0,
        end: 0,
    };
}

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: Arc<str>,
}

/// The files a scenario was read from, in the order of reading, and where in
/// them each of its keys stands.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    places: BTreeMap<String, Span>,
}

impl Sources {
    /// Adds a file under the name that messages give it.
    pub(super) fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(Source {
            name: name.into(),
            text: text.into(),
        });
        FileId(self.files.len() - 1)
    }

    /// Records where the key or entry of this path stands.
    pub(super) fn place(&mut self, path: &str, span: Span) {
        self.places.entry(path.to_owned()).or_insert(span);
    }

    /// Where a key or entry stands, such as `commodities.ndpr-oxide` or
    /// `sites.lynas-kuantan.capacity`.
    #[must_use]
    pub fn span_of(&self, path: &str) -> Option<Span> {
        self.places.get(path).copied()
    }

    /// Name and text of the file that was added after so many others.
    pub(super) fn nth(&self, file: usize) -> Option<(&str, &str)> {
        let source = self.files.get(file)?;
        Some((&source.name, &source.text))
    }

    /// The names of all files, the scenario's own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// The name of a file.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        &self.files[file.0].name
    }

    /// All of a file.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        &self.files[file.0].text
    }

    /// What stands at a place; empty if that is no place in the file.
    #[must_use]
    pub fn excerpt(&self, span: Span) -> &str {
        self.text(span.file)
            .get(span.start..span.end)
            .unwrap_or_default()
    }

    /// Name, line and column (both from 1) of the beginning of a place.
    #[must_use]
    pub fn position(&self, span: Span) -> (&str, usize, usize) {
        let before = self.text(span.file).get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        (self.name(span.file), line, column)
    }
}

/// A hash of contents: FNV-1a over 128 bits (Fowler, Noll and Vo), in which
/// each piece is followed by its length.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContentHash(u128);

impl ContentHash {
    pub(super) fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    pub(super) fn add(&mut self, piece: &[u8]) {
        let length = (piece.len() as u64).to_le_bytes();
        for &byte in piece.iter().chain(&length) {
            self.0 =
                (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
        }
    }

    pub(super) fn add_overrides(&mut self, overrides: &[Override]) {
        for one in overrides {
            self.add(one.0.as_bytes());
        }
    }

    /// 32 hexadecimal digits.
    pub(super) fn finish(self) -> String {
        format!("{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", "x = 1\nµµ = 2\n");
        let span = Span {
            file,
            start: 11,
            end: 12,
        };
        assert_eq!(sources.excerpt(span), "=");
        assert_eq!(sources.position(span), ("a.toml", 2, 4));
    }

    #[test]
    fn the_hash_tells_pieces_apart() {
        let hash = |pieces: &[&str]| {
            let mut hash = ContentHash::new();
            pieces.iter().for_each(|piece| hash.add(piece.as_bytes()));
            hash.finish()
        };
        assert_eq!(hash(&["a", "b"]), hash(&["a", "b"]));
        assert_ne!(hash(&["ab"]), hash(&["a", "b"]));
        assert_eq!(hash(&[]), "6c62272e07bb014262b821756295c58d");
    }
}
