//! HTML that came by mail: cleaned before anybody sees it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

pub use crate::linkify::from_text;
use crate::pictures::{self, RESOLVED, is_remote};
pub use crate::plain::to_text;
use crate::{links, markup, tame};

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

/// HTML larger than this is shown as text: a tree of it would cost more than anybody gains.
pub(crate) const MAX_HTML: usize = 4 * 1024 * 1024;
/// Properties that take no URL and cannot leave the frame.
const STYLES: [&str; 50] = [
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "color",
    "direction",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-indent",
    "vertical-align",
    "white-space",
    "width",
];

/// Sanitises `html`. `cid` maps a Content-ID (without brackets) to the address under which the desk serves that part.
pub fn clean(html: &str, pictures: RemotePictures, cid: &dyn Fn(&str) -> Option<String>) -> Clean {
    if html.len() > MAX_HTML || tame::is_costly(html) {
        return Clean { html: from_text(&to_text(html)), ..Clean::default() };
    }
    let html = tame::without_excess(html);
    let (html, found) = pictures::resolved(&html, pictures, cid);
    let (html, misleading_links) = links::finished(&policy().clean(&html).to_string());
    Clean {
        html,
        remote_pictures: found.remote,
        blocked_pictures: if pictures == RemotePictures::Blocked { found.remote } else { 0 },
        pixels: found.pixels,
        pixel_hosts: found.pixel_hosts,
        misleading_links,
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
            ("tr", HashSet::from(["valign", "height", "bgcolor"])),
            ("td", HashSet::from(["colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"])),
            ("th", HashSet::from(["colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"])),
            ("col", HashSet::from(["span", "width"])),
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
        .filter_style_properties(HashSet::from(STYLES))
        .attribute_filter(allowed_value);
    policy
}

/// Outlook's paragraphs have no distance between them; it says so in a style sheet, which is not kept.
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
