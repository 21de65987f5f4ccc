//! LibLZF, which long strings are compressed by.

/// What the text was before, if it has been of that length.
pub(super) fn decompress(text: &[u8], len: usize) -> Option<Vec<u8>> {
    // What is declared is no reason to allocate it.
    let mut out = Vec::with_capacity(len.min(text.len().saturating_mul(4)));
    let mut rest = text;
    while let [control, behind @ ..] = rest {
        let control = usize::from(*control);
        if control < 32 {
            let (literal, behind) = behind.split_at_checked(control + 1)?;
            out.extend_from_slice(literal);
            rest = behind;
        } else {
            let (more, behind) = match control >> 5 {
                7 => behind.split_first().map(|(more, behind)| (usize::from(*more), behind))?,
                _ => (0, behind),
            };
            let (low, behind) = behind.split_first()?;
            let distance = ((control & 31) << 8) + usize::from(*low) + 1;
            repeat(&mut out, distance, (control >> 5) + more + 2)?;
            rest = behind;
        }
        if out.len() > len {
            return None;
        }
    }
    (out.len() == len).then_some(out)
}

/// Appends what was appended so far ago, which may go on into what is being appended.
fn repeat(out: &mut Vec<u8>, distance: usize, count: usize) -> Option<()> {
    let from = out.len().checked_sub(distance)?;
    for at in from..from + count {
        let byte = *out.get(at)?;
        out.push(byte);
    }
    Some(())
}
