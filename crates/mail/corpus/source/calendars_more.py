"""Meetings as Outlook, Teams, Google, Zoom, Apple and Notes write them."""

from kit import crlf, mail, multipart, nested, part, words

DESK = "support@mizuho-desk.example"
TOKYO = """BEGIN:VTIMEZONE
TZID:Tokyo Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:DAYLIGHT
END:VTIMEZONE
"""
PACIFIC = """BEGIN:VTIMEZONE
TZID:Pacific Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def ics(method, lines, zone="", product="-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN"):
    head = f"BEGIN:VCALENDAR\nMETHOD:{method}\nPRODID:{product}\nVERSION:2.0\n" if method else f"BEGIN:VCALENDAR\nPRODID:{product}\nVERSION:2.0\n"
    return head + zone + "BEGIN:VEVENT\n" + lines.rstrip("\n") + "\nEND:VEVENT\nEND:VCALENDAR\n"


def case(name, says, subject, calendar, text=None, html=None, method="REQUEST", sender=("佐々木", "sasaki@kanto-denki.example"), shape=None, extra=(), charset="utf-8", how=None, **expected):
    kind = f"text/calendar; charset={charset}; method={method}" if method else f"text/calendar; charset={charset}"
    cal = part(kind, calendar, charset=charset if charset != "utf-8" else None, how=how)
    if shape is None:
        forms = ([part("text/plain; charset=utf-8", text)] if text is not None else []) + ([part("text/html; charset=utf-8", html)] if html is not None else [])
        shape = multipart("alternative", "cal", [*forms, cal]) if forms else (kind, crlf(calendar))
    who, address = sender
    fields = [("Date", "Thu, 12 Nov 2026 11:00:00 +0900"), ("From", (words(who, "utf-8") if not who.isascii() else who) + f" <{address}>"), ("To", DESK), ("Subject", words(subject, "utf-8") if not subject.isascii() else subject),
              ("Message-ID", f"<{name}.cal@{address.split('@')[1]}>"), ("MIME-Version", "1.0"), *extra, ("Content-Type", shape[0])]
    mail(f"calendars/{name}", says, fields, shape[1], **{"kind": "ordinary", "subject": subject, **expected})


ORG = "ORGANIZER;CN=佐々木:mailto:sasaki@kanto-denki.example\n"
ME = f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN={DESK}:mailto:{DESK}\n"

case("outlook-tokyo", "Outlook: Windows' name of the zone, a folded title, a description with line breaks.", "打合せのお願い", ics("REQUEST", ORG + ME + "DESCRIPTION;LANGUAGE=ja-JP:お世話になっております。\\n関東電機の佐々木です。\\n\\n下記のとおりお願いします。\\n\nUID:040000008200E00074C5B7101A82E008\nSUMMARY;LANGUAGE=ja-JP:保守契約更新の\n 打合せ\nDTSTART;TZID=Tokyo Standard Time:20261118T140000\nDTEND;TZID=Tokyo Standard Time:20261118T150000\nLOCATION;LANGUAGE=ja-JP:本社 3階\\, 第2会議室\nSEQUENCE:0\n", TOKYO),
     text="お世話になっております。\n関東電機の佐々木です。\n\n下記のとおりお願いします。\n", text_contains=["関東電機の佐々木です。"], invitation={"kind": "invited", "title": "保守契約更新の打合せ", "starts": "2026-11-18T05:00:00Z", "ends": "2026-11-18T06:00:00Z", "place": "本社 3階, 第2会議室", "organizer": "sasaki@kanto-denki.example", "repeats": False}, files=[{"name": "invite.ics"}])
TEAMS_JA = "________________________________________________________________________________\nMicrosoft Teams ヘルプが必要ですか?\n今すぐ会議に参加する<https://teams.microsoft.example/l/meetup-join/19%3ameeting_abc>\n会議 ID: 412 345 678 901\nパスコード: aB3dE5\n________________________________\n"
case("teams-ja", "Teams, Japanese: where to join stands in the text.", "システム更改 キックオフ", ics("REQUEST", ORG + ME + "UID:teams-ja\nSUMMARY;LANGUAGE=ja-JP:システム更改 キックオフ\nDTSTART;TZID=Tokyo Standard Time:20261120T100000\nDTEND;TZID=Tokyo Standard Time:20261120T110000\nLOCATION;LANGUAGE=ja-JP:Microsoft Teams 会議\nX-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.example/l/meetup-join/19%3ameeting_abc\n", TOKYO), text=TEAMS_JA,
     html='<div>____</div><div><a href="https://teams.microsoft.example/l/meetup-join/19%3ameeting_abc">今すぐ会議に参加する</a></div><div>会議 ID: 412 345 678 901</div>', text_contains=["今すぐ会議に参加する", "412 345 678 901"], shown_contains=["https://teams.microsoft.example/l/meetup-join/"], invitation={"kind": "invited", "title": "システム更改 キックオフ", "starts": "2026-11-20T01:00:00Z", "place": "Microsoft Teams 会議"})
case("teams-en", "Teams, English, from California, a week after the clocks changed.", "Kick-off", ics("REQUEST", "ORGANIZER;CN=Ann Lee:mailto:ann@global.example\n" + ME + "UID:teams-en\nSUMMARY;LANGUAGE=en-US:Kick-off\nDTSTART;TZID=Pacific Standard Time:20261109T160000\nDTEND;TZID=Pacific Standard Time:20261109T163000\nLOCATION:Microsoft Teams Meeting\n", PACIFIC), text="________________\nMicrosoft Teams meeting\nJoin: https://teams.microsoft.example/meet/412\nMeeting ID: 412 345\n", sender=("Ann Lee", "ann@global.example"), text_contains=["https://teams.microsoft.example/meet/412"], invitation={"kind": "invited", "title": "Kick-off", "starts": "2026-11-10T00:00:00Z", "ends": "2026-11-10T00:30:00Z", "organizer": "ann@global.example"})
case("zone-undefined", "The zone is named and not described.", "Weekly", ics("REQUEST", ORG + "UID:zu\nSUMMARY:Weekly\nDTSTART;TZID=W. Europe Standard Time:20260701T090000\nDTEND;TZID=W. Europe Standard Time:20260701T093000\n"), text="x\n", invitation={"kind": "invited", "title": "Weekly", "starts": "2026-07-01T07:00:00Z", "ends": "2026-07-01T07:30:00Z"})
case("zone-quoted-iana", "IANA's name of the zone, in quotation marks.", "夏のご予定", ics("REQUEST", ORG + 'UID:zq\nSUMMARY:夏のご予定\nDTSTART;TZID="America/New_York":20260715T080000\nDTEND;TZID="America/New_York":20260715T090000\n'), text="x\n", invitation={"kind": "invited", "title": "夏のご予定", "starts": "2026-07-15T12:00:00Z", "ends": "2026-07-15T13:00:00Z"})
case("google-ja", "Google: HTML, the calendar twice (as a form and as a file), a place with a map.", "招待状: 現地調査 - 2026年 11月 19日 (木) 午後1時 - 午後2時 (JST) (support@mizuho-desk.example)", "", shape=multipart("mixed", "g", [nested("alternative", "ga", [part("text/plain; charset=UTF-8; format=flowed; delsp=yes", "このイベントに招待されました。\n"), part("text/html; charset=UTF-8", "<p>このイベントに招待されました。</p><a href='https://calendar.google.example/r/event?action=YES'>はい</a>"),
     part("text/calendar; charset=UTF-8; method=REQUEST", ics("REQUEST", "DTSTART:20261119T040000Z\nDTEND:20261119T050000Z\nDTSTAMP:20261112T020000Z\nORGANIZER;CN=sasaki@kanto-denki.example:mailto:sasaki@kanto-denki.example\nUID:g1@google.example\nSUMMARY:現地調査\nLOCATION:群馬県高崎市 工場棟\n", product="-//Google Inc//Google Calendar 70.9054//EN"))]), part('application/ics; name="invite.ics"', ics("REQUEST", "DTSTART:20261119T040000Z\nUID:g1@google.example\nSUMMARY:現地調査\n"), ("Content-Disposition", 'attachment; filename="invite.ics"'), how="base64")]),
     invitation={"kind": "invited", "title": "現地調査", "starts": "2026-11-19T04:00:00Z", "place": "群馬県高崎市 工場棟"}, text_contains=["このイベントに招待されました。"], files=[{"name": "invite.ics"}, {"name": "invite.ics"}])
case("google-update", "Google: the time was changed; the number of the version tells.", "更新された招待状: 現地調査", ics("REQUEST", "DTSTART:20261119T060000Z\nDTEND:20261119T070000Z\nORGANIZER:mailto:sasaki@kanto-denki.example\nUID:g1@google.example\nSEQUENCE:2\nSUMMARY:現地調査\n"), text="このイベントは変更されました。\n変更内容: 時間\n", invitation={"kind": "invited", "title": "現地調査", "starts": "2026-11-19T06:00:00Z", "ends": "2026-11-19T07:00:00Z"})
case("zoom", "Zoom: a mail with a file, no answer wanted; the link stands in both.", "Zoom ミーティングへの招待", "", shape=multipart("mixed", "z", [part("text/plain; charset=utf-8", "佐々木 さんがあなたを予約された Zoom ミーティングに招待しています。\n\nZoom ミーティングに参加する\nhttps://zoom.example/j/98765432101?pwd=abc\n\nミーティング ID: 987 6543 2101\nパスコード: 123456\n"), part('text/calendar; charset=utf-8; name="meeting.ics"', ics("PUBLISH", "DTSTART:20261125T010000Z\nDTEND:20261125T020000Z\nSUMMARY:製品説明会\nUID:ZOOM98765432101\nLOCATION:https://zoom.example/j/98765432101?pwd=abc\n", product="-//zoom.us//iCalendar Event//EN"), ("Content-Disposition", 'attachment; filename="meeting.ics"'))]),
     text_contains=["https://zoom.example/j/98765432101?pwd=abc"], invitation={"kind": "published", "title": "製品説明会", "starts": "2026-11-25T01:00:00Z", "place": "https://zoom.example/j/98765432101?pwd=abc"}, files=[{"name": "meeting.ics"}])
case("outlook-cancel-ja", "Outlook: キャンセル済み, with the reason in words.", "キャンセル済み: 保守契約更新の打合せ", ics("CANCEL", ORG + "UID:040000008200E00074C5B7101A82E008\nSUMMARY;LANGUAGE=ja-JP:キャンセル済み: 保守契約更新の打合せ\nDTSTART;TZID=Tokyo Standard Time:20261118T140000\nDTEND;TZID=Tokyo Standard Time:20261118T150000\nSTATUS:CANCELLED\nSEQUENCE:1\n", TOKYO), text="急な出張のため中止とさせてください。\n", method="CANCEL", text_contains=["急な出張のため中止とさせてください。"], invitation={"kind": "cancelled", "title": "キャンセル済み: 保守契約更新の打合せ", "starts": "2026-11-18T05:00:00Z"})
REPLY = "UID:040000008200E00074C5B7101A82E008\nDTSTART;TZID=Tokyo Standard Time:20261118T140000\nDTEND;TZID=Tokyo Standard Time:20261118T150000\n"
for name, says, subject, answer, kind, words_ in (
    ("outlook-accepted-ja", "Outlook: 承諾.", "承諾: 保守契約更新の打合せ", "ACCEPTED", "accepted", ""),
    ("outlook-tentative-ja", "Outlook: 仮承諾, with words.", "仮承諾: 保守契約更新の打合せ", "TENTATIVE", "tentative", "前の予定が延びるかもしれません。\n"),
    ("outlook-declined-ja", "Outlook: 辞退, with words.", "辞退: 保守契約更新の打合せ", "DECLINED", "declined", "あいにく都合がつきません。\n"),
):
    case(name, says, subject, ics("REPLY", f"ATTENDEE;PARTSTAT={answer};CN=佐々木:mailto:sasaki@kanto-denki.example\n" + REPLY + f"SUMMARY;LANGUAGE=ja-JP:{subject}\n", TOKYO), text=words_ or " \n", method="REPLY", invitation={"kind": kind, "title": subject, "starts": "2026-11-18T05:00:00Z"}, **({"text_contains": [words_.strip()]} if words_ else {}))
case("outlook-proposes", "Outlook: another time is proposed.", "新しい日時の提案: 保守契約更新の打合せ", ics("COUNTER", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:sasaki@kanto-denki.example\nUID:040000008200E00074C5B7101A82E008\nSUMMARY:新しい日時の提案: 保守契約更新の打合せ\nDTSTART;TZID=Tokyo Standard Time:20261119T160000\nDTEND;TZID=Tokyo Standard Time:20261119T170000\n", TOKYO), text="16時からではいかがでしょうか。\n", method="COUNTER", invitation={"kind": "other_time_proposed", "title": "新しい日時の提案: 保守契約更新の打合せ", "starts": "2026-11-19T07:00:00Z"})
case("reply-of-several", "An answer that lists two people: the sender's own counts.", "Accepted: 懇親会", ics("REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sasaki@kanto-denki.example\nUID:r2\nSUMMARY:懇親会\nDTSTART:20261204T090000Z\n"), text="\n", method="REPLY", invitation={"kind": "accepted", "title": "懇親会", "starts": "2026-12-04T09:00:00Z"})
case("all-day", "Whole days: the end is the day after.", "棚卸のため休業", ics("REQUEST", ORG + "UID:ad\nSUMMARY:棚卸のため休業\nDTSTART;VALUE=DATE:20261229\nDTEND;VALUE=DATE:20270105\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n"), text="年末年始は休業いたします。\n", invitation={"kind": "invited", "title": "棚卸のため休業", "starts": "2026-12-29", "ends": "2027-01-05"})
case("weekly-exception", "One date of a series was moved.", "週次レビュー", ics("REQUEST", ORG + "UID:we\nRECURRENCE-ID;TZID=Tokyo Standard Time:20261207T093000\nSUMMARY:週次レビュー\nDTSTART;TZID=Tokyo Standard Time:20261208T110000\nDTEND;TZID=Tokyo Standard Time:20261208T113000\n", TOKYO), text="今週のみ火曜に変更します。\n", invitation={"kind": "invited", "title": "週次レビュー", "starts": "2026-12-08T02:00:00Z", "repeats": False})
case("monthly", "Every last Friday.", "月末締め会", ics("REQUEST", ORG + "UID:mo\nSUMMARY:月末締め会\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270331T000000Z\nDTSTART;TZID=Asia/Tokyo:20261127T170000\nDTEND;TZID=Asia/Tokyo:20261127T180000\n"), text="x\n", invitation={"kind": "invited", "title": "月末締め会", "starts": "2026-11-27T08:00:00Z", "repeats": True})
case("calendar-alone", "The calendar is the whole mail: its description is what one reads.", "来社のご案内", ics("REQUEST", ORG + "UID:ca\nSUMMARY:来社のご案内\nDESCRIPTION:受付で「購買部」とお伝えください。\\n駐車場は建物の裏です。\nDTSTART:20261201T010000Z\nDTEND:20261201T020000Z\n"), text_contains=["受付で「購買部」とお伝えください。", "駐車場は建物の裏です。"], text_lacks=["BEGIN:VCALENDAR"], files=[{"name": "invite.ics"}], invitation={"kind": "invited", "title": "来社のご案内", "starts": "2026-12-01T01:00:00Z"})
case("iso-2022-jp", "An old groupware writes its calendar in ISO-2022-JP.", "社内勉強会", ics("REQUEST", ORG + "UID:ij\nSUMMARY:社内勉強会①\nLOCATION:研修室\nDTSTART:20261202T080000Z\nDTEND:20261202T090000Z\n"), text="ご参加ください。\n", charset="iso-2022-jp", invitation={"kind": "invited", "title": "社内勉強会①", "starts": "2026-12-02T08:00:00Z", "place": "研修室"})
case("base64", "The calendar in base64, as Exchange writes it.", "納品立会い", ics("REQUEST", ORG + "UID:b6\nSUMMARY:納品立会い\nDTSTART:20261203T000000Z\nDTEND:20261203T010000Z\n"), text="x\n", how="base64", invitation={"kind": "invited", "title": "納品立会い", "starts": "2026-12-03T00:00:00Z", "ends": "2026-12-03T01:00:00Z"})
case("duration", "A duration in place of an end.", "内線工事", ics("REQUEST", ORG + "UID:du\nSUMMARY:内線工事\nDTSTART:20261203T000000Z\nDURATION:PT1H30M\n"), text="x\n", invitation={"kind": "invited", "title": "内線工事", "starts": "2026-12-03T00:00:00Z", "ends": "2026-12-03T01:30:00Z"})
case("floating", "A time without a zone is meant where the sender is.", "朝礼", ics("REQUEST", ORG + "UID:fl\nSUMMARY:朝礼\nDTSTART:20261203T083000\n"), text="x\n", invitation={"kind": "invited", "title": "朝礼", "starts": "2026-12-02T23:30:00Z"})
case("octet-stream", "A phone sends its calendar under a name and no type.", "予定の共有", "", shape=multipart("mixed", "o", [part("text/plain; charset=utf-8", "予定を送ります。\n"), part('application/octet-stream; name="yotei.ics"', ics("PUBLISH", "UID:oc\nSUMMARY:点検\nDTSTART:20261210T010000Z\n"), ("Content-Disposition", 'attachment; filename="yotei.ics"'), how="base64")]), text="予定を送ります。", files=[{"name": "yotei.ics"}], invitation={"kind": "published", "title": "点検", "starts": "2026-12-10T01:00:00Z"})
case("to-do", "A task is no invitation.", "依頼", "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VTODO\nUID:td\nSUMMARY:見積\nEND:VTODO\nEND:VCALENDAR\n", text="見積をお願いします。\n", text_contains=["見積をお願いします。"])
case("broken", "A calendar that broke off.", "会議", "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:会議\nDTST", text="会議の件です。\n", text_contains=["会議の件です。"])
case("method-lost", "The method stands in the type only.", "辞退のご連絡", ics("", "ATTENDEE;PARTSTAT=DECLINED:mailto:sasaki@kanto-denki.example\nUID:ml\nSUMMARY:定例\nDTSTART:20261204T010000Z\n"), text="欠席します。\n", method="REPLY", invitation={"kind": "declined", "title": "定例", "starts": "2026-12-04T01:00:00Z"})
