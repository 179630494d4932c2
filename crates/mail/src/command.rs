//! Commands an agent writes at the top of a mail: `#solved`, `#assignee sato@example.com` (zendesk.md 6.5).
//!
//! Only read here. Who may give which command, and what it does, is judged where the ticket is known; a customer's
//! `#hashtag` is never taken out of his words by this module alone.

/// Lines of commands at most; more is no block of commands.
const MAX_COMMANDS: usize = 50;
/// Lines of a greeting above the block at most, and characters of each.
const MAX_GREETING: usize = 3;
const MAX_GREETING_CHARS: usize = 40;
/// Names that begin a block below a greeting, where any other `#word` is a word like others.
const KNOWN: [&str; 14] = [
    "status",
    "open",
    "pending",
    "hold",
    "solved",
    "priority",
    "assignee",
    "tag",
    "tags",
    "requester",
    "note",
    "public",
    "group",
    "type",
];
/// Characters of a command's name at most.
const MAX_NAME: usize = 30;

/// One line of the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Lower case, without the `#`.
    pub name: String,
    /// What stands behind the name, trimmed; may be empty.
    pub value: String,
}

/// The block at the top of a text, and what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// In the order they were written.
    pub commands: Vec<Command>,
    /// The text without the block; the very text when there is no block.
    pub rest: String,
}

/// Takes the block of commands off the top of a text.
///
/// The block ends at the first line that is neither a command nor empty. The `＃`, the letters and the spaces of a
/// Japanese keyboard count like their ASCII twins. A greeting may stand above it, as Japanese mail begins with one whatever
/// follows: it stays in the text, and there only names that are known begin the block.
pub fn take(text: &str) -> Commands {
    let begin = below_greeting(text);
    let (greeting, text) = text.split_at(begin);
    let mut taken = block(text);
    if begin > 0 {
        let between = if taken.rest.is_empty() { "" } else { "\n" };
        taken.rest = format!("{}\n{between}{}", greeting.trim_end(), taken.rest);
    }
    taken
}

fn block(text: &str) -> Commands {
    let mut commands = Vec::new();
    let mut end = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if is_empty(line) {
            continue;
        }
        let Some(command) = command(line).filter(|_| commands.len() < MAX_COMMANDS) else { break };
        commands.push(command);
        end = at;
    }
    if commands.is_empty() {
        return Commands { commands, rest: text.to_owned() };
    }
    let rest = text.get(end..).unwrap_or_default();
    // Empty lines below the block go with it; the first line keeps its indentation.
    let blank: usize = rest.split_inclusive('\n').take_while(|line| is_empty(line)).map(str::len).sum();
    Commands { commands, rest: rest.get(blank..).unwrap_or_default().to_owned() }
}

/// Where the block begins that stands below a greeting; 0 where there is no greeting, or no block.
fn below_greeting(text: &str) -> usize {
    let (mut at, mut greetings) = (0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(command) = command(line) {
            let known = KNOWN.contains(&command.name.as_str());
            return if greetings > 0 && known { at } else { 0 };
        }
        at += line.len();
        if is_empty(line) {
            continue;
        }
        greetings += 1;
        if greetings > MAX_GREETING || !is_greeting(line) {
            return 0;
        }
    }
    0
}

/// `佐藤様`, `お疲れ様です。`, `営業部の髙橋です。`, `Hi Ben,`
fn is_greeting(line: &str) -> bool {
    const WORDS: [&str; 8] = [
        "お疲れ",
        "おつかれ",
        "お世話",
        "いつもありがとう",
        "こんにちは",
        "こんばんは",
        "おはよう",
        "はじめまして",
    ];
    const ENDS: [&str; 8] = ["様", "さま", "さん", "殿", "御中", "各位", "です", "と申します"];
    const BEGINS: [&str; 6] = ["hi", "hello", "hey", "dear", "good morning", "good afternoon"];
    let line = line.trim_matches(is_space);
    if line.chars().count() > MAX_GREETING_CHARS || crate::announce::is_quoted(line) {
        return false;
    }
    let bare = line.trim_end_matches(['。', '、', '，', ',', '.', '!', '！', ' ', '：', ':']);
    let lower = bare.to_lowercase();
    let begins = |begin: &&str| {
        lower.strip_prefix(*begin).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    WORDS.iter().any(|word| line.contains(word))
        || ENDS.iter().any(|end| bare.ends_with(end))
        || BEGINS.iter().any(begins)
}

/// Spaces and what mail programs put into empty lines.
fn is_empty(line: &str) -> bool {
    line.chars().all(is_space)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

fn command(line: &str) -> Option<Command> {
    let line = line.trim_matches(is_space);
    let line = line.strip_prefix(['#', '＃'])?;
    let end = line.find(|c| is_space(c) || matches!(c, ':' | '：')).unwrap_or(line.len());
    let (name, value) = line.split_at_checked(end)?;
    let name: String = name.chars().take(MAX_NAME + 1).map(narrow).collect::<String>().to_ascii_lowercase();
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= MAX_NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let value = value.trim_matches(|c| is_space(c) || matches!(c, ':' | '：')).to_owned();
    is_name.then_some(Command { name, value })
}

/// A value as it would be written on another keyboard: `ｓｏｌｖｅｄ` is `solved`.
pub fn narrowed(value: &str) -> String {
    value.chars().map(narrow).collect()
}

/// `ｓ` is `s`.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, String) {
        let taken = take(text);
        (taken.commands.into_iter().map(|c| (c.name, c.value)).collect(), taken.rest)
    }

    #[test]
    fn commands_stand_at_the_top_and_the_rest_is_the_text() {
        for (text, commands, rest) in [
            ("#solved\nDone.", vec![("solved", "")], "Done."),
            ("#status solved\n\nDone.\n", vec![("status", "solved")], "Done.\n"),
            (
                "\n#Assignee sato@example.com\n\n#tags a b\n\n\nDone.",
                vec![("assignee", "sato@example.com"), ("tags", "a b")],
                "Done.",
            ),
            (
                "＃ｎｏｔｅ\r\n＃status　solved\r\n社内メモです。",
                vec![("note", ""), ("status", "solved")],
                "社内メモです。",
            ),
            ("\u{feff}#note\n  indented", vec![("note", "")], "  indented"),
            ("#solved", vec![("solved", "")], ""),
            ("#status: pending\nx", vec![("status", "pending")], "x"),
            ("#nonsense 7\nx", vec![("nonsense", "7")], "x"),
        ] {
            let (read, left) = read(text);
            let commands: Vec<_> =
                commands.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!((read, left.as_str()), (commands, rest), "{text:?}");
        }
    }

    #[test]
    fn other_words_with_a_number_sign_stay() {
        for text in [
            "Done.\n#solved",
            "# Heading\nwords",
            "#42 is broken",
            "#テスト\nです",
            "",
            "\n\nwords",
            "##solved\nx",
        ] {
            assert_eq!(read(text), (vec![], text.to_owned()), "{text:?}");
        }
    }

    /// A Japanese mail begins with a greeting, whoever writes to whomever: it must not turn orders into words for the customer.
    #[test]
    fn a_greeting_may_stand_above_the_block_and_stays_in_the_text() {
        for (text, commands, rest) in [
            (
                "お疲れ様です。\n#solved\n\n完了しました。",
                vec![("solved", "")],
                "お疲れ様です。\n\n完了しました。",
            ),
            (
                "森様\n\nお世話になっております。\nサポートの髙橋です。\n\n＃status　pending\nご確認ください。",
                vec![("status", "pending")],
                "森様\n\nお世話になっております。\nサポートの髙橋です。\n\nご確認ください。",
            ),
            ("Hi Ben,\n#note\n#tags a\nlook", vec![("note", ""), ("tags", "a")], "Hi Ben,\n\nlook"),
            ("お疲れ様です。\n#solved", vec![("solved", "")], "お疲れ様です。\n"),
        ] {
            let (read, left) = read(text);
            let commands: Vec<_> =
                commands.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!((read, left.as_str()), (commands, rest), "{text:?}");
        }
        for text in [
            "お疲れ様です。\n#hashtag\nです",
            "お世話になっております。\n机が届きました。\n#solved",
            "History of it\n#solved",
            "> お疲れ様です。\n#solved\n",
            "Hi\nHi\nHi\nHi\n#solved",
        ] {
            assert_eq!(read(text), (vec![], text.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_command_below_words_is_part_of_the_text() {
        assert_eq!(read("#note\nx\n#solved\n").1, "x\n#solved\n");
    }
}
