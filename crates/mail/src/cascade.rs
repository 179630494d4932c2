//! Brings the rules of a mail's style sheets to its elements, as `style` attributes, before anything is cleaned.
//!
//! One pass over the markup with the elements that are open: no tree. So no sheet has to reach the frame, and what a rule says
//! goes through the same policy as what an attribute says. The work and what the rules add are bounded; a mail that would take
//! more is shown without its sheets. In the same pass text gets a colour that can be read on its ground, because pictures
//! behind text are not shown, and what stands in hidden elements loads nothing.

use crate::colour::{INK, colour, readable};
use crate::markup::{self, Element, Piece, write};
use crate::pictures;
use crate::selector::Known;
use crate::sheet::Sheet;
use crate::style;

/// Comparisons of a selector with an element.
const MAX_WORK: usize = 3_000_000;
/// Bytes that the rules may add, beside the mail's own length.
const MAX_ADDED: usize = 1024 * 1024;
/// Open elements that are looked at.
const MAX_OPEN: usize = 600;

/// The HTML with the rules of `sheet` in its `style` attributes, without any sheet. Without rules it does not outgrow the bounds; if it
/// ever did, the HTML would stay as it is: it is cleaned afterwards in any case, and no mail may be shown empty.
pub fn applied(html: &str, sheet: &Sheet) -> String {
    if !sheet.is_empty()
        && let Some(styled) = pass(html, sheet)
    {
        return styled;
    }
    pass(html, &Sheet::default()).unwrap_or_else(|| html.to_owned())
}

struct Open {
    known: Known,
    hidden: bool,
    /// Text here has no size to be read in: empty cells and the gaps between columns.
    no_size: bool,
    look: Look,
}

/// Colours of an element's text.
#[derive(Clone, Copy)]
struct Look {
    ground: [u8; 3],
    /// As the mail wants it; `None` when it is not known.
    wanted: Option<[u8; 3]>,
    /// As it is.
    shown: Option<[u8; 3]>,
}

const PLAIN: Look = Look { ground: [255, 255, 255], wanted: Some(INK), shown: Some(INK) };

fn pass(html: &str, sheet: &Sheet) -> Option<String> {
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let most = html.len() * 2 + MAX_ADDED;
    let mut work = MAX_WORK;
    let mut open: Vec<Open> = Vec::new();
    let mut known: Vec<Known> = Vec::new();
    let (mut in_sheet, mut had_body) = (false, false);
    markup::read(html, |mut piece| {
        match &mut piece {
            Piece::Start(element) if element.name == "style" => in_sheet = true,
            Piece::End(name) if name == "style" => in_sheet = false,
            _ if in_sheet => {}
            Piece::Text(text) => {
                // Between columns and in empty cells there is nothing that would take room.
                if !(open.last().is_some_and(|last| last.no_size)
                    && text
                        .chars()
                        .all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}')))
                {
                    write(&mut out, &piece);
                }
            }
            Piece::End(name) if name == "body" || name == "html" => {}
            Piece::End(name) => {
                if let Some(at) = open.iter().rposition(|one| one.known.element == *name) {
                    open.truncate(at);
                    known.truncate(at);
                }
                write(&mut out, &piece);
            }
            Piece::Start(element) => {
                close_before(&element.name, &mut open);
                known.truncate(open.len());
                let opened = styled(element, sheet, &open, &known, &mut work);
                let here = Known {
                    element: element.name.clone(),
                    id: element.attribute("id").unwrap_or_default().to_owned(),
                    class: element.attribute("class").unwrap_or_default().to_owned(),
                };
                if element.name == "body" {
                    // The ground on which the mail stands. What a mail hides whole is shown: nothing would be left.
                    if had_body {
                        return true;
                    }
                    had_body = true;
                    element.attributes.retain(|(name, _)| name == "style" || name == "dir" || name == "lang");
                    if !element.attributes.is_empty() {
                        "div".clone_into(&mut element.name);
                    }
                }
                if !markup::is_void(&element.name) && open.len() < MAX_OPEN {
                    open.push(Open { known: here.clone(), ..opened });
                    known.push(here);
                }
                write(&mut out, &piece);
            }
        }
        work > 0 && out.len() <= most
    });
    (work > 0 && out.len() <= most).then_some(out)
}

/// Gives an element its `style` and tells what those below it get from it.
fn styled(element: &mut Element, sheet: &Sheet, open: &[Open], known: &[Known], work: &mut usize) -> Open {
    let (hidden, no_size, above) =
        open.last().map_or((false, false, PLAIN), |last| (last.hidden, last.no_size, last.look));
    let own = element.attribute("style").map(style::declared).unwrap_or_default();
    let said = if sheet.is_empty() { Vec::new() } else { sheet.said_of(element, known, work) };
    let mut all: Vec<(String, String)> = Vec::new();
    for important in [false, true] {
        let rules = said.iter().copied().flatten().chain(&own).filter(|one| one.important == important);
        for one in rules {
            // The later word counts, in its place: `margin` behind `margin-top` takes that back.
            all.retain(|(name, _)| *name != one.name);
            all.push((one.name.clone(), one.value.clone()));
        }
    }
    if element.name == "body" {
        all.retain(|(name, _)| {
            !matches!(name.as_str(), "display" | "width" | "min-width" | "max-width" | "float")
                && !name.starts_with("margin")
        });
    }
    let value = |wanted: &str| value_of(&all, wanted);
    let hidden = hidden || value("display") == Some("none");
    let size = element.attribute("style").and_then(|raw| style::property(raw, "font-size"));
    let no_size = size.map_or(no_size, |size| style::is_no_size(&size));
    let look = coloured(element, above, value("background-color"), value("color"));
    let names_its_own =
        value("color").is_some() || element.name == "font" && element.attribute("color").is_some();
    if !hidden
        && let Some(shown) = look.shown
        && Some(shown) != if names_its_own { look.wanted } else { above.shown }
    {
        let [r, g, b] = shown;
        all.retain(|(name, _)| name != "color");
        all.push(("color".to_owned(), format!("#{r:02x}{g:02x}{b:02x}")));
    }
    if element.name == "body" && value_of(&all, "background-color").is_none() && look.ground != above.ground {
        let [r, g, b] = look.ground;
        all.push(("background-color".to_owned(), format!("#{r:02x}{g:02x}{b:02x}")));
    }
    // What no style of ours says any more tells a tracker's picture from one that is meant to be seen.
    let is_picture = matches!(element.name.as_str(), "img" | "image");
    let unseen = is_picture && (hidden || pictures::is_unseen(element));
    element.attributes.retain(|(name, _)| name != "style");
    if !all.is_empty() {
        element.attributes.push(("style".to_owned(), style::written(&all)));
    }
    if unseen {
        element.attributes.push(("hidden".to_owned(), String::new()));
    }
    let nobody = Known { element: String::new(), id: String::new(), class: String::new() };
    Open { known: nobody, hidden, no_size, look }
}

fn value_of<'a>(all: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    all.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

/// The colours of an element: those it names, by style or by the attributes of old, else those around it.
fn coloured(element: &Element, above: Look, ground: Option<&str>, ink: Option<&str>) -> Look {
    let by_attribute = |name: &str| element.attribute(name).and_then(old_colour);
    let ground = match ground {
        Some(ground) => colour(ground),
        None => by_attribute("bgcolor"),
    }
    .unwrap_or(above.ground);
    let wanted = match (ink, element.name.as_str()) {
        (Some(ink), _) => colour(ink),
        (None, "font") if element.attribute("color").is_some() => by_attribute("color"),
        (None, "body") if element.attribute("text").is_some() => by_attribute("text"),
        // The browser's own colour for links.
        (None, "a") => None,
        (None, _) => above.wanted,
    };
    Look { ground, wanted, shown: wanted.map(|ink| readable(ink, ground)) }
}

/// A colour as attributes have it: `#fff`, `ffffff`, a name.
fn old_colour(value: &str) -> Option<[u8; 3]> {
    colour(value).or_else(|| colour(&format!("#{}", value.trim())))
}

/// Elements that end where another of their kind begins.
fn close_before(name: &str, open: &mut Vec<Open>) {
    let (ends, within): (&[&str], &[&str]) = match name {
        "li" => (&["li"], &["ul", "ol"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl"]),
        "td" | "th" => (&["td", "th"], &["table", "tr"]),
        "tr" => (&["tr"], &["table"]),
        "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["table"]),
        "p" | "div" | "table" | "ul" | "ol" | "dl" | "blockquote" | "pre" | "hr" | "center" | "h1" | "h2"
        | "h3" | "h4" | "h5" | "h6" => (&["p"], &["table", "td", "th", "div", "blockquote", "li", "center"]),
        _ => return,
    };
    for at in (0..open.len()).rev().take(60) {
        let element = open.get(at).map(|one| one.known.element.as_str()).unwrap_or_default();
        if ends.contains(&element) {
            open.truncate(at);
            return;
        }
        if within.contains(&element) {
            return;
        }
    }
}
