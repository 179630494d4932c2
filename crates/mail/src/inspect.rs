//! What a file really is, and what it could do to whoever opens it.
//!
//! Told, not forbidden: a desk's agents get what was sent to them, and know what it is before they open it.

use std::io::Cursor;

use infer::MatcherType;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

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

/// Entries of an archive that are looked at.
const MAX_ENTRIES: usize = 20_000;
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

/// Looks at a file. Linear in its size.
pub fn look(name: &str, content: &[u8]) -> Finding {
    let mut finding = by_name(name);
    let found = infer::get(content);
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
    if content.starts_with(b"PK\x03\x04") {
        look_into_zip(&mut finding, content);
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
    infer::get(content).map(|found| found.mime_type())
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

/// Reads the table of contents; nothing is unpacked.
fn look_into_zip(finding: &mut Finding, content: &[u8]) {
    if memmem::find_iter(content, b"PK\x01\x02").take(MAX_ENTRIES + 1).count() > MAX_ENTRIES {
        return;
    }
    let Ok(mut archive) = ZipArchive::new(Cursor::new(content)) else { return };
    let office = archive.index_for_name("[Content_Types].xml").is_some();
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index_raw(index) else { continue };
        if entry.encrypted() {
            add(finding, Danger::Locked);
        }
        // Names of Japanese archives are in Shift_JIS often; their endings are ASCII.
        let name = String::from_utf8_lossy(entry.name_raw());
        if office {
            if name.to_ascii_lowercase().ends_with("vbaproject.bin") {
                add(finding, Danger::Macros);
            }
        } else if matches!(danger_of(&ending(&name)), Some(Danger::Program | Danger::Script | Danger::Macros))
        {
            add(finding, Danger::Container);
        }
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
            ("議事録.2026.11.27.docx", &zip(&["[Content_Types].xml", "word/document.xml"], 0)),
            ("写真.png", PNG),
            ("memo.txt", "お世話になっております。".as_bytes()),
            ("files.zip", &zip(&["a.txt", "b/写真.jpg"], 0)),
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

    #[test]
    fn broken_archives_are_no_reason_to_stop() {
        let whole = zip(&["a.exe", "b.txt"], 0);
        for end in 0..whole.len() {
            look("a.zip", &whole[..end]);
        }
        look("a.zip", &b"PK\x03\x04PK\x01\x02".repeat(100_000));
    }
}
