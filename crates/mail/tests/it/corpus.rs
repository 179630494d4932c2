//! The corpus: mails as the world sends them, each with what a person says is right about it beside it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use mail::html::{RemotePictures, clean};
use mail::{AuthVerdict, InvitationKind, Kind, Letter, Mailbox, MessageId, Protection, Unreadable, read};
use serde::Deserialize;

/// What a person says about a mail. Only what is stated is compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    says: String,
    subject: Option<String>,
    from: Option<String>,
    from_name: Option<String>,
    reply_to: Option<String>,
    to: Option<Vec<String>>,
    cc: Option<Vec<String>>,
    message_id: Option<String>,
    in_reply_to: Option<Vec<String>>,
    references: Option<Vec<String>>,
    date: Option<String>,
    text: Option<String>,
    #[serde(default)]
    text_contains: Vec<String>,
    #[serde(default)]
    text_lacks: Vec<String>,
    fresh: Option<String>,
    #[serde(default)]
    fresh_contains: Vec<String>,
    #[serde(default)]
    fresh_lacks: Vec<String>,
    html: Option<bool>,
    #[serde(default)]
    html_contains: Vec<String>,
    #[serde(default)]
    shown_contains: Vec<String>,
    #[serde(default)]
    shown_lacks: Vec<String>,
    #[serde(default)]
    shown_in_order: Vec<String>,
    files: Option<Vec<ExpectedFile>>,
    kind: Option<Kind>,
    bounced: Option<Vec<String>>,
    bounced_mark: Option<String>,
    bounced_recipients: Option<Vec<String>>,
    bounce_reason: Option<String>,
    own_mark: Option<String>,
    auth: Option<AuthVerdict>,
    protection: Option<Protection>,
    unreadable: Option<Unreadable>,
    japanese: Option<bool>,
    invitation: Option<ExpectedInvitation>,
    forwarded: Option<ExpectedForward>,
    fresh_html: Option<bool>,
    #[serde(default)]
    fresh_html_contains: Vec<String>,
    #[serde(default)]
    fresh_html_lacks: Vec<String>,
    #[serde(default)]
    damaged: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    name: String,
    r#type: Option<String>,
    inline: Option<bool>,
    size: Option<usize>,
    content: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedInvitation {
    kind: InvitationKind,
    title: Option<String>,
    starts: Option<String>,
    ends: Option<String>,
    place: Option<String>,
    organizer: Option<String>,
    repeats: Option<bool>,
}

/// The mail that is passed on; `none = true` when the mail only looks like a forward.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedForward {
    #[serde(default)]
    none: bool,
    above: Option<String>,
    from: Option<String>,
    from_name: Option<String>,
    subject: Option<String>,
    date: Option<String>,
    to: Option<Vec<String>>,
    cc: Option<Vec<String>>,
    text: Option<String>,
    #[serde(default)]
    text_contains: Vec<String>,
    #[serde(default)]
    text_lacks: Vec<String>,
}

/// Compares, and remembers what differs.
struct Comparison<'a> {
    file: &'a str,
    differences: Vec<String>,
}

impl Comparison<'_> {
    fn note(&mut self, field: &str, what: &str) {
        self.differences.push(format!("{}: {field}: {what}", self.file));
    }

    #[expect(clippy::needless_pass_by_value, reason = "what is compared is made for it")]
    fn same<T: PartialEq + Debug>(&mut self, field: &str, expected: Option<T>, found: T) {
        if let Some(expected) = expected
            && expected != found
        {
            self.note(field, &format!("expected {expected:?}\n    found {found:?}"));
        }
    }

    /// Each of the words stands behind those before it.
    fn in_order(&mut self, field: &str, found: &str, words: &[String]) {
        let mut rest = found;
        for words in words {
            match rest.split_once(words.as_str()) {
                Some((_, after)) => rest = after,
                None => {
                    self.note(
                        field,
                        &format!("{words:?} is missing, or too early, in {:?}", shortened(found)),
                    );
                    return;
                }
            }
        }
    }

    fn holds(&mut self, field: &str, found: &str, contains: &[String], lacks: &[String]) {
        for words in contains.iter().filter(|words| !found.contains(*words)) {
            self.note(field, &format!("{words:?} is missing in {:?}", shortened(found)));
        }
        for words in lacks.iter().filter(|words| found.contains(*words)) {
            self.note(field, &format!("{words:?} must not be in {:?}", shortened(found)));
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(1_500).collect()
}

fn address(mailbox: Option<&Mailbox>) -> String {
    mailbox.map(|mailbox| mailbox.address.to_string()).unwrap_or_default()
}

fn addresses(people: &[Mailbox]) -> Vec<String> {
    people.iter().map(|person| person.address.to_string()).collect()
}

fn ids(ids: &[MessageId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn moment(moment: Option<mail::Moment>) -> String {
    match moment {
        Some(mail::Moment::Day(day)) => day.to_string(),
        Some(mail::Moment::At(at)) => at.to_string(),
        None => String::new(),
    }
}

/// What differs between a letter and what was said about it.
fn differences(file: &str, expected: Expected, letter: &Letter) -> Vec<String> {
    let mut c = Comparison { file, differences: Vec::new() };
    if expected.says.trim().is_empty() {
        c.note("says", "is empty");
    }
    c.same("subject", expected.subject, letter.subject.clone());
    c.same("from", expected.from, address(letter.from.as_ref()));
    let name = letter.from.as_ref().map(|from| from.name.clone()).unwrap_or_default();
    c.same("from_name", expected.from_name, name);
    c.same("reply_to", expected.reply_to, address(letter.reply_to.as_ref()));
    c.same("to", expected.to, addresses(&letter.to));
    c.same("cc", expected.cc, addresses(&letter.cc));
    let own = letter.message_id.as_ref().map(ToString::to_string).unwrap_or_default();
    c.same("message_id", expected.message_id, own);
    c.same("in_reply_to", expected.in_reply_to, ids(&letter.in_reply_to));
    c.same("references", expected.references, ids(&letter.references));
    c.same("date", expected.date, letter.date.map(|date| date.to_string()).unwrap_or_default());
    c.same("text", expected.text.as_deref().map(str::trim), letter.text.trim());
    c.holds("text", &letter.text, &expected.text_contains, &expected.text_lacks);
    c.same("fresh", expected.fresh.as_deref().map(str::trim), letter.fresh.trim());
    c.holds("fresh", &letter.fresh, &expected.fresh_contains, &expected.fresh_lacks);
    c.same("fresh_html", expected.fresh_html, letter.fresh_html.is_some());
    let fresh_html = letter.fresh_html.as_deref().unwrap_or_default();
    c.holds("fresh_html", fresh_html, &expected.fresh_html_contains, &expected.fresh_html_lacks);
    c.same("html", expected.html, letter.html.is_some());
    let html = letter.html.as_deref().unwrap_or_default();
    c.holds("html", html, &expected.html_contains, &[]);
    let shown = clean(html, RemotePictures::Blocked, &|id| Some(format!("/parts/{id}"))).html;
    c.holds("shown", &shown, &expected.shown_contains, &expected.shown_lacks);
    c.in_order("shown", &shown, &expected.shown_in_order);
    c.same("kind", expected.kind, letter.kind);
    c.same("bounced", expected.bounced, ids(&letter.bounced));
    c.same("bounced_mark", expected.bounced_mark, letter.bounced_mark.clone().unwrap_or_default());
    let failed: Vec<String> = letter.bounced_recipients.iter().map(ToString::to_string).collect();
    c.same("bounced_recipients", expected.bounced_recipients, failed);
    if let Some(words) = expected.bounce_reason {
        c.holds("bounce_reason", letter.bounce_reason.as_deref().unwrap_or_default(), &[words], &[]);
    }
    c.same("own_mark", expected.own_mark, letter.own_mark.clone().unwrap_or_default());
    c.same("auth", expected.auth, letter.auth);
    c.same("protection", expected.protection.map(Some), letter.protection);
    c.same("unreadable", expected.unreadable.map(Some), letter.unreadable.clone());
    c.same("japanese", expected.japanese, letter.is_japanese());
    if let Some(files) = &expected.files {
        compare_files(&mut c, files, letter);
    }
    if let Some(invitation) = expected.invitation {
        compare_invitation(&mut c, invitation, letter);
    }
    if let Some(forwarded) = expected.forwarded {
        compare_forward(&mut c, forwarded, letter);
    }
    if !expected.damaged {
        for (field, text) in [("subject", &letter.subject), ("text", &letter.text), ("fresh", &letter.fresh)]
        {
            c.holds(field, text, &[], &["\u{fffd}".to_owned()]);
        }
    }
    c.differences
}

fn compare_files(c: &mut Comparison<'_>, expected: &[ExpectedFile], letter: &Letter) {
    let names: Vec<&str> = letter.attachments.iter().map(|file| file.name.as_str()).collect();
    let wanted: Vec<&str> = expected.iter().map(|file| file.name.as_str()).collect();
    c.same("files", Some(wanted), names);
    for (expected, file) in expected.iter().zip(&letter.attachments) {
        let field = |what: &str| format!("files: {}: {what}", expected.name);
        c.same(&field("type"), expected.r#type.clone(), file.content_type.clone());
        c.same(&field("inline"), expected.inline, file.inline);
        c.same(&field("size"), expected.size, file.content.len());
        let content = String::from_utf8_lossy(&file.content).into_owned();
        c.same(&field("content"), expected.content.clone(), content);
    }
}

fn compare_invitation(c: &mut Comparison<'_>, expected: ExpectedInvitation, letter: &Letter) {
    let Some(found) = &letter.invitation else {
        c.note("invitation", "there is none");
        return;
    };
    c.same("invitation: kind", Some(expected.kind), found.kind);
    c.same("invitation: title", expected.title, found.title.clone());
    c.same("invitation: starts", expected.starts, moment(found.starts));
    c.same("invitation: ends", expected.ends, moment(found.ends));
    c.same("invitation: place", expected.place, found.place.clone().unwrap_or_default());
    c.same("invitation: organizer", expected.organizer, address(found.organizer.as_ref()));
    c.same("invitation: repeats", expected.repeats, found.repeats);
}

fn compare_forward(c: &mut Comparison<'_>, expected: ExpectedForward, letter: &Letter) {
    let Some(found) = letter.forwarded.as_ref().filter(|_| !expected.none) else {
        if expected.none == letter.forwarded.is_some() {
            c.note("forwarded", if expected.none { "there must be none" } else { "there is none" });
        }
        return;
    };
    c.same("forwarded: above", expected.above.as_deref().map(str::trim), found.above.trim());
    c.same("forwarded: from", expected.from, address(found.from.as_ref()));
    let name = found.from.as_ref().map(|from| from.name.clone()).unwrap_or_default();
    c.same("forwarded: from_name", expected.from_name, name);
    c.same("forwarded: subject", expected.subject, found.subject.clone().unwrap_or_default());
    let date = found.date.map(|date| date.to_string()).unwrap_or_default();
    c.same("forwarded: date", expected.date, date);
    c.same("forwarded: to", expected.to, addresses(&found.to));
    c.same("forwarded: cc", expected.cc, addresses(&found.cc));
    c.same("forwarded: text", expected.text.as_deref().map(str::trim), found.text.trim());
    c.holds("forwarded: text", &found.text, &expected.text_contains, &expected.text_lacks);
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// All files in the theme folders, as paths below the corpus.
fn files() -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for folder in std::fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.is_dir() || folder.ends_with("source") {
            continue;
        }
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            files.insert(file.strip_prefix(corpus()).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
    files
}

fn mails() -> impl Iterator<Item = (String, Vec<u8>)> {
    files().into_iter().filter(|file| file.ends_with(".eml")).map(|file| {
        let raw = std::fs::read(corpus().join(&file)).unwrap();
        (file, raw)
    })
}

#[test]
fn each_mail_of_the_corpus_is_read_as_a_person_reads_it() {
    let mut differing = Vec::new();
    for (file, raw) in mails() {
        let beside = corpus().join(file.replace(".eml", ".toml"));
        let stated = std::fs::read_to_string(&beside).unwrap_or_default();
        match toml::from_str::<Expected>(&stated) {
            Ok(expected) => differing.extend(differences(&file, expected, &read(&raw))),
            Err(error) => differing.push(format!("{file}: its expectations cannot be read: {error}")),
        }
    }
    assert!(differing.is_empty(), "{} differences:\n{}", differing.len(), differing.join("\n"));
}

/// What is said about a generated mail follows from its source. A mail changed by hand, or a source that was not run,
/// would make the corpus say something nobody thought about.
#[test]
#[expect(clippy::print_stderr, reason = "says why it was skipped")]
fn generated_mails_are_what_their_sources_write() {
    let generator = corpus().join("generate.py");
    let output = match std::process::Command::new("python3").arg(&generator).arg("--check").output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: there is no python3");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    assert!(
        output.status.success(),
        "run crates/mail/corpus/generate.py:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_corpus_is_large_and_each_mail_has_its_expectations() {
    let files = files();
    let (mails, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.ends_with(".eml"));
    for mail in &mails {
        assert!(files.contains(&mail.replace(".eml", ".toml")), "{mail} has no expectations");
    }
    for other in others {
        let mail = other.replace(".toml", ".eml");
        assert!(other.ends_with(".toml") && files.contains(&mail), "{other} belongs to no mail");
    }
    assert!(mails.len() >= 600, "{} mails", mails.len());
    let mut seen = std::collections::HashMap::new();
    for (file, raw) in self::mails() {
        if let Some(other) = seen.insert(raw, file.clone()) {
            panic!("{file} is {other} once more");
        }
    }
}

/// Mail breaks off anywhere: where a server gave up, where a disk was full.
#[test]
fn each_mail_of_the_corpus_may_break_off_anywhere() {
    for (file, raw) in mails() {
        for share in [1, 3, 5, 7, 9] {
            let part = raw.get(..raw.len() * share / 10).unwrap();
            let letter = read(part);
            assert_eq!(letter.size, part.len() as u64, "{file}");
        }
    }
}
