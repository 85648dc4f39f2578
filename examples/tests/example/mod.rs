//! Finds the built examples.

use std::env;
use std::path::PathBuf;

/// Returns the path of a built example: `target/debug/examples/NAME`, next to the `deps` folder that holds this test.
///
/// Cargo sets `CARGO_BIN_EXE_*` for binaries only. `cargo test` builds the examples of the package before its tests.
pub(crate) fn path(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    let target = test.ancestors().nth(2).expect("target/debug");
    let path = target
        .join("examples")
        .join(name)
        .with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build -p clerk-examples --examples` first",
        path.display()
    );
    path
}
