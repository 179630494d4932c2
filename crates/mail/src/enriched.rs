//! `text/enriched` (RFC 1896) and the older `text/richtext` (RFC 1341) to plain text: the words without their formatting.

/// Elements whose content is for programs.
const HIDDEN: [&str; 2] = ["param", "comment"];

/// The words. `older`: as `text/richtext` writes them, where a line break means nothing and `<lt>` is a character.
pub fn to_text(source: &str, older: bool) -> String {
    let mut out = String::with_capacity(source.len());
    let (mut hidden, mut as_is) = (0_usize, 0_usize);
    let mut rest = source;
    // Line breaks that wait for the next word.
    let mut breaks = 0_usize;
    while let Some(c) = rest.chars().next() {
        if c == '<' {
            let after = rest.get(1..).unwrap_or_default();
            if after.starts_with('<') && !older {
                write(&mut out, &mut breaks, "<", hidden);
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            if let Some((name, length)) = command(after) {
                rest = after.get(length..).unwrap_or_default();
                let closing = name.starts_with('/');
                let bare = name.trim_start_matches('/');
                if HIDDEN.contains(&bare) {
                    hidden = if closing { hidden.saturating_sub(1) } else { hidden + 1 };
                }
                match bare {
                    "nofill" | "verbatim" => {
                        as_is = if closing { as_is.saturating_sub(1) } else { as_is + 1 }
                    }
                    "lt" if older => write(&mut out, &mut breaks, "<", hidden),
                    "nl" | "np" if older && hidden == 0 => out.push('\n'),
                    "paragraph" if older && closing && hidden == 0 => out.push_str("\n\n"),
                    _ => {}
                }
                continue;
            }
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\r' => {}
            '\n' if hidden > 0 => {}
            '\n' if as_is > 0 => out.push('\n'),
            '\n' if older => breaks = 1,
            '\n' => breaks += 1,
            c => write(&mut out, &mut breaks, c.encode_utf8(&mut [0; 4]), hidden),
        }
    }
    out.trim().to_owned()
}

/// One line break is a space (none between Japanese characters), two are one, three are two: RFC 1896.
fn write(out: &mut String, breaks: &mut usize, text: &str, hidden: usize) {
    if hidden > 0 {
        return;
    }
    match std::mem::take(breaks) {
        0 => {}
        1 if out.is_empty() || out.ends_with(['\n', ' ']) => {}
        1 => {
            if out.chars().next_back().is_some_and(|c| c.is_ascii()) || text.is_ascii() {
                out.push(' ');
            }
        }
        several => out.push_str(&"\n".repeat((several - 1).min(3))),
    }
    out.push_str(text);
}

/// The name of a formatting command, and how long it is with its bracket.
fn command(after: &str) -> Option<(String, usize)> {
    let end = after.get(..after.floor_char_boundary(62))?.find('>')?;
    let name = after.get(..end)?;
    let plain = name.strip_prefix('/').unwrap_or(name);
    let fits = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then(|| (name.to_ascii_lowercase(), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Old programs on large machines still write it; commands between the words are unreadable.
    #[test]
    fn formatting_goes_and_words_and_lines_stay() {
        let table = [
            (
                "<bold>Now</bold> is the time\nfor all <<b>\n\n<fontfamily><param>Times</param>people</fontfamily>",
                "Now is the time for all <b>\npeople",
            ),
            ("納期の\n件です。\n\n\n<color><param>red</param>至急</color>", "納期の件です。\n\n至急"),
            ("a < b and c > d", "a < b and c > d"),
            ("", ""),
            ("<", "<"),
            ("<<<<", "<<"),
        ];
        for (source, text) in table {
            assert_eq!(to_text(source, false), text, "{source}");
        }
        assert_eq!(
            to_text("<bold>Hello</bold>,<nl>a <lt> b<comment>x</comment>\nwords<nl>", true),
            "Hello,\na < b words"
        );
    }
}
