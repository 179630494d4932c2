//! Which of a mail's parts are its body, and what they say.

use std::collections::HashSet;

use crate::mime::Part;
use crate::own_pictures::{self, OwnPictures};
use crate::{charset, enriched, header, html, rtf, stub};

/// No more decoded text than this is kept; the parts themselves are in the stored original.
const MAX_TEXT: usize = 32 * 1024 * 1024;
/// More pictures than this in one row are not shown between the texts.
const MAX_PICTURES: usize = 200;
/// Kinds of text that are read as the words of the mail.
const WORDS: [&str; 6] =
    ["text/plain", "text/html", "text/enriched", "text/richtext", "text/rtf", "text/markdown"];
/// Kinds of text that are for programs, even where the mail consists of nothing else.
const RECORDS: [&str; 6] =
    ["text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/rfc822-headers"];

/// The body of a mail.
#[derive(Debug, Default)]
pub struct Body {
    /// Plain text, made from the HTML when there is no text part.
    pub text: String,
    /// HTML as sent.
    pub html: Option<String>,
    /// The text was made of the HTML.
    pub text_from_html: bool,
    /// Which parts went into it: they are no attachments.
    pub used: Vec<usize>,
    /// The ids by which the HTML names the mail's own pictures.
    pub pictures: OwnPictures,
}

/// What one part, or one container, has to say.
#[derive(Debug, Default)]
struct Said {
    text: Option<String>,
    html: Option<String>,
    /// A picture that may be shown between its neighbours: its part.
    picture: Option<Picture>,
}

#[derive(Debug, Clone, Copy)]
struct Picture {
    index: usize,
    /// The mail says that it is to be shown where it stands.
    asked_for: bool,
}

impl Said {
    fn is_empty(&self) -> bool {
        self.text.is_none() && self.html.is_none() && self.picture.is_none()
    }
}

/// Chooses and decodes the body.
pub fn body(parts: &[Part<'_>]) -> Body {
    let mut used = Vec::new();
    let mut said: Vec<Said> = Vec::with_capacity(parts.len());
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    let mut budget = MAX_TEXT;
    let mut pictures = OwnPictures::of(parts);
    let mut named = HashSet::new();
    for (index, part) in parts.iter().enumerate() {
        if let Some(siblings) = part.parent.and_then(|parent| children.get_mut(parent)) {
            siblings.push(index);
        }
        let mut own = Said::default();
        if budget > 0 && is_body(parts, index) {
            let text = text_of(part);
            budget = budget.saturating_sub(text.len());
            used.push(index);
            if part.mime == "text/html" || (part.mime == "text/plain" && is_a_page(&text)) {
                let (html, shown) = pictures.named(text, parts, index);
                named.extend(shown);
                own.html = Some(html);
            } else {
                own.text = Some(text);
            }
        }
        said.push(own);
    }
    for index in standing_pictures(parts, &children).filter(|index| !named.contains(index)) {
        if let (Some(slot), Some(part)) = (said.get_mut(index), parts.get(index)) {
            slot.picture = Some(Picture { index, asked_for: is_inline(part) });
        }
    }
    // Children stand behind their parents: folding from the end meets every child before its parent.
    for index in (0..parts.len()).rev() {
        let Some(part) = parts.get(index).filter(|part| part.container) else { continue };
        let below: Vec<Said> = children
            .get(index)
            .into_iter()
            .flatten()
            .filter_map(|child| said.get_mut(*child).map(std::mem::take))
            .filter(|said| !said.is_empty())
            .collect();
        let folded = if part.mime == "multipart/alternative" {
            best(below)
        } else {
            joined(below, parts, &mut pictures)
        };
        if let Some(slot) = said.get_mut(index) {
            *slot = folded;
        }
    }
    let whole = said.into_iter().next().unwrap_or_default();
    let own_text = whole.text.filter(|text| whole.html.is_none() || !text.trim().is_empty());
    let text_from_html = own_text.is_none();
    let text = own_text.or_else(|| whole.html.as_deref().map(html::to_text)).unwrap_or_default();
    Body { text, text_from_html, html: whole.html, used, pictures }
}

/// Parts that are pictures standing in a row with other parts, as Apple Mail writes them.
fn standing_pictures<'p>(
    parts: &'p [Part<'_>],
    children: &'p [Vec<usize>],
) -> impl Iterator<Item = usize> + 'p {
    let rows =
        parts.iter().zip(children).filter(|(part, row)| part.mime == "multipart/mixed" && row.len() > 1);
    rows.flat_map(|(_, row)| row.iter().copied().take(MAX_PICTURES))
        .filter(|index| parts.get(*index).is_some_and(own_pictures::is_picture))
}

fn is_inline(part: &Part<'_>) -> bool {
    part.fields.content("content-disposition").is_some_and(|disposition| disposition.value == "inline")
}

/// A text part is body unless it is offered as a file.
fn is_body(parts: &[Part<'_>], index: usize) -> bool {
    let Some(part) = parts.get(index).filter(|part| !part.container) else { return false };
    let parent = part.parent.and_then(|parent| parts.get(parent));
    // A multipart that could not be taken apart is read as text.
    let is_text = WORDS.contains(&part.mime.as_str())
        || part.mime.starts_with("multipart/")
        || (part.mime == "text/x-amp-html" && parent.is_none());
    let is_lone = part.parent.is_none()
        && (part.mime.starts_with("text/") && !RECORDS.contains(&part.mime.as_str())
            || part.mime == "message/partial");
    // A name alone makes no file of the only part there is, or of one form of the body among others.
    let is_form_of_body = parent.is_none_or(|p| p.mime == "multipart/alternative");
    if part.is_attachment || (part.name.is_some() && !is_form_of_body) {
        return false;
    }
    // Beside its root, a related part is something the root refers to.
    let is_referred_to = parent.is_some_and(|p| p.mime == "multipart/related")
        && part.fields.raw("content-id").is_some()
        && parts.iter().position(|p| p.parent == part.parent) != Some(index);
    // In a report everything behind the first part is for machines.
    let is_report_detail = parent.is_some_and(|p| p.mime == "multipart/report")
        && part.mime != "text/html"
        && parts.iter().position(|p| p.parent == part.parent) != Some(index);
    (is_text || is_lone) && !is_referred_to && !is_report_detail
}

/// Of alternatives, the first text and the last HTML.
fn best(below: Vec<Said>) -> Said {
    let mut best = Said::default();
    for said in below {
        if best.text.as_ref().is_none_or(|text| text.trim().is_empty()) && said.text.is_some() {
            best.text = said.text;
        }
        best.html = said.html.or(best.html);
    }
    // A text that only says that there is HTML is no form of the body.
    if let (Some(text), Some(html)) = (&best.text, &best.html)
        && stub::is_stub(text, html)
    {
        best.text = None;
    }
    best
}

/// Parts that follow each other, as Apple Mail writes text around pictures.
fn joined(below: Vec<Said>, parts: &[Part<'_>], pictures: &mut OwnPictures) -> Said {
    let below = with_placed_pictures(below);
    if below.len() <= 1 {
        return below.into_iter().next().unwrap_or_default();
    }
    let any_html = below.iter().any(|said| said.html.is_some() || said.picture.is_some());
    let (mut text, mut html) = (String::new(), String::new());
    for said in below {
        if let Some(Picture { index, .. }) = said.picture {
            let name = parts.get(index).and_then(|part| part.name.as_deref());
            html.push_str(&own_pictures::placed(&pictures.id(index), name));
            continue;
        }
        let plain = said.text.or_else(|| said.html.as_deref().map(html::to_text)).unwrap_or_default();
        if any_html {
            match &said.html {
                Some(part) => html.push_str(part),
                None => html.push_str(&html::from_text(&plain)),
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&plain);
    }
    Said { text: Some(text), html: any_html.then_some(html), picture: None }
}

/// Leaves out the pictures that are files: those without words beside them, and those behind the words that do not say
/// that they are to be shown there.
fn with_placed_pictures(below: Vec<Said>) -> Vec<Said> {
    let last_words = below.iter().rposition(|said| said.picture.is_none());
    let is_placed = |at: usize, said: &Said| match (said.picture, last_words) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(picture), Some(last)) => picture.asked_for || at < last,
    };
    let placed = below.into_iter().enumerate().filter(|(at, said)| is_placed(*at, said));
    placed.map(|(_, said)| said).collect()
}

/// A script called its page plain text: nobody writes so by hand.
fn is_a_page(text: &str) -> bool {
    let start = text.trim_start();
    let start = start.get(..start.floor_char_boundary(15)).unwrap_or_default().to_ascii_lowercase();
    (start.starts_with("<!doctype html") || start.starts_with("<html"))
        && text
            .trim_end()
            .as_bytes()
            .last_chunk::<7>()
            .is_some_and(|end| end.eq_ignore_ascii_case(b"</html>"))
}

/// The decoded text of a text part.
fn text_of(part: &Part<'_>) -> String {
    let bytes = part.decoded();
    let bytes = bytes.get(..MAX_TEXT).unwrap_or(&bytes);
    let label =
        part.charset.clone().or_else(|| (part.mime == "text/html").then(|| meta_charset(bytes)).flatten());
    let text = charset::decode(bytes, label.as_deref(), part.fields.hint());
    if part.mime == "text/html" {
        return text;
    }
    match part.mime.as_str() {
        "text/enriched" => return enriched::to_text(&text, false),
        "text/richtext" => return enriched::to_text(&text, true),
        "text/rtf" => return rtf::to_text(&text),
        _ => {}
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match part.flowed {
        Some(delsp) => unflowed(&text, delsp),
        None => text,
    }
}

/// `charset=` of a `meta` element near the beginning.
fn meta_charset(html: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(html.get(..2048).unwrap_or(html)).to_ascii_lowercase();
    let at = head.find("<meta").and_then(|meta| head.get(meta..)?.find("charset=").map(|n| meta + n + 8))?;
    let label: String = head
        .get(at..)?
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
        .collect();
    (!label.is_empty()).then_some(label)
}

/// Undoes `format=flowed` (RFC 3676): a line that ends with a space goes on in the next of the same quote depth.
fn unflowed(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut flowing: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let content = line.get(depth..).unwrap_or_default();
        let content = content.strip_prefix(' ').unwrap_or(content);
        if flowing != Some(depth) {
            if flowing.is_some() {
                out.push('\n');
            }
            if depth > 0 {
                out.push_str(&">".repeat(depth));
                out.push(' ');
            }
        }
        let flows = content.ends_with(' ') && content != "-- ";
        out.push_str(if flows && delsp { content.strip_suffix(' ').unwrap_or(content) } else { content });
        if flows {
            flowing = Some(depth);
        } else {
            flowing = None;
            out.push('\n');
        }
    }
    let end = out.trim_end_matches(header::is_line_end).len();
    out.truncate(end);
    out
}
