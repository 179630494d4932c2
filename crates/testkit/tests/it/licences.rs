//! Dependencies: their licences, and those that must never come in.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

/// Licences that go with Apache-2.0 in one binary.
const ALLOWED: [&str; 15] = [
    "Apache-2.0",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "MPL-2.0",
    "CDLA-Permissive-2.0",
    "0BSD",
    "CC0-1.0",
    "BSL-1.0",
    "Unlicense",
    "MIT-0",
    "Unicode-DFS-2016",
];

/// A second TLS stack or C crypto costs minutes of build time and a system library each; one of each kind is enough.
const BANNED: [&str; 4] = ["aws-lc-sys", "openssl-sys", "native-tls", "libpq-sys"];

pub(crate) fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = std::process::Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_dependency_has_a_licence_that_suits_apache_2() {
    let mut bad = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let expression = package["license"].as_str().unwrap_or("none");
        let parsed = spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX);
        let good =
            parsed.is_ok_and(|e| e.evaluate(|r| r.license.id().is_some_and(|id| ALLOWED.contains(&id.name))));
        if !good {
            bad.push(format!("{name}: {expression}"));
        }
    }
    assert!(bad.is_empty(), "licences to be looked at: {bad:#?}");
}

#[test]
fn no_second_tls_stack_and_no_c_crypto_comes_in() {
    // The lock file lists optional packages too; what counts is what the resolved graph really builds.
    let metadata = metadata();
    let resolved: Vec<&str> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
    for banned in BANNED {
        assert!(!resolved.iter().any(|id| id.contains(&format!("#{banned}@"))), "{banned} came in");
    }
}
