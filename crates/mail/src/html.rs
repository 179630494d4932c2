//! HTML that came by mail: cleaned before anybody sees it.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use percent_encoding::percent_decode_str;

pub use crate::linkify::from_text;
use crate::markup::{self, Piece, write};
pub use crate::plain::to_text;
use crate::tame;

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
    /// The reader asked for them.
    Allowed,
}

/// Clean HTML, safe inside a sandboxed frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// The HTML, a fragment.
    pub html: String,
    /// How many remote pictures were blocked.
    pub blocked_pictures: u32,
}

/// HTML larger than this is shown as text: a tree of it would cost more than anybody gains.
const MAX_HTML: usize = 4 * 1024 * 1024;
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
        return Clean { html: from_text(&to_text(html)), blocked_pictures: 0 };
    }
    let html = tame::without_excess(html);
    let (html, blocked_pictures) = with_pictures_resolved(&html, pictures, cid);
    Clean { html: policy().clean(&html).to_string(), blocked_pictures }
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
        .set_tag_attribute_value("a", "target", "_blank")
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "data", "cid"]))
        .url_relative(UrlRelative::PassThrough)
        .strip_comments(true)
        .filter_style_properties(HashSet::from(STYLES))
        .attribute_filter(allowed_value);
    policy
}

/// The last word on single attributes. `src` was settled by [`with_pictures_resolved`] before, and is checked again
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

/// Put before each picture address that was looked at, taken off by [`allowed_value`]: an address that came by
/// another way into the tree is not shown. `cid:` is a scheme of the policy and no remote address.
const RESOLVED: &str = "cid:postdesk-resolved/";

fn is_remote(address: &str) -> bool {
    let lower = address.trim_start().get(..8).unwrap_or(address).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("http:")
}

/// Pictures of these kinds hold no markup.
fn is_raster(data: &str) -> bool {
    let lower: String = data.chars().take(40).collect::<String>().to_ascii_lowercase();
    ["png", "jpeg", "jpg", "gif", "webp", "bmp"].iter().any(|kind| {
        lower
            .strip_prefix("data:image/")
            .and_then(|rest| rest.strip_prefix(kind))
            .is_some_and(|r| r.starts_with(';'))
    })
}

/// Gives each picture its final address, or none.
fn with_pictures_resolved(
    html: &str,
    pictures: RemotePictures,
    cid: &dyn Fn(&str) -> Option<String>,
) -> (String, u32) {
    let blocked = Cell::new(0);
    let html = rewritten(html, |element| {
        if element.name == "plaintext" {
            return false;
        }
        if element.name != "img" && element.name != "image" {
            return true;
        }
        let source = element.attribute("src").unwrap_or_default().trim().to_owned();
        element.attributes.retain(|(name, _)| name != "src" && name != "data-remote-src");
        let lower = source.get(..4).unwrap_or_default().to_ascii_lowercase();
        let address = if lower == "cid:" {
            let id = percent_decode_str(source.get(4..).unwrap_or_default()).decode_utf8_lossy();
            cid(id.trim().trim_matches(['<', '>']))
        } else if is_raster(&source) {
            Some(source)
        } else if is_remote(&source) {
            match pictures {
                RemotePictures::Allowed => Some(source),
                RemotePictures::Blocked => {
                    blocked.set(blocked.get() + 1);
                    element.attributes.push(("data-remote-src".to_owned(), source));
                    None
                }
            }
        } else {
            None
        };
        if let Some(address) = address {
            element.attributes.push(("src".to_owned(), format!("{RESOLVED}{address}")));
        }
        true
    });
    (html, blocked.get())
}

/// The HTML with each start tag passed through `edit`; those for which it returns false are left out.
fn rewritten(html: &str, edit: impl Fn(&mut markup::Element) -> bool) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    markup::read(html, |mut piece| {
        let keep = match &mut piece {
            Piece::Start(element) => edit(element),
            _ => true,
        };
        if keep {
            write(&mut out, &piece);
        }
        true
    });
    out
}
