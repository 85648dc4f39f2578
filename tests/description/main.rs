//! Compares the SDK and the fake with Clerk's OpenAPI description of its API.
//!
//! The description is not part of this project. `CLERK_API_DESCRIPTION` gives its path. Without it, only the check itself is
//! tested, with a small description that is part of this project.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod allowed;
mod check;
mod choose;
mod coverage;
mod differences;
mod exchange;
mod fake;
mod generate;
mod requests;
mod responses;
mod sdk;
mod seeded_differences;
mod spec;

use clerk_core::api;

use allowed::ALLOWED;
use differences::sort;
use sdk::cases;
use spec::Description;

#[test]
fn the_sdk_matches_clerks_description() {
    let Some(path) = std::env::var_os("CLERK_API_DESCRIPTION") else {
        println!("skipped: set CLERK_API_DESCRIPTION to the path of Clerk's API description");
        return;
    };
    let yaml = std::fs::read_to_string(&path).expect("CLERK_API_DESCRIPTION names a readable file");
    let description = Description::read(&yaml);
    let verdict = sort(check::differences(&description, api::operations(), &cases()), ALLOWED);

    coverage::check(&description);

    println!("\nintended differences:");
    for (difference, reason) in &verdict.intended {
        println!("- {difference} ({reason})");
    }
    println!("\nunintended differences: {}", verdict.unintended.len());
    for difference in &verdict.unintended {
        println!("- {difference}");
    }
    for (allowed, place) in &verdict.stale {
        println!(
            "- {} {place}: is allowed to differ, but does not differ",
            allowed.operation
        );
    }
    let of_fake = fake::differences(&description, api::operations(), &cases());
    println!("\ndifferences between the fake and the description: {}", of_fake.len());
    for difference in &of_fake {
        println!("- {difference}");
    }
    assert!(
        of_fake.is_empty(),
        "the fake differs from Clerk's description: see the list above"
    );
    let is_clean = verdict.unintended.is_empty() && verdict.stale.is_empty();
    assert!(is_clean, "the SDK differs from Clerk's description: see the list above");
}
