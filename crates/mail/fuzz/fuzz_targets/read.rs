#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::html::{RemotePictures, clean};

fuzz_target!(|raw: &[u8]| {
    let letter = mail::read(raw);
    assert_eq!(letter.size, raw.len() as u64);
    assert_eq!(letter.content_key.len(), 64);
    for text in [&letter.subject, &letter.text, &letter.fresh] {
        assert!(!text.contains('\0'), "databases refuse NUL");
    }
    assert!(!letter.subject.contains(['\r', '\n']));
    if !letter.text.trim().is_empty() {
        assert!(!letter.fresh.trim().is_empty(), "words were lost");
    }
    for file in &letter.attachments {
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\r', '\n', '\0']));
    }
    mail::command::take(&letter.fresh);
    mail::TokenKey::new([7; 32]).find(&letter);
    if let Some(html) = &letter.fresh_html {
        clean(html, RemotePictures::Blocked, &|_| None);
    }
});
