//! Checks that the modules of a crate use each other in one direction only, in the orders that `.ci/layers.txt` states.
//!
//! It reads `use` declarations and paths in code, also within macros, and follows re-exports to the module that defines
//! the item. It sees neither comments, nor doc links, nor what is compiled for tests alone.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod modules;
mod order;
mod paths;
mod tokens;

use std::fs;
use std::path::Path;

use modules::Modules;
use order::Order;

/// Modules of `clerk-core` behind a feature. The diagram leaves them out.
const OPTIONAL: [&str; 2] = ["webhooks", "tower"];

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn modules_use_only_modules_to_their_left() {
    let problems: Vec<String> = orders()
        .iter()
        .flat_map(|order| order.problems(&Modules::new(&sources(&order.source_root))))
        .collect();
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn finds_a_backward_import_in_the_real_sources() {
    for order in orders() {
        let (Some(first), Some(last)) = (order.modules.first(), order.modules.last()) else {
            panic!("an order without modules");
        };
        let directory: String = order.parent.iter().map(|name| format!("{name}/")).collect();
        let parent: String = order.parent.iter().map(|name| format!("{name}::")).collect();
        let mut files = sources(&order.source_root);
        let before = order.problems(&Modules::new(&files)).len();
        let file = format!("{directory}{first}.rs");
        let (_, text) = files
            .iter_mut()
            .find(|(path, _)| *path == file)
            .expect("the first module's file");
        text.push_str(&format!("\nuse crate::{parent}{last}::Planted;\n"));
        assert_eq!(order.problems(&Modules::new(&files)).len(), before + 1, "{file}");
    }
}

#[test]
fn finds_each_form_of_a_backward_path() {
    let forms = [
        "use crate::right::Item;",
        "use crate::{Outside,\n    right::{inner::Item}};",
        "use super::right::Item;",
        "use super::{right as renamed};",
        "use crate::right;",
        "use crate::right::*;",
        "use crate::Exported;",
        "use crate::Renamed as Again;",
        "fn f() -> crate::right::Item { todo!() }",
        "macro_rules! m { () => { $crate::right::Item } }",
        "fn f() { in_right!(); }",
        "fn f() { crate::in_right! {} }",
        "#[serde(with = \"crate::right::item\")] struct S;",
        "use crate::InLib;",
        "mod inner; use inner::reach;",
    ];
    for form in forms {
        let problems = example(form);
        assert_eq!(problems.len(), 1, "{form}: {problems:?}");
    }
    assert_eq!(
        example("\nuse crate::right::Item;"),
        ["src/left.rs:2: left uses right (crate::right::Item)"]
    );
}

#[test]
fn ignores_what_is_not_a_backward_path() {
    let forms = [
        "/// [`crate::right::Item`]\nstruct S;",
        "/* crate::right /* nested */ crate::right */",
        "const S: &str = r#\"use crate::right::Item;\"#;",
        "#[cfg(test)] mod tests { use crate::right::Item; }",
        "#[cfg(test)] mod only_tests;",
        "#[cfg(test)] use crate::right::Item;",
        "use crate::Outside;",
        "use right::Item;",
        "fn f<'a>() -> impl Sized + use<'a> { ('\"', crate::left::Other) }",
    ];
    for form in forms {
        let problems = example(form);
        assert!(problems.is_empty(), "{form}: {problems:?}");
    }
}

#[test]
fn every_module_has_its_place() {
    let order = Order::new("src: left < gone").unwrap();
    let modules = Modules::new(&[file("lib.rs", ""), file("left.rs", ""), file("right.rs", "")]);
    assert_eq!(
        order.problems(&modules),
        [
            "src: right is missing in .ci/layers.txt",
            "src: gone is in .ci/layers.txt only"
        ]
    );
}

#[test]
fn architecture_draws_the_order_of_clerk_core() {
    let text = fs::read_to_string(format!("{ROOT}/ARCHITECTURE.md")).unwrap();
    let (_, diagram) = text.split_once("A module imports only modules to its left:").unwrap();
    let (_, diagram) = diagram.split_once("flowchart RL\n").unwrap();
    let (diagram, _) = diagram.split_once("```").unwrap();
    let drawn: Vec<_> = diagram
        .lines()
        .map(|line| line.trim().split_once(" --> ").expect(line))
        .collect();

    let orders = orders();
    let core = &orders[0].modules;
    let first = core.iter().position(|name| name == drawn[0].1).unwrap();
    let ordered: Vec<_> = core[first..]
        .iter()
        .map(String::as_str)
        .filter(|name| !OPTIONAL.contains(name))
        .collect();
    let ordered: Vec<_> = ordered.windows(2).map(|pair| (pair[1], pair[0])).collect();
    assert_eq!(drawn, ordered);
}

/// The problems of a crate with the modules `left` and `right`, where `left` has this text.
fn example(left: &str) -> Vec<String> {
    let mut files = vec![
        file(
            "lib.rs",
            "pub use http as Outside; pub use right::{Item as Exported, Renamed}; struct InLib;",
        ),
        file("left.rs", left),
        file("right.rs", "use crate::left::Other; macro_rules! in_right { () => {} }"),
    ];
    for submodule in ["inner", "only_tests"] {
        if left.contains(&format!("mod {submodule};")) {
            files.push(file(&format!("left/{submodule}.rs"), "use crate::right::Item;"));
        }
    }
    let modules = Modules::new(&files);
    Order::new("src: left < right").unwrap().problems(&modules)
}

fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

fn orders() -> Vec<Order> {
    let text = fs::read_to_string(format!("{ROOT}/.ci/layers.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| Order::new(line).expect(line)).collect()
}

/// The files below `source_root`, each with its path relative to it.
fn sources(source_root: &str) -> Vec<(String, String)> {
    let root = Path::new(ROOT).join(source_root);
    let mut files = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}
