//! Base64 (RFC 4648) within other bytes, at whatever offset it begins.

use std::ops::Range;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::spelling::may_end_at_sign;

/// Shorter runs cannot hold `a@b.de`.
const SHORTEST: usize = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true)
    .with_encode_padding(false);
const STANDARD_ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL_SAFE_ENGINE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Changes what was base64, told how deep it may look further; `None` leaves it.
pub(super) type Change<'a> = dyn FnMut(&[u8], u8) -> Option<Vec<u8>> + 'a;

/// Puts what each run of base64 decodes to through `change`. `None` if nothing changed.
pub(super) fn rewrite(bytes: &[u8], depth: u8, change: &mut Change<'_>) -> Option<Vec<u8>> {
    // Spares nearly every text from more than this look, which `is_worth_decoding` takes at each run.
    if !bytes.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let depth = depth.checked_sub(1)?;
    let mut out = Vec::new();
    let mut done = 0;
    for run in runs(bytes) {
        let end = run.end + bytes[run.end..].iter().take(2).take_while(|&&c| c == b'=').count();
        if let Some(changed) = rewrite_run(&bytes[run.clone()], end > run.end, &mut |decoded| {
            change(decoded, depth)
        }) {
            out.extend_from_slice(&bytes[done..run.start]);
            out.extend_from_slice(&changed);
            done = end;
        }
    }
    if done == 0 {
        return None;
    }
    out.extend_from_slice(&bytes[done..]);
    Some(out)
}

/// What each run of base64 may decode to.
pub(super) fn decodings(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    runs(bytes).flat_map(move |run| (0..4).filter_map(move |offset| decode(bytes[run.clone()].get(offset..)?)))
}

/// Where at least [`SHORTEST`] characters of base64, of either alphabet, follow each other.
fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let len = bytes[at..].iter().take_while(|&&c| is_base64(c)).count();
            let run = at..at + len;
            at += len.max(1);
            if run.len() >= SHORTEST {
                return Some(run);
            }
        }
        None
    })
}

fn rewrite_run(run: &[u8], is_padded: bool, change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    if !is_worth_decoding(run) {
        return None;
    }
    // In a path, slashes part what is encoded from what is not.
    let pieces = run.split_inclusive(|&c| c == b'/');
    if pieces.clone().count() > 1 {
        let mut out = Vec::new();
        let mut changed_any = false;
        for piece in pieces {
            let bare = piece.strip_suffix(b"/").unwrap_or(piece);
            match rewrite_at_any_offset(bare, false, change) {
                Some(changed) => {
                    changed_any = true;
                    out.extend_from_slice(&changed);
                }
                None => out.extend_from_slice(bare),
            }
            out.extend_from_slice(&piece[bare.len()..]);
        }
        if changed_any {
            return Some(out);
        }
    }
    rewrite_at_any_offset(run, is_padded, change)
}

fn rewrite_at_any_offset(
    run: &[u8],
    is_padded: bool,
    change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    (0..4).find_map(|offset| {
        let (before, encoded) = run.split_at_checked(offset)?;
        let changed = change(&decode(encoded)?)?;
        let is_url_safe = encoded.iter().any(|c| b"-_".contains(c));
        let engine = if is_url_safe {
            &URL_SAFE_ENGINE
        } else {
            &STANDARD_ENGINE
        };
        let mut out = before.to_vec();
        out.extend_from_slice(engine.encode(changed).as_bytes());
        let missing = (4 - (out.len() - offset) % 4) % 4;
        out.extend_from_slice(&b"==="[..if is_padded { missing } else { 0 }]);
        Some(out)
    })
}

/// Both alphabets are read; a last character that is too few for a byte is dropped.
fn decode(run: &[u8]) -> Option<Vec<u8>> {
    let whole = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
    let standard: Vec<u8> = whole
        .iter()
        .map(|&c| match c {
            b'-' => b'+',
            b'_' => b'/',
            c => c,
        })
        .collect();
    STANDARD_ENGINE.decode(standard).ok()
}

/// Whether the run decodes, at any offset, to an at sign, however it is spelled, or to as many characters of base64 as make
/// a run, which tokens have as well. It spares nearly every word from being decoded four times; and one without an
/// upper-case letter, as keys and most of a URL, from more than a look: an at sign is never encoded without.
fn is_worth_decoding(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_uppercase)
        && (0..4).any(|offset| {
            let mut streak = 0;
            let mut last = [0; 3];
            let groups = run.get(offset..).unwrap_or_default().chunks(4);
            groups.flat_map(decode_group).any(|byte| {
                streak = if is_base64(byte) { streak + 1 } else { 0 };
                last = [last[1], last[2], byte];
                byte == b'@' || streak == SHORTEST || may_end_at_sign(last)
            })
        })
}

/// The bytes of up to four characters.
fn decode_group(group: &[u8]) -> impl Iterator<Item = u8> {
    let bits = (0..4).fold(0, |bits, at| {
        let sextet = group.get(at).copied().and_then(sextet).unwrap_or(0);
        bits << 6 | u32::from(sextet)
    });
    let [_, a, b, c] = bits.to_be_bytes();
    [a, b, c].into_iter().take(group.len() * 6 / 8)
}

const fn is_base64(c: u8) -> bool {
    IS_BASE64[c as usize]
}

/// A table, because every byte of every body is asked for.
static IS_BASE64: [bool; 256] = {
    let mut table = [false; 256];
    let mut c = 0;
    while c < 128 {
        table[c as usize] = sextet(c).is_some();
        c += 1;
    }
    table
};

const fn sextet(c: u8) -> Option<u8> {
    match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
