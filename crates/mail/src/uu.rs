//! Files that old programs write into the text itself: `begin 644 name`, lines of data, `end`.

use crate::file;
use crate::letter::Attachment;

/// Files taken out of one text.
const MAX_FILES: usize = 50;

/// The files in a text, and the text without them. A block that is not whole stays text: nothing is thrown away on a guess.
pub fn take_out(text: &str) -> Option<(String, Vec<Attachment>)> {
    if !text.contains("\nend") {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut files = Vec::new();
    // Where the search for an `end` once found none, it need not be made again.
    let mut hopeless = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let block = name_of(line)
            .filter(|_| !hopeless && files.len() < MAX_FILES)
            .and_then(|name| Some((name, decode(lines.get(at + 1..)?)?)));
        match block {
            Some((name, Block::Whole(content, length))) => {
                files.push(Attachment {
                    name,
                    content_type: "application/octet-stream".to_owned(),
                    content_id: None,
                    inline: false,
                    turned: false,
                    content,
                });
                at += length + 1;
            }
            Some((_, Block::Endless)) => hopeless = true,
            None => {
                kept.push(line);
                at += 1;
            }
        }
    }
    (!files.is_empty()).then(|| (kept.join("\n"), files))
}

/// The name of `begin 644 name`.
fn name_of(line: &str) -> Option<String> {
    let rest = line.strip_prefix("begin ")?;
    let (mode, name) = rest.split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let name = file::safe_name(name);
    (is_mode && !name.is_empty()).then_some(name)
}

enum Block {
    /// The content, and how many lines it took.
    Whole(Vec<u8>, usize),
    /// The text ends before the block does.
    Endless,
}

/// Decodes lines up to `end`; `None` at the first line that is no data.
fn decode(lines: &[&str]) -> Option<Block> {
    let mut content = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if *line == "end" {
            return Some(Block::Whole(content, number + 1));
        }
        decode_line(line, &mut content)?;
    }
    Some(Block::Endless)
}

fn decode_line(line: &str, out: &mut Vec<u8>) -> Option<()> {
    let value = |byte: u8| (b' '..=b'`').contains(&byte).then(|| (byte - b' ') & 0x3f);
    let mut bytes = line.bytes();
    let length = usize::from(bytes.next().map_or(Some(0), value)?);
    let start = out.len();
    let data: Vec<u8> = bytes.map(value).collect::<Option<_>>()?;
    for group in data.chunks(4) {
        let at = |n: usize| u32::from(group.get(n).copied().unwrap_or_default());
        let block = at(0) << 18 | at(1) << 12 | at(2) << 6 | at(3);
        out.extend_from_slice(&block.to_be_bytes()[1..]);
    }
    // Lines that lost the blanks at their end are filled up; lines that say more than they could hold are no data.
    let longest = data.len().div_ceil(4) * 3;
    if length > longest + 3 || (length == 0 && data.len() > 4) {
        return None;
    }
    out.resize(start + length, 0);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_text_becomes_a_file() {
        let text = "See the file.\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n\nBye";
        let (text, files) = take_out(text).unwrap_or_default();
        assert_eq!(text, "See the file.\n\n\nBye");
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].name.as_str(), files[0].content.as_slice()), ("cat.txt", b"Cat".as_slice()));
    }

    /// People write "begin" and "end", too.
    #[test]
    fn words_are_not_taken_for_files() {
        for text in [
            "begin 2026 with a plan\nand bring it to an\nend",
            "begin 644 cat.txt\nthis is not data, it is a sentence that goes on\nend",
            "begin 644 cat.txt\n#0V%T\nnever ended",
            "begin 999 x\n#0V%T\nend",
        ] {
            assert!(take_out(text).is_none(), "{text}");
        }
    }
}
