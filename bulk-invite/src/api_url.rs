//! Where Clerk's API is, if the user says so: by `--api-url`, or else in `CLERK_API_URL`, as for `clerk_hyper::from_env`.

use std::env;
use std::ffi::OsString;

use clerk_core::BuildError;

const OPTION: &str = "--api-url";
const VARIABLE: &str = "CLERK_API_URL";

/// A URL that may turn out not to be one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ApiUrl {
    url: String,
    /// What the user has to mend if it cannot be used.
    said_by: &'static str,
}

impl ApiUrl {
    /// The option's value, or else that of the environment; `None` if there is neither, or the variable is blank.
    pub(crate) fn of(option: Option<&str>) -> Result<Option<Self>, String> {
        match option {
            Some(url) => Ok(Some(Self::new(url, OPTION))),
            None => of_variable(env::var_os(VARIABLE)),
        }
    }

    fn new(url: &str, said_by: &'static str) -> Self {
        Self {
            url: url.to_owned(),
            said_by,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.url
    }

    /// Why there is no client for this URL, in words of this program.
    pub(crate) fn problem(&self, error: &BuildError) -> String {
        problem(self.said_by, error)
    }
}

fn of_variable(value: Option<OsString>) -> Result<Option<ApiUrl>, String> {
    let Some(value) = value else {
        return Ok(None);
    };
    match value.to_str() {
        Some(text) if text.trim().is_empty() => Ok(None),
        Some(text) => Ok(Some(ApiUrl::new(text, VARIABLE))),
        None => Err(problem(VARIABLE, &BuildError::BaseUrl)),
    }
}

fn problem(said_by: &str, error: &BuildError) -> String {
    match error {
        // The SDK's own words name a method, which a user of the program cannot call.
        BuildError::InsecureBaseUrl => format!(
            "{said_by} cannot be used: it is plain http, and the secret key would travel unprotected: use https, or \
             an address of this machine such as http://127.0.0.1:4000"
        ),
        error => format!("{said_by} cannot be used: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_variable_is_as_good_as_none_and_the_option_wins() {
        let read = |text: &str| of_variable(Some(OsString::from(text)));
        let url = "https://proxy.example.com";
        assert_eq!(of_variable(None), Ok(None));
        assert_eq!(read(" \n"), Ok(None));
        assert_eq!(read(url), Ok(Some(ApiUrl::new(url, VARIABLE))));
        assert_eq!(ApiUrl::of(Some(url)), Ok(Some(ApiUrl::new(url, OPTION))));
    }
}
