//! Addresses as URLs.

use std::path::{self, Path};

use adapter_core::Address;

/// The URL of a server there.
pub(super) fn of(address: &Address, password: Option<&str>) -> String {
    let credentials = credentials(password);
    match address {
        Address::Tcp(address) => format!("redis://{credentials}{address}"),
        Address::Unix(path) => format!("unix://{credentials}{}", path_of(path)),
        _ => String::new(),
    }
}

/// What stands before the host.
pub(super) fn credentials(password: Option<&str>) -> String {
    password.map(|it| format!(":{}@", escape(it.as_bytes(), b""))).unwrap_or_default()
}

/// A URL has no place for a path that begins anywhere but at the root.
fn path_of(path: &Path) -> String {
    let whole = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    escape(whole.as_os_str().as_encoded_bytes(), b"/")
}

/// Text as it stands in a URL, in which what is kept means itself.
fn escape(text: &[u8], kept: &[u8]) -> String {
    let mut escaped = String::new();
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte) {
            escaped.push(char::from(*byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use adapter_core::Options;

    use super::*;

    #[test]
    fn a_url_has_what_the_client_takes_out_of_it() {
        let path = "/tmp/a b?c#d%41@:é.sock";
        let url = of(&Address::Unix(path.into()), Some("p@ss/?"));
        assert_eq!(url, "unix://:p%40ss%2F%3F@/tmp/a%20b%3Fc%23d%2541%40%3A%C3%A9.sock");
        let expected = Options::unix(path).password("p@ss/?");
        let options = url.parse::<Options>().expect("a URL");
        assert_eq!(format!("{options:?}"), format!("{expected:?}"));
        let here = of(&Address::Unix("a.sock".into()), None);
        assert!(here.starts_with("unix:///") && here.ends_with("/a.sock"), "{here}");
        let tcp = Address::Tcp(([127, 0, 0, 1], 7).into());
        assert_eq!(of(&tcp, None), "redis://127.0.0.1:7");
    }
}
