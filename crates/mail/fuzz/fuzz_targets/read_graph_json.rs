#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let letter = mail::read_graph_json(json);
    assert_eq!(letter.unreadable, Some(mail::Unreadable::NoMime));
    assert_eq!(letter.size, json.len() as u64);
    assert!(!letter.text.contains('\0') && !letter.subject.contains('\0'));
});
