//! Reads the secret key from the environment.

use std::env;
use std::ffi::OsString;

use clerk_core::{InvalidSecretKey, SecretKey};

const VARIABLE: &str = "CLERK_SECRET_KEY";

/// Returns the key in `CLERK_SECRET_KEY`, or `None` if the variable is unset or blank.
pub(crate) fn from_env() -> Result<Option<SecretKey>, String> {
    parse(env::var_os(VARIABLE))
}

fn parse(value: Option<OsString>) -> Result<Option<SecretKey>, String> {
    let Some(value) = value else {
        return Ok(None);
    };
    let key = match value.to_str() {
        Some(text) if text.trim().is_empty() => return Ok(None),
        Some(text) if text.trim().starts_with(['"', '\'']) => {
            return Err(format!("invalid {VARIABLE}: remove the quotes around the key"));
        }
        Some(text) if text.trim().starts_with("pk_") => {
            return Err(format!(
                "invalid {VARIABLE}: this is the publishable key. Use the secret key, which starts with sk_test_ or sk_live_."
            ));
        }
        Some(text) => SecretKey::new(text),
        None => Err(InvalidSecretKey::Characters),
    };
    key.map(Some).map_err(|error| format!("invalid {VARIABLE}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_text_that_is_not_a_secret_key_without_showing_it() {
        let parse_text = |text: &str| parse(Some(OsString::from(text)));
        assert!(parse(None).expect("unset").is_none());
        assert!(parse_text(" \n").expect("blank").is_none());
        assert!(parse_text("sk_live_abc\n").expect("valid").is_some());
        for bad in ["pk_test_abc", "sk_test_a bc", "hunter2", "\"sk_test_abc\""] {
            let error = parse_text(bad).expect_err(bad);
            assert!(error.starts_with("invalid CLERK_SECRET_KEY"), "{error}");
            assert!(!error.contains("abc") && !error.contains("hunter2"), "{error}");
        }
    }
}
