"""Replies as each mail program writes them: what is new, what is quoted, what is signature."""

import re

from kit import header, mail, multipart, part, words

DESK = "サポートデスク"
DESK_AT = "support@mizuho-desk.example"
OLD = "修理のご依頼を承りました。担当の鈴木が確認いたします。"
OLD_EN = "We have received your repair request. Suzuki is looking into it."
TOKEN = "[PD-AE-QJ3KX7TZ2MVWBD5N]"
YAMADA = ("山田 太郎", "yamada@aoba-shoji.example")
LEE = ("Kim Lee", "kim.lee@northwind.example")

# Our own mail as programs carry it along in HTML.
OUR_HTML = (f'<div style="font-family:sans-serif;font-size:14px">山田 様<br><br>{OLD}</div>'
            '<div style="margin-top:16px;color:#555555;font-size:13px">2026-11-25 01:12 UTC、山田 太郎 さんのメッセージ:</div>'
            '<blockquote type="cite" style="margin:4px 0 0 0;padding-left:10px;border-left:2px solid #cccccc">プリンターが動きません。</blockquote>'
            f'<span style="color:#ffffff;font-size:1px;line-height:1px" aria-hidden="true">{TOKEN}</span>')
OUR_TEXT = f"山田 様\n\n{OLD}\n\n2026-11-25 01:12 UTC、山田 太郎 さんのメッセージ:\n> プリンターが動きません。\n\n{TOKEN}\n"


def marked(text, mark="> "):
    return "".join(f"{mark}{line}\n" if line else f"{mark.rstrip()}\n" for line in text.rstrip("\n").split("\n"))


def reply(name, says, fresh, *, text=None, html=None, sender=YAMADA, charset="utf-8", how="base64", subject="Re: プリンターの修理について",
          answers=True, mailer=None, date="Fri, 27 Nov 2026 10:04:00 +0900", keeps=OLD, **expected):
    """A reply; `fresh` is what its writer wrote now."""
    who = sender[0] if sender[0].isascii() else words(sender[0], charset)
    fields = [
        ("Date", date),
        ("From", f"{who} <{sender[1]}>"),
        ("To", DESK_AT),
        ("Subject", subject if subject.isascii() else words(subject, charset)),
        ("Message-ID", f"<{re.sub('[^a-z0-9]', '.', name)}@{sender[1].split('@')[1]}>"),
        ("MIME-Version", "1.0"),
    ]
    if answers:
        fields.append(("In-Reply-To", "<20261126.1@mizuho-desk.example>"))
    if mailer:
        fields.append(("X-Mailer", mailer))
    as_part = lambda kind, body: part(f'{kind}; charset="{charset}"', body, how=how, charset=charset)
    if text is not None and html is not None:
        content_type, body = multipart("alternative", "=_b1", [as_part("text/plain", text), as_part("text/html", html)])
        raw = header(fields + [("Content-Type", content_type)]) + b"\r\n" + body
    else:
        raw = header(fields) + (as_part("text/plain", text) if text is not None else as_part("text/html", html))
    from kit import add
    more = {"fresh": fresh, "kind": "ordinary", "text_contains": [keeps]}
    if html is not None and "fresh_html" not in expected:
        first = fresh.split("\n")[0]
        more |= {"fresh_html_contains": [first], "fresh_html_lacks": [keeps]}
    add(name, says, raw, **{**more, **expected})


NEW = "お世話になっております。青葉商事の山田です。\n\n明日の午後でしたら立ち会えます。\nよろしくお願いいたします。"
NEW_HTML = "".join(f"<div>{line or '<br>'}</div>" for line in NEW.split("\n"))
NEW_P = "".join(f'<p class="MsoNormal">{line or "<o:p>&nbsp;</o:p>"}</p>' for line in NEW.split("\n"))
EN = "Hello,\n\ntomorrow afternoon works for me.\n\nBest regards\nKim"
EN_HTML = "".join(f"<div>{line or '<br>'}</div>" for line in EN.split("\n"))

OUTLOOK_JA = f"差出人: {DESK} <{DESK_AT}>\n送信日時: 2026年11月26日 17:30\n宛先: 山田 太郎 <{YAMADA[1]}>\n件名: プリンターの修理について\n\n{OUR_TEXT}"
OUTLOOK_EN = f"From: {DESK} <{DESK_AT}>\nSent: Thursday, November 26, 2026 5:30 PM\nTo: 山田 太郎 <{YAMADA[1]}>\nSubject: プリンターの修理について\n\n{OUR_TEXT}"


def outlook_html(new, labels, style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm 0mm 0mm"):
    lines = "<br>".join(f"<b><span lang=JA>{name}</span>:</b> {value}" for name, value in labels)
    return ("<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style><!-- p.MsoNormal {margin:0mm} --></style></head>"
            f"<body lang=JA><div class=WordSection1>{new}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='{style}'>"
            f"<p class=MsoNormal>{lines}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>{OUR_HTML}</div></body></html>")


JA_LABELS = [("差出人", f"{DESK} &lt;{DESK_AT}&gt;"), ("送信日時", "2026年11月26日 17:30"), ("宛先", "山田 太郎"), ("件名", "プリンターの修理について")]
EN_LABELS = [("From", f"{DESK} &lt;{DESK_AT}&gt;"), ("Sent", "Thursday, November 26, 2026 5:30 PM"), ("To", "山田 太郎"), ("Subject", "プリンターの修理について")]

# --- Outlook
reply("quotes/outlook-desktop-ja", "Outlook on Windows in Japanese, HTML with a text beside it.", NEW,
      text=f"{NEW}\n\n{OUTLOOK_JA}", html=outlook_html(NEW_P, JA_LABELS), subject="RE: プリンターの修理について")
reply("quotes/outlook-desktop-html-only", "Outlook on Windows in English, HTML only; the border above From is the only mark.", NEW,
      html=outlook_html(NEW_P, EN_LABELS))
reply("quotes/outlook-desktop-mm-border", "An older Outlook draws another border.", NEW,
      html=outlook_html(NEW_P, JA_LABELS, "border:none; border-top:solid #B5C4DF 1.0pt; padding:3.0pt 0cm 0cm 0cm"))
reply("quotes/outlook-desktop-no-border", "Outlook with the border off: only the four fields tell.", NEW,
      html=outlook_html(NEW_P, JA_LABELS, "padding:0"))
reply("quotes/outlook-plain-ja", "Outlook set to plain text, ISO-2022-JP, with its banner.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\n-----Original Message-----\n{OUTLOOK_EN}", mailer="Microsoft Outlook 16.0")
reply("quotes/outlook-plain-ja-banner", "Outlook set to plain text, banner and fields in Japanese.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\n-----元のメッセージ-----\n差出人: {DESK} [mailto:{DESK_AT}] \n送信日時: 2026年11月26日木曜日 17:30\n宛先: 山田 太郎\n件名: プリンターの修理について\n\n{OUR_TEXT}")
reply("quotes/outlook-plain-marked", "Outlook set to mark each quoted line with >.", NEW,
      text=f"{NEW}\n\n-----Original Message-----\n{marked(OUTLOOK_JA)}")
reply("quotes/outlook-web-ja", "Outlook on the web: appendonsend, a rule, divRplyFwdMsg.", NEW,
      html=f'<html><body><div class="elementToProof">{NEW_HTML}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
           f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif"><b>差出人:</b> {DESK} &lt;{DESK_AT}&gt;<br><b>送信日時:</b> 2026年11月26日 17:30<br><b>宛先:</b> 山田 太郎<br><b>件名:</b> プリンターの修理について</font><div>&nbsp;</div></div><div>{OUR_HTML}</div></body></html>')
reply("quotes/outlook-web-text", "Outlook on the web as text: a line of underscores above the fields.", NEW,
      text=f"{NEW}\n________________________________\n{OUTLOOK_JA}")
reply("quotes/outlook-web-signature", "Outlook on the web with a signature element above the history.", NEW,
      html=f'<html><body><div>{NEW_HTML}</div><div id="Signature"><div>青葉商事株式会社 山田 太郎</div><div>TEL 03-0000-0000</div></div>'
           f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>差出人:</b> {DESK}<br><b>送信日時:</b> 2026年11月26日<br><b>宛先:</b> 山田</div><div>{OUR_HTML}</div></body></html>',
      fresh_html_lacks=[OLD, "03-0000-0000"])
reply("quotes/outlook-ios-ja", "Outlook for iOS: its advertisement, then the fields.", NEW,
      html=f'<html><body><div dir="ltr">{NEW_HTML}</div><div id="ms-outlook-mobile-signature"><div><br></div><a href="https://aka.ms/o0ukef">Outlook for iOS</a> を入手</div>'
           f'<div id="mail-editor-reference-message-container"><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><b>差出人:</b> {DESK} &lt;{DESK_AT}&gt;<br><b>送信日時:</b> 木曜日, 11月 26, 2026 5:30 午後<br><b>宛先:</b> 山田<br></div>{OUR_HTML}</div></body></html>',
      fresh_html_lacks=[OLD, "を入手"])
reply("quotes/outlook-ios-text", "Outlook for iOS as text.", NEW,
      text=f"{NEW}\n\nOutlook for iOS を入手<https://aka.ms/o0ukef>\n________________________________\n{OUTLOOK_JA}")
reply("quotes/outlook-android-en", "Outlook for Android in English.", EN, sender=LEE, keeps=OLD_EN,
      text=f"{EN}\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>\n________________________________\nFrom: Desk <{DESK_AT}>\nSent: Thursday, November 26, 2026 5:30:12 PM\nTo: Kim Lee <{LEE[1]}>\nSubject: Re: Printer\n\n{OLD_EN}\n")
reply("quotes/outlook-mac-ja", "Outlook for Mac: a bare border, fields in Japanese with ASCII colons.", NEW,
      html=f'<html><body><div>{NEW_HTML}</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>差出人: </b>{DESK} &lt;{DESK_AT}&gt;<br><b>日付: </b>2026年11月26日 木曜日 17:30<br><b>宛先: </b>山田<br><b>件名: </b>Re: 修理<o:p></o:p></p></div>{OUR_HTML}</body></html>')
reply("quotes/outlook-names-only", "Within one organisation Outlook writes names without addresses.", NEW,
      text=f"{NEW}\n\n差出人: {DESK}\n送信日時: 2026年11月26日 17:30\n宛先: 山田 太郎\nCC: 営業部\n件名: プリンターの修理について\n\n{OUR_TEXT}")
reply("quotes/outlook-inline-red", "Answers stand in red between the lines of an unmarked quote: all of it is new.",
      f"山田です。赤字にて回答いたします。\n\n{OUTLOOK_JA}".replace(TOKEN, "").strip().replace(OLD, OLD + "\n→ 明日でお願いします。"),
      text=f"山田です。赤字にて回答いたします。\n\n{OUTLOOK_JA}".replace(OLD, OLD + "\n→ 明日でお願いします。"), fresh_contains=["明日でお願いします"])

# --- Gmail
GMAIL_JA = f"2026年11月26日(木) 17:30 {DESK} <{DESK_AT}>:"
reply("quotes/gmail-web-ja", "Gmail on the web in Japanese, both parts.", NEW,
      text=f"{NEW}\n\n{GMAIL_JA}\n\n{marked(OUR_TEXT)}",
      html=f'<div dir="ltr">{NEW_HTML}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">2026年11月26日(木) 17:30 {DESK} &lt;<a href="mailto:{DESK_AT}">{DESK_AT}</a>&gt;:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{OUR_HTML}</blockquote></div>')
reply("quotes/gmail-web-signature", "Gmail with a signature above the quote.", NEW,
      text=f"{NEW}\n\n-- \n青葉商事株式会社\n山田 太郎\n\n{GMAIL_JA}\n\n{marked(OUR_TEXT)}",
      html=f'<div dir="ltr">{NEW_HTML}<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">青葉商事株式会社<br>山田 太郎</div></div><br><div class="gmail_quote"><div class="gmail_attr">{DESK}:</div><blockquote class="gmail_quote">{OUR_HTML}</blockquote></div>',
      fresh_html_lacks=[OLD, "青葉商事株式会社"])
reply("quotes/gmail-signature-below", "Gmail with the signature below the quote: it says nothing new.", NEW,
      html=f'<div dir="ltr">{NEW_HTML}</div><div class="gmail_quote"><div class="gmail_attr">{DESK}:</div><blockquote class="gmail_quote">{OUR_HTML}</blockquote></div><br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">青葉商事 山田</div>')
reply("quotes/gmail-wrapped-en", "Gmail in English: the announcement is wrapped before the address.", EN, sender=LEE, keeps=OLD_EN,
      text=f"{EN}\n\nOn Thu, Nov 26, 2026 at 5:30\u202fPM The Support Desk of the Mizuho Group\n<{DESK_AT}> wrote:\n\n{marked(OLD_EN)}")
reply("quotes/gmail-android-ja", "Gmail on Android: the announcement follows without an empty line.", NEW,
      text=f"{NEW}\n\n2026年11月26日(木) 17:30、{DESK} <{DESK_AT}>のメール:\n{marked(OUR_TEXT)}")
reply("quotes/gmail-inline", "Gmail, answers between the quoted lines: all of it is new.",
      f"{GMAIL_JA}\n\n> ご希望の日はいつですか。\n\n明日でお願いします。\n\n> 立ち会いは必要ですか。\n\nはい。", keeps="立ち会いは",
      text=f"{GMAIL_JA}\n\n> ご希望の日はいつですか。\n\n明日でお願いします。\n\n> 立ち会いは必要ですか。\n\nはい。\n")
reply("quotes/gmail-below", "Gmail, the answer below the quote: all of it is new.",
      f"{GMAIL_JA}\n\n> {OLD}\n\nありがとうございます。", text=f"{GMAIL_JA}\n\n> {OLD}\n\nありがとうございます。\n")

# --- Apple
APPLE_JA = f"2026/11/26 17:30、{DESK} <{DESK_AT}>のメール:"
reply("quotes/iphone-ja", "iPhone in Japanese, both parts.", NEW, how="quoted-printable", mailer="iPhone Mail (23B85)",
      text=f"{NEW}\n\niPhoneから送信\n\n{marked(APPLE_JA + chr(10) + chr(10) + OUR_TEXT)}",
      html=f'<html><body dir="auto">{NEW_HTML}<div dir="ltr"><br></div><div dir="ltr">iPhoneから送信</div><div dir="ltr"><br><blockquote type="cite">2026/11/26 17:30、{DESK} &lt;{DESK_AT}&gt;のメール:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">﻿{OUR_HTML}</div></blockquote></body></html>',
      fresh_html_lacks=[OLD, "iPhoneから送信"])
reply("quotes/iphone-ja-unmarked-line", "iPhone: the announcement without a mark, the quote with marks.", NEW, mailer="iPhone Mail (22A3354)",
      text=f"{NEW}\n\niPhoneから送信\n\n{APPLE_JA}\n\n{marked(OUR_TEXT)}")
reply("quotes/iphone-ja-wrapped", "iPhone: a long name wraps the announcement.", NEW,
      text=f"{NEW}\n\n2026年11月26日(木) 17:30、みずほオフィス機器サポートデスク東日本第二\n<{DESK_AT}>のメール:\n\n{marked(OUR_TEXT)}")
reply("quotes/apple-mail-ja", "Apple Mail on a Mac in Japanese.", NEW, how="quoted-printable", mailer="Apple Mail (2.3826)",
      text=f"{NEW}\n\n{marked(f'2026/11/26 17:30、{DESK} <{DESK_AT}>のメール：' + chr(10) + chr(10) + OUR_TEXT)}",
      html=f'<html><head></head><body style="overflow-wrap: break-word;">{NEW_HTML}<div><br><blockquote type="cite"><div>2026/11/26 17:30、{DESK} &lt;{DESK_AT}&gt;のメール：</div><br class="Apple-interchange-newline"><div>{OUR_HTML}</div></blockquote></div><br></body></html>')
reply("quotes/apple-mail-en", "Apple Mail in English.", EN, sender=LEE, keeps=OLD_EN, how="quoted-printable",
      text=f"{EN}\n\n> On Nov 26, 2026, at 17:30, Desk <{DESK_AT}> wrote:\n> \n> {OLD_EN}\n",
      html=f'<html><body>{EN_HTML}<br><div><blockquote type="cite"><div>On Nov 26, 2026, at 17:30, Desk &lt;{DESK_AT}&gt; wrote:</div><br><div>{OLD_EN}</div></blockquote></div><br></body></html>')
reply("quotes/apple-mail-inline", "Apple Mail, the quote split and answered: all of it is new.",
      "> ご希望の日はいつですか。\n\n明日でお願いします。\n> 立ち会いは必要ですか。\n\nはい。", keeps="立ち会い",
      html='<html><body><blockquote type="cite">ご希望の日はいつですか。</blockquote><div><br></div><div>明日でお願いします。</div><blockquote type="cite">立ち会いは必要ですか。</blockquote><div><br></div><div>はい。</div></body></html>', fresh_html=False)

# --- Thunderbird
reply("quotes/thunderbird-ja", "Thunderbird in Japanese, both parts.", NEW, how="8bit",
      text=f"{NEW}\n\nOn 2026/11/26 17:30, {DESK} wrote:\n{marked(OUR_TEXT)}",
      html=f'<html><body><p>{NEW.replace(chr(10), "<br>")}</p><div class="moz-cite-prefix">On 2026/11/26 17:30, {DESK} wrote:<br></div><blockquote type="cite" cite="mid:20261126.1@mizuho-desk.example">{OUR_HTML}</blockquote></body></html>')
reply("quotes/thunderbird-ja-old", "Thunderbird as its older Japanese edition announces it.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\n(2026/11/26 17:30), {DESK} wrote:\n{marked(OUR_TEXT)}")
reply("quotes/thunderbird-signature-below", "Thunderbird, answer above, signature below the quote.", NEW, how="8bit",
      text=f"{NEW}\n\nOn 2026/11/26 17:30, {DESK} wrote:\n{marked(OUR_TEXT)}\n-- \n青葉商事株式会社\n山田 太郎\n")
reply("quotes/thunderbird-flowed", "Thunderbird, format=flowed, the answer below: all of it is new.",
      f"On 2026/11/26 17:30, {DESK} wrote:\n> {OLD}\n\nありがとうございます。", how="8bit",
      text=f"On 2026/11/26 17:30, {DESK} wrote:\n> {OLD}\n\nありがとうございます。\n")

# --- Japanese programs
reply("quotes/becky", "Becky!: date and name on two lines, ISO-2022-JP.", NEW, charset="iso-2022-jp", how="7bit", mailer="Becky! ver. 2.81.08 [ja]",
      text=f"{NEW}\n\nOn Thu, 26 Nov 2026 17:30:05 +0900\n{DESK} <{DESK_AT}> wrote:\n\n{marked(OUR_TEXT)}")
reply("quotes/becky-sama", "Becky! with a template of its user: 「さんは書きました」.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\n{DESK} <{DESK_AT}> さんは書きました:\n\n{marked(OUR_TEXT)}")
reply("quotes/becky-wide-marks", "Quoted with wide marks.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\n{DESK}さんが書きました：\n{marked(OUR_TEXT, '＞')}")
reply("quotes/becky-interleaved", "As Japanese replies on paper were written: quote, answer, quote, answer. All of it is new.",
      f"青葉商事の山田です。\n\n> {OLD}\n\nありがとうございます。\n\n> ご希望の日をお知らせください。\n\n明日の午後でお願いします。",
      text=f"青葉商事の山田です。\n\n> {OLD}\n\nありがとうございます。\n\n> ご希望の日をお知らせください。\n\n明日の午後でお願いします。\n", charset="iso-2022-jp", how="7bit")
reply("quotes/shuriken", "Shuriken: a banner in English, fields, marks.", NEW, charset="iso-2022-jp", how="7bit", mailer="JsvMail (Shuriken Pro)",
      text=f"{NEW}\n\n----- Original Message -----\nFrom: {DESK} <{DESK_AT}>\nTo: 山田 太郎 <{YAMADA[1]}>\nSent: 2026/11/26 17:30:05\nSubject: プリンターの修理について\n\n{marked(OUR_TEXT)}")
reply("quotes/hidemaru", "Hidemaru Mail announces by Message-ID.", NEW, charset="iso-2022-jp", how="7bit", mailer="HidemaruMail",
      text=f"{NEW}\n\nIn message \"プリンターの修理について\"\n   on 26/11/26, {DESK} <{DESK_AT}> writes:\n{marked(OUR_TEXT, '>')}")
reply("quotes/al-mail", "AL-Mail: In message … wrote.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\nIn message <20261126.1@mizuho-desk.example>\n{DESK} <{DESK_AT}> wrote:\n\n{marked(OUR_TEXT)}")
reply("quotes/live-mail", "Windows Live Mail: a bare banner, fields in English.", NEW, charset="iso-2022-jp", how="7bit", mailer="Microsoft Windows Live Mail 16.4",
      text=f"{NEW}\n\n-----Original Message----- \nFrom: {DESK} \nSent: Thursday, November 26, 2026 5:30 PM \nTo: {YAMADA[1]} \nSubject: プリンターの修理について \n\n{OUR_TEXT}")
reply("quotes/notes-ja", "HCL Notes in Japanese: wide colons, names of the directory.", NEW, charset="iso-2022-jp", how="7bit",
      text=f"{NEW}\n\n差出人： {DESK}/本社/Mizuho\n宛先： 山田 太郎/営業/Aoba@Aoba\n日付： 2026/11/26 17:30\n件名： プリンターの修理について\n\n{OUR_TEXT}")
reply("quotes/garoon", "A groupware: dashes around the name of who wrote.", NEW,
      text=f"{NEW}\n\n----- {DESK} <{DESK_AT}> さんのメッセージ -----\n{marked(OUR_TEXT)}", )
reply("quotes/carrier-ja", "A telephone company's program: its banner with dashes, nothing marked.", NEW,
      text=f"{NEW}\n\n----元のメッセージ----\n差出人：{DESK}\n日時：2026/11/26 17:30\n宛先：山田\n件名：Re:修理\n\n{OUR_TEXT}")
reply("quotes/spark-yori", "An announcement that ends with より.", NEW,
      text=f"{NEW}\n2026年11月26日 17:30 +0900、{DESK} <{DESK_AT}> より:\n{marked(OUR_TEXT)}")

# --- Yahoo!
reply("quotes/yahoo-japan-web", "Yahoo! JAPAN Mail on the web: banner and fields as text in HTML.", NEW,
      html=f'<div style="font-family:sans-serif">{NEW_HTML}<div><br></div><div>----- Original Message -----</div><blockquote style="margin-left:5px;padding-left:5px;border-left:#1010ff 2px solid"><div>From: {DESK} &lt;{DESK_AT}&gt;</div><div>To: {YAMADA[1]}</div><div>Date: 2026/11/26, Thu 17:30</div><div>Subject: 修理</div><div><br></div>{OUR_HTML}</blockquote></div>')
reply("quotes/yahoo-japan-quoted", "Yahoo! Mail: yahoo_quoted.", NEW,
      html=f'<html><body><div class="ydp1-yahoo-style-wrap">{NEW_HTML}</div><div id="ydp2yahoo_quoted_1" class="yahoo_quoted"><div>2026年11月26日木曜日 17:30:05 JST、{DESK} &lt;{DESK_AT}&gt;のメール:</div><div>{OUR_HTML}</div></div></body></html>')
reply("quotes/yahoo-japan-app", "Yahoo! JAPAN's telephone program.", NEW,
      text=f"{NEW}\n\nYahoo!メールアプリから送信\n\n2026年11月26日(木) 17:30 {DESK} <{DESK_AT}>:\n{marked(OUR_TEXT)}")

# --- others
reply("quotes/proton", "Proton Mail.", EN, sender=LEE, keeps=OLD_EN,
      html=f'<div>{EN_HTML}</div><div class="protonmail_quote">On Thursday, November 26th, 2026 at 5:30 PM, Desk &lt;{DESK_AT}&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">{OLD_EN}</blockquote></div>')
reply("quotes/german", "Outlook in German.", "Guten Tag,\n\nmorgen passt es.", sender=LEE, keeps=OLD_EN,
      text=f"Guten Tag,\n\nmorgen passt es.\n\nVon: Desk <{DESK_AT}>\nGesendet: Donnerstag, 26. November 2026 17:30\nAn: Kim Lee <{LEE[1]}>\nBetreff: Printer\n\n{OLD_EN}\n", subject="AW: Printer")
reply("quotes/french", "Thunderbird in French.", "Bonjour,\n\ndemain me convient.", sender=LEE, keeps=OLD_EN,
      text=f"Bonjour,\n\ndemain me convient.\n\nLe 26/11/2026 à 17:30, Desk a écrit :\n{marked(OLD_EN)}", subject="RE: Printer")
reply("quotes/chinese", "Foxmail in Chinese.", "您好，明天下午可以。", sender=LEE, keeps=OLD_EN, charset="gb18030",
      text=f"您好，明天下午可以。\n\n发件人： Desk\n发送时间： 2026-11-26 17:30\n收件人： Kim\n主题： Printer\n\n{OLD_EN}\n", subject="回复: Printer")
reply("quotes/our-delimiter", "The delimiter of a desk, announced in words nobody knows.", NEW,
      text=f"{NEW}\n\nデスク ({DESK_AT}) 2026/11/26 17:30 発:\n| ##- この行より上に返信内容をご記入ください -##\n| \n| {OLD}\n")
reply("quotes/token-alone", "A program that quotes without any mark leaves our token at the end; it is not for eyes.",
      f"{NEW}\n\n{OLD}", text=f"{NEW}\n\n{OLD}\n\n{TOKEN}\n")
reply("quotes/thread-of-five", "Five mails deep: the first announcement decides.", NEW,
      text=NEW + "\n\n" + "".join(f"{'> ' * depth}2026年11月{26 - depth}日(木) 17:30 {DESK} <{DESK_AT}>:\n{'> ' * depth}> {OLD}\n" for depth in range(5)))

# --- what must stay
STAYS = [
    ("list-of-dates", "A heading with a date and a colon is no announcement.", "山田です。\n\n2026年11月26日の経過:\n1. 電源を入れた\n2. 動かない\n\n11/27のメール：\n届いていません。\n\nよろしくお願いします。"),
    ("he-wrote", "Words about what somebody wrote are no announcement.", "On Monday my colleague wrote:\nplease call him back.\n\nI did, and in 2025 he wrote:\nthat it works.\n\nKim"),
    ("fields-of-a-form", "A form that names To and date is no header.", "配送先の変更をお願いします。\n\n日時：11月30日\n宛先：本社\n件名：ノートPC 3台\n\n以上です。"),
    ("prompt", "Lines of a console begin like quotes.", "The console says:\n\n> systemctl start printer\n> failed\n"),
    ("table", "Rows of a table begin with a bar.", "数量は次のとおりです。\n\n| 品名 | 数 |\n| 紙 | 5 |\n"),
    ("ruled-order", "A ruled block that is the order itself is no signature.", "注文をお願いします。\n\n━━━━━━━━━━\n品名: トナー\n数量: 3\n━━━━━━━━━━"),
]
for name, says, body in STAYS:
    reply(f"quotes/stays-{name}", says, body.strip(), text=body + "\n", subject="お願い", answers=False, keeps=body.split("\n")[0])

# --- signatures
for name, says, sig in [
    ("ruled", "A ruled signature as Japanese companies write it.", "━━━━━━━━━━━━━━━━━━\n青葉商事株式会社　営業部\n山田　太郎（やまだ たろう）\n〒100-0001　東京都千代田区架空1-2-3\nTEL 03-0000-0000　FAX 03-0000-0001\nE-mail yamada@aoba-shoji.example\n━━━━━━━━━━━━━━━━━━"),
    ("stars", "Stars and noughts.", "*-*-*-*-*-*-*-*-*-*-*-*-*\n有限会社みどり工房\n山田 太郎\n携帯 090-0000-0000\nhttps://midori.example/\n*-*-*-*-*-*-*-*-*-*-*-*-*"),
    ("marker", "The marker of RFC 3676.", "-- \n山田 太郎\n青葉商事"),
    ("android", "A telephone's line.", "Androidから送信"),
]:
    reply(f"quotes/signature-{name}", says, NEW, text=f"{NEW}\n\n{sig}\n", keeps=sig.split("\n")[0] if name != "marker" else "青葉商事")
reply("quotes/signature-html-ruled", "A ruled signature in HTML, no history.", NEW,
      html=f"<html><body>{NEW_HTML}<div><br></div><div>━━━━━━━━━━━━</div><div>青葉商事株式会社　営業部</div><div>山田　太郎</div><div>TEL 03-0000-0000</div><div>━━━━━━━━━━━━</div></body></html>", keeps="03-0000-0000")
