//! Where the signature below the new text begins. It is cut off what an agent reads first, and stays in the whole text.
//!
//! A cut too many would hide words, so each rule wants a clear sign: the marker of RFC 3676, a line that a telephone adds by
//! itself, or a ruled-off block at the very end in which somebody's address, telephone or company stands.

/// Lines of a block of contact data.
const MAX_BLOCK: usize = 16;
/// Characters of a rule, at least.
const MIN_RULE: usize = 6;

/// The text without its signature; `None` when there is none, or nothing else.
pub fn without(text: &str) -> Option<&str> {
    let lines = lines_with_starts(text);
    let at = marker(&lines).or_else(|| block(&lines)).or_else(|| device(&lines))?;
    let before = text.get(..at)?.trim_end();
    // What a telephone adds may stand above the block as well.
    let before =
        device(&lines_with_starts(before)).and_then(|at| before.get(..at)).unwrap_or(before).trim_end();
    (!before.is_empty()).then_some(before)
}

fn lines_with_starts(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line.trim_end_matches(['\r', '\n']))
        })
        .collect()
}

/// The marker of RFC 3676, near the end.
fn marker(lines: &[(usize, &str)]) -> Option<usize> {
    let from = lines.len().saturating_sub(MAX_BLOCK + 9);
    let last = lines.iter().skip(from).rposition(|(_, line)| is_marker(line))? + from;
    let below = lines.get(last + 1..)?;
    below
        .iter()
        .any(|(_, line)| !line.trim().is_empty())
        .then(|| lines.get(last).map(|(at, _)| *at))
        .flatten()
}

/// A ruled-off block of contact data that ends the text.
fn block(lines: &[(usize, &str)]) -> Option<usize> {
    let end = lines.iter().rposition(|(_, line)| !line.trim().is_empty())? + 1;
    let from = end.saturating_sub(MAX_BLOCK + 2);
    let (mut contact, mut first_rule) = (0, None);
    for at in (from..end).rev() {
        let (_, line) = lines.get(at)?;
        if is_rule(line) {
            first_rule = Some(at);
            // A rule right at the end closes the block; the one that opens it stands above contact data.
            if at + 1 < end && contact >= 2 {
                break;
            }
        } else if is_contact(line) {
            contact += 1;
        }
    }
    let rule = first_rule.filter(|rule| contact >= 2 && rule + 1 < end)?;
    // Everything below the rule must look like a block: short lines, no sentences.
    let below = lines.get(rule + 1..end)?;
    let wordy = below.iter().filter(|(_, line)| is_sentence(line)).count();
    (wordy == 0).then(|| lines.get(rule).map(|(at, _)| *at)).flatten()
}

/// `━━━━━━`, `*-*-*-*-*`, `◆◇◆◇◆◇`: nothing but ornament.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.chars().count() >= MIN_RULE
        && line.chars().all(|c| {
            matches!(c, '-' | '=' | '_' | '*' | '+' | '~' | '#' | '/' | '.' | ':' | '|' | ' ')
                || matches!(c, '─'..='╿' | '■'..='◿' | '☆' | '★' | '＊' | '＝' | '－' | '―' | '‐' | '～' | '〜' | '・' | '…' | '＿' | '゜' | '。' | '｡' | '･' | '※' | '＋' | '♪')
        })
}

/// Telephone, post code, address on the net, company.
fn is_contact(line: &str) -> bool {
    let lower = line.to_lowercase();
    let signs = [
        "tel",
        "fax",
        "phone",
        "mobile",
        "mail:",
        "e-mail",
        "email",
        "http://",
        "https://",
        "www.",
        "〒",
        "電話",
        "携帯",
        "内線",
        "住所",
        "株式会社",
        "有限会社",
        "合同会社",
        "（株）",
        "(株)",
        "㈱",
        "co.,",
        "inc.",
        "ltd",
        "gmbh",
        "部長",
        "課長",
        "営業部",
        "総務部",
    ];
    signs.iter().any(|sign| lower.contains(sign))
        || (line.contains('@') && line.split_whitespace().count() <= 3)
}

/// A sentence ends as sentences end.
fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    line.ends_with(['。', '？', '！', '?', '!'])
        || (line.ends_with('.') && line.split_whitespace().count() > 6)
        || ["です", "ます", "ください", "ました", "ません"].iter().any(|end| line.ends_with(end))
}

/// The line that a telephone or its mail program adds.
fn device(lines: &[(usize, &str)]) -> Option<usize> {
    let last = lines.iter().rposition(|(_, line)| !line.trim().is_empty())?;
    let (at, line) = lines.get(last)?;
    is_device(line).then_some(*at)
}

/// `-- ` on a line of its own. (Programs that trim lines leave `--`.)
pub fn is_marker(line: &str) -> bool {
    matches!(line.trim_end_matches('\r'), "-- " | "--" | "-- \u{a0}")
}

/// A line that a telephone or its mail program adds.
pub fn is_device(line: &str) -> bool {
    let line = line.trim();
    // As text, Outlook writes the address of its advertisement behind it.
    let line = line.split_once("<http").map_or(line, |(before, _)| before.trim_end());
    if line.chars().count() > 60 {
        return false;
    }
    let lower = line.to_lowercase();
    ["sent from my ", "get outlook for ", "sent from outlook for ", "sent from mail for ", "von meinem "]
        .iter()
        .any(|start| lower.starts_with(start))
        || ["から送信", "から送信されました", "を入手", "を入手する", "より送信"]
            .iter()
            .any(|end| line.trim_end_matches('。').ends_with(end))
            && [
                "iphone",
                "ipad",
                "android",
                "outlook",
                "スマートフォン",
                "スマホ",
                "yahoo",
                "gmail",
                "xperia",
                "galaxy",
                "ahamo",
            ]
            .iter()
            .any(|device| lower.contains(device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_cut_off() {
        let table = [
            ("Hello\n\n-- \nKim\nExample Inc.", "Hello"),
            ("Thanks!\n\nSent from my iPhone", "Thanks!"),
            ("承知しました。\n\niPhoneから送信", "承知しました。"),
            ("承知しました。\n\nOutlook for iOS を入手", "承知しました。"),
            (
                "よろしくお願いいたします。\n\n━━━━━━━━━━\n株式会社サンプル 営業部\n山田 太郎\n〒100-0001 東京都千代田区1-1\nTEL: 03-0000-0000\nE-mail: taro@example.co.jp\n━━━━━━━━━━",
                "よろしくお願いいたします。",
            ),
            (
                "ご確認ください。\n\n**************\n有限会社テスト\n鈴木\nTEL 06-0000-0000 / FAX 06-0000-0001\n**************\n",
                "ご確認ください。",
            ),
            ("OK\n\niPhoneから送信\n-- \n山田", "OK"),
        ];
        for (text, rest) in table {
            assert_eq!(without(text), Some(rest), "{text}");
        }
    }

    /// A hidden sentence is worse than a signature that stays.
    #[test]
    fn words_are_never_taken_for_a_signature() {
        for text in [
            "",
            "Hello",
            "-- \nonly a signature",
            "iPhoneから送信",
            "注文内容は以下の通りです。\n──────────\n商品A 1個\n商品B 2個",
            "下記へお電話ください。\n==========\nTEL: 03-0000-0000\n担当は株式会社サンプルの鈴木です。",
            "I sent it from my iPhone yesterday and it worked, but today nothing is sent from my Android.",
            "See -- above",
            "A table:\n------------\na | b\n------------",
        ] {
            assert_eq!(without(text), None, "{text}");
        }
    }
}
