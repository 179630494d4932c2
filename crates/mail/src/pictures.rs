//! Pictures of a mail: which are its own, which lie elsewhere, and which are there to tell somebody that it was opened.

use std::cell::{Cell, RefCell};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::html::RemotePictures;
use crate::markup::{self, Element, Piece, write};
use crate::style;

/// Put before each picture address that was looked at, taken off by the policy: an address that came by another way
/// into the tree is not shown. `cid:` is a scheme of the policy and no remote address.
pub const RESOLVED: &str = "cid:postdesk-resolved/";

/// Hosts named at most; a mail may hold a hundred thousand.
pub const MAX_NAMED: usize = 20;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Remote pictures, pixels not counted.
    pub remote: u32,
    /// Tracking pixels.
    pub pixels: u32,
    /// Whose pixels, each host once.
    pub pixel_hosts: Vec<String>,
}

/// Gives each picture its final address, or none. Tracking pixels are taken out, whatever was asked for.
pub fn resolved(
    html: &str,
    pictures: RemotePictures,
    cid: &dyn Fn(&str) -> Option<String>,
) -> (String, Found) {
    let (remote, pixels, hosts) = (Cell::new(0), Cell::new(0), RefCell::new(Vec::new()));
    let html = rewritten(html, |element| {
        if element.name == "plaintext" {
            return false;
        }
        if element.name != "img" && element.name != "image" {
            return true;
        }
        let source = element.attribute("src").unwrap_or_default().trim().to_owned();
        if is_remote(&source) && is_pixel(element, &source) {
            pixels.set(pixels.get() + 1);
            let mut hosts = hosts.borrow_mut();
            if let Some(host) = host(&source)
                && hosts.len() < MAX_NAMED
                && !hosts.contains(&host)
            {
                hosts.push(host);
            }
            return false;
        }
        element.attributes.retain(|(name, _)| name != "src" && name != "data-remote-src");
        let address = if source.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:")) {
            let id = percent_decode_str(source.get(4..).unwrap_or_default()).decode_utf8_lossy();
            cid(id.trim().trim_matches(['<', '>']))
        } else if is_raster(&source) {
            Some(source)
        } else if is_remote(&source) {
            remote.set(remote.get() + 1);
            match pictures {
                RemotePictures::Allowed => Some(source),
                RemotePictures::Blocked => {
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
    (html, Found { remote: remote.get(), pixels: pixels.get(), pixel_hosts: hosts.into_inner() })
}

/// Whether a picture lies elsewhere.
pub fn is_remote(address: &str) -> bool {
    let lower = address.trim_start().get(..8).unwrap_or(address).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http:")
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

fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// A picture that nobody is meant to see: too small, hidden, or at an address of the shape trackers use.
fn is_pixel(element: &Element, address: &str) -> bool {
    is_unseen(element) || Url::parse(address).is_ok_and(|url| is_trackers_shape(&url))
}

/// Too small to be seen, or hidden.
pub fn is_unseen(element: &Element) -> bool {
    if element.attribute("hidden").is_some() {
        return true;
    }
    let style = element.attribute("style").unwrap_or_default();
    let is =
        |property: &str, value: &str| style::property(style, property).is_some_and(|v| v.starts_with(value));
    if is("display", "none") || is("visibility", "hidden") || is("opacity", "0") && !is("opacity", "0.") {
        return true;
    }
    let side = |name: &str| {
        let by_style = style::property(style, name).and_then(|value| style::pixels(&value));
        by_style
            .or_else(|| element.attribute(name).and_then(|value| style::pixels(&value.to_ascii_lowercase())))
    };
    match (side("width"), side("height")) {
        (Some(width), Some(height)) if width <= 3.0 && height <= 3.0 => true,
        (width, height) => [width, height].into_iter().flatten().any(|side| side <= 0.0),
    }
}

/// Where services that tell when a mail was opened keep their pixels: host (and what lies below it), part of the path.
const TRACKERS: [(&str, &str); 22] = [
    ("", "/wf/open"),
    ("", "/track/open"),
    ("", "/e2t/o/"),
    ("", "/e3t/"),
    ("", "/trk/open"),
    ("", "/email/open"),
    ("", "/emailopen"),
    ("list-manage.com", "/track/"),
    ("awstrack.me", "/I0/"),
    ("google-analytics.com", "/"),
    ("doubleclick.net", "/"),
    ("facebook.com", "/tr"),
    ("mailtrack.io", "/"),
    ("mailfoogae.appspot.com", "/"),
    ("yesware.com", "/"),
    ("bananatag.com", "/"),
    ("mixmax.com", "/api/track"),
    ("getnotify.com", "/"),
    ("superhuman.com", "/~/"),
    ("exct.net", "/open.aspx"),
    ("sailthru.com", "/img/"),
    ("cmail20.com", "/t/"),
];

/// File names that only pixels have.
const NAMES: [&str; 6] = ["open", "opened", "pixel", "beacon", "tracking", "webbeacon"];

fn is_trackers_shape(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let below = |of: &str| host == of || host.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    if TRACKERS.iter().any(|(of, path)| (of.is_empty() || below(of)) && url.path().contains(path)) {
        return true;
    }
    let file = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (name, ending) = file.split_once('.').unwrap_or((&file, ""));
    NAMES.contains(&name) && matches!(ending, "" | "gif" | "png" | "php" | "aspx" | "ashx" | "jpg")
}

/// The HTML with the addresses of its pictures changed, where `other` knows another one.
pub fn renamed(html: &str, other: &dyn Fn(&str) -> Option<String>) -> String {
    rewritten(html, |element| {
        if element.name == "img" || element.name == "image" {
            for (_, value) in element.attributes.iter_mut().filter(|(name, _)| name == "src") {
                if let Some(other) = other(value.trim()) {
                    *value = other;
                }
            }
        }
        true
    })
}

/// The HTML with each start tag passed through `edit`; those for which it returns false are left out.
fn rewritten(html: &str, edit: impl Fn(&mut Element) -> bool) -> String {
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
