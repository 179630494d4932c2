//! Bytes of unknown or doubtful encoding to text. The label a mail gives is believed only as far as the bytes allow.
//!
//! The order: a byte order mark; escapes of ISO-2022, which no other encoding has; the label, unless the bytes contradict
//! it; what the rest of the mail is written in; and last a guess, in which kana count before statistics.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1252,
};

use crate::iso2022;

/// Guessing reads no more than this: the rest of a mail is in the same encoding.
const SAMPLE: usize = 64 * 1024;

/// What is known of a mail beside the bytes in question.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    /// Top-level domain of the sender.
    pub tld: Option<String>,
    /// What other parts of the mail are written in.
    pub encoding: Option<&'static Encoding>,
    /// Other parts of the mail are in Japanese, in whatever encoding.
    pub japanese: bool,
}

/// Decodes `bytes`, labelled as `label`. NUL characters are dropped: no database keeps them in text.
pub fn decode(bytes: &[u8], label: Option<&str>, hint: &Hint) -> String {
    let mut text = decode_any(bytes, label, hint);
    // Pictures of Japanese phones and characters that a company made for itself: no font has them. In Unicode they may be meant.
    if text.contains(is_private) && std::str::from_utf8(bytes).is_err() {
        text = text.replace(is_private, GETA);
    }
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// What Japanese printers put where they lack a letter.
pub const GETA: &str = "〓";

/// Where Shift_JIS's places for private use lie in Unicode.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{e757}')
}

/// Shorthand: text from bytes without a label.
pub fn decode_unlabelled(bytes: &[u8], hint: &Hint) -> String {
    decode(bytes, None, hint)
}

/// What a label means, if it is one that says more than "I do not know".
pub fn telling_label(label: &str) -> Option<&'static Encoding> {
    match meaning(label)? {
        Meaning::Iso2022 => Some(ISO_2022_JP),
        Meaning::Encoding(encoding) if encoding != WINDOWS_1252 && encoding != UTF_8 => Some(encoding),
        _ => None,
    }
}

/// What a label asks for.
enum Meaning {
    Encoding(&'static Encoding),
    /// ISO-2022-JP and its relatives.
    Iso2022,
    Hz,
    Utf7,
    /// With an order of bytes that must be seen from the text.
    Utf16,
    /// Plain ASCII, which nobody checks.
    Ascii,
}

fn meaning(label: &str) -> Option<Meaning> {
    let label = label.trim_matches(['"', '\'', ' ', '\t', '<', '>']).to_ascii_lowercase();
    // Outlook's inner names: `_iso-2022-jp$ESC`.
    let label = label.trim_start_matches('_').split('$').next().unwrap_or_default().trim();
    let encoding = match label {
        "" | "unknown" | "x-unknown" | "unknown-8bit" | "default" | "binary" | "8bit" | "none" => {
            return None;
        }
        "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" | "us" | "cp367" => {
            return Some(Meaning::Ascii);
        }
        "hz-gb-2312" | "hz" => return Some(Meaning::Hz),
        "utf-7" | "utf7" | "unicode-1-1-utf-7" | "csutf7" | "cp65000" => return Some(Meaning::Utf7),
        "utf-16" | "utf16" | "ucs-2" | "iso-10646-ucs-2" | "unicode" | "csunicode" => {
            return Some(Meaning::Utf16);
        }
        "jis" | "jis7" | "jis8" | "junet" | "cp50220" | "cp50221" | "cp50222" | "cp50225" | "iso2022jp"
        | "iso2022-jp" | "iso-2022jp" => return Some(Meaning::Iso2022),
        other if other.starts_with("iso-2022-") || other.starts_with("csiso2022") => {
            return Some(Meaning::Iso2022);
        }
        // Names that mail uses and the web does not know.
        "cp932" | "ms932" | "sjis-win" | "sjis-ms" | "s-jis" | "shift-jis2004" | "shift_jis-2004"
        | "shift_jisx0213" | "shift_jis_2004" | "mskanji" | "x-ms-cp932" => SHIFT_JIS,
        "cp51932" | "eucjp-ms" | "eucjp-win" | "euc-jp-ms" | "eucjp" | "euc_jp" | "ujis" | "euc-jisx0213" => {
            EUC_JP
        }
        "utf8mb4" | "utf-8n" | "cp65001" | "utf_8" | "utf-8-sig" => UTF_8,
        "cp936" | "ms936" | "gb_2312" | "euc-cn" | "x-gb2312" => GBK,
        "cp54936" | "gb18030-2000" => GB18030,
        "cp949" | "uhc" | "ms949" | "ks_c_5601" | "x-windows-949" => EUC_KR,
        "cp950" | "ms950" | "big5-eten" | "x-windows-950" => BIG5,
        other => Encoding::for_label_no_replacement(other.as_bytes())?,
    };
    Some(Meaning::Encoding(encoding))
}

fn decode_any(bytes: &[u8], label: Option<&str>, hint: &Hint) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned();
    }
    let meaning = label.and_then(meaning);
    let iso2022 = matches!(meaning, Some(Meaning::Iso2022));
    if iso2022::has_escapes(bytes) && (bytes.is_ascii() || (iso2022 && is_jis_of_eight_bits(bytes))) {
        return iso2022::decode(bytes);
    }
    match meaning {
        None => match label.filter(|label| !label.is_empty() && !bytes.is_empty()) {
            // Code pages of DOS and other names that browsers refuse but mail still carries.
            Some(label) => {
                match mail_parser::decoders::charsets::map::charset_decoder(label.trim().as_bytes()) {
                    Some(decoder) if std::str::from_utf8(bytes).is_err() => decoder(bytes),
                    _ => guess(bytes, hint),
                }
            }
            None => guess(bytes, hint),
        },
        Some(Meaning::Ascii) => guess(bytes, hint),
        Some(Meaning::Iso2022) if bytes.is_ascii() => match iso2022::with_escapes_restored(bytes) {
            Some(restored) => iso2022::decode(&restored),
            None if iso2022::has_shifts(bytes) => iso2022::decode(bytes),
            None => String::from_utf8_lossy(bytes).into_owned(),
        },
        Some(Meaning::Iso2022) => guess(bytes, hint),
        Some(Meaning::Hz) => iso2022::decode_hz(bytes),
        Some(Meaning::Utf7) if bytes.is_ascii() => utf7(bytes),
        Some(Meaning::Utf7) => guess(bytes, hint),
        Some(Meaning::Utf16) => utf16(bytes),
        Some(Meaning::Encoding(encoding)) => by_label(bytes, encoding, hint),
    }
}

/// Escapes, and beside them nothing but half-width kana of eight bits.
fn is_jis_of_eight_bits(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err() && bytes.iter().all(|b| b.is_ascii() || (0xA1..=0xDF).contains(b))
}

/// Decodes under a label that may be wrong.
fn by_label(bytes: &[u8], encoding: &'static Encoding, hint: &Hint) -> String {
    if bytes.is_ascii() && encoding.is_ascii_compatible() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    if encoding != UTF_8
        && let Ok(text) = std::str::from_utf8(bytes)
        && is_surely_utf8(text, encoding)
    {
        return text.to_owned();
    }
    // "iso-8859-1" is what programs write that do not know their own encoding; and Japan's two are mixed up.
    if (encoding == WINDOWS_1252 || encoding == SHIFT_JIS || encoding == EUC_JP)
        && let Some(japanese) = by_kana(bytes).filter(|japanese| *japanese != encoding)
        && kana_share(bytes, encoding) < 0.1
    {
        return japanese.decode_without_bom_handling(bytes).0.into_owned();
    }
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if !broken {
        return text.into_owned();
    }
    if encoding == EUC_JP
        && let Some(text) = euc_jp_of_ibm(bytes)
    {
        return text;
    }
    // The label is wrong, or one character is damaged: another encoding is taken only if it explains every byte.
    let other = guess_encoding(bytes, hint);
    if other != encoding && other != WINDOWS_1252 {
        let (guessed, still_broken) = other.decode_without_bom_handling(bytes);
        if !still_broken {
            return guessed.into_owned();
        }
    }
    text.into_owned()
}

/// Bytes that are UTF-8 by accident hold letters of Europe, where one character in UTF-8 is two of theirs; a text of
/// three-byte characters is UTF-8, whatever it calls itself.
fn is_surely_utf8(text: &str, encoding: &'static Encoding) -> bool {
    if encoding == WINDOWS_1252 {
        return true;
    }
    let mut wide = 0;
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if c < '\u{800}' && !encoding.is_single_byte() {
            return false;
        }
        wide += 1;
    }
    wide >= 2
}

/// EUC-JP in which IBM's characters stand in rows of their own (eucJP-ms), which the web's table lacks.
fn euc_jp_of_ibm(bytes: &[u8]) -> Option<String> {
    const FIRST: &str = "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡ";
    const SECOND: &str = "ⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼僴凬匇匤﨎咊坙﨏塚增寬峵嵓﨑德悅愠敎昻晥晴朗栁﨓﨔橫櫢淸淲瀨凞猪甁皂皞益礰礼神\
                          祥福竧靖精綠緖羽荢﨟薰蘒﨡蠇諸譿賴赶﨣﨤逸郞都鄕﨧﨨閒隆﨩霻靍靑飯飼館馞髙魲鶴黑";
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut piece = 0;
    let mut found = false;
    loop {
        let (length, char) = match rest.get(piece..)? {
            [] => break,
            [0x8F, 0xF3, cell @ 0xF3..=0xFE, ..] => (3, FIRST.chars().nth(usize::from(cell - 0xF3))),
            [0x8F, 0xF4, cell @ 0xA1..=0xFE, ..] => (3, SECOND.chars().nth(usize::from(cell - 0xA1))),
            [0x8F, ..] => (3.min(rest.len() - piece), None),
            [0x80..=0xFF, ..] => (2.min(rest.len() - piece), None),
            [_, ..] => (1, None),
        };
        if let Some(char) = char {
            let (text, broken) = EUC_JP.decode_without_bom_handling(rest.get(..piece)?);
            if broken {
                return None;
            }
            out.push_str(&text);
            out.push(char);
            rest = rest.get(piece + length..)?;
            piece = 0;
            found = true;
        } else {
            piece += length;
        }
    }
    let (text, broken) = EUC_JP.decode_without_bom_handling(rest);
    out.push_str(&text);
    (found && !broken).then_some(out)
}

/// UTF-16 without a mark: text has spaces, line ends and ASCII in it, whose zeros show the order.
fn utf16(bytes: &[u8]) -> String {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let zeros = |at: usize| sample.iter().skip(at).step_by(2).filter(|b| **b == 0).count();
    let encoding = if zeros(0) > zeros(1) { UTF_16BE } else { UTF_16LE };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-7 (RFC 2152).
fn utf7(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'+', rest) {
        let (before, after) = rest.split_at(at);
        out.push_str(&String::from_utf8_lossy(before));
        let after = after.get(1..).unwrap_or_default();
        let length =
            after.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
        let (encoded, mut then) = after.split_at(length);
        if encoded.is_empty() {
            out.push('+');
        } else {
            // A last block of one letter, or bits that fill no character, are rests.
            let whole = encoded.len() - usize::from(encoded.len() % 4 == 1);
            let lenient = base64::engine::GeneralPurpose::new(
                &base64::alphabet::STANDARD,
                STANDARD_NO_PAD.config().to_owned().with_decode_allow_trailing_bits(true),
            );
            let utf16 = lenient.decode(encoded.get(..whole).unwrap_or_default()).unwrap_or_default();
            let units = utf16.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            out.extend(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')));
        }
        then = then.strip_prefix(b"-").unwrap_or(then);
        rest = then;
    }
    out.push_str(&String::from_utf8_lossy(rest));
    out
}

fn guess(bytes: &[u8], hint: &Hint) -> String {
    let encoding = guess_encoding(bytes, hint);
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken
        && encoding == EUC_JP
        && let Some(text) = euc_jp_of_ibm(bytes)
    {
        return text;
    }
    text.into_owned()
}

fn guess_encoding(bytes: &[u8], hint: &Hint) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    if let Some(known) = hint.encoding.filter(|known| !known.decode_without_bom_handling(bytes).1) {
        return known;
    }
    let chinese = matches!(hint.tld.as_deref(), Some("tw" | "hk" | "mo" | "cn" | "kr"));
    if let Some(japanese) = by_kana(bytes).filter(|_| !chinese) {
        return japanese;
    }
    // A file name of kanji and NEC's characters has no kana by which to know it, but the words beside it have.
    let explains = |encoding: &&'static Encoding| !encoding.decode_without_bom_handling(bytes).1;
    if let Some(japanese) = [EUC_JP, SHIFT_JIS].into_iter().find(|e| hint.japanese && explains(e)) {
        return japanese;
    }
    let start = Encoding::ascii_valid_up_to(bytes);
    let sample = bytes.get(start..).unwrap_or_default();
    let sample = sample.get(..SAMPLE).unwrap_or(sample);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() < SAMPLE);
    let tld = hint
        .tld
        .as_deref()
        .filter(|tld| tld.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
    detector.guess(tld.map(str::as_bytes), Utf8Detection::Allow)
}

/// Japanese by its kana: a quarter of any Japanese text, and in no other text that happens to decode.
pub fn by_kana(bytes: &[u8]) -> Option<&'static Encoding> {
    let share = |encoding| (kana_share(bytes, encoding), encoding);
    let (share, encoding) =
        [share(SHIFT_JIS), share(EUC_JP)].into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (share >= 0.25).then_some(encoding)
}

/// Text with kana in it.
pub fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'))
}

/// How much of what is not ASCII is hiragana or katakana of full width, if the bytes decode at all.
fn kana_share(bytes: &[u8], encoding: &'static Encoding) -> f64 {
    let start = Encoding::ascii_valid_up_to(bytes);
    let sample = bytes.get(start..).unwrap_or_default();
    let cut = sample.len() > SAMPLE;
    let (text, _) = encoding.decode_without_bom_handling(sample.get(..SAMPLE).unwrap_or(sample));
    let (mut all, mut kana, mut broken) = (0u32, 0u32, 0u32);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        kana += u32::from(matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'));
        broken += u32::from(c == '\u{fffd}');
    }
    // A sample may end within a character.
    if broken > u32::from(cut) || kana < 2 { 0.0 } else { f64::from(kana) / f64::from(all) }
}
