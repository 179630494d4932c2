//! Identifiers as Exchange makes them: mutable ids that die when an item moves, immutable ids that do not, folder and
//! attachment ids; all base64url with padding, all case-sensitive (graph.md 2.2).

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

const ENTRY: [u8; 4] = [0x00, 0x03, 0x24, 0x00];
const IMMUTABLE: [u8; 27] = [
    0x00, 0x09, 0x00, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1d, 0x84, 0x03, 0x11, 0xaa, 0x66, 0x11, 0xcd,
    0x9b, 0xc8, 0x00, 0xaa, 0x00, 0x2f, 0x84, 0x5a, 0x0d, 0x00,
];
const ENTRY_LENGTH: usize = 113;
const FOLDER_LENGTH: usize = 89;
const IMMUTABLE_LENGTH: usize = 56;
const MARK_MESSAGE: u8 = 0x46;
const MARK_FOLDER: u8 = 0x2e;
const MARK_ATTACHMENT: u8 = 0x11;

/// Which kind of message id a request asked for with `Prefer: IdType=...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IdKind {
    /// The default: changes when the item moves.
    #[default]
    Mutable,
    /// `IdType="ImmutableId"`.
    Immutable,
}

/// What a message id in a request points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageRef {
    /// An immutable id.
    Immutable(u64),
    /// A mutable id: valid only while the item lies where it lay.
    Mutable {
        /// Item number.
        number: u64,
        /// Folder number.
        folder: u32,
        /// How often the item had been moved.
        placement: u32,
    },
}

/// The id is not one that this service ever made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Id is malformed.")]
pub struct Malformed;

fn entry(owner: &str, mark: u8, length: usize, parts: &[&[u8]]) -> String {
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(&ENTRY);
    bytes.extend_from_slice(owner.as_bytes());
    bytes.extend_from_slice(&[0, mark, 0, 0, 0, 0, 0]);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes.resize(length, 0);
    URL_SAFE.encode(bytes)
}

fn read_entry<'a>(owner: &str, mark: u8, length: usize, bytes: &'a [u8]) -> Result<&'a [u8], Malformed> {
    let head = ENTRY.len() + owner.len();
    if bytes.len() != length || !bytes.starts_with(&ENTRY) || bytes.get(head + 1) != Some(&mark) {
        return Err(Malformed);
    }
    bytes.get(head + 7..).ok_or(Malformed)
}

fn decode(id: &str) -> Result<Vec<u8>, Malformed> {
    URL_SAFE_NO_PAD.decode(id.trim_end_matches('=')).map_err(|_| Malformed)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Malformed> {
    let four = bytes.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok()).ok_or(Malformed)?;
    Ok(u32::from_be_bytes(four))
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, Malformed> {
    let eight = bytes.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()).ok_or(Malformed)?;
    Ok(u64::from_be_bytes(eight))
}

/// A message's id of the kind asked for. `owner` is the mailbox owner's object id.
pub fn message(owner: &str, kind: IdKind, number: u64, folder: u32, placement: u32) -> String {
    match kind {
        IdKind::Immutable => {
            let mut bytes = IMMUTABLE.to_vec();
            let key: Vec<u8> = owner.bytes().filter(|b| *b != b'-').step_by(2).collect();
            bytes.extend_from_slice(&key);
            bytes.extend_from_slice(&number.to_be_bytes());
            bytes.resize(IMMUTABLE_LENGTH, 0);
            URL_SAFE.encode(bytes)
        }
        IdKind::Mutable => entry(
            owner,
            MARK_MESSAGE,
            ENTRY_LENGTH,
            &[&folder.to_be_bytes(), &placement.to_be_bytes(), &number.to_be_bytes()],
        ),
    }
}

/// Reads a message id of either kind.
pub fn read_message(owner: &str, id: &str) -> Result<MessageRef, Malformed> {
    let bytes = decode(id)?;
    if bytes.starts_with(&IMMUTABLE) {
        if bytes.len() != IMMUTABLE_LENGTH {
            return Err(Malformed);
        }
        let key: Vec<u8> = owner.bytes().filter(|b| *b != b'-').step_by(2).collect();
        let at = IMMUTABLE.len() + key.len();
        // An id of another mailbox is well formed, but nothing lies there.
        if bytes.get(IMMUTABLE.len()..at) != Some(key.as_slice()) {
            return Ok(MessageRef::Immutable(0));
        }
        return Ok(MessageRef::Immutable(u64_at(&bytes, at)?));
    }
    let rest = read_entry(owner, MARK_MESSAGE, ENTRY_LENGTH, &bytes)?;
    if bytes.get(ENTRY.len()..ENTRY.len() + owner.len()) != Some(owner.as_bytes()) {
        return Ok(MessageRef::Immutable(0));
    }
    Ok(MessageRef::Mutable {
        folder: u32_at(rest, 0)?,
        placement: u32_at(rest, 4)?,
        number: u64_at(rest, 8)?,
    })
}

/// A folder's id: constant, whatever the client prefers.
pub fn folder(owner: &str, number: u32) -> String {
    entry(owner, MARK_FOLDER, FOLDER_LENGTH, &[&number.to_be_bytes()])
}

/// Reads a folder id.
pub fn read_folder(owner: &str, id: &str) -> Result<u32, Malformed> {
    let bytes = decode(id)?;
    u32_at(read_entry(owner, MARK_FOLDER, FOLDER_LENGTH, &bytes)?, 0)
}

/// An attachment's id.
pub fn attachment(owner: &str, message: u64, number: u32) -> String {
    entry(owner, MARK_ATTACHMENT, ENTRY_LENGTH + 20, &[&message.to_be_bytes(), &number.to_be_bytes()])
}

/// Reads an attachment id: message number and attachment number.
pub fn read_attachment(owner: &str, id: &str) -> Result<(u64, u32), Malformed> {
    let bytes = decode(id)?;
    let rest = read_entry(owner, MARK_ATTACHMENT, ENTRY_LENGTH + 20, &bytes)?;
    Ok((u64_at(rest, 0)?, u32_at(rest, 8)?))
}

/// A version mark: `changeKey`, and inside `@odata.etag`.
pub fn change_key(owner: &str, change: u64) -> String {
    let mut bytes = vec![0x09, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00];
    bytes.extend(owner.bytes().filter(|b| *b != b'-').take(12));
    bytes.extend_from_slice(&change.to_be_bytes());
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A random GUID in small letters.
pub fn guid() -> String {
    let mut b: [u8; 16] = rand::random();
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    let h = hex::encode(b);
    format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
}

/// `length` random bytes in hex.
pub fn random_hex(length: usize) -> String {
    (0..length).map(|_| format!("{:02x}", rand::random::<u8>())).collect()
}

/// An opaque token of about `length` characters, in the letters Entra uses.
pub fn random_token(length: usize) -> String {
    let bytes: Vec<u8> = (0..length * 3 / 4).map(|_| rand::random::<u8>()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A Message-ID as Exchange Online mints it, with its angle brackets.
pub fn internet_message_id() -> String {
    let host = random_hex(3).to_uppercase();
    format!("<{}@TY{host}MB0001.jpnprd01.prod.outlook.com>", random_hex(20).to_uppercase())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const OWNER: &str = "8a0f2c9e-17d4-4b55-9d3f-0c6d6a1b2c3d";

    #[test]
    fn an_immutable_id_survives_a_move_and_a_mutable_one_does_not() {
        let before = message(OWNER, IdKind::Mutable, 7, 1, 0);
        let after = message(OWNER, IdKind::Mutable, 7, 2, 1);
        assert_ne!(before, after);
        assert_eq!(message(OWNER, IdKind::Immutable, 7, 1, 0), message(OWNER, IdKind::Immutable, 7, 2, 1));
        assert!(before.len() >= 152, "clients with short columns must fail here");
    }

    #[test]
    fn ids_are_read_back_and_others_are_malformed() {
        for kind in [IdKind::Mutable, IdKind::Immutable] {
            let id = message(OWNER, kind, 99, 3, 5);
            match read_message(OWNER, &id).unwrap() {
                MessageRef::Immutable(n) => assert_eq!(n, 99),
                MessageRef::Mutable { number, folder, placement } => {
                    assert_eq!((number, folder, placement), (99, 3, 5));
                }
            }
            assert!(
                read_message(OWNER, &id.to_lowercase()) != read_message(OWNER, &id),
                "ids are case-sensitive"
            );
        }
        assert_eq!(read_folder(OWNER, &folder(OWNER, 4)), Ok(4));
        assert_eq!(read_attachment(OWNER, &attachment(OWNER, 9, 2)), Ok((9, 2)));
        for bad in ["", "x", "AAMk", "inbox", "????", &folder(OWNER, 1)] {
            assert_eq!(read_message(OWNER, bad), Err(Malformed), "{bad}");
        }
    }
}
