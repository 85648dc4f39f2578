//! Checks the guide's tables against the code.

use std::fmt::Debug;

use clerk_hyper::{Effect, ErrorKind};

/// Returns the first cells of the rows of all tables in a page.
fn first_cells(page: &str) -> Vec<&str> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|row| row.split(" |").next()).collect()
}

#[test]
fn the_errors_page_says_what_to_do_about_each_kind_and_effect() {
    let page = include_str!("../guide/errors.md");
    let cells = first_cells(page);
    let check = |variant: &dyn Debug| {
        let rows = cells.iter().filter(|cell| **cell == format!("`{variant:?}`")).count();
        assert_eq!(rows, 1, "rows for {variant:?} in errors.md");
    };
    ErrorKind::ALL.iter().for_each(|kind| check(kind));
    Effect::ALL.iter().for_each(|effect| check(effect));
}

#[test]
fn the_features_page_has_each_feature() {
    let page = include_str!("../guide/features.md");
    let manifest = include_str!("../Cargo.toml");
    let features = manifest
        .split("\n[features]\n")
        .nth(1)
        .and_then(|text| text.split("\n[").next());
    let names = features
        .expect("features")
        .lines()
        .filter_map(|line| line.split_once(" = "));
    let names: Vec<_> = names.map(|(name, _)| name).filter(|name| *name != "default").collect();
    assert!(names.contains(&"webhooks"), "{names:?}");
    for name in names {
        let rows = page
            .lines()
            .filter(|line| line.contains("`clerk-hyper`") && line.contains(&format!("| `{name}` |")));
        assert_eq!(rows.count(), 1, "rows for the feature {name} in features.md");
    }
}

#[test]
fn the_versions_page_has_the_minimum_rust_version() {
    let version = env!("CARGO_PKG_RUST_VERSION");
    let page = include_str!("../guide/versions.md");
    assert!(
        page.contains(&format!("(MSRV) is {version}.")),
        "versions.md does not have {version}"
    );
}

#[test]
fn every_page_is_in_the_module_and_in_the_table_of_contents() {
    let module = include_str!("../src/guide.rs");
    let contents = include_str!("../guide/README.md");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/guide");
    for entry in std::fs::read_dir(folder).expect("the guide") {
        let name = entry.expect("a page").file_name().into_string().expect("a name");
        if name != "README.md" {
            assert!(module.contains(&format!("\"{name}\"")), "{name} is not in guide.rs");
            assert!(contents.contains(&format!("({name})")), "{name} is not in README.md");
        }
    }
}
