//! Colours of mails: read, and judged by whether text in them can be read.

use crate::style;

/// The colour in a `background`; pictures are none.
pub fn colour_in(value: &str) -> Option<&str> {
    let mut from = 0;
    let mut depth = 0u32;
    let ends = value.char_indices().chain([(value.len(), ' ')]);
    for (at, c) in ends {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 && (c.is_whitespace() || c == ',') => {
                let word = value.get(from..at).unwrap_or_default();
                if colour(word).is_some() {
                    return Some(word);
                }
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    None
}

/// Red, green, blue of a colour that is not seen through: `#fff`, `rgb(0, 0, 0)`, a name.
pub fn colour(text: &str) -> Option<[u8; 3]> {
    let text = text.trim().to_ascii_lowercase();
    if is_transparent(&text) {
        return None;
    }
    if let Some(digits) = text.strip_prefix('#') {
        let (r, g, b, _) = cssparser::color::parse_hash_color(digits.as_bytes()).ok()?;
        return Some([r, g, b]);
    }
    if let Some(inside) = text.strip_prefix("rgb").map(|rest| rest.trim_start_matches('a')) {
        let inside = inside.strip_prefix('(')?.strip_suffix(')')?;
        let mut parts = inside.split([',', ' ', '/']).filter(|part| !part.is_empty()).map(|part| {
            let (digits, whole) = part.strip_suffix('%').map_or((part, 1.0), |digits| (digits, 2.55));
            style::number(digits).map(|n| (n * whole).clamp(0.0, 255.0).round() as u8)
        });
        return Some([parts.next()??, parts.next()??, parts.next()??]);
    }
    let (r, g, b) = cssparser::color::parse_named_color(&text).ok()?;
    Some([r, g, b])
}

/// Text on a ground this close to its own colour is text that nobody reads: the ratio of WCAG.
const LEAST_CONTRAST: f64 = 1.35;

/// The colour in which text of this colour can be read on this ground: its own where it can.
pub fn readable(ink: [u8; 3], ground: [u8; 3]) -> [u8; 3] {
    let (one, other) = (brightness(ink) + 0.05, brightness(ground) + 0.05);
    if one.max(other) / one.min(other) >= LEAST_CONTRAST {
        ink
    } else if brightness(ground) < 0.18 {
        [255, 255, 255]
    } else {
        INK
    }
}

/// Text that no mail has coloured.
pub const INK: [u8; 3] = [0x1d, 0x21, 0x26];

fn brightness(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Whether nothing, or nearly nothing, is seen of a colour.
pub fn is_transparent(value: &str) -> bool {
    if value.contains("transparent") {
        return true;
    }
    // `#rgba` and `#rrggbbaa`, `rgba(r, g, b, a)`, `rgb(r g b / a)`.
    if let Some(digits) = value.strip_prefix('#') {
        return match digits.len() {
            4 => digits.ends_with('0'),
            8 => digits.get(6..).is_some_and(|alpha| alpha < "20"),
            _ => false,
        };
    }
    let Some(inside) = value.split_once('(').and_then(|(_, rest)| rest.split(')').next()) else {
        return false;
    };
    let parts: Vec<&str> = inside.split([',', ' ', '/']).filter(|part| !part.is_empty()).collect();
    let alpha = parts.get(3).map(|part| {
        part.strip_suffix('%').map_or(style::number(part), |p| style::number(p).map(|n| n / 100.0))
    });
    alpha.flatten().is_some_and(|alpha| alpha < 0.15)
}
