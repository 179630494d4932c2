//! Mail that an agent passes on: who wrote the mail inside.

use mail::{Forwarded, read};

use crate::mail_of;

fn forwarded(subject: &str, body: &str) -> Option<Forwarded> {
    read(&mail_of(
        &format!(
            "From: agent@desk.example\nTo: help@desk.example\nSubject: {subject}\nDate: Fri, 27 Nov 2026 10:00:00 +0900\n\
             Content-Type: text/plain; charset=utf-8"
        ),
        body,
    ))
    .forwarded
}

const PEOPLE: &str = "山田 太郎";

#[test]
fn the_original_sender_is_read_from_the_forward_of_each_program() {
    for (program, subject, body) in [
        (
            "Outlook",
            "FW: 故障の件",
            "対応お願いします。\n\nFrom: 山田 太郎 <taro@example.co.jp>\nSent: Monday, November 23, 2026 8:02 AM\nTo: Desk <info@desk.example>; 佐藤 <sato@example.co.jp>\nCc: Suzuki, Ken <ken@example.co.jp>\nSubject: 故障の件\n\n動きません。\n",
        ),
        (
            "Outlook, Japanese",
            "FW: 故障の件",
            "対応お願いします。\n\n差出人: 山田 太郎 <taro@example.co.jp>\n送信日時: 2026年11月23日 8:02\n宛先: Desk <info@desk.example>; 佐藤 <sato@example.co.jp>\nCC: Suzuki, Ken <ken@example.co.jp>\n件名: 故障の件\n\n動きません。\n",
        ),
        (
            "Outlook of old",
            "転送: 故障の件",
            "対応お願いします。\n\n-----元のメッセージ-----\n差出人: 山田 太郎 [mailto:taro@example.co.jp] \n送信日時: 2026年11月23日月曜日 8:02\n宛先: Desk <info@desk.example>; 佐藤 [mailto:sato@example.co.jp]\nCC: Suzuki, Ken <ken@example.co.jp>\n件名: 故障の件\n\n動きません。\n",
        ),
        (
            "Outlook on the web",
            "Fw: 故障の件",
            "対応お願いします。\n________________________________\n差出人: 山田 太郎 <taro@example.co.jp>\n送信日時: 2026年11月23日 8:02\n宛先: Desk <info@desk.example>; 佐藤 <sato@example.co.jp>\nCC: Suzuki, Ken <ken@example.co.jp>\n件名: 故障の件\n \n動きません。\n",
        ),
        (
            "Gmail",
            "Fwd: 故障の件",
            "対応お願いします。\n\n---------- Forwarded message ---------\nFrom: 山田 太郎 <taro@example.co.jp>\nDate: 2026年11月23日(月) 8:02\nSubject: 故障の件\nTo: Desk <info@desk.example>, 佐藤 <sato@example.co.jp>\nCc: Suzuki, Ken <ken@example.co.jp>\n\n\n動きません。\n",
        ),
        (
            "Gmail without its subject",
            "至急",
            "対応お願いします。\n\n---------- 転送されたメッセージ ----------\nFrom: *山田 太郎* <taro@example.co.jp>\nDate: Mon, Nov 23, 2026 at 8:02\nSubject: 故障の件\nTo: Desk <info@desk.example>, <sato@example.co.jp>\nCc: Suzuki, Ken <ken@example.co.jp>\n\n動きません。\n",
        ),
        (
            "Apple Mail",
            "Fwd: 故障の件",
            "対応お願いします。\n\n> 転送されたメッセージ:\n> \n> 差出人: 山田 太郎 <taro@example.co.jp>\n> 件名: 故障の件\n> 日付: 2026年11月23日 8:02:00 JST\n> 宛先: Desk <info@desk.example>, 佐藤 <sato@example.co.jp>\n> Cc: Suzuki, Ken <ken@example.co.jp>\n> \n> 動きません。\n",
        ),
        (
            "Apple Mail, English",
            "Fwd: 故障の件",
            "対応お願いします。\n\nBegin forwarded message:\n\n> From: 山田 太郎 <taro@example.co.jp>\n> Subject: 故障の件\n> Date: November 23, 2026 at 8:02:00 AM GMT+9\n> To: Desk <info@desk.example>, 佐藤 <sato@example.co.jp>\n> Cc: Suzuki, Ken <ken@example.co.jp>\n> \n> 動きません。\n",
        ),
        (
            "Thunderbird",
            "Fwd: 故障の件",
            "対応お願いします。\n\n\n-------- 転送されたメッセージ --------\n件名: \t故障の件\n日付: \tMon, 23 Nov 2026 08:02:00 +0900\n差出人: \t山田 太郎 <taro@example.co.jp>\n宛先: \tDesk <info@desk.example>, 佐藤 <sato@example.co.jp>\nCC: \tSuzuki, Ken <ken@example.co.jp>\n\n\n\n動きません。\n",
        ),
        (
            "Becky!",
            "Fw: 故障の件",
            "対応お願いします。\n\nForwarded by 鈴木 <agent@desk.example>\n----------------------- Original Message -----------------------\n From:    山田 太郎 <taro@example.co.jp>\n To:      Desk <info@desk.example>,\n  佐藤 <sato@example.co.jp>\n Cc:      Suzuki, Ken <ken@example.co.jp>\n Date:    Mon, 23 Nov 2026 08:02:00 +0900\n Subject: 故障の件\n----\n\n動きません。\n\n--------------------- Original Message Ends --------------------\n",
        ),
        (
            "Yahoo! Japan",
            "Fw: 故障の件",
            "対応お願いします。\n\n----- Forwarded Message -----\nFrom: 山田 太郎 <taro@example.co.jp>\nTo: Desk <info@desk.example>; 佐藤 <sato@example.co.jp>\nCc: \"Suzuki, Ken\" <ken@example.co.jp>\nDate: 2026/11/23, Mon 08:02\nSubject: 故障の件\n\n動きません。\n",
        ),
        (
            "Shuriken",
            "Fw: 故障の件",
            "対応お願いします。\n\n----- Original Message -----\nFrom: 山田 太郎 <taro@example.co.jp>\nTo: Desk <info@desk.example>, 佐藤 <sato@example.co.jp>\nCc: Suzuki, Ken <ken@example.co.jp>\nSent: 2026/11/23 08:02:00\nSubject: 故障の件\n\n動きません。\n",
        ),
    ] {
        let inner = forwarded(subject, body).unwrap_or_else(|| panic!("{program}: not recognised"));
        let from = inner.from.unwrap_or_else(|| panic!("{program}: nobody"));
        assert_eq!((from.name.as_str(), from.address.as_str()), (PEOPLE, "taro@example.co.jp"), "{program}");
        assert_eq!(inner.subject.as_deref(), Some("故障の件"), "{program}");
        assert_eq!(inner.date.map(|at| at.to_string()).as_deref(), Some("2026-11-22T23:02:00Z"), "{program}");
        let addresses =
            |people: &[mail::Mailbox]| people.iter().map(|m| m.address.to_string()).collect::<Vec<_>>();
        assert_eq!(addresses(&inner.to), ["info@desk.example", "sato@example.co.jp"], "{program}");
        assert_eq!(inner.cc[0].name, "Suzuki, Ken", "{program}");
        assert_eq!(inner.above, "対応お願いします。", "{program}");
        assert_eq!(inner.text, "動きません。", "{program}");
    }
}

/// The same in the languages that a company's colleagues abroad write in: sender, subject and words, and nothing of the frame.
#[test]
fn forwards_of_other_languages_are_read_as_well() {
    for (program, subject, body) in [
        (
            "Outlook, German",
            "WG: Drucker",
            "Bitte übernehmen.\n\nVon: Max Muster <max@example.de>\nGesendet: Montag, 23. November 2026 08:02\nAn: Desk <info@desk.example>\nCc: Eva <eva@example.de>\nBetreff: Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "Outlook of old, German",
            "WG: Drucker",
            "Bitte übernehmen.\n\n-----Ursprüngliche Nachricht-----\nVon: Max Muster [mailto:max@example.de]\nGesendet: Montag, 23. November 2026 08:02\nAn: Desk\nBetreff: Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "Gmail, German",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\n---------- Forwarded message ---------\nVon: Max Muster <max@example.de>\nDate: Mo., 23. Nov. 2026 um 08:02 Uhr\nSubject: Drucker\nTo: <info@desk.example>\n\n\nEr druckt nicht.\n",
        ),
        (
            "Thunderbird, German",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tDrucker\nDatum: \tMon, 23 Nov 2026 08:02:00 +0100\nVon: \tMax Muster <max@example.de>\nAn: \tinfo@desk.example\n\n\n\nEr druckt nicht.\n",
        ),
        (
            "Apple Mail, German",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\nAnfang der weitergeleiteten Nachricht:\n\n> Von: Max Muster <max@example.de>\n> Betreff: Drucker\n> Datum: 23. November 2026 um 08:02:00 MEZ\n> An: info@desk.example\n> \n> Er druckt nicht.\n",
        ),
        (
            "Outlook, French",
            "TR: Drucker",
            "Bitte übernehmen.\n\nDe : Max Muster <max@example.de>\nEnvoyé : lundi 23 novembre 2026 08:02\nÀ : Desk <info@desk.example>\nObjet : Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "Apple Mail, French",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\nDébut du message transféré :\n\n> De: Max Muster <max@example.de>\n> Objet: Drucker\n> Date: 23 novembre 2026 à 08:02:00 UTC+1\n> À: info@desk.example\n> \n> Er druckt nicht.\n",
        ),
        (
            "Thunderbird, French",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\n-------- Message transféré --------\nSujet : \tDrucker\nDate : \tMon, 23 Nov 2026 08:02:00 +0100\nDe : \tMax Muster <max@example.de>\nPour : \tinfo@desk.example\n\n\nEr druckt nicht.\n",
        ),
        (
            "Outlook, Chinese",
            "转发: Drucker",
            "Bitte übernehmen.\n\n发件人: Max Muster <max@example.de>\n发送时间: 2026年11月23日 8:02\n收件人: Desk <info@desk.example>\n主题: Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "Gmail, Chinese",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\n---------- Forwarded message ---------\n发件人： Max Muster <max@example.de>\nDate: 2026年11月23日周一 08:02\nSubject: Drucker\nTo: <info@desk.example>\n\n\nEr druckt nicht.\n",
        ),
        (
            "Outlook, Taiwan",
            "轉寄: Drucker",
            "Bitte übernehmen.\n\n寄件者: Max Muster <max@example.de>\n寄件日期: 2026年11月23日 上午 08:02\n收件者: Desk <info@desk.example>\n主旨: Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "QQ",
            "转发：Drucker",
            "Bitte übernehmen.\n\n------------------ 原始邮件 ------------------\n发件人: \"Max Muster\" <max@example.de>;\n发送时间: 2026年11月23日(星期一) 上午8:02\n收件人: \"Desk\"<info@desk.example>;\n主题: Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "iPhone, Japanese",
            "Fwd: Drucker",
            "Bitte übernehmen.\n\niPhoneから送信\n\n転送されたメッセージ：\n\n> 差出人: Max Muster <max@example.de>\n> 日時: 2026年11月23日 8:02:00 JST\n> 宛先: info@desk.example\n> 件名: Drucker\n> \n> ﻿Er druckt nicht.\n",
        ),
        (
            "docomo",
            "Fw:Drucker",
            "Bitte übernehmen.\n\n---- Original Message ----\nFrom: Max Muster <max@example.de>\nDate: 2026/11/23 8:02\nTo: info@desk.example\nSubject: Drucker\n\nEr druckt nicht.\n",
        ),
        (
            "Outlook for phones",
            "Fw: Drucker",
            "Bitte übernehmen.\n\niOS 版 Outlook の入手<https://aka.ms/o0ukef>\n________________________________\n差出人: Max Muster <max@example.de>\n送信日時: 2026年11月23日(月) 8:02\n宛先: Desk <info@desk.example>\n件名: Drucker\n\nEr druckt nicht.\n",
        ),
    ] {
        let inner = forwarded(subject, body).unwrap_or_else(|| panic!("{program}: not recognised"));
        let from = inner.from.unwrap_or_else(|| panic!("{program}: nobody"));
        assert_eq!(
            (from.name.as_str(), from.address.as_str()),
            ("Max Muster", "max@example.de"),
            "{program}"
        );
        assert_eq!(inner.subject.as_deref(), Some("Drucker"), "{program}");
        assert!(inner.above.starts_with("Bitte übernehmen."), "{program}: {}", inner.above);
        assert_eq!(inner.text, "Er druckt nicht.", "{program}");
    }
}

#[test]
fn an_answer_is_no_forward() {
    for (subject, body) in [
        (
            "Re: 故障の件",
            "直りました。\n\n差出人: Desk <help@desk.example>\n送信日時: 2026年11月23日 8:02\n宛先: 山田\n件名: 故障の件\n\nいかがですか。",
        ),
        (
            "Re: x",
            "Thanks\n\n-----Original Message-----\nFrom: Desk <help@desk.example>\nSent: Monday\nTo: Kim\nSubject: x\n\nold",
        ),
        (
            "Re: x",
            "Thanks\n\nOn Mon, Nov 23, 2026 Desk <help@desk.example> wrote:\n> ---------- Forwarded message ---------\n> From: Kim <kim@example.com>\n> Date: Monday\n> Subject: x\n",
        ),
        (
            "FW: x",
            "Thanks\n\nOn Mon, Nov 23, 2026 Desk <help@desk.example> wrote:\n> From: Kim <kim@example.com>\n> Date: Monday\n> Subject: x\n",
        ),
        ("Hello", "From: the beginning it was broken.\nTo: be honest, I am annoyed.\n"),
        ("Fw: x", "nothing is below"),
    ] {
        assert_eq!(forwarded(subject, body), None, "{subject}: {body}");
    }
}

#[test]
fn where_only_a_name_is_given_nobody_is_made_up() {
    let inner = forwarded(
        "FW: x",
        "see below\n\n差出人: 山田 太郎\n送信日時: 2026年11月23日 8:02\n宛先: サポート\n件名: x\n\n動きません。",
    )
    .unwrap();
    assert_eq!((inner.from, inner.to, inner.text.as_str()), (None, vec![], "動きません。"));
    // The desk tells the agent whom it could not find.
    assert_eq!(inner.from_words, "山田 太郎");
}

#[test]
fn a_mail_passed_on_as_a_file_is_opened_once() {
    let inner = "From: =?utf-8?B?5bGx55Sw?= <taro@example.co.jp>\nTo: info@desk.example\nSubject: Broken\nDate: Mon, 23 Nov 2026 08:02:00 +0900\nContent-Type: text/plain\n\nIt is broken.\n";
    let mail = |subject: &str, more: &str, type_: &str| {
        read(&mail_of(
            &format!(
                "From: agent@desk.example\nSubject: {subject}\n{more}Content-Type: multipart/{type_}; boundary=b"
            ),
            &format!(
                "--b\n\nplease handle\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n{inner}\n--b--\n"
            ),
        ))
    };
    let found = mail("FW: Broken", "", "mixed").forwarded.unwrap();
    assert_eq!(found.from.unwrap().name, "山田");
    assert_eq!((found.above.as_str(), found.text.trim()), ("please handle", "It is broken."));
    assert_eq!(
        mail("Re: Broken", "In-Reply-To: <1@desk.example>\n", "mixed").forwarded,
        None,
        "an answer with a file"
    );
    assert_eq!(mail("Undelivered", "", "report; report-type=delivery-status").forwarded, None, "a bounce");
}
