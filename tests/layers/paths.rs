//! Reads paths from tokens: `use` declarations, and paths in code.

use crate::tokens::{Token, is_word};

/// A path of at least two segments, or an imported name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
    /// The name that a `use` declaration gives it.
    pub(crate) imported_as: Option<String>,
}

/// Removes the items under `#[cfg(test)]`. Returns the names of the modules among them too, since their files are
/// compiled for tests alone.
pub(crate) fn without_tests(tokens: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let mut kept = Vec::new();
    let mut modules = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if starts_with(&tokens[at..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            let item = at + 7;
            let end = end_of_item(&tokens, item);
            let module = tokens[item..end].windows(2).find(|pair| pair[0].text == "mod");
            modules.extend(module.map(|pair| pair[1].text.clone()));
            at = end;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    (kept, modules)
}

/// The names of the macros that are defined in `tokens`.
pub(crate) fn macros_defined(tokens: &[Token]) -> impl Iterator<Item = String> + '_ {
    let definitions = tokens
        .windows(3)
        .filter(|window| starts_with(window, &["macro_rules", "!"]));
    definitions.map(|window| window[2].text.clone())
}

/// The macros that are called by name alone, each with its line.
pub(crate) fn macros_called(tokens: &[Token]) -> impl Iterator<Item = (usize, String)> + '_ {
    let calls = tokens.windows(3).enumerate().filter(|(at, window)| {
        let is_call =
            is_name(&window[0]) && window[1].text == "!" && matches!(window[2].text.as_str(), "(" | "[" | "{");
        is_call && (*at == 0 || tokens[at - 1].text != "::")
    });
    calls.map(|(_, window)| (window[0].line, window[0].text.clone()))
}

/// All paths in `tokens`.
pub(crate) fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // `use<'a>` is not an import but a capture.
        if tokens[at].text == "use" && tokens.get(at + 1).is_some_and(|next| next.text != "<") {
            at = use_tree(tokens, at + 1, &[], &mut paths);
        } else if is_name(&tokens[at]) {
            let (end, segments) = segments(tokens, at);
            if segments.len() > 1 {
                paths.push(Path {
                    line: tokens[at].line,
                    segments,
                    imported_as: None,
                });
            }
            at = end;
        } else {
            at += 1;
        }
    }
    paths
}

/// Reads one tree of a `use` declaration and returns where it ends.
fn use_tree(tokens: &[Token], start: usize, prefix: &[String], paths: &mut Vec<Path>) -> usize {
    let line = tokens[start].line;
    let skipped = usize::from(tokens[start].text == "::");
    let (mut at, own) = segments(tokens, start + skipped);
    let mut segments: Vec<String> = prefix.iter().cloned().chain(own).collect();
    match tokens.get(at).map(|token| token.text.as_str()) {
        Some("{") => {
            at += 1;
            while tokens[at].text != "}" {
                at = use_tree(tokens, at, &segments, paths);
                at += usize::from(tokens[at].text == ",");
            }
            return at + 1;
        }
        Some("*") => {
            paths.push(Path {
                line,
                segments,
                imported_as: None,
            });
            return at + 1;
        }
        _ => {}
    }
    if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
        segments.pop();
    }
    let mut imported_as = segments.last().cloned();
    if tokens[at].text == "as" {
        imported_as = Some(tokens[at + 1].text.clone());
        at += 2;
    }
    paths.push(Path {
        line,
        segments,
        imported_as,
    });
    at
}

/// Reads segments that are joined by `::`, and returns where they end. A `::` at the end is passed over.
fn segments(tokens: &[Token], start: usize) -> (usize, Vec<String>) {
    let mut at = start;
    let mut segments = Vec::new();
    while tokens.get(at).is_some_and(is_name) {
        segments.push(tokens[at].text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    (at, segments)
}

/// The end of the item at `start`: behind its first `;` or block outside of other brackets.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.text.as_str(), ";" | "}") {
            return at + 1;
        }
    }
    tokens.len()
}

fn starts_with(tokens: &[Token], texts: &[&str]) -> bool {
    tokens.len() >= texts.len() && tokens.iter().zip(texts).all(|(token, text)| token.text == *text)
}

fn is_name(token: &Token) -> bool {
    token.text != "as" && token.text.chars().all(is_word)
}
