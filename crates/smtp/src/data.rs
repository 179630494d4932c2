//! Where a mail ends: `<CR><LF>.<CR><LF>` and nothing that merely looks like it. A looser reader lets a sender put a second
//! mail, with an envelope of its own making, behind the first one ("SMTP smuggling").
//!
//! Our own, because the parser's reader neither knows that a mail begins at the start of a line (an empty mail never
//! ends) nor minds a second carriage return before the last line feed.

/// Bytes read so far at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Inside a line.
    Line,
    /// After `\r`.
    Cr,
    /// After `\r\n`, or at the very beginning.
    Start,
    /// After `\r\n.`.
    Dot,
    /// After `\r\n.\r`.
    DotCr,
}

/// Takes the dots out that the sender put in, and finds the end. `\r` before the end's dot belongs to the mail.
#[derive(Debug)]
pub(crate) struct Unstuffer {
    at: At,
}

impl Unstuffer {
    /// At the beginning of a mail.
    pub(crate) fn new() -> Self {
        Self { at: At::Start }
    }

    /// Reads on. Answers how many bytes were used and whether the end was among them; what belongs to the mail is given to
    /// `keep`.
    pub(crate) fn read(&mut self, bytes: &[u8], mut keep: impl FnMut(&[u8])) -> (usize, bool) {
        // What is kept is handed on in runs, not byte by byte.
        let mut from = 0;
        for (index, byte) in bytes.iter().enumerate() {
            let (next, ended) = match (self.at, byte) {
                (At::Start, b'.') => {
                    keep(bytes.get(from..index).unwrap_or_default());
                    from = index + 1;
                    (At::Dot, false)
                }
                (At::Dot, b'\r') => {
                    from = index + 1;
                    (At::DotCr, false)
                }
                (At::DotCr, b'\n') => (At::Start, true),
                // The dot was one that the sender had added, the `\r` behind it is the mail's.
                (At::DotCr, _) => {
                    keep(b"\r");
                    from = index;
                    (if *byte == b'\r' { At::Cr } else { At::Line }, false)
                }
                (At::Cr, b'\n') => (At::Start, false),
                (_, b'\r') => (At::Cr, false),
                _ => (At::Line, false),
            };
            self.at = next;
            if ended {
                return (index + 1, true);
            }
        }
        if !matches!(self.at, At::Dot | At::DotCr) {
            keep(bytes.get(from..).unwrap_or_default());
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The mail and what is left behind its end; `None`: it has not ended. Fed in pieces of this size.
    fn read(bytes: &[u8], piece: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut unstuffer, mut mail, mut used) = (Unstuffer::new(), Vec::new(), 0);
        for piece in bytes.chunks(piece.max(1)) {
            let (read, ended) = unstuffer.read(piece, |kept| mail.extend_from_slice(kept));
            used += read;
            if ended {
                return Some((mail, bytes[used..].to_vec()));
            }
        }
        None
    }

    /// Each of these has been taken for the end of a mail by some server.
    #[test]
    fn only_a_dot_alone_between_two_crlf_ends_a_mail() {
        for (bytes, mail) in [
            (&b".\r\n"[..], Some(&b""[..])),
            (b"a\r\n.\r\n", Some(b"a\r\n")),
            (b"a\r\n..\r\n.\r\n", Some(b"a\r\n.\r\n")),
            (b"..a\r\n.\r\n", Some(b".a\r\n")),
            (b".a\r\n.\r\n", Some(b"a\r\n")),
            (b"a\0\xff\r\n.\r\n", Some(b"a\0\xff\r\n")),
            (b"a\r\n.\rb\r\n.\r\n", Some(b"a\r\n\rb\r\n")),
            (b"a\n.\n", None),
            (b"a\n.\r\n", None),
            (b"a\r.\r\n", None),
            (b"a\r\n.\n", None),
            (b"a\r\n.\r", None),
            (b"a\r\n.\r\r\n", None),
            (b"a\r\n.\0\r\n", None),
            (b"a\r\r\n\n.\r\n", None),
        ] {
            for piece in 1..=bytes.len() {
                let read = read(bytes, piece).map(|(mail, _)| mail);
                assert_eq!(read.as_deref(), mail, "{:?} in pieces of {piece}", bytes.escape_ascii());
            }
        }
    }

    proptest! {
        /// What a sender stuffs, comes out unchanged, in whatever pieces it arrives; and what follows stays untouched.
        #[test]
        fn what_was_stuffed_comes_out_as_it_was(lines in proptest::collection::vec("[.a\\r\\x00é\n]{0,6}", 0..8), piece in 1usize..9) {
            let mail: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let mut stuffed = Vec::new();
            for (index, byte) in mail.bytes().enumerate() {
                let start = index == 0 || mail.as_bytes()[..index].ends_with(b"\r\n");
                if start && byte == b'.' { stuffed.push(b'.'); }
                stuffed.push(byte);
            }
            stuffed.extend_from_slice(b".\r\nQUIT\r\n");
            prop_assert_eq!(read(&stuffed, piece), Some((mail.into_bytes(), b"QUIT\r\n".to_vec())));
        }
    }
}
