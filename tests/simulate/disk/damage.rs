//! Damage of a file that no process has open, and what the user does about it.

use fastrand::Rng;

/// What happens to the bytes of a journal. `at` is where, as a part of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Damage {
    FlipsBit { at: f64, bit: u8 },
    RemovesLine { at: f64 },
    RepeatsLine { at: f64 },
    ExchangesLines { at: f64 },
    AddsLine,
}

/// What the user does about a damaged journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Restores the file from a copy.
    Restore,
    /// Accepts the loss of the records from the damage on.
    Recover,
    /// Deletes the file, of which not even the first line is intact.
    Delete,
}

impl Damage {
    pub(crate) fn draw(random: &mut Rng) -> Self {
        let at = random.f64();
        match random.u8(..8) {
            0..4 => Self::FlipsBit {
                at,
                bit: random.u8(..8),
            },
            4 => Self::RemovesLine { at },
            5 => Self::RepeatsLine { at },
            6 => Self::ExchangesLines { at },
            _ => Self::AddsLine,
        }
    }

    /// Changes whole lines. Returns the number of the first line at fault, or `None` if nothing was changed.
    pub(super) fn apply(self, bytes: &mut Vec<u8>) -> Option<u64> {
        // An incomplete last record can be lost with any damage to it.
        let end = 1 + bytes.iter().rposition(|byte| *byte == b'\n')?;
        if let Self::FlipsBit { at, bit } = self {
            let index = part_of(end, at);
            let line = 1 + bytes[..index].iter().filter(|byte| **byte == b'\n').count();
            bytes[index] ^= 1 << bit;
            return Some(line as u64);
        }
        let mut lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let whole = bytes[..end].iter().filter(|byte| **byte == b'\n').count();
        let index = match self {
            Self::FlipsBit { .. } => return None,
            // Lines that are missing at the end cannot be noticed.
            Self::RemovesLine { at } => {
                let index = part_of(whole.checked_sub(1).filter(|interior| *interior > 0)?, at);
                lines.remove(index);
                index
            }
            Self::RepeatsLine { at } => {
                let index = part_of(whole, at);
                lines.insert(index, lines[index].clone());
                index + 1
            }
            Self::ExchangesLines { at } => {
                let index = part_of(whole.checked_sub(1).filter(|interior| *interior > 0)?, at);
                lines.swap(index, index + 1);
                index
            }
            Self::AddsLine => {
                lines.insert(whole, b"{\"n\":1}\n".to_vec());
                whole
            }
        };
        *bytes = lines.concat();
        Some(index as u64 + 1)
    }
}

/// Returns a number below `count`, which is not 0.
fn part_of(count: usize, at: f64) -> usize {
    ((count as f64 * at) as usize).min(count - 1)
}
