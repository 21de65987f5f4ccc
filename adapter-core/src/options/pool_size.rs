//! How many connections a pool may have.

use std::env;
use std::ffi::OsStr;

use super::escape::number;
use super::{Options, OptionsError};

impl Options {
    /// How many connections a pool may have: as set, or as the environment variable
    /// `REDIS_CLIENT_POOL_SIZE` says, or 20.
    ///
    /// # Errors
    ///
    /// [`OptionsError::PoolSize`] for a size that is not from 1 to 65535, and
    /// [`OptionsError::PoolSizeVariable`] if the variable is needed and is no such number.
    pub fn effective_pool_size(&self) -> Result<usize, OptionsError> {
        match self.pool_size {
            Some(size) => check_pool_size(size).ok_or(OptionsError::PoolSize),
            None => by_variable(env::var_os(VARIABLE).as_deref()),
        }
    }
}

/// The size, if a pool can have it.
pub(super) fn check_pool_size(size: usize) -> Option<usize> {
    (1..=MAX_SIZE).contains(&size).then_some(size)
}

fn by_variable(value: Option<&OsStr>) -> Result<usize, OptionsError> {
    let Some(value) = value else { return Ok(DEFAULT_SIZE) };
    let size = value.to_str().and_then(number).and_then(check_pool_size);
    size.ok_or(OptionsError::PoolSizeVariable)
}

/// The environment variable's name, the same as other clients' of this contract.
pub(super) const VARIABLE: &str = "REDIS_CLIENT_POOL_SIZE";

/// The contract's default.
const DEFAULT_SIZE: usize = 20;

/// A client's address has no more ports. A pool has its places from the start, and each its driver.
const MAX_SIZE: usize = 65_535;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_a_number_from_1_to_65535_or_is_not_set() {
        assert_eq!(by_variable(None), Ok(20));
        assert_eq!(by_variable(Some("1".as_ref())), Ok(1));
        assert_eq!(by_variable(Some("65535".as_ref())), Ok(65_535));
        assert_eq!(by_variable(Some("007".as_ref())), Ok(7));
        for bad in ["", "0", "-1", "+1", " 1", "1.5", "many", "65536", "99999999999999999999"] {
            assert_eq!(by_variable(Some(bad.as_ref())), Err(OptionsError::PoolSizeVariable));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_variable_may_be_no_text_at_all() {
        let bytes: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff");
        assert_eq!(by_variable(Some(bytes)), Err(OptionsError::PoolSizeVariable));
    }
}
