//! Mail no person wrote: newsletters, mailing lists, out-of-office answers, bounces, receipts, notices of other services.

use jiff::{SignedDuration, Timestamp};

use super::SeedMail;
use super::dice::Dice;
use super::people::{Customer, ENGLISH, JAPANESE, OTOIAWASE, Party, SALES, SUPPORT};
use super::write::{Mail, date, escape, stamps};

/// All automatic mail.
pub(super) fn letters(now: Timestamp) -> Vec<SeedMail> {
    let mut dice = Dice::new(0x5EED_0011);
    let mut mails = newsletters(now, &mut dice);
    mails.extend(list_mails(now, &mut dice));
    mails.extend(out_of_office(now, &mut dice));
    mails.extend(bounces(now, &mut dice));
    mails.extend(notices(now, &mut dice));
    mails
}

fn inbox(to: Party, received: Timestamp, read: bool, raw: Vec<u8>) -> SeedMail {
    SeedMail { mailbox: to.address, folder: "inbox", received, read, categories: Vec::new(), raw }
}

fn ago(now: Timestamp, dice: &mut Dice, days: i64) -> Timestamp {
    now - SignedDuration::from_mins(dice.between(30, days * 1440))
}

fn newsletters(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    const ISSUES: &[(Party, Party, &str, &str)] = &[
        (
            Party { name: "Ceramics Weekly", address: "news@ceramicsweekly.example" },
            SUPPORT,
            "Ceramics Weekly #412: glazes that survive the dishwasher",
            "This week: a visit to three kilns in Hasami, five glazes that survive the dishwasher, and an interview with the buyer of a museum shop.",
        ),
        (
            Party { name: "Ceramics Weekly", address: "news@ceramicsweekly.example" },
            SUPPORT,
            "Ceramics Weekly #413: what shops ordered for December",
            "This week: what independent shops ordered for December, and why matte black is finally going away.",
        ),
        (
            Party { name: "包装資材ニュース", address: "mag@housou-news.example" },
            OTOIAWASE,
            "【包装資材ニュース】緩衝材の紙化はどこまで進んだか(第208号)",
            "今号の特集は「緩衝材の紙化」です。導入した三社の担当者に、費用と破損率の変化をうかがいました。",
        ),
        (
            Party { name: "包装資材ニュース", address: "mag@housou-news.example" },
            SUPPORT,
            "【包装資材ニュース】年末の運賃改定まとめ(第209号)",
            "主要運送会社の年末の運賃改定を一覧にまとめました。離島・中継料の扱いにご注意ください。",
        ),
        (
            Party { name: "Parcel Partner", address: "updates@parcelpartner.example" },
            SUPPORT,
            "New cut-off times for Europe from 1 December",
            "From 1 December parcels handed over by 14:00 leave the same evening. Customs forms must be sent electronically.",
        ),
        (
            Party { name: "ギフトショー事務局", address: "info@gift-fair.example" },
            SALES,
            "【ご案内】春の国際ギフト見本市 出展者募集のお知らせ",
            "来春の国際ギフト見本市の出展者募集を開始いたしました。早期申込割引は今月末までです。",
        ),
        (
            Party { name: "Tea & Table", address: "hello@teaandtable.example" },
            SALES,
            "The December gift guide is here 🎁",
            "Forty gifts under 50 dollars, picked by our editors, plus a recipe for hojicha biscuits.",
        ),
    ];
    let mut mails = Vec::new();
    for (number, (from, to, subject, lead)) in ISSUES.iter().enumerate() {
        let at = ago(now, dice, 45);
        let domain = from.address.rsplit('@').next().unwrap_or("mail.example");
        let mut mail =
            Mail::new(*from, *to, *subject, at, format!("{}.{number}@bounce.{domain}", dice.hex(20)));
        mail.program = super::people::Program::Gmail;
        let leave = format!("https://{domain}/unsubscribe?u={}", dice.hex(16));
        mail.headers = vec![
            ("List-Id", format!("<news.{domain}>")),
            ("List-Unsubscribe", format!("<{leave}>, <mailto:unsubscribe@{domain}?subject={}>", dice.hex(8))),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ("Precedence", "bulk".to_owned()),
            ("Feedback-ID", format!("{}:{domain}", dice.hex(8))),
        ];
        mail.text = format!(
            "{subject}\n\n{lead}\n\nhttps://{domain}/issues/{}\n\n--\nUnsubscribe: {leave}\n",
            408 + number
        );
        mail.html = Some(format!(
            "<!doctype html><html><body style=\"margin:0;background:#f4f1ea\"><table width=\"100%\" role=\"presentation\"><tr><td align=\"center\">\
             <table width=\"600\" style=\"background:#fff\"><tr><td style=\"padding:24px;font-family:Georgia,serif\"><h1 style=\"color:#7a2e2e\">{}</h1><p>{}</p>\
             <p><a href=\"https://{domain}/issues/{}\" style=\"background:#7a2e2e;color:#fff;padding:10px 18px;text-decoration:none\">Read more</a></p>\
             <img src=\"https://{domain}/open/{}.gif\" width=\"1\" height=\"1\" alt=\"\"><p style=\"font-size:11px;color:#888\"><a href=\"{leave}\">Unsubscribe</a></p>\
             </td></tr></table></td></tr></table></body></html>",
            escape(subject),
            escape(lead),
            408 + number,
            dice.hex(16)
        ));
        let read = dice.chance(60);
        mails.push(inbox(*to, at, read, mail.write(dice, true)));
    }
    mails
}

fn list_mails(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    const LIST: Party =
        Party { name: "Importers' Roundtable", address: "roundtable@lists.tea-trade.example" };
    let mut mails = Vec::new();
    let mut thread = Vec::new();
    let words = [
        "Has anyone had sencha held at the border because of the new residue form? Ours has been there for nine days.",
        "Yes, twice this month. Ask the forwarder for form 14-B and have it signed by the packer, not by the shipper.",
        "Same here. The form must name each lot; a list attached to it is not accepted any more.",
    ];
    let mut at = now - SignedDuration::from_hours(24 * 17);
    for (i, text) in words.iter().enumerate() {
        let author: &Customer = &ENGLISH[(i * 5 + 7) % ENGLISH.len()];
        let subject = format!("{}[roundtable] Residue form for green tea", if i == 0 { "" } else { "Re: " });
        let domain = author.party.address.rsplit('@').next().unwrap_or("mail.example");
        let mut mail = Mail::new(author.party, LIST, subject, at, format!("{}@{domain}", dice.guid()));
        mail.zone = author.zone;
        mail.program = author.program;
        mail.thread = thread.clone();
        mail.headers = vec![
            ("List-Id", "Importers' Roundtable <roundtable.lists.tea-trade.example>".to_owned()),
            ("List-Post", "<mailto:roundtable@lists.tea-trade.example>".to_owned()),
            ("List-Unsubscribe", "<mailto:roundtable-leave@lists.tea-trade.example>".to_owned()),
            ("Sender", "roundtable-bounces@lists.tea-trade.example".to_owned()),
            ("Precedence", "list".to_owned()),
        ];
        mail.text = format!(
            "{text}\n\n{}\n_______________________________________________\nroundtable mailing list\nroundtable@lists.tea-trade.example\n",
            author.party.name
        );
        thread.push(mail.id.clone());
        mails.push(inbox(SUPPORT, at, true, mail.write(dice, true)));
        at += SignedDuration::from_mins(dice.between(50, 900));
    }
    mails
}

fn out_of_office(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    let mut mails = Vec::new();
    let english = [ENGLISH[0], ENGLISH[6], ENGLISH[11]];
    let japanese = [JAPANESE[4], JAPANESE[8], JAPANESE[14]];
    for (person, is_japanese) in english.iter().map(|p| (p, false)).chain(japanese.iter().map(|p| (p, true)))
    {
        let at = ago(now, dice, 30);
        let order = format!("HM-2026-{:05}", dice.between(10_200, 48_900));
        let to = if is_japanese && dice.chance(50) { OTOIAWASE } else { SUPPORT };
        let subject = if is_japanese {
            format!("自動応答: RE: {order} の件")
        } else {
            format!("Automatic reply: RE: {order}")
        };
        let domain = person.party.address.rsplit('@').next().unwrap_or("mail.example");
        let mut mail = Mail::new(
            person.party,
            to,
            subject,
            at,
            format!("{}@mail.{domain}", dice.hex(32).to_uppercase()),
        );
        mail.zone = person.zone;
        mail.thread = vec![format!("{}@TY3P286MB2901.JPNP286.PROD.OUTLOOK.COM", dice.hex(18).to_uppercase())];
        mail.headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "All".to_owned()),
            ("X-MS-Exchange-Inbox-Rules-Loop", person.party.address.to_owned()),
        ];
        let back = (at + SignedDuration::from_hours(24 * dice.between(2, 12)))
            .strftime(if is_japanese { "%-m月%-d日" } else { "%-d %B" })
            .to_string();
        mail.text = if is_japanese {
            format!(
                "お世話になっております。\n{}の{}です。\n\n誠に勝手ながら、{back}まで休暇をいただいております。\nお急ぎの場合は、代表番号までご連絡ください。\nこのメールは自動送信です。",
                person.firm, person.party.name
            )
        } else {
            format!(
                "Thank you for your message. I am out of the office until {back} with limited access to e-mail. For anything urgent please call the front desk.\n\n{}\n{}",
                person.party.name, person.firm
            )
        };
        mail.html =
            Some(format!("<html><body><p>{}</p></body></html>", escape(&mail.text).replace('\n', "<br>\n")));
        let read = dice.chance(70);
        mails.push(inbox(to, at, read, mail.write(dice, true)));
    }
    mails
}

/// Non-delivery reports as Exchange Online writes them, by hand: the shape matters to whoever reads them.
fn bounces(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    const FAILED: &[(&str, &str, &str, &str)] = &[
        (
            "info@closed-shop.example",
            "5.1.1",
            "550 5.1.1 <info@closed-shop.example>: Recipient address rejected: User unknown",
            "wasn't found at closed-shop.example",
        ),
        (
            "purchasing@nile-traders.example",
            "5.2.2",
            "552 5.2.2 Mailbox full",
            "couldn't be delivered because the recipient's mailbox is full",
        ),
        (
            "tanaka-y@mirai-gakuen.example",
            "5.4.317",
            "550 5.4.317 Message expired, cannot connect to remote server",
            "couldn't be delivered because the remote server did not answer",
        ),
        (
            "orders@oldpartner.example",
            "5.7.1",
            "554 5.7.1 Service unavailable; Client host blocked",
            "was refused by oldpartner.example",
        ),
    ];
    let mut mails = Vec::new();
    for (recipient, status, diagnostic, sentence) in FAILED {
        let at = ago(now, dice, 35);
        let from = Party {
            name: "Microsoft Outlook",
            address: "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@hanamizuki.example",
        };
        let mut raw = String::new();
        for (name, value) in stamps(from, at, dice) {
            raw.push_str(&format!("{name}: {value}\r\n"));
        }
        let original =
            format!("TY3P286MB{}@TY3P286MB2901.JPNP286.PROD.OUTLOOK.COM", dice.hex(16).to_uppercase());
        let order = format!("HM-2026-{:05}", dice.between(10_200, 48_900));
        let b = format!("{}TY2JPN01FT041_", dice.hex(12));
        let (sent, now_date) = (date(at - SignedDuration::from_mins(3), 9), date(at, 0));
        raw.push_str(&format!(
            "MIME-Version: 1.0\r\n\
             From: \"Microsoft Outlook\" <{}>\r\n\
             To: <{}>\r\n\
             Date: {now_date}\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"{b}\"\r\n\
             X-MS-Exchange-Message-Is-Ndr:\r\n\
             Content-Language: en-US\r\n\
             Message-ID: <{}@hanamizuki.example>\r\n\
             In-Reply-To: <{original}>\r\n\
             References: <{original}>\r\n\
             Auto-Submitted: auto-replied\r\n\
             Subject: Undeliverable: RE: {order}\r\n\r\n\
             --{b}\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             <html><body><p><b>Your message to {recipient} couldn't be delivered.</b></p><p>Your message {sentence}.</p>\
             <p>Remote server returned '{diagnostic}'</p></body></html>\r\n\
             --{b}\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns;TY3P286MB2901.JPNP286.PROD.OUTLOOK.COM\r\nReceived-From-MTA: dns;TYCP286MB1187.JPNP286.PROD.OUTLOOK.COM\r\n\
             Arrival-Date: {now_date}\r\n\r\n\
             Final-Recipient: rfc822;{recipient}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp;{diagnostic}\r\n\r\n\
             --{b}\r\nContent-Type: message/rfc822\r\n\r\n\
             From: \"{}\" <{}>\r\nTo: <{recipient}>\r\nSubject: RE: {order}\r\nDate: {sent}\r\nMessage-ID: <{original}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\n\
             Thank you for your order {order}. It has left our warehouse today.\r\n\r\n--{b}--\r\n",
            from.address, SUPPORT.address, dice.guid(), SUPPORT.name, SUPPORT.address
        ));
        mails.push(inbox(SUPPORT, at, dice.chance(50), raw.into_bytes()));
    }
    mails
}

fn notices(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    const SHOP: Party = Party { name: "Shop notifications", address: "no-reply@shopengine.example" };
    const SCAN: Party = Party { name: "", address: "scanner@hanamizuki.example" };
    let mut mails = Vec::new();
    for i in 0..3 {
        let at = ago(now, dice, 12);
        let mut mail = Mail::new(
            SHOP,
            SUPPORT,
            format!("[Shop] New review waiting for approval ({} stars)", 3 + i),
            at,
            format!("{}@shopengine.example", dice.hex(24)),
        );
        mail.headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()),
        ];
        mail.text = format!(
            "A new review with {} stars is waiting for your approval.\n\nhttps://admin.shopengine.example/reviews/{}\n",
            3 + i,
            dice.between(1000, 9999)
        );
        mails.push(inbox(SUPPORT, at, dice.chance(80), mail.write(dice, true)));
    }
    let at = ago(now, dice, 9);
    let mut mail =
        Mail::new(SCAN, SUPPORT, "Scanned document", at, format!("{}@hanamizuki.example", dice.guid()));
    mail.text = "Scanned with the device in the mail room.\n".to_owned();
    mail.files = vec![super::files::File {
        name: "SCAN0042.pdf".to_owned(),
        kind: "application/pdf",
        bytes: super::files::pdf(&["Delivery note".to_owned()]),
        cid: None,
    }];
    mails.push(inbox(SUPPORT, at, true, mail.write(dice, true)));
    mails
}
