//! Small collections in one string: listpacks, ziplists, intsets.

/// What is in one, numbers as their text.
pub(super) type Elements = Vec<Vec<u8>>;

/// All elements of a listpack.
pub(super) fn listpack(text: &[u8]) -> Option<Elements> {
    let (head, mut rest) = text.split_first_chunk::<6>()?;
    let [a, b, c, d, ..] = *head;
    if u32::from_le_bytes([a, b, c, d]) as usize != text.len() {
        return None;
    }
    let mut elements = Vec::new();
    while rest != [END] {
        let entry = rest;
        let element = listpack_element(&mut rest)?;
        let length = entry.len() - rest.len();
        elements.push(element);
        rest = rest.get(length_of_length(length)..)?;
    }
    Some(elements)
}

fn listpack_element(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let [first] = take(rest)?;
    let number = match first {
        0x00..=0x7f => first.into(),
        0x80..=0xbf => return bytes(rest, (first & 0x3f).into()),
        0xc0..=0xdf => {
            let [low] = take(rest)?;
            let unsigned = i64::from(first & 0x1f) << 8 | i64::from(low);
            if unsigned >= 1 << 12 { unsigned - (1 << 13) } else { unsigned }
        }
        0xe0..=0xef => {
            let [low] = take(rest)?;
            return bytes(rest, usize::from(first & 0x0f) << 8 | usize::from(low));
        }
        0xf0 => {
            let length = u32::from_le_bytes(take(rest)?);
            return bytes(rest, length as usize);
        }
        0xf1 => i16::from_le_bytes(take(rest)?).into(),
        0xf2 => int24(take(rest)?).into(),
        0xf3 => i32::from_le_bytes(take(rest)?).into(),
        0xf4 => i64::from_le_bytes(take(rest)?),
        _ => return None,
    };
    Some(text_of(number))
}

/// How long the length is that stands behind an entry, to go backwards by.
fn length_of_length(length: usize) -> usize {
    match length {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

/// All elements of a ziplist.
pub(super) fn ziplist(text: &[u8]) -> Option<Elements> {
    let (head, mut rest) = text.split_first_chunk::<10>()?;
    let [a, b, c, d, ..] = *head;
    if u32::from_le_bytes([a, b, c, d]) as usize != text.len() {
        return None;
    }
    let mut elements = Vec::new();
    while rest != [END] {
        // How long the entry in front is, of which nothing is to be known here.
        if take(&mut rest)? == [LONG_ENTRY] {
            take::<4>(&mut rest)?;
        }
        elements.push(ziplist_element(&mut rest)?);
    }
    Some(elements)
}

fn ziplist_element(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let [first] = take(rest)?;
    let number = match first {
        0x00..=0x3f => return bytes(rest, first.into()),
        0x40..=0x7f => {
            let [low] = take(rest)?;
            return bytes(rest, u16::from_be_bytes([first & 0x3f, low]).into());
        }
        0x80 => {
            let length = u32::from_be_bytes(take(rest)?);
            return bytes(rest, length as usize);
        }
        0xc0 => i16::from_le_bytes(take(rest)?).into(),
        0xd0 => i32::from_le_bytes(take(rest)?).into(),
        0xe0 => i64::from_le_bytes(take(rest)?),
        0xf0 => int24(take(rest)?).into(),
        0xfe => i8::from_le_bytes(take(rest)?).into(),
        0xf1..=0xfd => i64::from(first & 0x0f) - 1,
        _ => return None,
    };
    Some(text_of(number))
}

/// All members of an intset.
pub(super) fn intset(text: &[u8]) -> Option<Elements> {
    let (width, rest) = text.split_first_chunk()?;
    let (count, rest) = rest.split_first_chunk()?;
    let (width, count) = (u32::from_le_bytes(*width), u32::from_le_bytes(*count));
    if !matches!(width, 2 | 4 | 8) || u64::from(width) * u64::from(count) != rest.len() as u64 {
        return None;
    }
    let numbers = rest.chunks_exact(width as usize).map(|bytes| {
        let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
        let mut wide = if negative { [0xff; 8] } else { [0; 8] };
        wide.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        text_of(i64::from_le_bytes(wide))
    });
    Some(numbers.collect())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*bytes)
}

fn bytes(rest: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    let (bytes, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(bytes.to_vec())
}

fn int24([a, b, c]: [u8; 3]) -> i32 {
    i32::from_le_bytes([0, a, b, c]) >> 8
}

fn text_of(number: i64) -> Vec<u8> {
    number.to_string().into_bytes()
}

const END: u8 = 0xff;
const LONG_ENTRY: u8 = 0xfe;
