//! What `%` means in a URL.

use std::str::FromStr;

use super::OptionsError;

/// Puts the characters in the place of their percent-encodings. A plus sign is a plus sign.
pub(super) fn unescape(text: &str) -> Result<String, OptionsError> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or(OptionsError::Escape)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(OptionsError::Escape);
        }
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| OptionsError::Escape)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| OptionsError::Escape)
}

/// Reads digits, and only digits: `parse` alone would take a plus sign.
pub(super) fn number<N: FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
