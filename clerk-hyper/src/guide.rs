//! The guide: how to use the SDK, task by task.
//!
//! New here? Read [`start`], then [`errors`]. To build a service, copy [`web_service`] with its tests.

/// Declares a module for each page, whose documentation is the page.
macro_rules! pages {
    ($($name:ident = $file:literal;)*) => {$(
        #[doc = include_str!(concat!("../guide/", $file))]
        pub mod $name {}
    )*};
}

pages! {
    start = "start.md";
    errors = "errors.md";
    web_service = "web-service.md";
    command_line = "command-line.md";
    database_journal = "database-journal.md";
    many_machines = "many-machines.md";
    testing = "testing.md";
    custom_transport = "custom-transport.md";
    own_endpoint = "own-endpoint.md";
    observability = "observability.md";
    proxies = "proxies.md";
    delivery = "delivery.md";
    webhooks = "webhooks.md";
    calls_of_a_run = "calls-of-a-run.md";
    migrating = "migrating.md";
    features = "features.md";
    versions = "versions.md";
}
