//! What a mail is dressed in: the files that hang on it, and the HTML its writer's program makes of the text.

use jiff::{SignedDuration, Timestamp};

use super::correspondence::{Extra, Voice};
use super::dice::Dice;
use super::files::{self, File};
use super::people::{Customer, Program};
use super::write::{Charset, encode, escape};

/// What the files are about.
pub(super) struct Matter<'a> {
    /// The writer's language.
    pub(super) voice: &'static Voice,
    /// The writer.
    pub(super) customer: &'a Customer,
    /// Order number.
    pub(super) order: &'a str,
    /// Product and place it is about.
    pub(super) words: [&'static str; 2],
    /// When.
    pub(super) at: Timestamp,
}

/// The files of a mail.
pub(super) fn files(extra: Extra, matter: &Matter<'_>, dice: &mut Dice) -> Vec<File> {
    let Matter { voice, customer, order, words: [product, place], at } = *matter;
    let number = dice.between(1000, 9999);
    let cid = format!("{}@{}", dice.hex(12), "01DC5A2F.6B3E1D40");
    let file = |name: String, kind, bytes| vec![File { name, kind, bytes, cid: None }];
    match extra {
        Extra::None => Vec::new(),
        Extra::Photo | Extra::Screenshot => {
            let name = match (extra == Extra::Photo, voice.japanese) {
                (true, _) => format!("IMG_{number}.png"),
                (false, true) => format!("スクリーンショット_{number}.png"),
                (false, false) => format!("Screenshot_{number}.png"),
            };
            let count = if dice.chance(25) { 2 } else { 1 };
            (0..count)
                .map(|i| File {
                    name: if i == 0 { name.clone() } else { format!("IMG_{}.png", number + i) },
                    kind: "image/png",
                    bytes: files::picture(dice, 72, 54),
                    cid: (i == 0).then(|| cid.clone()),
                })
                .collect()
        }
        Extra::Pdf => {
            let lines = vec![
                "Hanamizuki Trading".to_owned(),
                format!("Invoice for order {order}"),
                format!("Total JPY {number}00"),
            ];
            let name = if voice.japanese {
                format!("請求書_{order}.pdf")
            } else {
                format!("Invoice {order}.pdf")
            };
            file(name, "application/pdf", files::pdf(&lines))
        }
        Extra::Csv => {
            let mut rows = String::from(if voice.japanese {
                "品名,数量,希望日\r\n"
            } else {
                "item,quantity,wanted\r\n"
            });
            for _ in 0..dice.between(3, 12) {
                let wanted = (at + SignedDuration::from_hours(24 * dice.between(5, 20)))
                    .strftime("%Y-%m-%d")
                    .to_string();
                rows.push_str(&format!("{},{},{wanted}\r\n", dice.pick(voice.products), dice.between(1, 60)));
            }
            // Spreadsheets in Japan still read CSV as Shift_JIS.
            let bytes = encode(&rows, if voice.japanese { Charset::ShiftJis } else { Charset::Utf8 });
            let name = if voice.japanese {
                format!("発注明細_{number}.csv")
            } else {
                format!("order-{number}.csv")
            };
            file(name, "text/csv", bytes)
        }
        Extra::Docx => {
            let name = if voice.japanese { "会社概要.docx" } else { "About us.docx" };
            let lines = [customer.firm, customer.party.name, place, product].map(str::to_owned);
            file(
                name.to_owned(),
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                files::docx(&lines),
            )
        }
    }
}

/// A text's paragraphs in HTML, the pictures of the mail under them.
pub(super) fn paragraphs(program: Program, japanese: bool, paragraphs: &[String], files: &[File]) -> String {
    let font = if japanese { "&quot;Yu Gothic&quot;, sans-serif" } else { "Aptos, Calibri, sans-serif" };
    let mut html = String::new();
    for paragraph in paragraphs {
        let words = escape(paragraph).replace('\n', "<br>\n");
        match program {
            Program::Outlook => html.push_str(&format!("<p class=\"MsoNormal\"><span style=\"font-family:{font};font-size:11pt\">{words}</span></p>\n")),
            Program::Gmail => html.push_str(&format!("<div>{words}</div><div><br></div>\n")),
            Program::Apple | Program::Becky => html.push_str(&format!("<div>{words}</div><div><br></div>")),
        }
    }
    for file in files {
        if let Some(cid) = &file.cid {
            html.push_str(&format!(
                "<div><img src=\"cid:{cid}\" alt=\"{}\" width=\"288\"></div>\n",
                escape(&file.name)
            ));
        }
    }
    html
}

/// The whole page as the program writes it.
pub(super) fn page(program: Program, body: &str) -> String {
    match program {
        Program::Outlook => format!(
            "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\">\n<head>\n<meta name=\"Generator\" content=\"Microsoft Word 15 (filtered medium)\">\n\
             <style><!--\np.MsoNormal {{margin:0cm; margin-bottom:8pt;}}\n--></style>\n</head>\n<body lang=\"EN-US\" link=\"#467886\">\n<div class=\"WordSection1\">\n{body}</div>\n</body>\n</html>\n"
        ),
        Program::Gmail => format!("<div dir=\"ltr\">{body}</div>\n"),
        Program::Apple | Program::Becky => format!(
            "<html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\"></head><body style=\"overflow-wrap: break-word; -webkit-nbsp-mode: space;\">{body}</body></html>"
        ),
    }
}
