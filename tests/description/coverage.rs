//! `docs/coverage.md`: which of the described operations the SDK has.

use std::fmt::Write as _;

use clerk_core::api;

use crate::spec::Description;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/coverage.md");

/// Compares `docs/coverage.md` with the description, or writes it if `UPDATE_COVERAGE` is set.
pub(crate) fn check(description: &Description) {
    let page = page(description);
    if std::env::var_os("UPDATE_COVERAGE").is_some() {
        std::fs::write(PATH, page).expect("docs/coverage.md can be written");
    } else {
        let current = std::fs::read_to_string(PATH).unwrap_or_default();
        assert!(
            current == page,
            "docs/coverage.md is out of date: run .ci/description with UPDATE_COVERAGE=1"
        );
    }
}

fn page(description: &Description) -> String {
    let has = |name: &str| api::operations().any(|operation| operation.name() == name);
    let total = description.operations.len();
    let had = description.operations.keys().filter(|name| has(name)).count();
    let mut page = format!(
        "# Coverage\n\nThe SDK has {had} of the {total} operations in Clerk's API description of 2026-05-12. \
         `.ci/description` checks this page\nand compares each operation with its description. \
         `UPDATE_COVERAGE=1 .ci/description FILE` writes it.\n\n\
         Declare a missing operation with [`endpoint!`](../clerk-core/src/endpoint/declare.rs).\n\n\
         | operation | method and path | state |\n|---|---|---|\n"
    );
    for (name, described) in &description.operations {
        let state = match (has(name), described.is_deprecated) {
            (true, false) => "had",
            (true, true) => "had, deprecated",
            (false, true) => "deprecated",
            (false, false) => "not yet",
        };
        let _ = writeln!(
            page,
            "| `{name}` | `{} {}` | {state} |",
            described.method, described.path
        );
    }
    page
}
