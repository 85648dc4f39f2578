//! Where a recorded answer names people. It is searched once, however often it is given.

use super::address::{self, Context, Place};
use super::pseudonym::Pseudonym;
use super::{DEPTH, base64_run, rewrite};

/// The pseudonyms in an answer.
#[derive(Debug)]
pub(crate) struct Places {
    pub(super) plain: Vec<(Place, Pseudonym)>,
    /// Whether there are more in base64, where an address changes what stands around it.
    pub(super) has_encoded: bool,
}

impl Places {
    pub(crate) fn find(bytes: &[u8]) -> Self {
        Self {
            plain: address::find(bytes, Context::Text, &mut Pseudonym::read),
            has_encoded: has_encoded(bytes),
        }
    }
}

fn has_encoded(bytes: &[u8]) -> bool {
    let mut has_any = false;
    base64_run::rewrite(bytes, DEPTH, &mut |decoded, depth| {
        rewrite(decoded, Context::Noise, depth, &mut |address| {
            has_any |= Pseudonym::read(address).is_some();
            None
        });
        None
    });
    has_any
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn an_answer_is_marked_as_encoded_only_if_a_pseudonym_stands_in_base64() {
        let ada = Pseudonym::of("ada@example.org").to_address();
        let cases = [
            (String::new(), 0, false),
            (format!(r#"{{"id":"inv_2Wq","email_address":"{ada}"}}"#), 1, false),
            (format!("{ada} {}", ada.replace('@', "%40")), 2, false),
            // Base64, of nobody's pseudonym.
            (STANDARD.encode("ada@example.org"), 0, false),
            (format!("{ada} {}", STANDARD.encode("to: ada@example.org")), 1, false),
            (STANDARD.encode(&ada), 0, true),
            (format!("{ada} {}", STANDARD.encode(&ada)), 1, true),
            (STANDARD.encode(STANDARD.encode(&ada)), 0, true),
        ];
        for (answer, plain, encoded) in cases {
            let places = Places::find(answer.as_bytes());
            assert_eq!((places.plain.len(), places.has_encoded), (plain, encoded), "{answer}");
        }
    }
}
