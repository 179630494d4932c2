//! RTF to plain text: the body of a mail that Outlook wrote as "rich text" and that has no other.

use encoding_rs::{Encoding, WINDOWS_1252};

/// What a compressed body may unfold to.
const MAX_RTF: u32 = 20 * 1024 * 1024;

/// Unpacks PR_RTF_COMPRESSED (MS-OXRTFCP); `None` when it is broken or would be huge.
pub fn decompressed(bytes: &[u8]) -> Option<String> {
    // The library reads the header without looking whether it is there, and makes room for whatever size it names.
    let declared = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    if bytes.len() < 16 || declared > MAX_RTF {
        return None;
    }
    compressed_rtf::decompress_rtf(bytes).ok()
}

/// The words of an RTF document. Linear in its size.
pub fn to_text(rtf: &str) -> String {
    let mut reader =
        Reader { out: String::new(), bytes: Vec::new(), encoding: WINDOWS_1252, skip_after_unicode: 1 };
    let source = rtf.as_bytes();
    // One entry for each open brace: is the group hidden?
    let mut groups = vec![false];
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        let hidden = groups.last().copied().unwrap_or_default();
        at += 1;
        match byte {
            b'{' => groups.push(hidden || source.get(at..at + 2) == Some(b"\\*")),
            b'}' if groups.len() > 1 => {
                groups.pop();
            }
            b'}' => {}
            b'\\' => {
                let (word, after) = control(source, at);
                at = after;
                match word {
                    Control::Word(name, parameter) => {
                        if is_destination(name)
                            && let Some(group) = groups.last_mut()
                        {
                            *group = true;
                        } else if !hidden {
                            at = reader.word(name, parameter, source, at);
                        }
                    }
                    Control::Byte(byte) if !hidden => reader.bytes.push(byte),
                    Control::Char(c) if !hidden => reader.push(c),
                    _ => {}
                }
            }
            b'\r' | b'\n' => {}
            byte if !hidden => reader.bytes.push(byte),
            _ => {}
        }
    }
    reader.flush();
    reader.out.replace('\0', "").trim().to_owned()
}

enum Control<'a> {
    Word(&'a [u8], Option<i32>),
    Byte(u8),
    Char(char),
    Nothing,
}

/// What stands behind a backslash, and where reading goes on.
fn control(source: &[u8], at: usize) -> (Control<'_>, usize) {
    let letters =
        source.get(at..).unwrap_or_default().iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
    if letters == 0 {
        return match source.get(at) {
            Some(b'\'') => {
                let hex = source.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
                match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(byte) => (Control::Byte(byte), at + 3),
                    None => (Control::Nothing, at + 1),
                }
            }
            Some(b'~') => (Control::Char(' '), at + 1),
            Some(b'_') => (Control::Char('-'), at + 1),
            Some(b'\r' | b'\n') => (Control::Char('\n'), at + 1),
            Some(byte @ (b'\\' | b'{' | b'}')) => (Control::Byte(*byte), at + 1),
            Some(_) => (Control::Nothing, at + 1),
            None => (Control::Nothing, at),
        };
    }
    let name = source.get(at..at + letters).unwrap_or_default();
    let mut end = at + letters;
    let digits = source
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take(11)
        .enumerate()
        .take_while(|(n, b)| b.is_ascii_digit() || (*n == 0 && **b == b'-'))
        .count();
    let parameter = source
        .get(end..end + digits)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse().ok());
    end += digits;
    if source.get(end) == Some(&b' ') {
        end += 1;
    }
    (Control::Word(name, parameter), end)
}

/// Groups that hold no words of the writer's.
fn is_destination(name: &[u8]) -> bool {
    matches!(
        name,
        b"fonttbl"
            | b"colortbl"
            | b"stylesheet"
            | b"info"
            | b"pict"
            | b"object"
            | b"header"
            | b"footer"
            | b"themedata"
    )
}

struct Reader {
    out: String,
    /// Bytes of the document's code page that wait to be decoded together: characters may take two.
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    skip_after_unicode: usize,
}

impl Reader {
    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.out.push_str(&self.encoding.decode_without_bom_handling(&self.bytes).0);
            self.bytes.clear();
        }
    }

    fn push(&mut self, c: char) {
        self.flush();
        self.out.push(c);
    }

    fn word(&mut self, name: &[u8], parameter: Option<i32>, source: &[u8], at: usize) -> usize {
        match name {
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.push('\n'),
            b"tab" | b"cell" => self.push('\t'),
            b"emdash" => self.push('—'),
            b"endash" => self.push('–'),
            b"bullet" => self.push('•'),
            b"lquote" => self.push('‘'),
            b"rquote" => self.push('’'),
            b"ldblquote" => self.push('“'),
            b"rdblquote" => self.push('”'),
            b"ansicpg" => {
                self.flush();
                let label = match parameter {
                    Some(932) => "shift_jis".to_owned(),
                    Some(936) => "gbk".to_owned(),
                    Some(949) => "euc-kr".to_owned(),
                    Some(950) => "big5".to_owned(),
                    Some(number) => format!("windows-{number}"),
                    None => String::new(),
                };
                self.encoding = Encoding::for_label(label.as_bytes()).unwrap_or(self.encoding);
            }
            b"uc" => self.skip_after_unicode = usize::try_from(parameter.unwrap_or(1)).unwrap_or(1).min(8),
            b"u" => {
                let code = parameter.unwrap_or_default();
                // Written as a signed number of 16 bits; pairs of surrogates come one after the other.
                let unit = u32::try_from(if code < 0 { code + 65_536 } else { code }).unwrap_or_default();
                self.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
                return self.skip(source, at);
            }
            _ => {}
        }
        at
    }

    /// Skips what stands there for readers that do not know `\u`.
    fn skip(&self, source: &[u8], mut at: usize) -> usize {
        for _ in 0..self.skip_after_unicode {
            match source.get(at) {
                Some(b'\\') if source.get(at + 1) == Some(&b'\'') => at += 4,
                Some(b'\\' | b'{' | b'}') | None => break,
                Some(_) => at += 1,
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_machinery_is_not() {
        let table = [
            (
                r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Calibri;}}\pard Hello,\par world\'e9!\par}",
                "Hello,\nworldé!",
            ),
            (r"{\rtf1\ansi\ansicpg932 \'82\'b1\'82\'f1\'82\'c9\'82\'bf\'82\'cd\par}", "こんにちは"),
            (r"{\rtf1\uc1 \u35531?\u27714?\u26360?}", "請求書"),
            (r"{\rtf1{\*\generator Msftedit;}{\info{\author Somebody}}text {\b bold} end}", "text bold end"),
            (r"{\rtf1 braces \{ and \} and \\}", "braces { and } and \\"),
        ];
        for (rtf, text) in table {
            assert_eq!(to_text(rtf), text, "{rtf}");
        }
    }

    #[test]
    fn broken_documents_do_no_harm() {
        for rtf in
            ["", "{", "}}}}", r"\", r"\'", r"\'z", r"\u", r"{\rtf1\u99999999999 x", r"\uc-5\u1", "{{{{{{"]
        {
            let _ = to_text(rtf);
        }
        assert!(decompressed(b"short").is_none());
        let mut lies = vec![0xff; 32];
        lies[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(decompressed(&lies).is_none());
    }
}
