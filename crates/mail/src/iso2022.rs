//! Seven-bit encodings that switch between character sets by escapes: ISO-2022-JP with everything that Microsoft, NEC
//! and thirty years of gateways added to it, ISO-2022-KR, ISO-2022-CN, and HZ.
//!
//! The web's decoder of ISO-2022-JP knows none of the additions and takes an empty shift for an attack; and it has no
//! Korean or Chinese at all. Here the text is cut at its escapes, and each piece is decoded in the eight-bit form of its
//! set, for which the web's tables hold NEC's and IBM's characters too.

use encoding_rs::{EUC_JP, EUC_KR, Encoding, GBK};

const ESCAPE: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// The character set that is switched on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// Half-width katakana, one byte each.
    Kana,
    /// JIS X 0208 with the rows of NEC and IBM.
    Japanese,
    /// JIS X 0212.
    Supplement,
    Chinese,
    Korean,
}

/// True when the bytes hold an escape that switches character sets.
pub fn has_escapes(bytes: &[u8]) -> bool {
    memchr::memchr_iter(ESCAPE, bytes).any(|at| {
        matches!(
            bytes.get(at + 1..).unwrap_or_default(),
            [b'$', b'@' | b'B' | b'A' | b'(' | b')', ..] | [b'(', b'I' | b'B' | b'J', ..]
        )
    })
}

/// True when half-width kana are shifted in by SO and SI, or when Korean is.
pub fn has_shifts(bytes: &[u8]) -> bool {
    memchr::memchr(SHIFT_OUT, bytes).is_some()
}

/// Decodes a text with escapes. Bytes with the eighth bit are half-width kana, as JIS of eight bits has them.
pub fn decode(bytes: &[u8]) -> String {
    let mut text = Text::default();
    let (mut set, mut shifted, mut in_shift) = (Set::Ascii, Set::Kana, false);
    let mut rest = bytes;
    loop {
        let current = if in_shift { shifted } else { set };
        match rest {
            [] => break,
            [ESCAPE, after @ ..] => {
                let (length, found) = escape(after);
                match found {
                    Some(Switch::To(to)) => set = to,
                    Some(Switch::Shifted(to)) => shifted = to,
                    None => {}
                }
                rest = after.get(length..).unwrap_or_default();
            }
            [SHIFT_OUT, after @ ..] => (in_shift, rest) = (true, after),
            [SHIFT_IN, after @ ..] => (in_shift, rest) = (false, after),
            [b'\n', after @ ..] => {
                // Every line begins in ASCII, also where the escape at the end of the last one is lost.
                text.push(Set::Ascii, b"\n");
                (set, in_shift, rest) = (Set::Ascii, false, after);
            }
            [b @ (0..=0x20 | 0x7F), after @ ..] => {
                text.push(Set::Ascii, &[*b]);
                rest = after;
            }
            [b, after @ ..] if current == Set::Kana || (current == Set::Ascii && *b >= 0x80) => {
                text.push(Set::Kana, &[0x8E, *b | 0x80]);
                rest = after;
            }
            [b, after @ ..] if current == Set::Ascii => {
                text.push(Set::Ascii, &[*b]);
                rest = after;
            }
            [a, b, after @ ..] if b & 0x7F > 0x20 && *b != 0x7F => {
                let pair = [a | 0x80, b | 0x80];
                match current {
                    Set::Supplement => text.push(current, &[0x8F, pair[0], pair[1]]),
                    // Pictures of phones: rows that nobody else uses.
                    Set::Japanese if matches!(pair[0], 0xF5..=0xF8 | 0xFD..=0xFE) => {
                        text.push(current, &GETA_IN_EUC);
                    }
                    _ => text.push(current, &pair),
                }
                rest = after;
            }
            // Half a character.
            [_, after @ ..] => {
                text.push(Set::Ascii, "\u{fffd}".as_bytes());
                rest = after;
            }
        }
    }
    text.finish()
}

enum Switch {
    To(Set),
    Shifted(Set),
}

/// [`crate::charset::GETA`].
const GETA_IN_EUC: [u8; 2] = [0xA2, 0xAE];

/// What stands behind an escape: its length and what it switches to.
fn escape(after: &[u8]) -> (usize, Option<Switch>) {
    use Switch::{Shifted, To};
    match after {
        [b'(', b'B' | b'J' | b'H', ..] => (2, Some(To(Set::Ascii))),
        [b'(', b'I', ..] => (2, Some(To(Set::Kana))),
        [b')', b'I', ..] => (2, Some(Shifted(Set::Kana))),
        [b'$', b'@' | b'B', ..] => (2, Some(To(Set::Japanese))),
        [b'$', b'A', ..] => (2, Some(To(Set::Chinese))),
        [b'$', b'(', b'@' | b'B' | b'O' | b'Q', ..] => (3, Some(To(Set::Japanese))),
        [b'$', b'(', b'D', ..] => (3, Some(To(Set::Supplement))),
        [b'$', b'(', b'A', ..] => (3, Some(To(Set::Chinese))),
        [b'$', b'(', b'C', ..] => (3, Some(To(Set::Korean))),
        [b'$', b')', b'C', ..] => (3, Some(Shifted(Set::Korean))),
        [b'$', b')', b'A', ..] => (3, Some(Shifted(Set::Chinese))),
        // The edition of a set: the escape that counts follows.
        [b'&', b'@', ..] => (2, None),
        _ => (0, None),
    }
}

/// The text so far, and the piece of one encoding that is being gathered.
#[derive(Default)]
struct Text {
    out: String,
    piece: Vec<u8>,
    encoding: Option<&'static Encoding>,
}

impl Text {
    fn push(&mut self, set: Set, bytes: &[u8]) {
        // ASCII is ASCII in all of them, but half a character must not swallow it.
        let encoding = match set {
            Set::Ascii => None,
            Set::Kana | Set::Japanese | Set::Supplement => Some(EUC_JP),
            Set::Chinese => Some(GBK),
            Set::Korean => Some(EUC_KR),
        };
        if encoding != self.encoding {
            self.flush();
            self.encoding = encoding;
        }
        self.piece.extend_from_slice(bytes);
    }

    fn flush(&mut self) {
        match self.encoding {
            Some(encoding) => self.out.push_str(&encoding.decode_without_bom_handling(&self.piece).0),
            None => self.out.push_str(&String::from_utf8_lossy(&self.piece)),
        }
        self.piece.clear();
    }

    fn finish(mut self) -> String {
        self.flush();
        self.out
    }
}

/// Puts escapes back that a gateway threw away: `$B…(B`. Only for text that calls itself ISO-2022-JP and has no escape
/// left; `None` when nothing in it looks like that.
pub fn with_escapes_restored(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut rest = bytes;
    let mut found = false;
    while let Some(start) = memchr::memmem::find(rest, b"$B") {
        let line_end = memchr::memchr(b'\n', rest.get(start..)?).map_or(rest.len(), |n| start + n);
        let inside = rest.get(start + 2..line_end)?;
        let inside = inside.get(..2_000).unwrap_or(inside);
        // Two bytes a character: the end stands at an even place.
        let end = memchr::memmem::find_iter(inside, b"(B").find(|at| at % 2 == 0 && *at > 0);
        let end = end.or_else(|| memchr::memmem::find_iter(inside, b"(J").find(|at| at % 2 == 0 && *at > 0));
        match end.filter(|end| {
            inside.get(..*end).is_some_and(|text| text.iter().all(|b| (0x21..0x7F).contains(b)))
        }) {
            Some(end) => {
                found = true;
                out.extend_from_slice(rest.get(..start)?);
                out.extend_from_slice(b"\x1b$B");
                out.extend_from_slice(inside.get(..end)?);
                out.extend_from_slice(b"\x1b(B");
                rest = rest.get(start + 2 + end + 2..)?;
            }
            None => {
                out.extend_from_slice(rest.get(..start + 2)?);
                rest = rest.get(start + 2..)?;
            }
        }
    }
    out.extend_from_slice(rest);
    found.then_some(out)
}

/// HZ, as Chinese newsgroups wrote: `~{` begins two-byte text, `~}` ends it, `~~` is a tilde.
pub fn decode_hz(bytes: &[u8]) -> String {
    let mut text = Text::default();
    let mut chinese = false;
    let mut rest = bytes;
    loop {
        match rest {
            [] => break,
            [b'~', b'{', after @ ..] => (chinese, rest) = (true, after),
            [b'~', b'}', after @ ..] => (chinese, rest) = (false, after),
            [b'~', b'~', after @ ..] if !chinese => {
                text.push(Set::Ascii, b"~");
                rest = after;
            }
            [b'~', b'\n', after @ ..] => rest = after,
            [b'~', b'\r', b'\n', after @ ..] => rest = after,
            [b'\n', after @ ..] => {
                text.push(Set::Ascii, b"\n");
                (chinese, rest) = (false, after);
            }
            [a, b, after @ ..] if chinese && *a > 0x20 && *b > 0x20 => {
                text.push(Set::Chinese, &[a | 0x80, b | 0x80]);
                rest = after;
            }
            [b, after @ ..] => {
                text.push(Set::Ascii, &[*b & 0x7F]);
                rest = after;
            }
        }
    }
    text.finish()
}
