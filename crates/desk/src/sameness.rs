//! Are two mails with one Message-ID the same mail? As a rule yes: it came by two addresses, or once through a mailing list
//! that added a footer and a `[prefix]`. But there are senders that give all their mails one Message-ID; those mails
//! are different, and each must be kept.
//!
//! The rule ([`Fingerprint::compare`]), in order:
//!
//! 1. Each text holds a number that the other lacks (an order, a sum, a day): **different**. A footer only adds.
//! 2. Both have the same `Date`, to the second: **same**, unless the texts have less than half in common, or nothing can
//!    be told from the texts and neither author nor subject agree.
//! 3. Both have a `Date`, and another one: **different**. Lists and forwarders keep the date. Only where all else is alike
//!    and the dates are ten minutes apart at most did two servers each add the date that the sender had left out: **same**.
//! 4. One has no `Date`: **same** when four fifths of the shorter text stand in the other, or, without text to compare,
//!    when author, subject and files agree.
//!
//! Texts are compared by overlapping pieces of five letters, without white space, quote marks, case and links (which
//! mail filters rewrite). Of a long text only the pieces with the smallest hashes are kept: the same choice in both copies,
//! wherever a banner or a footer was added.

use std::collections::BTreeSet;

use mail::{AuthVerdict, Letter};
use serde::{Deserialize, Serialize};

/// Letters of a piece.
const PIECE: usize = 5;
/// Pieces kept.
const PIECES: usize = 96;
/// Numbers kept.
const NUMBERS: usize = 48;
/// Fewer common pieces than this to compare, and nothing can be told.
const TELLING: usize = 8;
/// Characters of a text that are looked at.
const LONGEST: usize = 20_000;
/// Seconds between the dates that two servers may have added to one mail.
const ADDED_WITHIN: i64 = 600;

/// How much of both texts must be alike for a mail from one of our addresses to be a copy of ours: disclaimers are added on the way.
const OURS_FROM_US: f64 = 0.5;
/// The same for a mail from anybody else, who might have added words of their own.
const OURS_FROM_OTHERS: f64 = 0.9;

/// What is kept of a mail to tell it from others with its Message-ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// From, in lower case; empty when there is none.
    author: String,
    /// Date, in seconds since 1970.
    date: Option<i64>,
    /// Words and numbers of the subject, without `Re:` and `[list]` in front.
    subject: Vec<String>,
    /// Pieces of the text.
    pieces: Sketch,
    /// Numbers of the text.
    numbers: Sketch,
    /// Its files, as the journal knows them; `None`: unknown.
    files: Option<BTreeSet<String>>,
}

/// How two mails with one Message-ID compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same, word for word as far as can be told.
    Same,
    /// The same; a list or a forwarder has changed it on the way.
    Changed,
    /// Another mail.
    Different,
}

/// The smallest hashes of a set: of two sets the same part, whatever else is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sketch {
    hashes: BTreeSet<u32>,
    /// The set holds nothing else.
    whole: bool,
}

impl Sketch {
    fn of(hashes: impl Iterator<Item = u32>, keep: usize) -> Self {
        let mut kept = BTreeSet::new();
        let mut whole = true;
        for hash in hashes {
            if kept.insert(hash) && kept.len() > keep {
                kept.pop_last();
                whole = false;
            }
        }
        Self { hashes: kept, whole }
    }

    /// Up to where both sets are known in full.
    fn limit(&self, other: &Self) -> u32 {
        let end = |sketch: &Self| match sketch.hashes.last() {
            Some(last) if !sketch.whole => *last,
            _ => u32::MAX,
        };
        end(self).min(end(other))
    }

    /// How much of the smaller set is in the other; `None` when too little is known of it.
    fn in_common(&self, other: &Self) -> Option<f64> {
        let limit = self.limit(other);
        let sizes = [self, other].map(|sketch| sketch.hashes.range(..=limit).count());
        let smaller = sizes.into_iter().min().filter(|size| *size >= TELLING)?;
        let common = self.hashes.range(..=limit).filter(|hash| other.hashes.contains(hash)).count();
        #[expect(clippy::cast_precision_loss, reason = "a hundred at most")]
        Some(common as f64 / smaller as f64)
    }

    /// How much of the larger set is in the other; `None` when too little is known of it.
    fn alike(&self, other: &Self) -> Option<f64> {
        let limit = self.limit(other);
        let sizes = [self, other].map(|sketch| sketch.hashes.range(..=limit).count());
        let larger = sizes.into_iter().max().filter(|size| *size >= TELLING)?;
        let common = self.hashes.range(..=limit).filter(|hash| other.hashes.contains(hash)).count();
        #[expect(clippy::cast_precision_loss, reason = "a hundred at most")]
        Some(common as f64 / larger as f64)
    }

    /// Each has something that the other lacks.
    fn contradicts(&self, other: &Self) -> bool {
        let limit = self.limit(other);
        let lacks = |a: &Self, b: &Self| a.hashes.range(..=limit).any(|hash| !b.hashes.contains(hash));
        lacks(self, other) && lacks(other, self)
    }
}

impl Fingerprint {
    /// Of a letter; `files` are what its files are known by in the journal, if they are known.
    pub fn of(letter: &Letter, files: Option<Vec<String>>) -> Self {
        let author = letter.from.as_ref().map(|from| from.address.as_str().to_owned());
        let date = letter.date.map(jiff::Timestamp::as_second);
        Self { author: author.unwrap_or_default(), date, ..Self::of_text(&letter.subject, &letter.text) }
            .with_files(files)
    }

    /// Of a subject and a text; nothing else is known.
    pub fn of_text(subject: &str, text: &str) -> Self {
        let text: String = text.chars().take(LONGEST).collect();
        let text = without_links(&text);
        let letters: Vec<char> =
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let numbers = words(&text).into_iter().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        Self {
            author: String::new(),
            date: None,
            subject: words(bare_subject(subject)),
            pieces: Sketch::of(letters.windows(PIECE).map(|piece| hash(piece.iter().copied())), PIECES),
            numbers: Sketch::of(numbers.map(|number| hash(number.chars())), NUMBERS),
            files: None,
        }
    }

    fn with_files(self, files: Option<Vec<String>>) -> Self {
        Self { files: files.map(|files| files.into_iter().collect()), ..self }
    }

    /// Compares the mails behind two fingerprints; see the module for the rule.
    pub fn compare(&self, other: &Self) -> Comparison {
        if self.numbers.contradicts(&other.numbers) {
            return Comparison::Different;
        }
        let common = self.pieces.in_common(&other.pieces);
        let same_author = self.author == other.author;
        let same_files = self.files.is_none() || other.files.is_none() || self.files == other.files;
        let same = match (self.date, other.date) {
            (Some(one), Some(two)) if one == two => match common {
                Some(common) => common >= 0.5,
                None => same_author || self.subject_agrees(other),
            },
            (Some(one), Some(two)) => {
                one.abs_diff(two) <= ADDED_WITHIN.unsigned_abs()
                    && same_author
                    && self.subject == other.subject
                    && self.pieces == other.pieces
                    && same_files
            }
            _ => match common {
                Some(common) => common >= 0.8,
                None => same_author && same_files && self.subject_agrees(other),
            },
        };
        let unchanged = self.subject == other.subject && self.pieces == other.pieces && same_author;
        match (same, unchanged) {
            (false, _) => Comparison::Different,
            (true, true) => Comparison::Same,
            (true, false) => Comparison::Changed,
        }
    }

    /// One subject stands in the other: a list or a filter has put a word before it.
    fn subject_agrees(&self, other: &Self) -> bool {
        let (short, long) = if self.subject.len() <= other.subject.len() {
            (&self.subject, &other.subject)
        } else {
            (&other.subject, &self.subject)
        };
        short == long || (!short.is_empty() && long.windows(short.len()).any(|part| part == short))
    }
}

/// A letter that carries our mark or one of our Message-IDs: is it a copy of that mail of ours? Every recipient knows both, so
/// the text must be ours as well, in one of the forms it left in. A mail that is taken for a copy is shown to nobody:
/// in doubt it is none.
pub fn is_ours(letter: &Letter, from_us: bool, subject: &str, texts: &[&str]) -> bool {
    let from_us = from_us && letter.auth != AuthVerdict::Fail;
    let theirs = Fingerprint::of(letter, None);
    let least = if from_us { OURS_FROM_US } else { OURS_FROM_OTHERS };
    texts.iter().any(|text| {
        let ours = Fingerprint::of_text(subject, text);
        match ours.pieces.alike(&theirs.pieces) {
            Some(alike) => alike >= least,
            None => from_us && ours.subject_agrees(&theirs),
        }
    })
}

/// Words and numbers in lower case: `注文123` is two of them.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let c = if ('０'..='９').contains(&c) { char::from_u32(c as u32 - 0xfee0).unwrap_or(c) } else { c };
        let class = if c.is_ascii_digit() {
            Some(true)
        } else if c.is_alphanumeric() {
            Some(false)
        } else {
            None
        };
        match (class, words.last_mut()) {
            (None, _) => {}
            (Some(_), Some(word)) if class == last => word.extend(c.to_lowercase()),
            (Some(_), _) => words.push(c.to_lowercase().collect()),
        }
        last = class;
    }
    words
}

/// Without `Re:`, `Fwd:`, `[list]` and the like in front.
fn bare_subject(subject: &str) -> &str {
    const MARKS: [&str; 7] = ["re:", "fw:", "fwd:", "aw:", "wg:", "返信:", "転送:"];
    let mut rest = subject.trim();
    loop {
        let mark = MARKS.iter().find_map(|mark| {
            let head = rest.get(..mark.len())?;
            head.eq_ignore_ascii_case(mark).then(|| &rest[mark.len()..])
        });
        let tag = || rest.strip_prefix('[').and_then(|tagged| Some(tagged.split_once(']')?.1));
        match mark.or_else(tag) {
            Some(shorter) if !shorter.trim().is_empty() => rest = shorter.trim_start(),
            _ => return rest,
        }
    }
}

fn without_links(text: &str) -> String {
    let link = |word: &&str| word.contains("://") || word.contains("www.");
    text.split_inclusive(char::is_whitespace).filter(|word| !link(word)).collect()
}

/// FNV-1a, folded: stored, so it must never change.
fn hash(letters: impl Iterator<Item = char>) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for letter in letters {
        for byte in u32::from(letter).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    // The upper half is mixed best; the multiplication spreads neighbours.
    let [a, b, c, d, ..] = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}
