//! The order of the modules in a directory.

use crate::modules::{ModulePath, Modules};

/// One line of `.ci/layers.txt`: a directory, and the names of its modules from left to right.
#[derive(Debug)]
pub(crate) struct Order {
    /// The directory of the crate's sources, such as `clerk-core/src`.
    pub(crate) source_root: String,
    /// The module whose children are ordered: empty for the crate's top level.
    pub(crate) parent: ModulePath,
    pub(crate) modules: Vec<String>,
    directory: String,
}

impl Order {
    /// Reads a line such as `clerk-core/src/run: record < lane < engine`.
    pub(crate) fn new(line: &str) -> Option<Self> {
        let (directory, modules) = line.split_once(": ")?;
        let source = directory.find("src")? + "src".len();
        Some(Self {
            source_root: directory[..source].to_owned(),
            parent: directory[source..]
                .split('/')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            modules: modules.split(" < ").map(str::to_owned).collect(),
            directory: directory.to_owned(),
        })
    }

    /// Lists the uses that go to the right, and the modules that have no place in the order.
    pub(crate) fn problems(&self, modules: &Modules) -> Vec<String> {
        let Self { directory, .. } = self;
        let existing = modules.children(&self.parent);
        let missing = existing.iter().filter(|&&name| self.position(name).is_none());
        let missing = missing.map(|name| format!("{directory}: {name} is missing in .ci/layers.txt"));
        let gone = self.modules.iter().filter(|name| !existing.contains(name.as_str()));
        let gone = gone.map(|name| format!("{directory}: {name} is in .ci/layers.txt only"));
        missing.chain(gone).chain(self.backward_uses(modules)).collect()
    }

    fn backward_uses(&self, modules: &Modules) -> Vec<String> {
        let depth = self.parent.len();
        let mut problems = Vec::new();
        for used in modules.uses() {
            if !used.from.starts_with(&self.parent) || !used.to.starts_with(&self.parent) {
                continue;
            }
            let Some(from) = used.from.get(depth) else { continue };
            let (to, backward) = match used.to.get(depth) {
                Some(to) => (to.as_str(), self.position(from) < self.position(to)),
                None => ("the file above it", true),
            };
            if backward {
                let root = &self.source_root;
                problems.push(format!(
                    "{root}/{}:{}: {from} uses {to} ({})",
                    used.file, used.line, used.path
                ));
            }
        }
        problems
    }

    fn position(&self, module: &str) -> Option<usize> {
        self.modules.iter().position(|name| name == module)
    }
}
