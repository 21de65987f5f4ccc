//! `client-output-buffer-limit`: remembered as Redis would say it.

use super::parameter::memory;

/// The limits after a change: those of the classes that it names, and the others as they were.
///
/// # Errors
///
/// What Redis says of it.
pub(super) fn limits(old: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
    let words: Vec<&[u8]> = words(value).collect();
    if words.is_empty() || !words.len().is_multiple_of(4) {
        return Err("Wrong number of arguments in buffer limit configuration.".into());
    }
    let mut limits: Vec<[Vec<u8>; 4]> = groups(self::words(old).map(<[u8]>::to_vec));
    for [class, hard, soft, seconds] in groups(words.into_iter()) {
        let class = class.to_ascii_lowercase();
        let class = if class == b"replica" { b"slave".to_vec() } else { class };
        let Some(limit) = limits.iter_mut().find(|limit| limit.first() == Some(&class)) else {
            return Err("Invalid client class specified in buffer limit configuration.".into());
        };
        let seconds = std::str::from_utf8(seconds).ok().and_then(|text| text.parse::<u64>().ok());
        let (Some(hard), Some(soft), Some(seconds)) = (memory(hard), memory(soft), seconds) else {
            let reason =
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
            return Err(reason.into());
        };
        let text = |number: u64| number.to_string().into_bytes();
        *limit = [class, text(hard), text(soft), text(seconds)];
    }
    Ok(limits.into_iter().flatten().collect::<Vec<_>>().join(&b' '))
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn groups<T>(mut words: impl Iterator<Item = T>) -> Vec<[T; 4]> {
    let mut groups = Vec::new();
    while let (Some(a), Some(b), Some(c), Some(d)) =
        (words.next(), words.next(), words.next(), words.next())
    {
        groups.push([a, b, c, d]);
    }
    groups
}
