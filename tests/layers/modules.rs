//! The modules of a crate, and which module each path in them leads to.

use std::collections::{BTreeMap, BTreeSet};

use crate::paths::{self, Path};
use crate::tokens::{Token, tokens};

/// The path of a module below its crate: empty for `lib.rs`.
pub(crate) type ModulePath = Vec<String>;

/// A crate's modules, apart from those that are compiled for tests alone and from its programs.
#[derive(Debug)]
pub(crate) struct Modules {
    modules: BTreeMap<ModulePath, Module>,
    macros: BTreeMap<String, ModulePath>,
}

#[derive(Debug)]
struct Module {
    file: String,
    paths: Vec<Path>,
    macro_calls: Vec<(usize, String)>,
}

/// One module's use of another.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) from: ModulePath,
    pub(crate) to: ModulePath,
    pub(crate) path: String,
}

impl Modules {
    /// Reads the modules from pairs of a file's path, relative to the crate's `src`, and its text.
    pub(crate) fn new(files: &[(String, String)]) -> Self {
        let mut modules = BTreeMap::new();
        let mut macros = BTreeMap::new();
        let mut test_modules = BTreeSet::new();
        for (file, text) in files {
            let Some(path) = module_path(file) else { continue };
            let (tokens, tests) = paths::without_tests(tokens(text));
            test_modules.extend(tests.into_iter().map(|name| child(&path, &name)));
            macros.extend(paths::macros_defined(&tokens).map(|name| (name, path.clone())));
            modules.insert(path, (file.clone(), tokens));
        }
        modules.retain(|path: &ModulePath, _| !test_modules.iter().any(|tests| path.starts_with(tests)));
        let module = |(file, tokens): (String, Vec<Token>)| Module {
            file,
            macro_calls: paths::macros_called(&tokens).collect(),
            paths: paths::paths(&tokens),
        };
        let modules = modules
            .into_iter()
            .map(|(path, source)| (path, module(source)))
            .collect();
        Self { modules, macros }
    }

    /// The names of the modules directly below `parent`.
    pub(crate) fn children(&self, parent: &[String]) -> BTreeSet<&str> {
        let below = self
            .modules
            .keys()
            .filter(|path| path.len() == parent.len() + 1 && path.starts_with(parent));
        below.filter_map(|path| path.last().map(String::as_str)).collect()
    }

    /// Every use of one module by another.
    pub(crate) fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for (from, module) in &self.modules {
            let by_path = module.paths.iter().filter_map(|path| {
                let to = self.target(from, &path.segments)?;
                Some((path.line, path.segments.join("::"), to))
            });
            let by_macro = module.macro_calls.iter().filter_map(|(line, name)| {
                let to = self.macros.get(name)?.clone();
                Some((*line, format!("{name}!"), to))
            });
            uses.extend(by_path.chain(by_macro).map(|(line, path, to)| Use {
                file: module.file.clone(),
                line,
                from: from.clone(),
                to,
                path,
            }));
        }
        uses
    }

    /// The module that defines what `segments` name in the module `from`; `None` if it is not this crate's.
    fn target(&self, from: &[String], segments: &[String]) -> Option<ModulePath> {
        let absolute = self.absolute(from, segments)?;
        self.resolve(absolute, 0)
    }

    fn absolute(&self, from: &[String], segments: &[String]) -> Option<ModulePath> {
        let mut module = from.to_vec();
        let mut rest = segments;
        match segments.first()?.as_str() {
            "crate" => {
                module.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {}
            name if self.modules.contains_key(&child(from, name)) => {}
            _ => return None,
        }
        while rest.first().is_some_and(|segment| segment == "super") {
            module.pop();
            rest = &rest[1..];
        }
        module.extend_from_slice(rest);
        Some(module)
    }

    /// Follows `path` through modules and re-exports to the module that defines it.
    fn resolve(&self, path: ModulePath, depth: usize) -> Option<ModulePath> {
        assert!(depth < 20, "re-exports go in a circle: {path:?}");
        let known = (0..=path.len())
            .rev()
            .find(|&length| self.modules.contains_key(&path[..length]))?;
        let (module, rest) = path.split_at(known);
        let Some(name) = rest.first() else { return Some(path) };
        let imported = self.modules[module]
            .paths
            .iter()
            .find(|path| path.imported_as.as_ref() == Some(name));
        match imported {
            Some(import) if import.segments.last() != Some(name) || import.segments.len() > 1 => {
                let mut path = self.absolute(module, &import.segments)?;
                path.extend_from_slice(&rest[1..]);
                self.resolve(path, depth + 1)
            }
            _ if module.is_empty() => Some(self.macros.get(name).cloned().unwrap_or_default()),
            _ => Some(module.to_vec()),
        }
    }
}

fn child(parent: &[String], name: &str) -> ModulePath {
    parent.iter().cloned().chain([name.to_owned()]).collect()
}

/// `run/engine.rs` is the module `run::engine`. Programs (`main.rs` and what is below `bin`) are none.
fn module_path(file: &str) -> Option<ModulePath> {
    let path = file.strip_suffix(".rs")?;
    let is_program = path == "main" || path.starts_with("bin/");
    match path {
        "lib" => Some(Vec::new()),
        _ => (!is_program).then(|| path.split('/').map(str::to_owned).collect()),
    }
}
