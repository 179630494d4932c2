//! HTML that came by mail: cleaned before anybody sees it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use crate::letter::Letter;
pub use crate::linkify::from_text;
use crate::pictures::{self, RESOLVED, is_remote};
pub use crate::plain::to_text;
use crate::quote_html::{Rest, cut_html};
use crate::sheet::Sheet;
use crate::{cascade, links, markup, read, style, tame};

/// Text as it stands between tags or in an attribute: nothing in it is read as HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    markup::escape(&mut out, text);
    out
}

/// How remote pictures are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemotePictures {
    /// Their addresses are taken out (kept in `data-remote-src`), nothing is loaded.
    Blocked,
    /// The reader asked for them. Tracking pixels are left out all the same: nobody looks at them, so nobody misses them.
    Allowed,
}

/// Clean HTML, safe inside a sandboxed frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clean {
    /// The HTML, a fragment. Its only classes are `postdesk-to`, `postdesk-misleads` (the true host behind a link) and
    /// those of Word's paragraphs.
    pub html: String,
    /// What stands in the fold below it.
    pub folded: Option<Folded>,
    /// It is too large to be shown as it was designed: this is its text.
    pub as_text: bool,
    /// How many pictures lie elsewhere, tracking pixels not counted.
    pub remote_pictures: u32,
    /// How many of those were blocked.
    pub blocked_pictures: u32,
    /// How many tracking pixels were taken out.
    pub pixels: u32,
    /// Whose pixels they are: hosts, each once, twenty at most.
    pub pixel_hosts: Vec<String>,
    /// How many links name one host and lead to another.
    pub misleading_links: u32,
}

/// What is shown only to those who ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// As clean as [`Clean::html`].
    pub html: String,
    /// The whole mail, because what is shown of it is no part of its HTML; else its history and its signature.
    pub whole: bool,
}

/// HTML larger than this is shown as text: a tree of it would cost more than anybody gains.
pub(crate) const MAX_HTML: usize = 4 * 1024 * 1024;
/// HTML of more elements than this is shown as text: each takes a few hundred bytes, however short it is in the mail.
const MAX_ELEMENTS: usize = 40_000;

/// Sanitises `html`. `cid` maps a Content-ID (without brackets) to the address under which the desk serves that part.
pub fn clean(html: &str, pictures: RemotePictures, cid: &dyn Fn(&str) -> Option<String>) -> Clean {
    if is_too_large(html) {
        return Clean { html: from_text(&to_text(html)), as_text: true, ..Clean::default() };
    }
    cleaned(html, &Sheet::of(html), pictures, cid)
}

/// A letter as an agent sees it: what is new in it, history and signature in a fold. `fresh` is what a comment shows of the letter as
/// text, where that is not all of it; where somebody changed that, it is shown, and the whole letter is in the fold.
pub fn clean_letter(
    letter: &Letter,
    fresh: Option<&str>,
    pictures: RemotePictures,
    cid: &dyn Fn(&str) -> Option<String>,
) -> Clean {
    let of_text;
    let html = match &letter.html {
        Some(html) => html,
        None => {
            of_text = from_text(&letter.text);
            &of_text
        }
    };
    let Some(fresh) = fresh else { return clean(html, pictures, cid) };
    let cut = if letter.fresh_html.is_some() && fresh.trim() == letter.fresh.trim() && !is_too_large(html) {
        cut_html(html, read::answers(letter), Rest::Kept)
    } else {
        None
    };
    let (mut shown, below, whole) = match cut {
        Some(cut) => {
            let sheet = Sheet::of(html);
            let rest = cleaned(&cut.rest, &sheet, pictures, cid);
            (cleaned(&cut.html, &sheet, pictures, cid), rest, false)
        }
        None => (Clean { html: from_text(fresh), ..Clean::default() }, clean(html, pictures, cid), true),
    };
    shown.folded = Some(Folded { html: below.html, whole });
    shown.as_text |= below.as_text;
    shown.remote_pictures += below.remote_pictures;
    shown.blocked_pictures += below.blocked_pictures;
    shown.pixels += below.pixels;
    shown.misleading_links += below.misleading_links;
    for host in below.pixel_hosts {
        if !shown.pixel_hosts.contains(&host) && shown.pixel_hosts.len() < pictures::MAX_NAMED {
            shown.pixel_hosts.push(host);
        }
    }
    shown
}

fn is_too_large(html: &str) -> bool {
    html.len() > MAX_HTML || tame::has_more_elements(html, MAX_ELEMENTS) || tame::is_costly(html)
}

fn cleaned(
    html: &str,
    sheet: &Sheet,
    pictures: RemotePictures,
    cid: &dyn Fn(&str) -> Option<String>,
) -> Clean {
    let html = cascade::applied(&tame::without_excess(html), sheet);
    let (html, found) = pictures::resolved(&html, pictures, cid);
    let (html, misleading_links) = links::finished(&policy().clean(&html).to_string());
    Clean {
        html,
        remote_pictures: found.remote,
        blocked_pictures: if pictures == RemotePictures::Blocked { found.remote } else { 0 },
        pixels: found.pixels,
        pixel_hosts: found.pixel_hosts,
        misleading_links,
        ..Clean::default()
    }
}

/// The elements, attributes and addresses that may stay. Everything else goes; the text of unknown elements stays.
fn policy() -> Builder<'static> {
    let mut policy = Builder::default();
    policy
        .tags(HashSet::from([
            "a",
            "abbr",
            "address",
            "b",
            "bdi",
            "bdo",
            "big",
            "blockquote",
            "br",
            "caption",
            "center",
            "cite",
            "code",
            "col",
            "colgroup",
            "dd",
            "del",
            "details",
            "dfn",
            "div",
            "dl",
            "dt",
            "em",
            "figcaption",
            "figure",
            "font",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "ins",
            "kbd",
            "li",
            "mark",
            "ol",
            "p",
            "pre",
            "q",
            "rp",
            "rt",
            "ruby",
            "s",
            "samp",
            "small",
            "span",
            "strike",
            "strong",
            "sub",
            "summary",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "time",
            "tr",
            "tt",
            "u",
            "ul",
            "var",
            "wbr",
        ]))
        .clean_content_tags(HashSet::from([
            "script",
            "style",
            "title",
            "template",
            "noscript",
            "noembed",
            "noframes",
            "iframe",
            "object",
            "svg",
            "math",
            "select",
            "textarea",
            "xmp",
            "plaintext",
            "audio",
            "video",
            "canvas",
            "applet",
        ]))
        .generic_attributes(HashSet::from(["style", "dir", "lang", "align", "title"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt", "width", "height", "data-remote-src"])),
            ("font", HashSet::from(["color", "face", "size"])),
            ("table", HashSet::from(["width", "height", "border", "cellpadding", "cellspacing", "bgcolor"])),
            ("tbody", HashSet::from(["valign", "bgcolor"])),
            ("tr", HashSet::from(["valign", "height", "bgcolor"])),
            ("td", HashSet::from(["colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"])),
            ("th", HashSet::from(["colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"])),
            ("col", HashSet::from(["span", "width"])),
            ("hr", HashSet::from(["width", "size", "color"])),
            ("ul", HashSet::from(["type"])),
            ("ol", HashSet::from(["start", "type"])),
            ("li", HashSet::from(["value"])),
        ]))
        .allowed_classes(HashMap::from([
            ("p", word_classes()),
            ("li", word_classes()),
            ("div", word_classes()),
        ]))
        .set_tag_attribute_value("a", "target", "_blank")
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "data", "cid"]))
        .url_relative(UrlRelative::PassThrough)
        .strip_comments(true)
        .filter_style_properties(HashSet::from(style::NAMES))
        .attribute_filter(allowed_value);
    policy
}

/// Outlook's paragraphs have no distance between them; it says so in a style sheet, which those who answer leave out of the quote.
fn word_classes() -> HashSet<&'static str> {
    HashSet::from(["MsoNormal", "MsoListParagraph", "MsoPlainText"])
}

/// The last word on single attributes. `src` was settled by [`pictures::resolved`] before, and is checked again
/// here because that reads the markup as text and this reads the tree.
fn allowed_value<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        ("a", "href") => {
            let scheme = value.trim().split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
            matches!(scheme.as_deref(), Some("http" | "https" | "mailto" | "tel")).then_some(value.into())
        }
        ("img", "src") => value.strip_prefix(RESOLVED).map(Cow::from),
        (_, "style") if value.to_ascii_lowercase().contains("expression") => None,
        ("img", "data-remote-src") => is_remote(value).then_some(value.into()),
        _ => Some(value.into()),
    }
}
