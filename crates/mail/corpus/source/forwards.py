"""Mail that an agent passes on, as each mail program writes it."""

import re

from kit import add, header, multipart, part, words

AGENT = ("鈴木 花子", "suzuki@mizuho-desk.example")
DESK_AT = "support@mizuho-desk.example"
TAKAGI = ("高木 一郎", "takagi@hinode-kogyo.example")
ABOVE = "お客様からです。対応をお願いします。"
BODY = "複合機の紙づまりが直りません。\n型番は MX-100 です。\n\n日の出工業　高木"
SUBJECT = "複合機の故障について"
WHEN = "2026-11-25T00:15:00Z"
TO, CC = "info@mizuho-desk.example", "mori@hinode-kogyo.example"
NAMED = f"{TAKAGI[0]} <{TAKAGI[1]}>"


def forward(name, says, *, text=None, html=None, subject="Fw: " + SUBJECT, charset="utf-8", how="base64", sender=AGENT, date="Wed, 25 Nov 2026 10:00:00 +0900",
            raw_part=None, above=ABOVE, cc=True, to=True, when=WHEN, from_=TAKAGI, about=SUBJECT, body=BODY, extra=(), **expected):
    fields = [
        ("Date", date),
        ("From", f"{words(sender[0], charset)} <{sender[1]}>"),
        ("To", DESK_AT),
        ("Subject", subject if subject.isascii() else words(subject, charset)),
        ("Message-ID", f"<{re.sub('[^a-z0-9]', '.', name)}@mizuho-desk.example>"),
        ("MIME-Version", "1.0"),
        *extra,
    ]
    as_part = lambda kind, content: part(f'{kind}; charset="{charset}"', content, how=how, charset=charset)
    if raw_part is not None:
        content_type, content = multipart("mixed", "=_f1", [as_part("text/plain", text), raw_part])
        raw = header(fields + [("Content-Type", content_type)]) + b"\r\n" + content
    elif text is not None and html is not None:
        content_type, content = multipart("alternative", "=_f2", [as_part("text/plain", text), as_part("text/html", html)])
        raw = header(fields + [("Content-Type", content_type)]) + b"\r\n" + content
    else:
        raw = header(fields) + (as_part("text/plain", text) if text is not None else as_part("text/html", html))
    inner = {"above": above, "text": body, "to": [TO] if to else [], "cc": [CC] if cc else []}
    if from_:
        inner |= {"from": from_[1], "from_name": from_[0]}
    else:
        inner["from"] = ""
    if about:
        inner["subject"] = about
    if when:
        inner["date"] = when
    if raw_part is None and "fresh_contains" not in expected:
        expected["fresh_contains"] = [body.split("\n")[0]]
    add(name, says, raw, **{**expected, "forwarded": inner})


def no_forward(name, says, subject, text, extra=()):
    fields = [("Date", "Wed, 25 Nov 2026 10:00:00 +0900"), ("From", f"{words(AGENT[0], 'utf-8')} <{AGENT[1]}>"), ("To", DESK_AT),
              ("Subject", words(subject, "utf-8")), ("Message-ID", f"<{re.sub('[^a-z0-9]', '.', name)}@mizuho-desk.example>"), ("MIME-Version", "1.0"), *extra]
    add(name, says, header(fields) + part('text/plain; charset="utf-8"', text, how="base64", charset="utf-8"), forwarded={"none": True})


def fields(*lines):
    return "\n".join(lines) + "\n\n"


JA = fields(f"差出人: {NAMED}", "送信日時: 2026年11月25日 9:15", f"宛先: 窓口 <{TO}>", f"CC: 森 <{CC}>", f"件名: {SUBJECT}")
EN = fields(f"From: {NAMED}", "Sent: Wednesday, November 25, 2026 9:15 AM", f"To: 窓口 <{TO}>", f"Cc: 森 <{CC}>", f"Subject: {SUBJECT}")
HTML_BODY = "".join(f"<div>{line or '<br>'}</div>" for line in BODY.split("\n"))
ANGLE = f"{TAKAGI[0]} &lt;{TAKAGI[1]}&gt;"


def rows(*pairs):
    return "<br>".join(f"<b>{name}:</b> {value}" for name, value in pairs)


JA_ROWS = rows(("差出人", ANGLE), ("送信日時", "2026年11月25日 9:15"), ("宛先", f"窓口 &lt;{TO}&gt;"), ("CC", f"森 &lt;{CC}&gt;"), ("件名", SUBJECT))

forward("forwards/outlook-ja", "Outlook in Japanese, text.", text=f"{ABOVE}\n\n{JA}{BODY}\n", subject="FW: " + SUBJECT)
forward("forwards/outlook-en", "Outlook in English, text.", text=f"{ABOVE}\n\n{EN}{BODY}\n", subject="FW: " + SUBJECT)
forward("forwards/outlook-html", "Outlook, HTML only, border above the fields.", subject="FW: " + SUBJECT,
        html=f"<html><body><div class=WordSection1><p class=MsoNormal>{ABOVE}</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm 0mm 0mm'><p class=MsoNormal>{JA_ROWS}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>" + "".join(f"<p class=MsoNormal>{line or '<o:p>&nbsp;</o:p>'}</p>" for line in BODY.split("\n")) + "</div></body></html>")
forward("forwards/outlook-banner-ja", "Outlook of old: banner, mailto in brackets, the weekday.", charset="iso-2022-jp", how="7bit", subject="転送: " + SUBJECT,
        text=f"{ABOVE}\n\n-----元のメッセージ-----\n" + fields(f"差出人: {TAKAGI[0]} [mailto:{TAKAGI[1]}] ", "送信日時: 2026年11月25日水曜日 9:15", f"宛先: {TO}", f"CC: {CC}", f"件名: {SUBJECT}") + BODY + "\n")
forward("forwards/outlook-original-message", "Outlook of old in English.", charset="iso-2022-jp", how="7bit",
        text=f"{ABOVE}\n\n-----Original Message-----\n" + fields(f"From: {TAKAGI[0]} [mailto:{TAKAGI[1]}]", "Sent: Wednesday, November 25, 2026 9:15 AM", f"To: {TO}", f"Cc: {CC}", f"Subject: {SUBJECT}") + BODY + "\n")
forward("forwards/outlook-web", "Outlook on the web.", html=f'<html><body><div>{ABOVE}</div><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg">{JA_ROWS}<div>&nbsp;</div></div><div>{HTML_BODY}</div></body></html>')
forward("forwards/outlook-ios", "Outlook for iOS as text: its advertisement counts as the forwarder's words.", above=f"{ABOVE}\n\nOutlook for iOS を入手",
        text=f"{ABOVE}\n\nOutlook for iOS を入手\n________________________________\n{JA}{BODY}\n")
forward("forwards/outlook-doubled-mailto", "Outlook as text writes each address twice.", text=f"{ABOVE}\n\n" + fields(f"From: {TAKAGI[0]} <{TAKAGI[1]}<mailto:{TAKAGI[1]}>>", "Sent: Wednesday, November 25, 2026 9:15 AM", f"To: 窓口 <{TO}<mailto:{TO}>>", f"Cc: 森 <{CC}<mailto:{CC}>>", f"Subject: {SUBJECT}") + BODY + "\n")
forward("forwards/outlook-names-only", "Within one organisation there is a name and no address: nobody is made up.", from_=None, cc=False, to=False,
        text=f"{ABOVE}\n\n" + fields(f"差出人: {TAKAGI[0]}", "送信日時: 2026年11月25日 9:15", "宛先: 窓口", f"件名: {SUBJECT}") + BODY + "\n")
forward("forwards/gmail-ja", "Gmail, both parts.", subject="Fwd: " + SUBJECT,
        text=f"{ABOVE}\n\n---------- Forwarded message ---------\n" + fields(f"From: {NAMED}", "Date: 2026年11月25日(水) 9:15", f"Subject: {SUBJECT}", f"To: <{TO}>", f"Cc: 森 <{CC}>") + "\n" + BODY + "\n",
        html=f'<div dir="ltr">{ABOVE}<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong class="gmail_sendername">{TAKAGI[0]}</strong> <span>&lt;<a href="mailto:{TAKAGI[1]}">{TAKAGI[1]}</a>&gt;</span><br>Date: 2026年11月25日(水) 9:15<br>Subject: {SUBJECT}<br>To: &lt;{TO}&gt;<br>Cc: 森 &lt;{CC}&gt;<br></div><br><br>{HTML_BODY}</div></div>')
forward("forwards/gmail-html-only", "Gmail, HTML only.", subject="Fwd: " + SUBJECT,
        html=f'<div dir="ltr">{ABOVE}<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>差出人: <strong class="gmail_sendername">{TAKAGI[0]}</strong> <span>&lt;<a href="mailto:{TAKAGI[1]}">{TAKAGI[1]}</a>&gt;</span><br>Date: 2026年11月25日(水) 9:15<br>Subject: {SUBJECT}<br>To: &lt;{TO}&gt;<br>Cc: 森 &lt;{CC}&gt;<br></div><br><br>{HTML_BODY}</div></div>')
forward("forwards/gmail-own-subject", "Gmail, the subject written anew: the banner alone tells.", subject="至急対応をお願いします",
        text=f"{ABOVE}\n\n---------- 転送されたメッセージ ----------\n" + fields(f"From: *{TAKAGI[0]}* <{TAKAGI[1]}>", "Date: Wed, Nov 25, 2026 at 9:15 AM", f"Subject: {SUBJECT}", f"To: {TO}", f"Cc: {CC}") + BODY + "\n")
forward("forwards/gmail-nothing-above", "Passed on without a word.", above="", subject="Fwd: " + SUBJECT,
        text="---------- Forwarded message ---------\n" + fields(f"From: {NAMED}", "Date: 2026年11月25日(水) 9:15", f"Subject: {SUBJECT}", f"To: <{TO}>", f"Cc: 森 <{CC}>") + BODY + "\n")
forward("forwards/apple-ja", "Apple Mail in Japanese, as text.", subject="Fwd: " + SUBJECT, how="quoted-printable",
        text=f"{ABOVE}\n\n\n> 転送されたメッセージ:\n> \n" + "".join(f"> {line}\n" for line in (fields(f"差出人: {NAMED}", f"件名: {SUBJECT}", "日付: 2026年11月25日 9:15:00 JST", f"宛先: {TO}", f"Cc: {CC}") + BODY).split("\n")))
forward("forwards/apple-en", "Apple Mail in English, HTML only.", subject="Fwd: " + SUBJECT, how="quoted-printable",
        html=f'<html><body>{ABOVE}<br><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br class="Apple-interchange-newline"><div><span><b>From: </b></span><span>{ANGLE}<br></span></div><div><span><b>Subject: </b></span><span><b>{SUBJECT}</b><br></span></div><div><span><b>Date: </b></span><span>November 25, 2026 at 9:15:00 GMT+9<br></span></div><div><span><b>To: </b></span><span>{TO}<br></span></div><div><span><b>Cc: </b></span><span>{CC}<br></span></div><br><div>{HTML_BODY}</div></blockquote></div></body></html>')
forward("forwards/iphone-ja", "iPhone: the banner unmarked, the mail marked.", subject="Fwd: " + SUBJECT, above=f"{ABOVE}\n\niPhoneから送信",
        text=f"{ABOVE}\n\niPhoneから送信\n\n転送されたメッセージ:\n\n" + "".join(f"> {line}\n" for line in (fields(f"差出人: {NAMED}", "日時: 2026年11月25日 9:15:00 JST", f"宛先: {TO}", f"Cc: {CC}", f"件名: {SUBJECT}") + BODY).split("\n")))
forward("forwards/thunderbird-ja", "Thunderbird: the subject comes first.", subject="Fwd: " + SUBJECT, how="8bit",
        text=f"{ABOVE}\n\n\n-------- 転送されたメッセージ --------\n" + fields(f"件名: \t{SUBJECT}", "日付: \tWed, 25 Nov 2026 09:15:00 +0900", f"差出人: \t{NAMED}", f"宛先: \t{TO}", f"CC: \t{CC}") + "\n\n" + BODY + "\n")
forward("forwards/thunderbird-en", "Thunderbird in English, its table of fields in HTML.", subject="Fwd: " + SUBJECT, how="8bit",
        html=f'<html><body><p>{ABOVE}</p><div class="moz-forward-container"><br><br>-------- Forwarded Message --------<table class="moz-email-headers-table"><tbody><tr><th>Subject: </th><td>{SUBJECT}</td></tr><tr><th>Date: </th><td>Wed, 25 Nov 2026 09:15:00 +0900</td></tr><tr><th>From: </th><td>{ANGLE}</td></tr><tr><th>To: </th><td>{TO}</td></tr><tr><th>CC: </th><td>{CC}</td></tr></tbody></table><br><br>{HTML_BODY}</div></body></html>')
forward("forwards/becky", "Becky!: who passes it on, the banner, aligned fields, the closing line.", charset="iso-2022-jp", how="7bit",
        text=f"{ABOVE}\n\nForwarded by {AGENT[0]} <{AGENT[1]}>\n----------------------- Original Message -----------------------\n From:    {NAMED}\n To:      {TO}\n Cc:      {CC}\n Date:    Wed, 25 Nov 2026 09:15:00 +0900\n Subject: {SUBJECT}\n----\n\n{BODY}\n\n--------------------- Original Message Ends --------------------\n")
forward("forwards/becky-many", "Becky! wraps a long list of people.", charset="iso-2022-jp", how="7bit",
        text=f"{ABOVE}\n\nForwarded by {AGENT[0]} <{AGENT[1]}>\n----------------------- Original Message -----------------------\n From:    {NAMED}\n To:      窓口\n  <{TO}>\n Cc:      森\n  <{CC}>\n Date:    Wed, 25 Nov 2026 09:15:00 +0900\n Subject: {SUBJECT}\n----\n\n{BODY}\n")
forward("forwards/yahoo-japan", "Yahoo! JAPAN Mail: its own way of writing a date.", text=f"{ABOVE}\n\n----- Forwarded Message -----\n" + fields(f"From: {NAMED}", f"To: {TO}", f"Cc: {CC}", "Date: 2026/11/25, Wed 09:15", f"Subject: {SUBJECT}") + BODY + "\n")
forward("forwards/shuriken", "Shuriken.", charset="iso-2022-jp", how="7bit", text=f"{ABOVE}\n\n----- Original Message -----\n" + fields(f"From: {NAMED}", f"To: {TO}", f"Cc: {CC}", "Sent: 2026/11/25 09:15:00", f"Subject: {SUBJECT}") + BODY + "\n")
forward("forwards/notes-ja", "HCL Notes: wide colons.", text=f"{ABOVE}\n\n----- 転送者：鈴木 花子/本社/Mizuho 日時：2026/11/25 10:00 -----\n\n" + fields(f"差出人： {NAMED}", f"宛先： {TO}", f"CC： {CC}", "日付： 2026/11/25 9:15", f"件名： {SUBJECT}") + BODY + "\n")
forward("forwards/carrier", "A telephone company's program.", text=f"{ABOVE}\n\n----転送メッセージ----\n" + fields(f"差出人：{TAKAGI[0]}<{TAKAGI[1]}>", "送信日時：2026/11/25 09:15", f"宛先：{TO}", f"CC：{CC}", f"件名：{SUBJECT}") + BODY + "\n")
forward("forwards/german", "Outlook in German.", subject="WG: " + SUBJECT, text=f"{ABOVE}\n\n" + fields(f"Von: {NAMED}", "Gesendet: Mittwoch, 25. November 2026 09:15", f"An: {TO}", f"Cc: {CC}", f"Betreff: {SUBJECT}") + BODY + "\n")
forward("forwards/french", "Outlook in French.", subject="TR: " + SUBJECT, text=f"{ABOVE}\n\n" + fields(f"De : {NAMED}", "Envoyé : mercredi 25 novembre 2026 09:15", f"À : {TO}", f"Cc : {CC}", f"Objet : {SUBJECT}") + BODY + "\n")
forward("forwards/of-a-reply", "What is passed on is itself a reply: its own history stays with it.", subject="FW: RE: " + SUBJECT, about="RE: " + SUBJECT,
        body=f"{BODY}\n\n差出人: 窓口 <{TO}>\n送信日時: 2026年11月24日 9:00\n宛先: 高木\n件名: {SUBJECT}\n\nいかがでしょうか。",
        text=f"{ABOVE}\n\n{JA.replace('件名: ', '件名: RE: ')}{BODY}\n\n差出人: 窓口 <{TO}>\n送信日時: 2026年11月24日 9:00\n宛先: 高木\n件名: {SUBJECT}\n\nいかがでしょうか。\n")
forward("forwards/twice", "Passed on twice: the mail that is passed on now counts.", subject="FW: FW: " + SUBJECT, about="FW: " + SUBJECT,
        body=f"転送します。\n\nFrom: 別人 <other@hinode-kogyo.example>\nSent: Tuesday, November 24, 2026 9:00 AM\nTo: 高木\nSubject: {SUBJECT}\n\n{BODY}",
        text=f"{ABOVE}\n\n{EN.replace('Subject: ', 'Subject: FW: ')}転送します。\n\nFrom: 別人 <other@hinode-kogyo.example>\nSent: Tuesday, November 24, 2026 9:00 AM\nTo: 高木\nSubject: {SUBJECT}\n\n{BODY}\n")

INNER = header([("From", f"{words(TAKAGI[0], 'utf-8')} <{TAKAGI[1]}>"), ("To", TO), ("Cc", CC), ("Date", "Wed, 25 Nov 2026 09:15:00 +0900"), ("Subject", words(SUBJECT, "utf-8")), ("Message-ID", "<inner@hinode-kogyo.example>"), ("MIME-Version", "1.0")]) + part('text/plain; charset="utf-8"', BODY, how="base64", charset="utf-8")
ATTACHED = header([("Content-Type", 'message/rfc822; name="mail.eml"'), ("Content-Disposition", 'attachment; filename="mail.eml"')]) + b"\r\n" + INNER
forward("forwards/attached", "Passed on as a file.", text=ABOVE + "\n", raw_part=ATTACHED, fresh=ABOVE)
forward("forwards/attached-own-subject", "Passed on as a file under a subject of its own.", text=ABOVE + "\n", raw_part=ATTACHED, subject="お客様のメールを添付します", fresh=ABOVE)

REPLY = f"承知しました。\n\n{JA}{BODY}\n"
no_forward("forwards/not-a-reply", "An answer quotes a header; it passes nothing on.", "RE: " + SUBJECT, REPLY, extra=[("In-Reply-To", "<inner@hinode-kogyo.example>")])
no_forward("forwards/not-quoted-forward", "An answer to a mail that was a forward.", "Re: Fwd: " + SUBJECT,
           f"承知しました。\n\n2026年11月25日(水) 10:00 {AGENT[0]} <{AGENT[1]}>:\n\n> {ABOVE}\n>\n> ---------- Forwarded message ---------\n> From: {NAMED}\n> Date: 2026年11月25日(水) 9:15\n> Subject: {SUBJECT}\n> To: <{TO}>\n>\n> {BODY.splitlines()[0]}\n")
no_forward("forwards/not-words", "Somebody writes about forwarding.", "転送について", "転送されたメッセージが届きません。\n\n転送の設定をご確認ください。\n")
