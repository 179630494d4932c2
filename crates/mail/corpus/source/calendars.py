"""Invitations and answers."""

from kit import mail, multipart, part

EVENT = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//made up//JA\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1@sakura-seimitsu.example\nSUMMARY:{title}\nDTSTART:{start}\nDTEND:{end}\nLOCATION:{place}\nORGANIZER;CN=Ota:mailto:ota@sakura-seimitsu.example\nATTENDEE;PARTSTAT={answer}:mailto:support@mizuho-desk.example\n{more}END:VEVENT\nEND:VCALENDAR\n"
for name, says, method, answer, kind, title, start, end, more in (
    ("request", "An invitation.", "REQUEST", "NEEDS-ACTION", "invited", "定例会議（11月）", "20261117T010000Z", "20261117T020000Z", ""),
    ("cancel", "A cancellation.", "CANCEL", "NEEDS-ACTION", "cancelled", "現地調査", "20261118T010000Z", "20261118T020000Z", "STATUS:CANCELLED\n"),
    ("accepted", "An answer: yes.", "REPLY", "ACCEPTED", "accepted", "納品立会い", "20261119T010000Z", "20261119T020000Z", ""),
    ("declined", "An answer: no.", "REPLY", "DECLINED", "declined", "懇親会", "20261120T090000Z", "20261120T110000Z", ""),
    ("tentative", "An answer: perhaps.", "REPLY", "TENTATIVE", "tentative", "Web会議", "20261121T010000Z", "20261121T020000Z", ""),
    ("repeats", "A meeting every week.", "REQUEST", "NEEDS-ACTION", "invited", "週次レビュー", "20261123T003000Z", "20261123T010000Z", "RRULE:FREQ=WEEKLY;COUNT=10\n"),
):
    ics = EVENT.format(method=method, answer=answer, title=title, start=start, end=end, place="第3会議室", more=more)
    content_type, body = multipart("alternative", "cal", [part("text/plain; charset=utf-8", f"{title}の件です。\n"), part(f"text/calendar; charset=utf-8; method={method}", ics)])
    at = f"{start[:4]}-{start[4:6]}-{start[6:8]}T{start[9:11]}:{start[11:13]}:00Z"
    mail(f"calendars/{name}", says, [("From", "ota@sakura-seimitsu.example"), ("Subject", name), ("Message-ID", f"<{name}@sakura-seimitsu.example>"), ("Content-Type", content_type)], body,
         text=f"{title}の件です。", files=[{"name": "invite.ics"}],
         invitation={"kind": kind, "title": title, "starts": at, "place": "第3会議室", "organizer": "ota@sakura-seimitsu.example", "repeats": bool("RRULE" in more)})
