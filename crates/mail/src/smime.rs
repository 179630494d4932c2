//! Mail whose words lie inside an S/MIME signature (RFC 8551, 3.5.2): taken out so that they can be read. Nothing is verified.
//!
//! Written in BER as often as in DER: OpenSSL and Outlook do not know the length when they begin, and cut the content into
//! pieces.

use bcder::decode::{Constructed, DecodeError, Source};
use bcder::{Mode, OctetString, Oid, Tag};

use crate::letter::Attachment;
use crate::mime::{self, Part};

/// Signatures around signatures are opened this often.
const MAX_LAYERS: usize = 4;
/// 1.2.840.113549.1.7.2, signed-data.
const SIGNED_DATA: &[u8] = &[42, 134, 72, 134, 247, 13, 1, 7, 2];

/// A mail with its signatures taken off.
#[derive(Debug, Default)]
pub struct Opened {
    /// The mail with the inner parts in place of the signed ones.
    pub raw: Vec<u8>,
    /// The signed parts as they came, outermost first.
    pub originals: Vec<Attachment>,
}

/// Takes the words out of a mail's opaque signatures; `None` when it has none that can be opened.
pub fn opened(raw: &[u8]) -> Option<Opened> {
    let mut opened = Opened::default();
    let mut current = std::borrow::Cow::Borrowed(raw);
    for _ in 0..MAX_LAYERS {
        let parts = mime::parts(&current);
        let found = parts
            .iter()
            .filter(|part| may_be_signed(part))
            .find_map(|part| Some((part, content(&part.decoded())?)));
        let Some((part, inner)) = found else { break };
        let next = in_place_of(&current, part, &inner)?;
        opened.originals.push(Attachment {
            name: part
                .name
                .as_deref()
                .map(crate::file::safe_name)
                .filter(|n| !n.is_empty())
                .unwrap_or_else(|| "smime.p7m".to_owned()),
            content_type: part.mime.clone(),
            content_id: None,
            inline: false,
            turned: part.name.as_deref().is_some_and(crate::file::turns),
            content: part.decoded().into_owned(),
        });
        drop(parts);
        current = next.into();
    }
    opened.raw = match current {
        std::borrow::Cow::Owned(raw) => raw,
        std::borrow::Cow::Borrowed(_) => return None,
    };
    Some(opened)
}

/// Says so by its type, or by its name where a server changed the type.
pub fn may_be_signed(part: &Part<'_>) -> bool {
    if part.container {
        return false;
    }
    matches!(part.mime.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime") || is_named_p7m(part)
}

fn is_named_p7m(part: &Part<'_>) -> bool {
    let name = part.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    name.ends_with(".p7m") && !part.mime.starts_with("text/")
}

/// The mail with `inner` where the signed part stands. The mail's own header stays, but for what describes its content.
fn in_place_of(raw: &[u8], part: &Part<'_>, inner: &[u8]) -> Option<Vec<u8>> {
    let inner = inner.trim_ascii_start();
    // Where it stands in the mail: both are slices of the same bytes.
    let body = part.body.as_ptr().addr().checked_sub(raw.as_ptr().addr())?;
    let after = raw.get(body + part.body.len()..)?;
    let mut out = Vec::with_capacity(raw.len() + inner.len());
    if part.parent.is_some() {
        let header = part
            .fields
            .in_order()
            .next()
            .map_or(body, |(name, _)| name.as_ptr().addr() - raw.as_ptr().addr());
        out.extend_from_slice(raw.get(..header.min(body))?);
    } else {
        for (name, value) in part.fields.in_order() {
            if !name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-")) {
                out.extend_from_slice(name.as_bytes());
                out.push(b':');
                out.extend_from_slice(value.trim_ascii_end());
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    if !begins_with_header(inner) {
        // Some programs sign the words alone.
        out.extend_from_slice(b"Content-Type: text/plain\r\n\r\n");
    }
    out.extend_from_slice(inner);
    if part.parent.is_some() {
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(after.trim_ascii_start());
    }
    Some(out)
}

/// A MIME entity begins with its header.
fn begins_with_header(inner: &[u8]) -> bool {
    let (block, _) = crate::header::split(inner);
    let fields = crate::header::Fields::parse(block);
    fields.in_order().any(|(name, _)| {
        name.eq_ignore_ascii_case("mime-version")
            || name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"))
    })
}

/// What is signed; `None` when it is sealed, a list of certificates, or no such thing.
pub fn content(bytes: &[u8]) -> Option<Vec<u8>> {
    // Its last fields, which hold certificates and signatures, do not matter: a mail that was cut off there can be read.
    let mut found = None;
    let _ends_well = Mode::Ber.decode(bytes::Bytes::copy_from_slice(bytes), |outer| {
        outer.take_sequence(|info| {
            let kind = Oid::take_from(info)?;
            if kind.0.as_ref() != SIGNED_DATA {
                return skip_rest(info);
            }
            info.take_constructed_if(Tag::CTX_0, |explicit| {
                explicit.take_sequence(|signed| {
                    found = signed_content(signed)?;
                    skip_rest(signed)
                })
            })?;
            skip_rest(info)
        })
    });
    found.filter(|content| !content.is_empty())
}

/// `SignedData` up to its content: version, digests, content.
fn signed_content<S: Source>(
    signed: &mut Constructed<'_, S>,
) -> Result<Option<Vec<u8>>, DecodeError<S::Error>> {
    signed.skip_one()?;
    signed.skip_one()?;
    signed.take_sequence(|encapsulated| {
        encapsulated.skip_one()?;
        let content = encapsulated.take_opt_constructed_if(Tag::CTX_0, |explicit| {
            let content = OctetString::take_from(explicit)?;
            Ok(content.into_bytes().to_vec())
        })?;
        skip_rest(encapsulated)?;
        Ok(content)
    })
}

/// What else stands in a value. (`skip_all` of the library takes the end of a value of unknown length for an error.)
fn skip_rest<S: Source>(value: &mut Constructed<'_, S>) -> Result<(), DecodeError<S::Error>> {
    while value.skip_opt(|_, _, _| Ok(()))?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed data around `words`, as short as it can be. `pieces`: of unknown length and in pieces.
    fn signed(words: &[u8], pieces: bool) -> Vec<u8> {
        let long = |tag: u8, content: Vec<u8>| {
            let length = u32::try_from(content.len()).unwrap_or_default().to_be_bytes();
            [vec![tag, 0x84], length.to_vec(), content].concat()
        };
        let open = |tag: u8, content: Vec<u8>| {
            if pieces { [vec![tag, 0x80], content, vec![0, 0]].concat() } else { long(tag, content) }
        };
        let oid = |last: u8| vec![6, 9, 42, 134, 72, 134, 247, 13, 1, 7, last];
        let octets = if pieces {
            open(0x24, words.chunks(7).flat_map(|piece| long(4, piece.to_vec())).collect())
        } else {
            long(4, words.to_vec())
        };
        let content = open(0x30, [oid(1), open(0xa0, octets)].concat());
        let data = open(0x30, [vec![2, 1, 1, 0x31, 0], content, vec![0x31, 0]].concat());
        open(0x30, [oid(2), open(0xa0, data)].concat())
    }

    #[test]
    fn the_words_come_out_of_one_piece_and_of_many() {
        let words = "Content-Type: text/plain\r\n\r\n注文書".as_bytes();
        for pieces in [false, true] {
            assert_eq!(content(&signed(words, pieces)).as_deref(), Some(words), "pieces: {pieces}");
        }
        assert_eq!(content(b""), None);
        assert_eq!(content(&signed(b"", true)), None);
    }

    /// Whoever may send a mail may write anything where a signature should be.
    #[test]
    fn broken_and_hostile_signatures_do_no_harm() {
        let whole = signed(b"Content-Type: text/plain\r\n\r\nwords", true);
        for end in 0..whole.len() {
            let _ = content(whole.get(..end).unwrap_or_default());
        }
        for at in 0..whole.len() {
            for value in [0, 0x24, 0x30, 0x7f, 0x80, 0x84, 0xa0, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = content(&changed);
            }
        }
        // Nested a million times.
        let _ = content(&[0x24, 0x80].repeat(1_000_000));
        let _ = content(&[0x30, 0x80].repeat(1_000_000));
        let deep =
            [&whole.get(..whole.len() / 3).unwrap_or_default().to_vec()[..], &[0x24, 0x80].repeat(1_000_000)]
                .concat();
        let _ = content(&deep);
    }

    /// A signature that is signed, and signed, and signed again is opened a few times, then it stays a file.
    #[test]
    fn layers_come_to_an_end() {
        use base64::Engine;
        let mut mail = b"Content-Type: text/plain\r\n\r\nwords".to_vec();
        for _ in 0..10 {
            let sealed = base64::engine::general_purpose::STANDARD.encode(signed(&mail, false));
            mail = format!("From: a@b.example\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n{sealed}").into_bytes();
        }
        let layers = opened(&mail).map(|opened| opened.originals.len());
        assert_eq!(layers, Some(MAX_LAYERS));
    }
}
