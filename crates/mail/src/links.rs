//! Where links lead, told apart from where they say they lead.
//!
//! The last pass over cleaned HTML: its classes are ours alone, since none of the mail's own came so far.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::markup::{self, Piece, escape, write};
use crate::style;

/// Text of a link that is looked at, in bytes.
const MAX_TEXT: usize = 4_000;
/// Endings of files that are domains too: `README.md` names no host.
const FILE_ENDINGS: [&str; 12] = ["md", "py", "rs", "sh", "zip", "mov", "pl", "ps", "ai", "so", "cc", "app"];

/// Gives each link its true target to be seen, and marks those whose text names another host. Also the place where
/// sizes and styles are settled, because here the markup is what the browser will see. Returns the marked ones' number.
pub fn finished(html: &str) -> (String, u32) {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut misleading = 0;
    let mut open: Option<(Target, String)> = None;
    markup::read(html, |mut piece| {
        match &mut piece {
            Piece::Start(element) => {
                for (name, value) in &mut element.attributes {
                    if name == "style" {
                        *value = style::tamed(value);
                    }
                }
                element.attributes.retain(|(name, value)| match name.as_str() {
                    "style" | "class" => !value.is_empty(),
                    "width" | "height" | "border" | "size" | "cellpadding" | "cellspacing" => {
                        style::is_bounded(value)
                    }
                    "rowspan" | "colspan" | "span" => value.trim().parse().is_ok_and(|n: u32| n <= 200),
                    _ => true,
                });
                if element.name == "a" {
                    // Also of links that came about by the repair of nesting.
                    element.attributes.retain(|(name, _)| name != "target" && name != "rel");
                    element.attributes.push(("rel".to_owned(), "noopener noreferrer nofollow".to_owned()));
                    element.attributes.push(("target".to_owned(), "_blank".to_owned()));
                    open =
                        element.attribute("href").and_then(Target::of).map(|target| (target, String::new()));
                    if let Some((target, _)) = &open {
                        element.attributes.retain(|(name, _)| name != "title");
                        element.attributes.push(("title".to_owned(), target.shown.clone()));
                        element.attributes.push(("data-to".to_owned(), target.shown.clone()));
                    }
                }
                write(&mut out, &piece);
            }
            Piece::Text(text) => {
                if let Some((_, words)) = &mut open
                    && words.len() < MAX_TEXT
                {
                    words.push_str(text);
                }
                write(&mut out, &piece);
            }
            Piece::End(name) => {
                let link = if name == "a" { open.take() } else { None };
                write(&mut out, &piece);
                if let Some((target, words)) = link {
                    misleading += u32::from(mark(&mut out, &target, &words));
                }
            }
        }
        true
    });
    (out, misleading)
}

/// Writes the small host behind a link that needs it; true when its text names another one.
fn mark(out: &mut String, target: &Target, words: &str) -> bool {
    let misleads =
        target.pretends || claimed(words).is_some_and(|claimed| !same_owner(&claimed, &target.host));
    let class = if misleads {
        "postdesk-to postdesk-misleads"
    } else if target.host.split('.').any(|label| label.starts_with("xn--")) {
        "postdesk-to"
    } else {
        return false;
    };
    out.push_str(" <small class=\"");
    out.push_str(class);
    out.push_str("\">\u{2192} ");
    escape(out, &target.host);
    out.push_str("</small>");
    misleads
}

/// Where a link leads.
struct Target {
    /// ASCII, so that letters that look like others are seen; of `mailto:` the address's.
    host: String,
    /// The whole address, for people.
    shown: String,
    /// It holds a user name, which is read as a host: `https://bank.example@evil.example/`.
    pretends: bool,
}

impl Target {
    fn of(href: &str) -> Option<Self> {
        let mut url = Url::parse(href.trim()).ok()?;
        for _ in 0..3 {
            match unwrapped(&url) {
                Some(inner) => url = inner,
                None => break,
            }
        }
        let host = match url.scheme() {
            "mailto" => domain_of_address(url.path())?,
            _ => url.host_str()?.trim_end_matches('.').to_owned(),
        };
        let pretends = matches!(url.scheme(), "http" | "https") && !url.username().is_empty();
        let shown = url.as_str().chars().take(300).collect();
        Some(Self { host, shown, pretends })
    }
}

/// What a link of a mail filter leads to in the end: Microsoft's Safe Links and its like stand before every link.
fn unwrapped(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let below = |of: &str| host == of || host.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    let parameter = |wanted: &str| {
        url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let inner = if below("safelinks.protection.outlook.com") || below("safelinks.o365.cn") {
        parameter("url")?
    } else if below("urldefense.com") {
        let rest = url.path().strip_prefix("/v3/__")?;
        // The path's own normalisation makes one slash of `https://`.
        rest.split("__;").next()?.replacen(":/", "://", 1).replacen(":///", "://", 1)
    } else if below("urldefense.proofpoint.com") {
        // The second version writes `%` as `-` and `/` as `_`.
        let inner = parameter("u")?;
        if url.path().starts_with("/v2/") {
            let escaped = inner.replace('-', "%").replace('_', "/");
            percent_decode_str(&escaped).decode_utf8_lossy().into_owned()
        } else {
            inner
        }
    } else if (host == "www.google.com" || host == "google.com") && url.path() == "/url" {
        parameter("q").or_else(|| parameter("url"))?
    } else {
        return None;
    };
    Url::parse(&inner).ok().filter(|inner| matches!(inner.scheme(), "http" | "https"))
}

/// The host that a link's text names.
fn claimed(words: &str) -> Option<String> {
    let words: String = words.chars().filter(|c| !is_invisible(*c)).collect();
    let lower = words.to_lowercase();
    for start in ["https://", "http://", "www."] {
        if let Some(at) = lower.find(start) {
            let rest = lower.get(at..)?;
            let end =
                rest.find(|c: char| c.is_whitespace() || "<>\"'、。）」".contains(c)).unwrap_or(rest.len());
            let word = rest.get(..end)?;
            return host_of(word.strip_prefix("https://").or(word.strip_prefix("http://")).unwrap_or(word));
        }
    }
    let word = lower.trim().trim_end_matches(['.', '/', '>', ')']).trim_start_matches(['<', '(']);
    if word.contains(char::is_whitespace) {
        return None;
    }
    let host = domain_of_address(word).or_else(|| host_of(word))?;
    let ending = host.rsplit('.').next()?;
    let known = psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
    (known && host.contains('.') && !FILE_ENDINGS.contains(&ending)).then_some(host)
}

fn domain_of_address(text: &str) -> Option<String> {
    let (_, domain) = text.rsplit_once('@')?;
    host_of(domain)
}

/// The host at the beginning of an address without scheme, in ASCII.
fn host_of(text: &str) -> Option<String> {
    if !text.contains('.') {
        return None;
    }
    let url = Url::parse(&format!("http://{text}")).ok()?;
    url.host_str().map(|host| host.trim_end_matches('.').to_owned())
}

/// `www.shop.example` and `mail.shop.example` are of one owner, `a.co.jp` and `b.co.jp` are not.
fn same_owner(one: &str, other: &str) -> bool {
    one == other || matches!((psl::domain_str(one), psl::domain_str(other)), (Some(a), Some(b)) if a == b)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(href: &str, words: &str) -> Option<String> {
        let (html, _) = finished(&format!("<a href=\"{href}\">{words}</a>"));
        let (_, mark) = html.split_once("</a>")?;
        let (class, rest) = mark.strip_prefix(" <small class=\"")?.split_once("\">\u{2192} ")?;
        let host = rest.strip_suffix("</small>")?;
        Some(if class.contains("misleads") { format!("!{host}") } else { host.to_owned() })
    }

    #[test]
    fn a_link_that_names_another_host_is_marked() {
        for (href, words, host) in [
            ("https://evil.example/x", "https://www.mybank.co.jp/login", "!evil.example"),
            ("https://evil.example/x", "www.mybank.co.jp", "!evil.example"),
            ("https://evil.example/x", "mybank.co.jp", "!evil.example"),
            ("https://evil.example/x", "MyBank.CO.JP/login", "!evil.example"),
            ("https://evil.example/x", "詳しくは https://mybank.co.jp/ をご覧ください", "!evil.example"),
            ("https://evil.example/x", "my\u{200b}bank.co.jp", "!evil.example"),
            ("https://evil.example/x", "<b>my</b>bank.co.jp", "!evil.example"),
            ("https://b.co.jp/", "a.co.jp", "!b.co.jp"),
            ("https://mybank.co.jp@evil.example/", "click", "!evil.example"),
            ("mailto:thief@evil.example", "info@mybank.co.jp", "!evil.example"),
            ("https://evil.example/", "info@mybank.co.jp", "!evil.example"),
            // The first letter is Cyrillic.
            ("https://xn--pple-43d.com/", "apple.com", "!xn--pple-43d.com"),
            ("https://аpple.com/", "аpple.com", "xn--pple-43d.com"),
            ("https://xn--wgv71a119e.jp/", "日本語.jp", "xn--wgv71a119e.jp"),
            (
                "https://urldefense.proofpoint.com/v2/url?u=https-3A__evil.example_&amp;d=x",
                "mybank.co.jp",
                "!evil.example",
            ),
            ("https://mybank.co.jp.evil.example/", "mybank.co.jp", "!mybank.co.jp.evil.example"),
            (
                "https://jpn01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2F&amp;data=05",
                "mybank.co.jp",
                "!evil.example",
            ),
        ] {
            assert_eq!(marked(href, words).as_deref(), Some(host), "{words} -> {href}");
        }
    }

    #[test]
    fn a_link_that_does_not_is_left_alone() {
        for (href, words) in [
            ("https://www.shop.example/x", "Our shop"),
            ("https://www.shop.co.jp/x", "shop.co.jp"),
            ("https://shop.co.jp/x", "https://www.shop.co.jp"),
            ("https://shop.co.jp/x", "README.md"),
            ("https://shop.co.jp/x", "請求書.pdf"),
            ("https://shop.co.jp/x", "3.5"),
            ("https://shop.co.jp/x", "shop.co.jp と partner.co.jp"),
            ("mailto:info@shop.co.jp", "info@shop.co.jp"),
            ("tel:+81312345678", "03-1234-5678"),
            (
                "https://jpn01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.shop.co.jp%2F&amp;data=05",
                "www.shop.co.jp",
            ),
            ("https://urldefense.com/v3/__https://www.shop.co.jp/a__;!!x", "https://www.shop.co.jp/a"),
            (
                "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.shop-2Dx.co.jp_a&amp;d=x",
                "https://www.shop-x.co.jp/a",
            ),
            ("https://urldefense.proofpoint.com/v1/url?u=https://www.shop.co.jp/a&amp;k=x", "www.shop.co.jp"),
        ] {
            assert_eq!(marked(href, words), None, "{words} -> {href}");
        }
    }

    #[test]
    fn the_true_target_stands_in_the_title_whatever_the_mail_put_there() {
        let (html, misleading) =
            finished("<a href=\"https://evil.example/a?b=1\" title=\"https://mybank.co.jp\">here</a>");
        assert!(html.contains("title=\"https://evil.example/a?b=1\"") && !html.contains("mybank"), "{html}");
        assert_eq!(misleading, 0);
    }
}
