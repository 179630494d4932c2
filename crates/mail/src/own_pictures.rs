//! Pictures that travel with a mail: which of its parts stand in its HTML, and where.
//!
//! A picture is named in three ways: by its Content-ID (`cid:`), by its Content-Location, or by its place between the
//! texts. All become the first: the HTML names each by an id of its own, so whoever shows the mail knows one way only.
//! What is not shown stays a file: no picture may vanish.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::header::Fields;
use crate::html::{MAX_HTML, escaped};
use crate::letter::Attachment;
use crate::markup::{self, Piece};
use crate::mime::Part;
use crate::{inspect, pictures, tame};

/// Names longer than this name nothing.
const MAX_NAME: usize = 1_000;

/// The parts an HTML may name.
#[derive(Debug, Default)]
pub struct OwnPictures {
    /// Of each part, the id by which the HTML names it.
    ids: HashMap<usize, String>,
    by_id: HashMap<String, usize>,
    /// Some programs write ids in another case than the HTML.
    by_lower_id: HashMap<String, usize>,
    by_location: HashMap<String, usize>,
    /// Robots that never set the id name the file. `None`: several have that name.
    by_name: HashMap<String, Option<usize>>,
}

impl OwnPictures {
    /// Looks at all parts once.
    pub fn of(parts: &[Part<'_>]) -> Self {
        let mut own = Self::default();
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| !part.container) {
            if let Some(id) = content_id(&part.fields) {
                own.by_lower_id.entry(id.to_lowercase()).or_insert(index);
                // Of two parts with one id the first has it.
                if !own.by_id.contains_key(&id) {
                    own.by_id.insert(id.clone(), index);
                    own.ids.insert(index, id);
                }
            }
            if let Some(location) = location(&part.fields, "content-location") {
                let base = base_of(parts, part.parent);
                if let Some(whole) = resolved(&location, base.as_ref()) {
                    own.by_location.entry(whole).or_insert(index);
                }
                own.by_location.entry(location).or_insert(index);
            }
            if let (Some(name), true) = (&part.name, part.mime.starts_with("image/")) {
                own.by_name.entry(name.clone()).and_modify(|known| *known = None).or_insert(Some(index));
            }
        }
        own
    }

    /// The id of a part, given where it has none of its own.
    pub fn id(&mut self, index: usize) -> String {
        self.ids.entry(index).or_insert_with(|| format!("part-{index}@postdesk.invalid")).clone()
    }

    /// The id of a part, if it has one.
    pub fn known_id(&self, index: usize) -> Option<&str> {
        self.ids.get(&index).map(String::as_str)
    }

    /// The HTML of a part with each of the mail's own pictures named by its id, and the parts it names.
    pub fn named(&mut self, html: String, parts: &[Part<'_>], index: usize) -> (String, HashSet<usize>) {
        let mut named = HashSet::new();
        if self.by_id.is_empty() && self.by_location.is_empty() && self.by_name.is_empty()
            || !is_shown_as_html(&html)
        {
            return (html, named);
        }
        let base = base_in(&html).or_else(|| base_of(parts, Some(index)));
        let sources = sources(&html);
        let mut other_names = HashMap::new();
        for source in sources {
            let Some(part) = self.find(&source, base.as_ref()) else { continue };
            named.insert(part);
            let id = self.id(part);
            if id_in(&source).is_none_or(|written| written != id) {
                other_names.insert(source, format!("cid:{}", escaped_id(&id)));
            }
        }
        if other_names.is_empty() {
            return (html, named);
        }
        let html = pictures::renamed(&html, &|source| other_names.get(source).cloned());
        (html, named)
    }

    /// The part a picture's address means.
    fn find(&self, source: &str, base: Option<&Url>) -> Option<usize> {
        if let Some(id) = id_in(source) {
            let lower = || self.by_lower_id.get(&id.to_lowercase()).copied();
            let name = || self.by_name.get(&id).copied().flatten();
            return self
                .by_id
                .get(&id)
                .copied()
                .or_else(lower)
                .or_else(|| self.by_location.get(&id).copied())
                .or_else(name);
        }
        if source.is_empty() || source.starts_with("data:") || self.by_location.is_empty() {
            return None;
        }
        let bare: String = source.split_whitespace().collect();
        let whole = || resolved(&bare, base).and_then(|whole| self.by_location.get(&whole).copied());
        self.by_location.get(&bare).copied().or_else(whole)
    }
}

/// Markup that shows a picture by its id, where it stands between texts.
pub fn placed(id: &str, name: Option<&str>) -> String {
    let (id, name) = (escaped(&escaped_id(id)), escaped(name.unwrap_or_default()));
    format!("<p><img src=\"cid:{id}\" alt=\"{name}\"></p>")
}

/// Whether a part is a picture that may be shown where it stands.
pub fn is_picture(part: &Part<'_>) -> bool {
    part.mime.starts_with("image/") && !part.is_attachment && inspect::picture(&part.decoded()).is_some()
}

/// Marks the files that are shown in the HTML. A file that is named, but could not be drawn, stays in the list of files.
pub fn mark_shown(html: Option<&str>, files: &mut [Attachment]) {
    let shown = html.filter(|html| is_shown_as_html(html)).map(sources).unwrap_or_default();
    let mut shown: HashSet<String> = shown.iter().filter_map(|source| id_in(source)).collect();
    for file in files {
        // Two files with one id: only the first can be shown.
        file.inline = file.content_id.as_ref().is_some_and(|id| shown.remove(id))
            && inspect::picture(&file.content).is_some();
    }
}

/// HTML that is too large or too costly is shown as text, without pictures.
fn is_shown_as_html(html: &str) -> bool {
    html.len() <= MAX_HTML && !tame::is_costly(html)
}

/// The addresses of all pictures.
fn sources(html: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    markup::read(html, |piece| {
        if let Piece::Start(element) = piece
            && matches!(element.name.as_str(), "img" | "image")
            && let Some(source) = element.attribute("src").map(str::trim)
            && source.len() <= MAX_NAME
        {
            found.insert(source.to_owned());
        }
        true
    });
    found
}

/// The id an address of the form `cid:…` names.
fn id_in(source: &str) -> Option<String> {
    let id = source.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("cid:")).and(source.get(4..))?;
    let id = percent_decode_str(id).decode_utf8_lossy();
    Some(id.trim().trim_matches(['<', '>']).trim().to_owned()).filter(|id| !id.is_empty())
}

/// An id as it stands in an address.
fn escaped_id(id: &str) -> String {
    id.replace('%', "%25")
}

/// Content-ID without its brackets.
pub fn content_id(fields: &Fields<'_>) -> Option<String> {
    let id = fields.text("content-id")?;
    let id = id.trim().trim_matches(['<', '>']).trim();
    (!id.is_empty() && id.len() <= MAX_NAME).then(|| id.to_owned())
}

/// An address in a header: long ones are folded anywhere.
fn location(fields: &Fields<'_>, name: &str) -> Option<String> {
    let text: String = fields.text(name)?.split_whitespace().collect();
    let text = text.trim_matches(['"', '<', '>']);
    (!text.is_empty() && text.len() <= MAX_NAME).then(|| text.to_owned())
}

/// What relative addresses are relative to: the part says it, or what it stands in.
fn base_of(parts: &[Part<'_>], start: Option<usize>) -> Option<Url> {
    let mut at = start;
    for _ in 0..50 {
        let part = parts.get(at?)?;
        let said = ["content-base", "content-location"]
            .iter()
            .find_map(|name| location(&part.fields, name).and_then(|location| Url::parse(&location).ok()));
        if said.is_some() {
            return said;
        }
        at = part.parent;
    }
    None
}

/// `<base href>` of the HTML itself.
fn base_in(html: &str) -> Option<Url> {
    let mut base = None;
    markup::read(html, |piece| {
        match piece {
            Piece::Start(element) if element.name == "base" => {
                base = element.attribute("href").and_then(|href| Url::parse(href.trim()).ok());
            }
            Piece::Start(element) if element.name == "body" => return false,
            _ => {}
        }
        base.is_none()
    });
    base
}

fn resolved(location: &str, base: Option<&Url>) -> Option<String> {
    match base {
        Some(base) => base.join(location).ok(),
        None => Url::parse(location).ok(),
    }
    .map(String::from)
}
