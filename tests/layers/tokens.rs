//! Splits Rust source into the tokens from which paths are read. Comments are dropped, doc comments among them.

/// An identifier, `::`, or one punctuation character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Returns the tokens of `source`. A string literal is dropped unless it holds a path, as in
/// `#[serde(with = "crate::model::timestamp")]`.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some((length, content)) = string(rest) {
            if is_path(content) {
                tokens.extend(self::tokens(content).into_iter().map(|token| Token { line, ..token }));
            }
            length
        } else if first == '\'' {
            lifetime_or_character(rest)
        } else if is_word(first) {
            let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            tokens.push(Token {
                line,
                text: rest[..length].to_owned(),
            });
            length
        } else if rest.starts_with("::") {
            tokens.push(Token {
                line,
                text: "::".to_owned(),
            });
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(Token {
                    line,
                    text: first.to_string(),
                });
            }
            first.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

pub(crate) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn is_path(content: &str) -> bool {
    content.contains("::")
        && content
            .split("::")
            .all(|segment| !segment.is_empty() && segment.chars().all(is_word))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length and the content of the string literal that `rest` begins with.
fn string(rest: &str) -> Option<(usize, &str)> {
    let unprefixed = rest
        .strip_prefix('b')
        .or_else(|| rest.strip_prefix('c'))
        .unwrap_or(rest);
    let (unprefixed, raw) = unprefixed
        .strip_prefix('r')
        .map_or((unprefixed, false), |raw| (raw, true));
    let hashes = if raw {
        unprefixed.len() - unprefixed.trim_start_matches('#').len()
    } else {
        0
    };
    let content = unprefixed[hashes..].strip_prefix('"')?;
    let end = if raw {
        content.find(&format!("\"{}", "#".repeat(hashes)))?
    } else {
        let mut escaped = false;
        content.find(|character| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        })?
    };
    Some((rest.len() - content.len() + end + 1 + hashes, &content[..end]))
}

fn lifetime_or_character(rest: &str) -> usize {
    if let Some(escape) = rest.strip_prefix("'\\") {
        // The escaped character itself may be a quote.
        return 3 + escape[1..].find('\'').map_or(0, |end| end + 1);
    }
    let mut characters = rest.char_indices().skip(2);
    match characters.next() {
        Some((at, '\'')) => at + 1,
        _ => 1,
    }
}
