//! What lies in an archive: its table of contents, and that of archives in it.
//!
//! Work is bounded whatever the archive claims: so many entries, so many bytes unpacked, so deep. What lies beyond a bound was not
//! looked into, and that is said.

use std::io::{Cursor, Read as _};

use memchr::memmem;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use zip::{CompressionMethod, ZipArchive};

/// Entries that are looked at.
const MAX_ENTRIES: usize = 20_000;
/// Bytes that are unpacked of all archives inside a file together.
const MAX_UNPACKED: usize = 24 * 1024 * 1024;
/// Archives inside archives.
const MAX_DEPTH: usize = 3;

/// What was found.
#[derive(Debug, Default)]
pub struct Contents {
    /// Names of files, of the archives inside, too.
    pub names: Vec<String>,
    /// Something in it is locked with a password.
    pub locked: bool,
    /// It is an Office document.
    pub office: bool,
    /// Something was not looked into.
    pub unseen: bool,
}

/// Looks into a file; `None` when it is no archive.
pub fn look_into(name: &str, content: &[u8]) -> Option<Contents> {
    let mut contents = Contents::default();
    let mut left = MAX_UNPACKED;
    if !is_archive(content) {
        return None;
    }
    open(name, content, 0, &mut left, &mut contents);
    Some(contents)
}

fn is_archive(content: &[u8]) -> bool {
    content.starts_with(b"PK\x03\x04")
        || content.starts_with(b"PK\x05\x06")
        || content.starts_with(&[0x1f, 0x8b])
        || is_tar(content)
        || is_closed_kind(content)
}

/// Kinds whose table is packed itself: 7z, RAR, xz, bzip2, LZH, Zstandard.
fn is_closed_kind(content: &[u8]) -> bool {
    [&b"7z\xbc\xaf\x27\x1c"[..], b"Rar!\x1a\x07", b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd"]
        .iter()
        .any(|mark| content.starts_with(mark))
        || (content.get(2..5) == Some(b"-lh") && content.get(6) == Some(&b'-'))
}

fn is_tar(content: &[u8]) -> bool {
    content.get(257..262) == Some(b"ustar")
}

fn open(name: &str, content: &[u8], depth: usize, left: &mut usize, found: &mut Contents) {
    if depth > MAX_DEPTH {
        found.unseen = true;
    } else if content.starts_with(b"PK") {
        open_zip(content, depth, left, found);
    } else if content.starts_with(&[0x1f, 0x8b]) {
        open_gzip(name, content, depth, left, found);
    } else if is_tar(content) {
        open_tar(content, found);
    } else {
        // RAR says in its first header that all others are locked; 7z does not.
        found.unseen = true;
    }
}

fn open_zip(content: &[u8], depth: usize, left: &mut usize, found: &mut Contents) {
    if memmem::find_iter(content, b"PK\x01\x02").take(MAX_ENTRIES + 1).count() > MAX_ENTRIES {
        found.unseen = true;
        return;
    }
    let Ok(mut archive) = ZipArchive::new(Cursor::new(content)) else {
        found.unseen = true;
        return;
    };
    let office = archive.index_for_name("[Content_Types].xml").is_some();
    found.office |= office && depth == 0;
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index_raw(index) else { continue };
        found.locked |= entry.encrypted();
        // Names of Japanese archives are in Shift_JIS often; their endings are ASCII.
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if !office && !entry.encrypted() && is_called_archive(&name) {
            let (packed, method) = (entry.compressed_size(), entry.compression());
            let mut raw = Vec::new();
            let inner = (packed <= *left as u64 && entry.read_to_end(&mut raw).is_ok())
                .then(|| unpacked(raw, method, left))
                .flatten();
            match inner {
                Some(inner) if is_archive(&inner) => open(&name, &inner, depth + 1, left, found),
                Some(_) => {}
                None => found.unseen = true,
            }
        }
        found.names.push(name);
    }
}

fn unpacked(raw: Vec<u8>, method: CompressionMethod, left: &mut usize) -> Option<Vec<u8>> {
    let inner = match method {
        CompressionMethod::STORE => raw,
        CompressionMethod::DEFLATE => decompress_to_vec_with_limit(&raw, *left).ok()?,
        _ => return None,
    };
    *left = left.checked_sub(inner.len())?;
    Some(inner)
}

fn open_gzip(name: &str, content: &[u8], depth: usize, left: &mut usize, found: &mut Contents) {
    let lower = name.to_ascii_lowercase();
    let inside = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".gzip")).unwrap_or(&lower);
    let inside = inside.strip_suffix(".tgz").map_or_else(|| inside.to_owned(), |stem| format!("{stem}.tar"));
    let inner = behind_gzip_header(content)
        .and_then(|(own, packed)| Some((own, decompress_to_vec_with_limit(packed, *left).ok()?)));
    let Some((own, inner)) = inner else {
        found.unseen = true;
        found.names.push(inside);
        return;
    };
    *left -= inner.len().min(*left);
    if is_archive(&inner) {
        open(&inside, &inner, depth + 1, left, found);
    }
    found.names.extend(own);
    found.names.push(inside);
}

/// The name that a gzip file holds, and where what is packed begins.
fn behind_gzip_header(content: &[u8]) -> Option<(Option<String>, &[u8])> {
    let flags = *content.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(*content.get(10)?) + (usize::from(*content.get(11)?) << 8);
    }
    let mut word = |present: bool| -> Option<Option<String>> {
        if !present {
            return Some(None);
        }
        let rest = content.get(at..)?;
        let end = rest.iter().position(|b| *b == 0)?;
        at += end + 1;
        Some(Some(String::from_utf8_lossy(rest.get(..end)?).into_owned()))
    };
    let name = word(flags & 8 != 0)?;
    word(flags & 16 != 0)?;
    at += if flags & 2 != 0 { 2 } else { 0 };
    Some((name, content.get(at..)?))
}

/// Blocks of 512 bytes: a header with name and size, then the file.
fn open_tar(content: &[u8], found: &mut Contents) {
    let mut at = 0;
    for _ in 0..MAX_ENTRIES {
        let Some(header) = content.get(at..at + 512).filter(|header| header.first() != Some(&0)) else {
            return;
        };
        let text = |from: usize, to: usize| {
            let field = header.get(from..to).unwrap_or_default();
            String::from_utf8_lossy(field).trim_matches(['\0', ' ']).to_owned()
        };
        found.names.push(text(0, 100));
        let Ok(size) = usize::from_str_radix(&text(124, 136), 8) else { return };
        let Some(next) = size.checked_next_multiple_of(512).and_then(|size| size.checked_add(at + 512))
        else {
            return;
        };
        at = next;
    }
    found.unseen = true;
}

fn is_called_archive(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz", ".lzh", ".zst", ".jar"]
        .iter()
        .any(|ending| lower.ends_with(ending))
}
