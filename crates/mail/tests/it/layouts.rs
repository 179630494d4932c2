//! Mails in the manner of the programs people write with: what makes their layout is there after cleaning, and what is for another
//! program is not.

use mail::html::{RemotePictures, clean};

#[test]
fn mails_of_all_kinds_keep_their_layout() {
    let all = include_str!("../../layouts/layouts.txt");
    let (mut count, mut faults) = (0, Vec::new());
    for record in all.split("== ").skip(1) {
        let (name, mut html) = record.split_once('\n').unwrap();
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        while let Some((line, rest)) = html.split_once('\n') {
            match line.split_at(2) {
                ("? ", part) => wanted.push(part),
                ("! ", part) => unwanted.push(part),
                _ => break,
            }
            html = rest;
        }
        let clean = clean(html, RemotePictures::Blocked, &|_| None);
        assert!(!clean.as_text && !wanted.is_empty(), "{name}");
        for part in wanted {
            if !clean.html.contains(part) {
                faults.push(format!("{name}: no {part} in {}", clean.html));
            }
        }
        for part in unwanted.into_iter().chain(["<style", "<o:p", "class=\"x", "mso-", "supportLists"]) {
            if clean.html.contains(part) {
                faults.push(format!("{name}: {part} in {}", clean.html));
            }
        }
        count += 1;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count >= 20, "{count}");
}
