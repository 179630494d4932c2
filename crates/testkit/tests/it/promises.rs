//! `docs/promises.md` names the tests that hold each promise: the names must be those of tests.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

fn sources(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// A promise whose test was renamed or taken away would look held and be nobody's business.
#[test]
fn every_promise_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut code = String::new();
    sources(&root.join("crates"), &mut code);
    let page = std::fs::read_to_string(root.join("docs/promises.md")).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| A") || line.starts_with("| B") || line.starts_with("| C"))
        .collect();
    assert_eq!(rows.len(), 13 + 13 + 6);
    for row in rows {
        let held_by = row.rsplit('|').nth(1).unwrap();
        let names: Vec<&str> = held_by.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            let there = match name.contains('/') {
                true => root.join(name).exists(),
                false => code.contains(&format!("fn {name}(")),
            };
            assert!(there, "{name} is no test: {row}");
        }
    }
}
