/// A text broken between words into lines of at most `width` characters, but
/// for words that are longer.
#[must_use]
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let taken = |line: &String| line.chars().count() + 1 + word.chars().count();
        match lines.last_mut().filter(|line| taken(line) <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_break_between_words() {
        let text = "How short does  Japan run?";
        assert_eq!(lines(text, 9), ["How short", "does", "Japan", "run?"]);
        assert_eq!(lines(text, 80), ["How short does Japan run?"]);
        assert_eq!(lines("Überlänge µµ", 5), ["Überlänge", "µµ"]);
        assert!(lines(" ", 5).is_empty());
    }
}
