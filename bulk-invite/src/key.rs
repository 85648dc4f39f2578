//! The secret key, from the environment.

use std::env;
use std::ffi::OsString;

use clerk_core::{InvalidSecretKey, SecretKey};

const VARIABLE: &str = "CLERK_SECRET_KEY";

/// The key in `CLERK_SECRET_KEY`; `None` if it is not set or blank.
pub(crate) fn from_env() -> Result<Option<SecretKey>, String> {
    of_variable(env::var_os(VARIABLE))
}

fn of_variable(value: Option<OsString>) -> Result<Option<SecretKey>, String> {
    let Some(value) = value else {
        return Ok(None);
    };
    let key = match value.to_str() {
        Some(text) if text.trim().is_empty() => return Ok(None),
        Some(text) => SecretKey::new(text),
        None => Err(InvalidSecretKey::Characters),
    };
    key.map(Some)
        .map_err(|error| format!("{VARIABLE} cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_is_a_key_and_it_never_shows() {
        let read = |text: &str| of_variable(Some(OsString::from(text)));
        assert!(of_variable(None).expect("unset is fine").is_none());
        assert!(read(" \n").expect("blank is as good as unset").is_none());
        assert!(read("sk_live_abc\n").expect("valid").is_some());
        for bad in ["pk_test_abc", "sk_test_a bc", "hunter2"] {
            let error = read(bad).expect_err(bad);
            assert!(error.starts_with("CLERK_SECRET_KEY cannot be used"), "{error}");
            assert!(!error.contains("abc") && !error.contains("hunter2"), "{error}");
        }
    }
}
