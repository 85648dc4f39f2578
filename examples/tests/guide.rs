//! Checks that the guide shows the example `invitation-service` as it is.

const PAGE: &str = include_str!("../../clerk-hyper/guide/web-service.md");

#[test]
fn the_page_about_web_services_shows_the_files_of_the_example() {
    let files = [
        ("main", include_str!("../invitation-service/main.rs")),
        ("runs", include_str!("../invitation-service/runs.rs")),
        ("routes", include_str!("../invitation-service/routes.rs")),
        ("failure", include_str!("../invitation-service/failure.rs")),
        ("tests", include_str!("../invitation-service/tests.rs")),
    ];
    for (name, file) in files {
        let heading = format!("## `src/{name}.rs`\n");
        let section = PAGE.split(&heading).nth(1).expect("a section for each file");
        let code = section
            .split("```rust,ignore\n")
            .nth(1)
            .and_then(|code| code.split("```\n").next());
        assert!(
            code == Some(file),
            "web-service.md shows another {name}.rs: copy the file into it"
        );
    }
}
