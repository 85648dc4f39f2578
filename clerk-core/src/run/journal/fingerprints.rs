//! Hashes what is sent for a person, by which a later run notices that the row has changed.

use siphasher::sip::SipHasher13;

use super::JournalKey;

/// How a journal hashes what is sent for a person. The same in every version of the SDK, because journals contain the hashes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Fingerprints {
    /// FNV-1a with a mixed result, in a journal that began with version 1.
    #[default]
    Version1,
    /// SipHash-1-3 with the journal's key.
    Keyed(JournalKey),
}

impl Fingerprints {
    pub(crate) fn hash(self, body: &[u8]) -> u64 {
        match self {
            Self::Version1 => {
                let hash = body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
                });
                let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
                mixed ^ (mixed >> 33)
            }
            Self::Keyed(key) => SipHasher13::new_with_key(&key.number().to_be_bytes()).hash(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_the_same_in_every_version() {
        let body = br#"{"email_address":"ada@example.com"}"#;
        let key = JournalKey::new(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        let hashes = [
            Fingerprints::Version1,
            Fingerprints::Keyed(JournalKey::default()),
            Fingerprints::Keyed(key),
        ]
        .map(|fingerprints| fingerprints.hash(body));
        assert_eq!(
            hashes,
            [
                18_269_942_744_456_532_945,
                16_600_904_712_290_138_862,
                6_988_079_856_859_227_599
            ]
        );
    }
}
