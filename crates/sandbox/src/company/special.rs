//! Mails with a shape of their own, each here because some help desk once fell over one like it.

use jiff::{SignedDuration, Timestamp};

use super::SeedMail;
use super::dice::Dice;
use super::files::{self, File};
use super::people::{AYA, DANIEL, ENGLISH, JAPANESE, OTOIAWASE, Party, Program, SALES, SUPPORT};
use super::write::{Mail, date, stamps};

/// Subject of the one mail whose MIME is broken; the tests look for it.
pub(super) const BROKEN: &str = "Fwd: photos of the damage (3 of 3)";
/// Subject of the mail without a Message-ID.
pub(super) const WITHOUT_ID: &str = "Web form: question about gift wrapping";

/// All special mails.
pub(super) fn letters(now: Timestamp) -> Vec<SeedMail> {
    let mut dice = Dice::new(0x5EED_0021);
    let mut mails = by_hand(now, &mut dice);
    mails.extend(composed(now, &mut dice));
    mails.extend(drafts(now, &mut dice));
    mails
}

fn put(to: Party, folder: &'static str, received: Timestamp, read: bool, raw: Vec<u8>) -> SeedMail {
    SeedMail { mailbox: to.address, folder, received, read, categories: Vec::new(), raw }
}

fn hours_ago(now: Timestamp, hours: i64) -> Timestamp {
    now - SignedDuration::from_mins(hours * 60 + 7)
}

fn top(from: Party, at: Timestamp, dice: &mut Dice) -> Vec<u8> {
    let mut raw = Vec::new();
    for (name, value) in stamps(from, at, dice) {
        raw.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    raw
}

/// Bytes no well-behaved library would write.
fn by_hand(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    let mut mails = Vec::new();

    // A web form that forgets the Message-ID.
    let at = hours_ago(now, 31);
    let mut raw = top(Party { name: "", address: "webform@gift-portal.example" }, at, dice);
    raw.extend(format!(
        "From: webform@gift-portal.example\r\nReply-To: \"Linda Park\" <linda.park@homemail.example>\r\nTo: {}\r\nSubject: {WITHOUT_ID}\r\nDate: {}\r\n\r\n\
         Name: Linda Park\r\nE-mail: linda.park@homemail.example\r\nQuestion: Do you wrap the bento box as a gift, and is there a card with it?\r\n",
        SUPPORT.address, date(at, -6)
    ).into_bytes());
    mails.push(put(SUPPORT, "inbox", at, false, raw));

    // The broken one: a boundary that never comes, base64 that is none, raw bytes in a header, and an end in mid-air.
    let at = hours_ago(now, 20);
    let mut raw = top(ENGLISH[10].party, at, dice);
    raw.extend(format!("Subject: {BROKEN}\r\nDate: not a date at all\r\nMessage-ID: <broken").into_bytes());
    raw.extend(b"\r\nX-Origin: \xff\xfe\x00\x81\r\nTo: undisclosed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_never\r\n\r\n");
    raw.extend(b"--=_other\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ!!!!SkZJR\x00\x00gABAQ==*");
    mails.push(put(SUPPORT, "inbox", at, false, raw));

    // Unencoded UTF-8 in the headers, as some phones send.
    let at = hours_ago(now, 55);
    let mut raw = top(JAPANESE[11].party, at, dice);
    raw.extend(format!(
        "From: 山田 花子 <hanako.yamada@inbox.example>\r\nTo: {}\r\nSubject: 注文確認メールが二通届きました\r\nDate: {}\r\nMessage-ID: <raw8bit-{}@inbox.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         こんにちは。注文確認メールが同じ内容で二通届きました。二重に注文されていないかご確認いただけますか。\r\n山田\r\n",
        OTOIAWASE.address, date(at, 9), dice.hex(12)
    ).into_bytes());
    mails.push(put(OTOIAWASE, "inbox", at, false, raw));

    // A meeting request.
    let at = hours_ago(now, 76);
    let guest = ENGLISH[8 - 2];
    let start = (now + SignedDuration::from_hours(24 * 6)).strftime("%Y%m%dT050000Z").to_string();
    let end = (now + SignedDuration::from_hours(24 * 6)).strftime("%Y%m%dT054500Z").to_string();
    let boundary = format!("_000_{}_", dice.hex(20).to_uppercase());
    let mut raw = top(guest.party, at, dice);
    raw.extend(format!(
        "From: \"{name}\" <{from}>\r\nTo: \"{to_name}\" <{to}>\r\nSubject: Tasting of the new teas\r\nThread-Topic: Tasting of the new teas\r\nDate: {when}\r\nMessage-ID: <{id}@northgate-hotel.example>\r\n\
         Content-Class: urn:content-classes:calendarmessage\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\nCould we go through the new teas with the chef by video? Bring the price list, please.\r\n\r\n\
         --{boundary}\r\nContent-Type: text/calendar; charset=\"utf-8\"; method=REQUEST\r\n\r\n\
         BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nORGANIZER;CN={name}:mailto:{from}\r\n\
         ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN={to_name}:mailto:{to}\r\nUID:{uid}\r\nSUMMARY:Tasting of the new teas\r\n\
         DTSTART:{start}\r\nDTEND:{end}\r\nDTSTAMP:{start}\r\nLOCATION:Video call\r\nSEQUENCE:0\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n\r\n--{boundary}--\r\n",
        name = guest.party.name, from = guest.party.address, to_name = SUPPORT.name, to = SUPPORT.address,
        when = date(at, guest.zone), id = dice.hex(24).to_uppercase(), uid = dice.hex(40).to_uppercase(),
    ).into_bytes());
    mails.push(put(SUPPORT, "inbox", at, true, raw));

    // A mail forwarded as an attachment.
    let at = hours_ago(now, 101);
    let mut raw = top(ENGLISH[5].party, at, dice);
    raw.extend(format!(
        "From: Daniela Rossi <{from}>\r\nTo: {to}\r\nSubject: Fwd: Your invoice\r\nDate: {when}\r\nMessage-ID: <{id}@trattoria-rossi.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"0000fwd\"\r\n\r\n--0000fwd\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\r\n\
         Ciao, is this mail really from you? It asks for a new bank account.\r\n\r\nDaniela\r\n\r\n\
         --0000fwd\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"Your invoice.eml\"\r\n\r\n\
         From: \"Hanamizuki Trading\" <billing@hanamizuki-trading.example>\r\nTo: {from}\r\nSubject: Your invoice\r\nDate: {when}\r\nMessage-ID: <{other}@hanamizuki-trading.example>\r\n\r\n\
         Please note our new bank account and pay within three days.\r\n\r\n--0000fwd--\r\n",
        from = ENGLISH[5].party.address, to = SUPPORT.address, when = date(at, 1), id = dice.hex(20), other = dice.hex(20)
    ).into_bytes());
    mails.push(put(SUPPORT, "inbox", at, false, raw));

    // A read receipt.
    let at = hours_ago(now, 140);
    let mut raw = top(JAPANESE[8].party, at, dice);
    raw.extend(format!(
        "From: <{from}>\r\nTo: {to}\r\nSubject: =?UTF-8?B?6ZaL5bCBOiA=?= HM-2026-20417\r\nDate: {when}\r\nMessage-ID: <{id}@kobayashi-bussan.example>\r\nIn-Reply-To: <{original}@hanamizuki.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=\"mdn1\"\r\n\r\n\
         --mdn1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour message was read.\r\n\r\n--mdn1\r\nContent-Type: message/disposition-notification\r\n\r\n\
         Final-recipient: RFC822;{from}\r\nDisposition: automatic-action/MDN-sent-automatically; displayed\r\nOriginal-Message-ID: <{original}@hanamizuki.example>\r\n\r\n--mdn1--\r\n",
        from = JAPANESE[8].party.address, to = SUPPORT.address, when = date(at, 9), id = dice.hex(20), original = dice.hex(20)
    ).into_bytes());
    mails.push(put(SUPPORT, "inbox", at, true, raw));
    mails
}

/// Well-formed mails with something unusual about them.
fn composed(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    let mut mails = Vec::new();
    let id = |dice: &mut Dice, domain: &str| format!("{}@{domain}", dice.hex(24));

    let long_en = "Complaint about the delivery of three parcels (HM-2026-31007, HM-2026-31008 and HM-2026-31012) that were left in the rain in front of our warehouse on Saturday although we had asked in writing, twice, for a delivery on a working day between nine and five";
    let long_ja = "【ご相談】来年四月の創業七十周年記念式典でお客様およびお取引先様にお渡しする記念品として「波佐見焼マグカップ4個セット」と「手ぬぐい(波)」を組み合わせた特別な詰め合わせを五百組ほどお願いしたい件につきまして(納期・名入れ・のし紙・分納の可否を含む)";
    for (customer, subject, text) in [
        (
            ENGLISH[11],
            long_en,
            "The subject says it all. Photos were sent to the carrier already; I would like to hear from you what happens next.",
        ),
        (
            JAPANESE[14],
            long_ja,
            "お世話になっております。\n井上電機の井上でございます。\n\n件名のとおりご相談させてください。まずは概算のお見積りをいただけますと幸いです。\n\nどうぞよろしくお願いいたします。\n井上",
        ),
        (ENGLISH[8], "", "pls call me back about my order, number is on the account\n\nSent from my iPhone"),
        (
            ENGLISH[23],
            "Love it 😍🍵✨",
            "Got my matcha set today!! 🎉 Quick q: is the whisk supposed to soak before first use? 🙏",
        ),
        (
            JAPANESE[9],
            "Re: Re: Fwd: 【重要】ご注文の件",
            "すみません、前のメールを消してしまいました。もう一度送っていただけますか。\n\n加藤",
        ),
    ] {
        let at = now - SignedDuration::from_mins(dice.between(300, 20_000));
        let domain = customer.party.address.rsplit('@').next().unwrap_or("mail.example");
        let mut mail = Mail::new(customer.party, SUPPORT, subject, at, id(dice, domain));
        mail.zone = customer.zone;
        mail.program = customer.program;
        mail.text = text.to_owned();
        mails.push(put(SUPPORT, "inbox", at, dice.chance(40), mail.write(dice, true)));
    }

    // One mail to two of our addresses: one Message-ID, two mailboxes.
    let at = hours_ago(now, 49);
    let customer = ENGLISH[16];
    let mut mail = Mail::new(
        customer.party,
        SUPPORT,
        "Pro forma invoice for 12 cartons",
        at,
        id(dice, "nile-traders.example"),
    );
    mail.to.push(SALES);
    mail.cc = vec![Party { name: "Nile Traders Accounts", address: "accounts@nile-traders.example" }];
    mail.zone = customer.zone;
    mail.text = "Dear all,\n\nplease issue a pro forma invoice for 12 cartons of the roasted genmaicha, CIF Alexandria. I am writing to both addresses because I do not know who is in charge.\n\nA. Farouk".to_owned();
    for to in [SUPPORT, SALES] {
        mails.push(put(to, "inbox", at, false, mail.write(dice, true)));
    }

    // From a colleague.
    let at = hours_ago(now, 27);
    let mut mail = Mail::new(
        AYA,
        SUPPORT,
        "Fwd: 展示会でいただいたお問い合わせ",
        at,
        format!("{}@TY3P286MB2901.JPNP286.PROD.OUTLOOK.COM", dice.hex(20).to_uppercase()),
    );
    mail.cc = vec![DANIEL];
    mail.text = "お疲れさまです。清水です。\n\n展示会で名刺をいただいた方からのお問い合わせを転送します。対応をお願いします。\n\n---------- 転送されたメッセージ ----------\n差出人: 松本 千夏 <chinatsu@zakka-nagomi.example>\n件名: 先日の展示会のお礼\n\nブースでご説明いただいた「江戸風鈴」の資料をお送りいただけますでしょうか。".to_owned();
    mails.push(put(SUPPORT, "inbox", at, true, mail.write(dice, true)));

    // Many pictures and a file in one mail.
    let at = hours_ago(now, 12);
    let customer = JAPANESE[13];
    let mut mail = Mail::new(
        customer.party,
        OTOIAWASE,
        "店頭ディスプレイの写真です",
        at,
        id(dice, "zakka-nagomi.example"),
    );
    mail.program = Program::Apple;
    mail.text = "お世話になっております。雑貨店なごみの松本です。\n\n先日納品いただいた商品の店頭写真をお送りします。SNSでのご紹介にお使いいただいて構いません。".to_owned();
    let mut html = "<div>お世話になっております。雑貨店なごみの松本です。</div><div><br></div><div>先日納品いただいた商品の店頭写真をお送りします。</div>".to_owned();
    for i in 1..=4 {
        let cid = format!("{}@zakka-nagomi.example", dice.guid());
        html.push_str(&format!("<div><img src=\"cid:{cid}\" alt=\"店頭{i}\" width=\"320\"></div>"));
        mail.files.push(File {
            name: format!("店頭{i}.png"),
            kind: "image/png",
            bytes: files::picture(dice, 120, 90),
            cid: Some(cid),
        });
    }
    mail.files.push(File {
        name: "掲載許可.pdf".to_owned(),
        kind: "application/pdf",
        bytes: files::pdf(&["Permission to publish".to_owned()]),
        cid: None,
    });
    mail.html = Some(format!("<html><body>{html}</body></html>"));
    mails.push(put(OTOIAWASE, "inbox", at, false, mail.write(dice, true)));
    mails
}

/// What somebody began and has not sent.
fn drafts(now: Timestamp, dice: &mut Dice) -> Vec<SeedMail> {
    let mut mails = Vec::new();
    for (from, to, subject, text) in [
        (
            SUPPORT,
            ENGLISH[4].party,
            "RE: Certificate of origin",
            "Dear Sophie,\n\nthe certificate is with the chamber of commerce; we expect",
        ),
        (
            OTOIAWASE,
            JAPANESE[0].party,
            "RE: 請求書の宛名変更のお願い",
            "株式会社佐藤食器\n佐藤 様\n\nお世話になっております。\nご依頼の件につきまして、",
        ),
        (
            SALES,
            ENGLISH[18].party,
            "Price list 2027",
            "Dear Michael,\n\nplease find our price list for 2027 attached.\n\nBest regards,\nDaniel Brooks",
        ),
    ] {
        let at = now - SignedDuration::from_mins(dice.between(60, 4000));
        let mut mail = Mail::new(
            from,
            to,
            subject,
            at,
            format!("{}@TY3P286MB2901.JPNP286.PROD.OUTLOOK.COM", dice.hex(20).to_uppercase()),
        );
        mail.text = text.to_owned();
        mails.push(put(from, "drafts", at, true, mail.write(dice, false)));
    }
    mails
}
