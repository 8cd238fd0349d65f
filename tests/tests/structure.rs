//! The structure of the code: no circle of imports between the files of a crate, and no program imports another one.
//!
//! An import is a path in `use` or in the code that begins with `crate`, `super`, `self` or the name of a child module. It
//! leads to the file of the last module in it. `mod` lines, comments and unit tests count for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tests::files::root;

const CRATES: [&str; 4] = ["common", "time-server", "forker", "live-plot"];

/// A module as the names on the way to it from the crate.
type Module = Vec<String>;

/// Every module of a crate with its code.
fn modules(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_stem().unwrap().to_str().unwrap().to_owned();
        let below = [at.clone(), vec![name.clone()]].concat();
        if name == "tests" {
            continue;
        }
        if entry.is_dir() {
            modules(&entry, &below, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            let module = if ["lib", "mod"].contains(&name.as_str()) { at.clone() } else { below };
            if module != ["main"] {
                found.insert(module, code(&fs::read_to_string(&entry).unwrap()));
            }
        }
    }
}

/// A file's text without comments and unit tests.
fn code(text: &str) -> String {
    let mut lines = text.lines().peekable();
    let mut code = String::new();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            while lines.next_if(|line| line.starts_with("#[")).is_some() {}
            if lines.next().is_some_and(|line| line.ends_with('{')) {
                break;
            }
        } else if !line.trim_start().starts_with("//") {
            code += line;
            code.push('\n');
        }
    }
    code
}

/// The paths of a `use`, `a::{b, c::d}` spread out.
fn spread(tree: &str) -> Vec<String> {
    let Some((before, inside)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap();
        return vec![path.trim().trim_end_matches("::self").to_owned()];
    };
    let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
    for c in inside.trim_end().trim_end_matches('}').chars().chain([',']) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    let whole = |part: &String| spread(&format!("{before}{}", part.trim()));
    parts.iter().filter(|part| !part.trim().is_empty()).flat_map(whole).collect()
}

/// Every path in the code that may be an import.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = String::new();
    for statement in code.split_inclusive(';') {
        let start = statement.lines().position(|line| {
            let line = line.trim_start();
            line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "))
        });
        let lines: Vec<&str> = statement.lines().collect();
        let (other, import) = lines.split_at(start.unwrap_or(lines.len()));
        rest += &other.join("\n");
        let import = import.join(" ");
        if let Some((_, tree)) = import.split_once("use ") {
            found.extend(spread(tree.trim_end_matches(';')));
        }
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    found.extend(rest.split(|c| !is_path(c)).filter(|word| word.contains("::")).map(str::to_owned));
    found
}

/// The module that a path leads to.
fn target(path: &str, from: &Module, all: &BTreeMap<Module, String>) -> Option<Module> {
    let mut names = path.split("::").peekable();
    let mut module = match names.next()? {
        "crate" => Module::new(),
        "self" => from.clone(),
        "super" => from[..from.len().checked_sub(1)?].to_vec(),
        child => {
            let below = [from.clone(), vec![child.to_owned()]].concat();
            if !all.contains_key(&below) {
                return None;
            }
            below
        }
    };
    while names.next_if_eq(&"super").is_some() {
        module.pop()?;
    }
    for name in names {
        let below = [module.clone(), vec![name.to_owned()]].concat();
        if !all.contains_key(&below) {
            break;
        }
        module = below;
    }
    Some(module)
}

/// A circle that begins and ends at a module, if one can be reached from the end of `way`.
fn circle(
    way: &mut Vec<Module>,
    imports: &BTreeMap<Module, BTreeSet<Module>>,
    done: &mut BTreeSet<Module>,
) -> Option<String> {
    let here = way.last()?.clone();
    if let Some(start) = way[..way.len() - 1].iter().position(|module| *module == here) {
        let names: Vec<String> = way[start..].iter().map(|module| module.join("::")).collect();
        return Some(names.join(" → "));
    }
    if !done.insert(here.clone()) {
        return None;
    }
    imports[&here].iter().find_map(|next| {
        way.push(next.clone());
        let found = circle(way, imports, done);
        way.pop();
        found
    })
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    for name in CRATES {
        let mut all = BTreeMap::new();
        modules(&root().join(name).join("src"), &Module::new(), &mut all);
        assert!(all.len() > 5, "{name}: only {:?} found", all.keys());
        let imports = all.iter().map(|(module, code)| {
            let targets = paths(code).into_iter().filter_map(|path| target(&path, module, &all));
            (module.clone(), targets.filter(|target| target != module).collect())
        });
        let imports: BTreeMap<Module, BTreeSet<Module>> = imports.collect();
        let mut done = BTreeSet::new();
        for module in all.keys() {
            let found = circle(&mut vec![module.clone()], &imports, &mut done);
            assert_eq!(found, None, "{name}");
        }
    }
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let files = [
        (vec![], "mod a;\npub mod b;\nuse a::X;\n"),
        (vec!["a"], "use std::{fs, io};\nuse crate::{\n    b::{self, Y},\n};\n"),
        (vec!["b"], "pub(crate) mod c;\n"),
        (vec!["b", "c"], "// use crate::nothing;\nfn f() { super::super::a::g() }\n"),
    ];
    let module = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Module>();
    let all: BTreeMap<Module, String> =
        files.iter().map(|(names, text)| (module(names), code(text))).collect();
    let targets = |names: &[&str]| -> BTreeSet<Module> {
        let from = module(names);
        paths(&all[&from]).iter().filter_map(|path| target(path, &from, &all)).collect()
    };
    assert_eq!(targets(&[]), [module(&["a"])].into());
    assert_eq!(targets(&["a"]), [module(&["b"])].into());
    assert_eq!(targets(&["b", "c"]), [module(&["a"])].into());
    let imports =
        [(module(&["a"]), [module(&["b"])].into()), (module(&["b"]), [module(&["a"])].into())];
    let found = circle(&mut vec![module(&["a"])], &imports.into(), &mut BTreeSet::new());
    assert_eq!(found.as_deref(), Some("a → b → a"));
}

#[test]
fn programs_import_common_alone_and_common_imports_none() {
    for name in CRATES {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        for other in CRATES.iter().filter(|other| **other != "common" && **other != name) {
            assert!(
                !manifest.contains(&format!("\n{other}.workspace")),
                "{name} depends on {other}"
            );
        }
    }
}
