//! Values of style declarations that stretch, shrink, move or hide what stands in a mail.
//!
//! Of properties only those of [`NAMES`] stay: nothing that is positioned, layered, animated or loaded. Then the values are looked
//! at: everything stays in its place, of a size people can read. Text that its sender made unreadable is shown; only what a mail
//! hides as such, as newsletters hide the words that stand beside their subject in a list of mails, stays hidden.

use crate::colour::{colour_in, is_transparent};

/// No side of anything is longer, in pixels.
const LARGEST: f64 = 2_000.0;
/// How far something may be drawn towards the outside, in pixels: hanging indents of lists and tables of Outlook.
const FURTHEST: f64 = -60.0;
/// Text below this many pixels is text that nobody is meant to read.
const SMALLEST_TEXT: f64 = 6.0;

/// Properties that take no address and cannot leave their place. What is drawn from several (`background`) is told by one.
pub const NAMES: [&str; 75] = [
    "align-items",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
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
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "clear",
    "color",
    "direction",
    "display",
    "flex-direction",
    "flex-wrap",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "gap",
    "height",
    "justify-content",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "min-height",
    "min-width",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-decoration-line",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "writing-mode",
];

/// A declaration that may stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// One of [`NAMES`].
    pub name: String,
    /// Without `!important`.
    pub value: String,
    /// It stood with `!important`.
    pub important: bool,
}

/// The declarations of a `style` attribute that may stay.
pub fn tamed(style: &str) -> String {
    written(&declared(style).into_iter().map(|one| (one.name, one.value)).collect::<Vec<_>>())
}

/// Names and values as a `style` attribute.
pub fn written(all: &[(String, String)]) -> String {
    let mut out = String::with_capacity(all.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in all {
        if !out.is_empty() {
            out.push(';');
        }
        out.push_str(name);
        out.push(':');
        out.push_str(value);
    }
    out
}

/// What of a `style` attribute may stay.
pub fn declared(style: &str) -> Vec<Declaration> {
    kept(declarations(style).into_iter().filter_map(|declaration| declaration.split_once(':')))
}

/// What of these names and values may stay.
///
/// What a sender hides as mails hide the words for a list of mails (`display:none`, a height of nothing) is hidden, by one
/// declaration. Text that is only made unreadable is not: it is shown. `mso-hide` speaks to Outlook alone: by it mails hide from
/// Outlook what all others show, e.g. buttons that Outlook gets as drawings.
pub fn kept<'d>(all: impl Iterator<Item = (&'d str, &'d str)>) -> Vec<Declaration> {
    let mut out: Vec<Declaration> = Vec::new();
    let (mut flat, mut cut) = (false, false);
    for (name, value) in all {
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let lower = value.to_ascii_lowercase();
        let (value, lower, important) = match lower.rfind('!') {
            Some(at) if lower.get(at + 1..).is_some_and(|rest| rest.trim_start() == "important") => (
                value.get(..at).unwrap_or_default().trim_end(),
                lower.get(..at).unwrap_or_default().trim_end(),
                true,
            ),
            _ => (value, lower.as_str(), false),
        };
        let mut keep = |name: &str, value: &str| {
            out.push(Declaration { name: name.to_owned(), value: value.to_owned(), important });
        };
        match name.as_str() {
            "background" => {
                if let Some(colour) = colour_in(value) {
                    keep("background-color", colour);
                }
            }
            "word-wrap" if lower == "break-word" => keep("overflow-wrap", "break-word"),
            "visibility" if lower == "hidden" => keep("display", "none"),
            "max-height" | "height" if pixels(lower).is_some_and(|n| n <= 0.0) => flat = true,
            "overflow" => cut = lower == "hidden",
            _ if !value.is_empty() && NAMES.contains(&&*name) && stays(&name, lower) => keep(&name, value),
            _ => {}
        }
    }
    if flat && cut {
        out.push(Declaration { name: "display".to_owned(), value: "none".to_owned(), important: true });
    }
    out
}

/// Whether text of this size is text that nobody is meant to read, e.g. that of an empty cell.
pub fn is_no_size(value: &str) -> bool {
    pixels(value).is_some_and(|size| size < SMALLEST_TEXT)
}

/// Splits at semicolons outside quotes and brackets.
fn declarations(style: &str) -> Vec<&str> {
    let (mut all, mut from, mut quote, mut depth) = (Vec::new(), 0, None, 0u32);
    for (at, c) in style.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ';') if depth == 0 => {
                all.extend(style.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    all.extend(style.get(from..));
    all
}

fn stays(name: &str, value: &str) -> bool {
    // Escapes and comments are how values hide from whoever looks at them.
    if value.contains(['\\', '<', '{', '}', '@']) || value.contains("/*") || !only_colours_are_called(value) {
        return false;
    }
    if value.matches('"').count() % 2 == 1 || value.matches('\'').count() % 2 == 1 {
        return false;
    }
    let lengths = || value.split([' ', ',', '/']).filter_map(length);
    if lengths().any(|length| length.pixels > LARGEST || length.pixels < FURTHEST || length.of_window) {
        return false;
    }
    let negative = lengths().any(|length| length.pixels < 0.0);
    match name {
        "display" => matches!(
            value,
            "none"
                | "block"
                | "inline"
                | "inline-block"
                | "table"
                | "table-row"
                | "table-cell"
                | "list-item"
                | "flex"
                | "inline-flex"
        ),
        "float" => matches!(value, "left" | "right" | "none"),
        "writing-mode" => matches!(value, "vertical-rl" | "horizontal-tb" | "lr-tb"),
        // Weights and line heights are numbers without a unit.
        "font" => lengths().all(|length| length.pixels >= if length.unit { SMALLEST_TEXT } else { 0.8 }),
        "font-size" => lengths().all(|length| length.pixels >= SMALLEST_TEXT),
        "line-height" => lengths().all(|length| {
            if length.unit {
                length.pixels >= SMALLEST_TEXT
            } else {
                length.pixels >= 0.5 && length.pixels <= 10.0
            }
        }),
        "letter-spacing" => lengths().all(|length| (-2.0..=40.0).contains(&length.pixels)),
        "color" => !is_transparent(value),
        "width" | "max-width" => !lengths().any(|length| length.pixels <= 0.0),
        "text-indent" => true,
        _ if name.starts_with("margin") => true,
        _ => !negative,
    }
}

fn only_colours_are_called(value: &str) -> bool {
    value.match_indices('(').all(|(at, _)| {
        let before = value.get(..at).unwrap_or_default();
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
        matches!(name, "rgb" | "rgba" | "hsl" | "hsla")
    })
}

struct Length {
    pixels: f64,
    /// A unit stood there.
    unit: bool,
    /// Measured by the window, which is the frame, which is measured by its content.
    of_window: bool,
}

/// Reads `12px`; `None` for what is no number.
fn length(word: &str) -> Option<Length> {
    let end = word.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-' | 'e')).unwrap_or(word.len());
    // `e` belongs to `1e9` and to `em`.
    let (digits, unit) = match word.get(..end).and_then(number) {
        Some(number) => (number, word.get(end..).unwrap_or_default()),
        None => {
            let end = word.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-')).unwrap_or(word.len());
            (word.get(..end).and_then(number)?, word.get(end..).unwrap_or_default())
        }
    };
    let factor = match unit {
        "pt" => 4.0 / 3.0,
        "pc" | "em" | "rem" | "lh" | "rlh" => 16.0,
        "ex" | "ch" | "ic" | "cap" => 8.0,
        "in" => 96.0,
        "cm" => 37.8,
        "mm" => 3.78,
        "%" => 0.16,
        _ => 1.0,
    };
    Some(Length {
        pixels: digits * factor,
        unit: !unit.is_empty(),
        of_window: unit.contains('v') || unit.starts_with('c') && unit.starts_with("cq"),
    })
}

/// A number that is one.
pub fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// A size in an attribute, as `width="600"` or `width="100%"`: of a length that may stay.
pub fn is_bounded(value: &str) -> bool {
    let digits: String = value.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.is_empty() || digits.parse().is_ok_and(|n: u32| f64::from(n) <= LARGEST)
}

/// The value of one property in a raw `style` attribute, lower case; the last one wins.
pub fn property(style: &str, wanted: &str) -> Option<String> {
    declarations(style)
        .into_iter()
        .rev()
        .filter_map(|declaration| declaration.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim().to_ascii_lowercase())
}

/// A length as `property` gives it, in pixels.
pub fn pixels(value: &str) -> Option<f64> {
    value.split_ascii_whitespace().next().and_then(length).map(|length| length.pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_keeps_its_style() {
        for style in [
            "font-size:11pt;",
            "margin:0 0 8px 0;",
            "text-indent:-18.0pt;",
            "margin-left:-5.4pt;",
            "color:#1F497D;",
            "color:rgb(31, 73, 125);",
            "font-family:\"Yu Gothic\",sans-serif;",
            "font-family:\"a;b\";",
            "width:100%;",
            "line-height:1.5;",
            "border:solid windowtext 1.0pt;",
            "padding:0;",
        ] {
            assert_eq!(tamed(style), style.trim_end_matches(';'));
        }
        assert_eq!(tamed("COLOR: Red !important"), "color:Red");
    }

    #[test]
    fn nothing_grows_vanishes_or_moves_away() {
        for style in [
            "font-size:0",
            "font-size:1px",
            "font-size:0.1em",
            "font-size:3%",
            "font-size:5000px",
            "font-size:calc(1px)",
            "line-height:0",
            "color:transparent",
            "color:rgba(0,0,0,0)",
            "color:rgb(0 0 0 / 0%)",
            "color:#0000",
            "color:#00000000",
            "width:99999999px",
            "width:1e9px",
            "width:100vw",
            "height:100vh",
            "height:100dvh",
            "margin-top:-9999px",
            "text-indent:-9999px",
            "text-indent:9999em",
            "letter-spacing:900px",
            "padding:10000in",
            "width:0",
            "background-color:url(https://x.example/)",
            "width:expression(alert(1))",
            "background-color:var(--x)",
            "font-size:\\30 px",
            "font-size:0/**/",
        ] {
            assert_eq!(tamed(style), "", "{style}");
        }
    }
}
