//! Finds email addresses (RFC 5321, 4.1.2) in text.

use std::ops::Range;

/// How closely text must resemble an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cassette) enum Shape {
    /// Anything with an at sign inside.
    Loose,
    /// ASCII with a dotted domain, for decoded bytes that may be noise.
    Strict,
}

/// Returns where addresses are, in order and without overlap.
pub(in crate::cassette) fn find(bytes: &[u8], shape: Shape) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut done = 0;
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let at = next + bytes[next..].iter().position(|&c| c == b'@')?;
            next = at + 1;
            let start = done + local_part_start(&bytes[done..at], shape);
            let end = next + domain_len(&bytes[next..], shape);
            if start < at && is_domain(&bytes[next..end], shape) {
                (done, next) = (end, end);
                return Some(start..end);
            }
        }
    })
}

fn local_part_start(before: &[u8], shape: Shape) -> usize {
    let is_local = |c: u8| is_in_domain(c, shape) || b"_+'%".contains(&c);
    let mut start = before.iter().rposition(|&c| !is_local(c)).map_or(0, |at| at + 1);
    // In JSON within JSON, the end of an escape such as `\n` or `\u003c` is not part of the address.
    if before[..start].ends_with(b"\\") {
        start += match &before[start..] {
            [b'u', digits @ ..] if digits.iter().take_while(|c| c.is_ascii_hexdigit()).count() >= 4 => 5,
            [b'b' | b'f' | b'n' | b'r' | b't', ..] => 1,
            _ => 0,
        };
    }
    // Leading punctuation belongs to the sentence, or separates two addresses.
    let is_punctuation = |c: &&u8| c.is_ascii() && !c.is_ascii_alphanumeric();
    start + before[start..].iter().take_while(is_punctuation).count()
}

fn domain_len(behind: &[u8], shape: Shape) -> usize {
    let len = behind.iter().take_while(|&&c| is_in_domain(c, shape)).count();
    // A trailing dot ends the sentence.
    let trailing = behind[..len].iter().rev().take_while(|c| b".-".contains(c)).count();
    len - trailing
}

fn is_domain(domain: &[u8], shape: Shape) -> bool {
    match shape {
        Shape::Loose => !domain.is_empty(),
        Shape::Strict => domain.iter().rposition(|&c| c == b'.').is_some_and(|dot| {
            let top = &domain[dot + 1..];
            dot > 0 && top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic)
        }),
    }
}

fn is_in_domain(c: u8, shape: Shape) -> bool {
    c.is_ascii_alphanumeric() || b".-".contains(&c) || (shape == Shape::Loose && !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_without_the_text_around_them() {
        let cases: [(&str, Shape, &[&str]); 11] = [
            (
                "<ada@example.org>, 'bob@example.org'.",
                Shape::Loose,
                &["ada@example.org", "bob@example.org"],
            ),
            ("mailto:o'neil+x@a-b.example.", Shape::Loose, &["o'neil+x@a-b.example"]),
            ("?email=ada@example.org&x=1", Shape::Loose, &["ada@example.org"]),
            ("josé@例え.jp", Shape::Loose, &["josé@例え.jp"]),
            (r"to\nada@example.org\n", Shape::Loose, &["ada@example.org"]),
            (r"\u003cada@example.org\u003e", Shape::Loose, &["ada@example.org"]),
            ("a@b.de@c.de", Shape::Loose, &["a@b.de"]),
            ("a@b.de+c@d.de", Shape::Loose, &["a@b.de", "c@d.de"]),
            ("@x y@ z", Shape::Loose, &[]),
            ("a@b@c.de x@1.2", Shape::Strict, &["b@c.de"]),
            ("\u{e9}a@b.de", Shape::Strict, &["a@b.de"]),
        ];
        for (text, shape, expected) in cases {
            let found: Vec<&str> = find(text.as_bytes(), shape).map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
