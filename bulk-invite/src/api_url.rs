//! The base URL of Clerk's API, from `--api-url` or `CLERK_API_URL`.

use std::env;
use std::ffi::OsString;

use clerk_core::BuildError;

const OPTION: &str = "--api-url";
const VARIABLE: &str = "CLERK_API_URL";

/// A URL that has not been checked yet, with the option or variable that it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ApiUrl {
    url: String,
    source: &'static str,
}

impl ApiUrl {
    /// Returns the option's value, or the environment variable's. `None` if the option is absent and the variable is unset or
    /// blank.
    pub(crate) fn from_option_or_env(option: Option<&str>) -> Result<Option<Self>, String> {
        match option {
            Some(url) => Ok(Some(Self::new(url, OPTION))),
            None => from_variable(env::var_os(VARIABLE)),
        }
    }

    fn new(url: &str, source: &'static str) -> Self {
        Self {
            url: url.to_owned(),
            source,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns the message for an `error` about this URL.
    pub(crate) fn describe(&self, error: &BuildError) -> String {
        describe(self.source, error)
    }
}

/// Describes `error` without the URL, which can contain a password.
fn describe(source: &str, error: &BuildError) -> String {
    match error {
        // The SDK's message names a builder method.
        BuildError::InsecureBaseUrl => format!(
            "invalid {source}: plain http would send the secret key unencrypted. Use https, or an address of this machine \
             such as http://127.0.0.1:4000."
        ),
        error => format!("invalid {source}: {error}"),
    }
}

fn from_variable(value: Option<OsString>) -> Result<Option<ApiUrl>, String> {
    let Some(value) = value else {
        return Ok(None);
    };
    match value.to_str() {
        Some(text) if text.trim().is_empty() => Ok(None),
        Some(text) => Ok(Some(ApiUrl::new(text, VARIABLE))),
        None => Err(describe(VARIABLE, &BuildError::BaseUrl)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_overrides_the_variable_and_a_blank_variable_is_ignored() {
        let read = |text: &str| from_variable(Some(OsString::from(text)));
        let url = "https://proxy.example.com";
        assert_eq!(from_variable(None), Ok(None));
        assert_eq!(read(" \n"), Ok(None));
        assert_eq!(read(url), Ok(Some(ApiUrl::new(url, VARIABLE))));
        assert_eq!(
            ApiUrl::from_option_or_env(Some(url)),
            Ok(Some(ApiUrl::new(url, OPTION)))
        );
    }
}
