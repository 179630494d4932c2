//! HTML that came by mail: cleaned before anybody sees it.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use percent_encoding::percent_decode_str;

use crate::markup::{self, Piece};
pub use crate::plain::to_text;

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
/// Elements deeper than this are dropped (their content stays): tree building is quadratic in the depth.
const MAX_DEPTH: usize = 400;
/// Unclosed formatting elements are rebuilt in each following paragraph: more than these are dropped.
const MAX_FORMATTING: usize = 60;

/// Properties that take no URL and cannot leave the frame.
const STYLES: [&str; 50] = [
    "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style",
    "border-bottom-width", "border-collapse", "border-color", "border-left", "border-left-color",
    "border-left-style", "border-left-width", "border-radius", "border-right", "border-right-color",
    "border-right-style", "border-right-width", "border-spacing", "border-style", "border-top",
    "border-top-color", "border-top-style", "border-top-width", "border-width", "color", "direction",
    "font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height",
    "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width", "padding",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align", "text-decoration",
    "text-indent", "vertical-align", "white-space", "width",
];

/// Sanitises `html`. `cid` maps a Content-ID (without brackets) to the address under which the desk serves that part.
pub fn clean(html: &str, pictures: RemotePictures, cid: &dyn Fn(&str) -> Option<String>) -> Clean {
    if html.len() > MAX_HTML {
        return Clean { html: from_text(&to_text(html)), blocked_pictures: 0 };
    }
    let html = without_excess(html);
    let (html, blocked_pictures) = with_pictures_resolved(&html, pictures, cid);
    Clean { html: policy().clean(&html).to_string(), blocked_pictures }
}

/// The elements, attributes and addresses that may stay. Everything else goes; the text of unknown elements stays.
fn policy() -> Builder<'static> {
    let mut policy = Builder::default();
    policy
        .tags(HashSet::from([
            "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
            "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption",
            "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark",
            "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
            "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul",
            "var", "wbr",
        ]))
        .clean_content_tags(HashSet::from([
            "script", "style", "title", "template", "noscript", "noembed", "noframes", "iframe", "object", "svg",
            "math", "select", "textarea", "xmp", "plaintext", "audio", "video", "canvas", "applet",
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
        lower.strip_prefix("data:image/").and_then(|rest| rest.strip_prefix(kind)).is_some_and(|r| r.starts_with(';'))
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

/// Drops what makes tree building slow: very deep nesting and heaps of unclosed formatting.
fn without_excess(html: &str) -> Cow<'_, str> {
    if html.len() < 20_000 {
        return html.into();
    }
    let mut open: Vec<String> = Vec::new();
    let mut formatting = 0usize;
    let mut out = String::with_capacity(html.len());
    markup::read(html, |piece| {
        match &piece {
            Piece::Start(element) if markup::is_void(&element.name) => write(&mut out, &piece),
            Piece::Start(element) => {
                let formats = is_formatting(&element.name);
                if open.len() < MAX_DEPTH && !(formats && formatting >= MAX_FORMATTING) {
                    formatting += usize::from(formats);
                    open.push(element.name.clone());
                    write(&mut out, &piece);
                }
            }
            Piece::End(name) => {
                if let Some(at) = open.iter().rposition(|n| n == name) {
                    // Unclosed elements above it stay open for formatting's sake: they count until they are closed.
                    open.remove(at);
                    formatting -= usize::from(is_formatting(name));
                    write(&mut out, &piece);
                }
            }
            Piece::Text(_) => write(&mut out, &piece),
        }
        true
    });
    out.into()
}

fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike" | "strong" | "tt" | "u"
    )
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

/// Writes a piece as markup again.
pub(crate) fn write(out: &mut String, piece: &Piece) {
    match piece {
        Piece::Start(element) => {
            out.push('<');
            out.push_str(&element.name);
            for (name, value) in &element.attributes {
                // Names html5ever lets pass but which would break out of the tag when written.
                if name.is_empty() || name.contains(['"', '\'', '<', '>', '/', '=', ' ']) {
                    continue;
                }
                out.push(' ');
                out.push_str(name);
                out.push_str("=\"");
                escape(out, value);
                out.push('"');
            }
            out.push('>');
        }
        Piece::End(name) => {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        Piece::Text(text) => escape(out, text),
    }
}

/// Escapes for text and for double-quoted attributes.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => {}
            c => out.push(c),
        }
    }
}

/// Plain text as an HTML fragment: escaped, line breaks kept, links made clickable.
pub fn from_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (before, at) = rest.split_at(start);
        escape_lines(&mut out, before);
        let length = link_length(at);
        let (link, after) = at.split_at(length);
        if link.len() > "https://".len() && url::Url::parse(link).is_ok() {
            out.push_str("<a href=\"");
            escape(&mut out, link);
            out.push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
            escape(&mut out, link);
            out.push_str("</a>");
        } else {
            escape_lines(&mut out, link);
        }
        rest = after;
    }
    escape_lines(&mut out, rest);
    out
}

fn next_link(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find("http") {
        let at = from + at;
        let rest = text.get(at..)?;
        if rest.starts_with("http://") || rest.starts_with("https://") {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

/// Where an address in running text ends: before white space, brackets, Japanese text and closing punctuation.
fn link_length(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`') || !c.is_ascii())
        .unwrap_or(text.len());
    let mut link = text.get(..end).unwrap_or(text);
    loop {
        let unbalanced = |open: char, close: char| {
            link.ends_with(close) && link.matches(close).count() > link.matches(open).count()
        };
        if link.ends_with(['.', ',', ';', ':', '!', '?', '\'', '*']) || unbalanced('(', ')') || unbalanced('[', ']') {
            link = link.get(..link.len() - 1).unwrap_or_default();
        } else {
            return link.len();
        }
    }
}

fn escape_lines(out: &mut String, text: &str) {
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push_str("<br>\n");
        }
        escape(out, line.strip_suffix('\r').unwrap_or(line));
    }
}
