//! What a file really is, and what it could do to whoever opens it.
//!
//! Told, not forbidden: a desk's agents get what was sent to them, and know what it is before they open it.

use infer::MatcherType;
use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::archive::{self, Contents};
use crate::letter::Attachment;

/// Why a file asks for care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// A program, an installer, a shortcut or a disk image.
    Program,
    /// A script.
    Script,
    /// An Office document with macros.
    Macros,
    /// A page with possible scripts: HTML or SVG.
    Page,
    /// It is not what its name says: `請求書.pdf.exe`, names that run backwards, a program called `photo.jpg`.
    Disguised,
    /// An archive that holds a program, a script or macros.
    Container,
    /// Locked with a password: nobody has looked into it, no virus scanner either.
    Locked,
    /// An archive that was not looked into: of a kind that tells nothing, too large, or archives in archives without end.
    Unseen,
}

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its type by its content, e.g. `image/png`; `None` when the content has no mark of any type, as plain text.
    pub kind: Option<String>,
    /// Worst first.
    pub dangers: Vec<Danger>,
    /// A picture that may be drawn in a page: see [`picture`].
    #[serde(default)]
    pub picture: bool,
}

/// A picture of more points than this is not drawn: a small file can blow up to gigabytes.
const MAX_POINTS: usize = 50_000_000;

const PROGRAMS: [&str; 44] = [
    "apk",
    "app",
    "appref-ms",
    "appx",
    "appxbundle",
    "bin",
    "cab",
    "com",
    "cpl",
    "crx",
    "deb",
    "desktop",
    "diagcab",
    "dll",
    "dmg",
    "drv",
    "exe",
    "gadget",
    "img",
    "iso",
    "jar",
    "jnlp",
    "library-ms",
    "lnk",
    "mcf",
    "msc",
    "msi",
    "msix",
    "msp",
    "mst",
    "ocx",
    "pif",
    "pkg",
    "ppkg",
    "rpm",
    "run",
    "scf",
    "scr",
    "search-ms",
    "settingcontent-ms",
    "sys",
    "url",
    "vhd",
    "vhdx",
];
const SCRIPTS: [&str; 37] = [
    "bas", "bash", "bat", "chm", "cmd", "csh", "hta", "inf", "ins", "isp", "its", "js", "jse", "ksh", "mjs",
    "one", "php", "pl", "ps1", "ps1xml", "ps2", "psc1", "psm1", "py", "pyc", "pyw", "rb", "reg", "sct", "sh",
    "slk", "vb", "vbe", "vbs", "ws", "wsf", "wsh",
];
const MACROS: [&str; 13] =
    ["docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppam", "ppsm", "sldm", "xla", "xll"];
const PAGES: [&str; 10] = ["htm", "html", "mht", "mhtml", "shtml", "svg", "svgz", "xht", "xhtml", "xml"];
/// Endings a name pretends to have before its real one.
const DOCUMENTS: [&str; 22] = [
    "avi", "bmp", "csv", "doc", "docx", "gif", "heic", "jpeg", "jpg", "mp3", "mp4", "odt", "pdf", "png",
    "ppt", "pptx", "rtf", "tif", "txt", "webp", "xls", "xlsx",
];

/// Looks at a file of a mail, whose bytes may have left it.
pub fn look_at(file: &Attachment, content: &[u8]) -> Finding {
    let mut finding = look(&file.name, content);
    if file.turned {
        add(&mut finding, Danger::Disguised);
        finding.dangers.sort_unstable();
    }
    finding
}

/// Looks at a file. Linear in its size, and in the bounds of what is unpacked.
pub fn look(name: &str, content: &[u8]) -> Finding {
    let mut finding = by_name(name);
    let found = guess(content);
    finding.kind = found.map(|found| found.mime_type().to_owned());
    finding.picture = picture(content).is_some();
    let ending = ending(name);
    match found.map(|found| (found.matcher_type(), found.mime_type())) {
        Some((MatcherType::App, kind)) if kind != "application/wasm" => {
            add(&mut finding, Danger::Program);
            if !PROGRAMS.contains(&&*ending) && !ending.is_empty() {
                add(&mut finding, Danger::Disguised);
            }
        }
        Some((_, "text/x-shellscript")) => add(&mut finding, Danger::Script),
        Some((_, "text/html")) => page_called(&mut finding, &ending),
        Some((_, "application/pdf")) if memmem::find(content, b"/Encrypt").is_some() => {
            add(&mut finding, Danger::Locked);
        }
        _ if is_svg(content) => page_called(&mut finding, &ending),
        _ => {}
    }
    if let Some(contents) = archive::look_into(name, content) {
        look_into_archive(&mut finding, &contents);
    }
    if let Some(danger) = by_mark(content) {
        add(&mut finding, danger);
        if danger_of(&ending).is_none() && !ending.is_empty() {
            add(&mut finding, Danger::Disguised);
        }
    }
    if found.is_some_and(|found| belies(&ending, found.mime_type())) {
        add(&mut finding, Danger::Disguised);
    }
    // Old Office documents; macros lie in a storage of this name. Locked new ones are wrapped in the old form.
    if content.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        if memmem::find(content, &utf16("_VBA_PROJECT")).is_some() {
            add(&mut finding, Danger::Macros);
        }
        if memmem::find(content, &utf16("EncryptedPackage")).is_some() {
            add(&mut finding, Danger::Locked);
        }
    }
    finding.dangers.sort_unstable();
    finding
}

/// What a name alone tells: for files whose bytes are not at hand.
pub fn by_name(name: &str) -> Finding {
    let mut finding = Finding::default();
    let ending = ending(name);
    if let Some(danger) = danger_of(&ending) {
        add(&mut finding, danger);
        if danger != Danger::Page || name.contains("  ") {
            let stem = name.get(..name.len() - ending.len() - 1).unwrap_or_default();
            let before = stem.trim_end().rsplit_once('.').map(|(_, before)| before.to_lowercase());
            if before.is_some_and(|before| DOCUMENTS.contains(&&*before)) || stem.contains("    ") {
                add(&mut finding, Danger::Disguised);
            }
        }
    }
    if name.contains(|c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
        add(&mut finding, Danger::Disguised);
    }
    finding.dangers.sort_unstable();
    finding
}

/// The type of a file by its content; `None` when it has no mark of any.
pub fn kind(content: &[u8]) -> Option<&'static str> {
    guess(content).map(|found| found.mime_type())
}

/// The guess by the first bytes. Some programs have marks as short as two letters (`MZ`, `BC`), and every certificate and signature
/// counts as one: what only looks like a program is no guess.
fn guess(content: &[u8]) -> Option<infer::Type> {
    let has_zero = || memchr::memchr(0, content.get(..64).unwrap_or(content)).is_some();
    infer::get(content).filter(|found| match found.mime_type() {
        "application/vnd.microsoft.portable-executable" => has_zero(),
        "application/x-executable" => content.starts_with(b"\x7fELF"),
        "application/x-llvm" => content.starts_with(b"BC\xc0\xde"),
        "application/x-x509-ca-cert" => false,
        _ => true,
    })
}

/// The type of a picture that a browser draws without running anything in it, known by its content; `None` for all else,
/// SVG too, and for pictures too large to be drawn.
pub fn picture(content: &[u8]) -> Option<&'static str> {
    let kind = infer::get(content)?.mime_type();
    if !matches!(kind, "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/bmp") {
        return None;
    }
    let size = imagesize::blob_size(content).ok()?;
    (size.width.checked_mul(size.height)? <= MAX_POINTS).then_some(kind)
}

fn add(finding: &mut Finding, danger: Danger) {
    if !finding.dangers.contains(&danger) {
        finding.dangers.push(danger);
    }
}

fn page_called(finding: &mut Finding, ending: &str) {
    add(finding, Danger::Page);
    if DOCUMENTS.contains(&ending) {
        add(finding, Danger::Disguised);
    }
}

fn ending(name: &str) -> String {
    name.trim_end_matches([' ', '.'])
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default()
}

fn danger_of(ending: &str) -> Option<Danger> {
    if PROGRAMS.contains(&ending) {
        Some(Danger::Program)
    } else if SCRIPTS.contains(&ending) {
        Some(Danger::Script)
    } else if MACROS.contains(&ending) {
        Some(Danger::Macros)
    } else if PAGES.contains(&ending) && ending != "xml" {
        Some(Danger::Page)
    } else {
        None
    }
}

fn is_svg(content: &[u8]) -> bool {
    let beginning = content.get(..content.len().min(2_000)).unwrap_or_default().to_ascii_lowercase();
    let text = beginning.trim_ascii_start();
    (text.starts_with(b"<") || text.starts_with("\u{feff}<".as_bytes()))
        && memmem::find(text, b"<svg").is_some()
}

fn look_into_archive(finding: &mut Finding, contents: &Contents) {
    if contents.locked {
        add(finding, Danger::Locked);
    }
    if contents.unseen && !contents.office {
        add(finding, Danger::Unseen);
    }
    for name in &contents.names {
        if contents.office {
            if name.to_ascii_lowercase().ends_with("vbaproject.bin") {
                add(finding, Danger::Macros);
            }
        } else if matches!(danger_of(&ending(name)), Some(Danger::Program | Danger::Script | Danger::Macros))
        {
            add(finding, Danger::Container);
        }
    }
}

/// Programs, containers and notebooks that a guess by the first bytes does not know.
fn by_mark(content: &[u8]) -> Option<Danger> {
    const ONENOTE: &[u8] =
        &[0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8, 0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3];
    const SHORTCUT: &[u8] = &[0x4c, 0, 0, 0, 1, 0x14, 2, 0];
    if content.starts_with(ONENOTE) || content.starts_with(b"ITSF") {
        Some(Danger::Script)
    } else if content.starts_with(SHORTCUT)
        || content.starts_with(b"vhdxfile")
        || content.starts_with(b"conectix")
        || content.get(0x8001..0x8006) == Some(b"CD001")
        || content.len() > 512
            && content.get(content.len() - 512..).is_some_and(|end| end.starts_with(b"conectix"))
    {
        Some(Danger::Program)
    } else {
        None
    }
}

/// A name that promises a document or a picture, and a content that is known to be something else.
fn belies(ending: &str, kind: &str) -> bool {
    match ending {
        "pdf" => kind != "application/pdf",
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "tif" | "heic" => !kind.starts_with("image/"),
        "docx" | "xlsx" | "pptx" | "odt" => {
            !(kind == "application/zip"
                || kind == "application/x-ole-storage"
                || kind.contains("officedocument")
                || kind.contains("opendocument")
                || kind.contains("msword")
                || kind.contains("ms-excel")
                || kind.contains("ms-powerpoint"))
        }
        "mp3" => !kind.starts_with("audio/"),
        "mp4" | "avi" => !kind.starts_with("video/") && !kind.starts_with("audio/"),
        _ => false,
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use Danger::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x06\0\0\0";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";

    /// A zip with empty stored entries; `flags` 1 says that they are locked.
    fn zip(names: &[&str], flags: u8) -> Vec<u8> {
        let (mut out, mut table) = (Vec::new(), Vec::new());
        for name in names {
            let head = [20, 0, flags, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let offset = u32::try_from(out.len()).unwrap().to_le_bytes();
            out.extend(b"PK\x03\x04");
            out.extend(head);
            out.extend(length);
            out.extend([0, 0]);
            out.extend(name.as_bytes());
            table.extend(b"PK\x01\x02\x14\0");
            table.extend(head);
            table.extend(length);
            table.extend([0; 12]);
            table.extend(offset);
            table.extend(name.as_bytes());
        }
        let count = u16::try_from(names.len()).unwrap().to_le_bytes();
        let (size, at) = (u32::try_from(table.len()).unwrap(), u32::try_from(out.len()).unwrap());
        out.extend(table);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count);
        out.extend(count);
        out.extend(size.to_le_bytes());
        out.extend(at.to_le_bytes());
        out.extend([0, 0]);
        out
    }

    /// A zip with one stored entry of this content.
    fn in_zip(name: &str, content: &[u8]) -> Vec<u8> {
        let (length, size) = (
            u16::try_from(name.len()).unwrap().to_le_bytes(),
            u32::try_from(content.len()).unwrap().to_le_bytes(),
        );
        let head = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0; 4], &size, &size, &length, &[0, 0]].concat();
        let local = [b"PK\x03\x04", &head[..], name.as_bytes(), content].concat();
        let table = [b"PK\x01\x02\x14\0", &head[..], &[0; 14], name.as_bytes()].concat();
        let at = u32::try_from(local.len()).unwrap().to_le_bytes();
        let end =
            [&[1, 0, 1, 0][..], &u32::try_from(table.len()).unwrap().to_le_bytes(), &at, &[0, 0]].concat();
        [&local[..], &table, b"PK\x05\x06\0\0\0\0", &end].concat()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        [
            &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..],
            &miniz_oxide::deflate::compress_to_vec(content, 1),
            &[0; 8],
        ]
        .concat()
    }

    fn tar(name: &str) -> Vec<u8> {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(b"00000000003");
        header[257..262].copy_from_slice(b"ustar");
        [&header[..], b"abc", &[0; 509], &[0; 1024]].concat()
    }

    #[test]
    fn what_could_do_harm_is_named() {
        let ole = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600], &utf16("_VBA_PROJECT")]
            .concat();
        let cases: &[(&str, &[u8], &[Danger])] = &[
            ("setup.exe", EXE, &[Program]),
            ("請求書.pdf.exe", EXE, &[Program, Disguised]),
            ("請求書.pdf          .exe", EXE, &[Program, Disguised]),
            ("photo.jpg", EXE, &[Program, Disguised]),
            ("invoice\u{202e}fdp.exe", EXE, &[Program, Disguised]),
            ("readme.txt.lnk", b"L\0\0\0", &[Program, Disguised]),
            ("SETUP.EXE. ", EXE, &[Program]),
            ("run.ps1", b"Get-Process", &[Script]),
            ("install", b"#!/bin/sh\necho", &[Script]),
            ("report.docm", b"PK", &[Macros]),
            ("report.docx", &zip(&["[Content_Types].xml", "word/vbaProject.bin"], 0), &[Macros]),
            ("report.doc", &ole, &[Macros]),
            ("page.html", b"<!DOCTYPE html><p>", &[Page]),
            ("login.pdf", b"<html><script>", &[Page, Disguised]),
            ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", &[Page]),
            ("logo.png", b"<?xml version='1.0'?><svg onload='x'/>", &[Page, Disguised]),
            ("files.zip", &zip(&["a/readme.txt", "a/請求書.pdf.exe"], 0), &[Container]),
            ("files.zip", &zip(&["見積書.xlsx"], 1), &[Locked]),
            ("files.zip", &zip(&["見積書.exe"], 1), &[Container, Locked]),
            ("files.zip", &in_zip("inner.zip", &zip(&["請求書.pdf.exe"], 0)), &[Container]),
            ("files.zip", &in_zip("inner.zip", &in_zip("in.zip", &zip(&["a.js"], 0))), &[Container]),
            ("files.zip", &in_zip("inner.zip", &zip(&["a.txt"], 1)), &[Locked]),
            ("files.zip", &in_zip("inner.7z", b"7z\xbc\xaf\x27\x1c\0\x04"), &[Unseen]),
            ("files.7z", b"7z\xbc\xaf\x27\x1c\0\x04", &[Unseen]),
            ("files.rar", b"Rar!\x1a\x07\x01\0", &[Unseen]),
            ("invoice.js.gz", &gzip(b"WScript"), &[Container]),
            ("files.tgz", &gzip(&tar("a/setup.exe")), &[Container]),
            ("files.tar", &tar("a/setup.exe"), &[Container]),
            ("disk.dat", &[&[0; 0x8001][..], b"CD001"].concat(), &[Program, Disguised]),
            ("disk.vhdx", b"vhdxfile", &[Program]),
            (
                "notes.one",
                &[
                    0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8, 0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96,
                    0xd3,
                ],
                &[Script],
            ),
            ("help.pdf", b"ITSF\x03\0\0\0", &[Script, Disguised]),
            ("見積書.pdf", &[&[0x4c, 0, 0, 0, 1, 0x14, 2, 0][..], &[0; 80]].concat(), &[Program, Disguised]),
            ("見積書.pdf", &zip(&["a.txt"], 0), &[Disguised]),
            ("写真.jpg", b"%PDF-1.7\n%%EOF", &[Disguised]),
            ("report.docx", b"%PDF-1.7\n%%EOF", &[Disguised]),
            ("login.hta", b"<html>", &[Script, Page]),
            ("secret.pdf", b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>", &[Locked]),
        ];
        for (name, content, dangers) in cases {
            assert_eq!(look(name, content).dangers, *dangers, "{name}");
        }
    }

    #[test]
    fn ordinary_files_are_not_cried_wolf_over() {
        let cases: &[(&str, &[u8])] = &[
            ("見積書.pdf", b"%PDF-1.7\n%%EOF"),
            ("smime.p7s", b"\x30\x82\x0b\x1c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"),
            ("server.crt", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
            ("list.txt", b"BCC to all\n"),
            ("list.csv", b"MZ,Mozambique\n"),
            ("list.dat", b"L\x01 and d\x86"),
            ("議事録.2026.11.27.docx", &zip(&["[Content_Types].xml", "word/document.xml"], 0)),
            ("写真.png", PNG),
            ("memo.txt", "お世話になっております。".as_bytes()),
            ("files.zip", &zip(&["a.txt", "b/写真.jpg"], 0)),
            ("files.zip", &in_zip("inner.zip", &zip(&["a.txt"], 0))),
            ("files.tar.gz", &gzip(&tar("a/readme.txt"))),
            ("写真.jpg", PNG),
            ("locked.xlsx", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
            ("mail.eml", b"From: a@b.example\r\n\r\n<p>"),
            ("data.xml", b"<?xml version='1.0'?><data/>"),
            ("", b""),
        ];
        for (name, content) in cases {
            assert_eq!(look(name, content).dangers, [], "{name}");
        }
    }

    #[test]
    fn only_pictures_known_by_their_content_are_drawn() {
        assert_eq!(picture(PNG), Some("image/png"));
        assert_eq!(picture(b"GIF89a\x01\0\x01\0\x80\0\0"), Some("image/gif"));
        for content in [&b"<svg/>"[..], b"<html>", EXE, b"", b"\x89PNG\r\n\x1a\n", b"II*\0"] {
            assert_eq!(picture(content), None, "{content:?}");
        }
        let mut bomb = PNG.to_vec();
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert_eq!(picture(&bomb), None, "four thousand million points");
    }

    /// Ten thousand million bytes in ten million: what is not unpacked was not looked into, and takes neither time nor memory.
    #[test]
    fn bombs_are_not_unpacked() {
        let layer = gzip(&vec![0; 40 * 1024 * 1024]);
        assert!(layer.len() < 400_000);
        assert_eq!(look("bomb.tar.gz", &layer).dangers, [Unseen]);
        assert_eq!(look("files.zip", &in_zip("bomb.gz", &layer)).dangers, [Unseen]);
        let deep = (0..12).fold(zip(&["a.txt"], 0), |inner, _| in_zip("inner.zip", &inner));
        assert_eq!(look("files.zip", &deep).dangers, [Unseen]);
    }

    /// The marks are taken out of the name that people see, so the name alone no longer shows that it pretended.
    #[test]
    fn a_name_that_ran_backwards_is_told_though_it_no_longer_does() {
        let mail = "From: a@b.example\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; \
            filename*=UTF-8''photo%E2%80%AEgpj.txt\r\n\r\nabc";
        let letter = crate::read(mail.as_bytes());
        let file = &letter.attachments[0];
        assert_eq!(file.name, "photogpj.txt");
        assert_eq!(look_at(file, &file.content).dangers, [Disguised]);
    }

    #[test]
    fn broken_archives_are_no_reason_to_stop() {
        let whole = zip(&["a.exe", "b.txt"], 0);
        for end in 0..whole.len() {
            look("a.zip", &whole[..end]);
        }
        look("a.zip", &b"PK\x03\x04PK\x01\x02".repeat(100_000));
    }
}
