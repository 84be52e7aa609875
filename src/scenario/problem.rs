//! What is wrong with a scenario, and how that is shown.

use std::fmt;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::source::{FileId, Sources, Span};

/// Most problems shown at a time.
const SHOWN: usize = 50;

/// One thing that is wrong, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// Where, with a few words put there (possibly none).
    pub primary: (Span, String),
    /// Other places that have to do with it, with a few words on each.
    pub related: Vec<(Span, String)>,
    /// What would be right.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            primary: (span, String::new()),
            related: Vec::new(),
            help: None,
        }
    }

    /// Puts words to the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.primary.1 = label.into();
        self
    }

    /// Points at another place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Says what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn group<'a>(&'a self, sources: &'a Sources, level: &Level<'a>) -> Group<'a> {
        let (main, others) = self.places_by_file();
        let file = self.primary.0.file;
        let title = level.clone().primary_title(self.message.as_str());
        let mut group = match sources.text(file).is_empty() {
            true => title.element(Origin::path(sources.name(file))),
            false => title.element(snippet(sources, file, &main)),
        };
        for (file, places) in &others {
            group = group.element(snippet(sources, *file, places));
        }
        match &self.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        }
    }

    /// The places in the primary file, and those in each other file.
    fn places_by_file(&self) -> (Vec<Place<'_>>, Vec<(FileId, Vec<Place<'_>>)>) {
        let mut main = vec![(
            AnnotationKind::Primary,
            self.primary.0,
            self.primary.1.as_str(),
        )];
        let mut others: Vec<(FileId, Vec<Place<'_>>)> = Vec::new();
        for (span, label) in &self.related {
            let place = (AnnotationKind::Context, *span, label.as_str());
            if span.file == self.primary.0.file {
                main.push(place);
            } else if let Some((_, places)) = others.iter_mut().find(|(file, _)| *file == span.file)
            {
                places.push(place);
            } else {
                others.push((span.file, vec![place]));
            }
        }
        (main, others)
    }
}

type Place<'a> = (AnnotationKind, Span, &'a str);

/// The lines of a file from the first of the places to the last.
fn snippet<'a>(
    sources: &'a Sources,
    file: FileId,
    places: &[Place<'a>],
) -> Snippet<'a, Annotation<'a>> {
    let text = sources.text(file);
    let first = places.iter().map(|place| place.1.start).min().unwrap_or(0);
    let last = places.iter().map(|place| place.1.end).max().unwrap_or(0);
    let (start, end) = whole_lines(text, first, last);
    let annotation = |(kind, span, label): &Place<'a>| {
        let from = floor(text, span.start) - start;
        let to = floor(text, span.end.max(span.start)) - start;
        let annotation = kind.span(from..to);
        if label.is_empty() {
            annotation
        } else {
            annotation.label(*label)
        }
    };
    Snippet::source(&text[start..end])
        .path(sources.name(file))
        .line_start(1 + text[..start].matches('\n').count())
        .annotations(places.iter().map(annotation).collect::<Vec<_>>())
}

/// The range of the lines that hold these bytes.
fn whole_lines(text: &str, first: usize, last: usize) -> (usize, usize) {
    let (first, last) = (floor(text, first), floor(text, last.max(first)));
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |at| last + at + 1);
    (start, end)
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

/// Everything found wrong so far.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds several.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The problems, by file and place, each once.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Problem> {
        self.0.sort_by_key(|problem| problem.primary.0);
        self.0.dedup();
        self.0
    }
}

/// Why a scenario cannot be used: all that is wrong with it. Or, as warnings,
/// what is odd in one that can.
#[derive(Clone, Debug)]
pub struct Report {
    sources: Sources,
    problems: Vec<Problem>,
    level: Level<'static>,
}

impl Report {
    /// Puts the problems in order.
    #[must_use]
    pub fn new(sources: Sources, problems: Problems) -> Self {
        Self {
            sources,
            problems: problems.sorted(),
            level: Level::ERROR,
        }
    }

    /// The same for what is odd, though it can be run.
    #[must_use]
    pub fn of_warnings(sources: Sources, warnings: Problems) -> Self {
        Self {
            level: Level::WARNING,
            ..Self::new(sources, warnings)
        }
    }

    /// The problems, by file and place.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The problems as text, each with the lines it points at.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_with(&Renderer::plain())
    }

    /// The same with colours for a terminal.
    #[must_use]
    pub fn render_coloured(&self) -> String {
        self.render_with(&Renderer::styled())
    }

    fn render_with(&self, renderer: &Renderer) -> String {
        let shown = self.problems.iter().take(SHOWN);
        let mut parts: Vec<String> = shown
            .map(|problem| renderer.render(&[problem.group(&self.sources, &self.level)]))
            .collect();
        if self.problems.len() > SHOWN {
            parts.push(format!("and {} more", self.problems.len() - SHOWN));
        }
        parts.join("\n\n") + "\n"
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl std::error::Error for Report {}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(problems: impl IntoIterator<Item = (usize, usize)>) -> Report {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", "one\ntwo µ\nthree\n");
        let mut collected = Problems::default();
        for (start, end) in problems {
            collected.push(Problem::new(Span { file, start, end }, "bad").label("here"));
        }
        Report::new(sources, collected)
    }

    #[test]
    fn problems_come_in_the_order_of_the_file() {
        let text = report([(11, 16), (4, 7)]).render();
        insta::assert_snapshot!(text, @r#"
    error: bad
     --> a.toml:2:1
      |
    2 | two µ
      | ^^^ here

    error: bad
     --> a.toml:3:1
      |
    3 | three
      | ^^^^^ here
    "#);
    }

    #[test]
    fn no_place_breaks_the_drawing() {
        let text = report([(0, 0), (17, 17), (900, 2), (9, 10), (3, 4), (0, 900)]).render();
        assert_eq!(text.matches("error: bad").count(), 6);
    }

    #[test]
    fn many_problems_are_counted() {
        let text = report((0..60).map(|n| (0, n))).render();
        assert!(text.ends_with("and 10 more\n"), "{text}");
    }
}
