//! The floors: a room knows only the rooms below it.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

/// Room to the rooms it may know. A new arrow is a decision: change it here and in ARCHITECTURE.md together.
const MAY_KNOW: [(&str, &[&str]); 10] = [
    ("mail", &[]),
    ("desk", &["mail"]),
    ("store", &["desk", "mail"]),
    ("exchange", &[]),
    ("smtp", &["mail"]),
    ("engine", &["mail", "desk", "store", "exchange", "smtp"]),
    ("web", &["mail", "desk", "store", "exchange", "engine"]),
    ("api", &["mail", "desk", "store", "exchange", "engine"]),
    ("sandbox", &[]),
    ("postdesk", &["mail", "desk", "store", "exchange", "smtp", "engine", "web", "api", "sandbox"]),
];

#[test]
fn a_room_knows_only_the_rooms_below_it() {
    let metadata = super::licences::metadata();
    let rooms: BTreeMap<&str, &[&str]> = MAY_KNOW.into_iter().collect();
    for package in metadata["packages"].as_array().unwrap() {
        let Some(allowed) =
            rooms.get(package["name"].as_str().unwrap()).filter(|_| package["source"].is_null())
        else {
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap();
            let local = dependency["path"].is_string() && dependency["kind"].is_null();
            assert!(!local || allowed.contains(&name), "{} must not know {name}", package["name"]);
        }
    }
}
