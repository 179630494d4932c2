//! Bytes of unknown or doubtful encoding to text. The label a mail gives is believed only as far as the bytes allow.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};

/// Guessing reads no more than this: the rest of a mail is in the same encoding.
const SAMPLE: usize = 64 * 1024;

/// Decodes `bytes`, labelled as `label`, for a sender under the top-level domain `tld` (a hint for guessing).
/// NUL characters are dropped: no database keeps them in text.
pub fn decode(bytes: &[u8], label: Option<&str>, tld: Option<&str>) -> String {
    without_nul(decode_any(bytes, label, tld))
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

fn decode_any(bytes: &[u8], label: Option<&str>, tld: Option<&str>) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned();
    }
    let Some(label) = label.map(|label| label.trim_matches(['"', '\'', ' ', '\t'])).filter(|l| !l.is_empty())
    else {
        return guess(bytes, tld);
    };
    let Some(encoding) = by_label(label) else {
        // UTF-7 and other names that browsers refuse but mail still carries.
        return match mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) {
            Some(decoder) if !bytes.is_empty() => decoder(bytes),
            _ => guess(bytes, tld),
        };
    };
    // "us-ascii" and "iso-8859-1" are what programs write that do not know their own encoding.
    let vague = std::str::from_utf8(bytes).is_ok() || label.to_ascii_lowercase().contains("ascii");
    if encoding == WINDOWS_1252 && vague {
        return guess(bytes, tld);
    }
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if !broken {
        return text.into_owned();
    }
    if encoding == ISO_2022_JP && bytes.is_ascii() {
        return encoding.decode_without_bom_handling(&without_empty_shifts(bytes)).0.into_owned();
    }
    // The label is wrong, or one character is damaged: another encoding is taken only if it explains every byte.
    let other = guess_encoding(bytes, tld);
    if other != encoding && other != WINDOWS_1252 {
        let (guessed, still_broken) = other.decode_without_bom_handling(bytes);
        if !still_broken {
            return guessed.into_owned();
        }
    }
    text.into_owned()
}

/// Mailers shift to ASCII and back with nothing in between (wherever encoded words meet, for one); the web's decoder
/// takes that for an attack.
fn without_empty_shifts(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(0x1B, rest) {
        let (before, shift) = rest.split_at(at);
        out.extend_from_slice(before);
        let length = shift.len().min(3);
        let (shift, after) = shift.split_at(length);
        if after.first() != Some(&0x1B) {
            out.extend_from_slice(shift);
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

fn by_label(label: &str) -> Option<&'static Encoding> {
    // Names Japanese mailers use which are not in the web's list.
    match label.to_ascii_lowercase().as_str() {
        "cp932" | "ms932" | "sjis-win" | "shift-jis2004" | "shift_jisx0213" => Some(SHIFT_JIS),
        "cp50220" | "cp50221" | "cp50222" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3"
        | "iso-2022-jp-ms" | "jis" => Some(ISO_2022_JP),
        "cp51932" | "eucjp-ms" | "eucjp" | "ujis" => Some(EUC_JP),
        "utf8mb4" | "utf-8n" | "cp65001" => Some(UTF_8),
        other => Encoding::for_label_no_replacement(other.as_bytes()),
    }
}

fn guess(bytes: &[u8], tld: Option<&str>) -> String {
    guess_encoding(bytes, tld).decode_without_bom_handling(bytes).0.into_owned()
}

fn guess_encoding(bytes: &[u8], tld: Option<&str>) -> &'static Encoding {
    let seven_bit = Encoding::ascii_valid_up_to(bytes);
    let start = match memchr::memchr(0x1B, bytes.get(..seven_bit).unwrap_or_default()) {
        Some(escape) => escape,
        None if std::str::from_utf8(bytes).is_ok() => return UTF_8,
        None => seven_bit,
    };
    let sample = bytes.get(start..).unwrap_or_default();
    let sample = sample.get(..SAMPLE).unwrap_or(sample);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, sample.len() < SAMPLE);
    let tld =
        tld.filter(|tld| tld.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
    detector.guess(tld.map(str::as_bytes), Utf8Detection::Allow)
}

/// Shorthand: text from bytes without a label.
pub fn decode_unlabelled(bytes: &[u8], tld: Option<&str>) -> String {
    decode(bytes, None, tld)
}
