"""Reports about mail of ours, by mail server; and what only looks like one."""

from kit import add, crlf, header, mail, multipart, nested, part, transfer, word, words

OURS = "pd.3f9c1e77a2@mizuho-desk.example"
MARK = "ob_7Qk2mVx9"
DESK = "support@mizuho-desk.example"
SUBJECT = "Re: 納期のお問い合わせ（受付番号 1042）"


def original(to, mark=True, message_id=OURS):
    fields = [("Received", "from smtp.mizuho-desk.example (198.51.100.7) by mx.relay.example; Tue, 10 Nov 2026 10:00:02 +0900"),
              ("From", f"{word('みずほデスク', 'utf-8')} <{DESK}>"), ("To", f"<{to}>"), ("Subject", words(SUBJECT, "utf-8")),
              ("Date", "Tue, 10 Nov 2026 10:00:00 +0900")]
    if message_id:
        fields.append(("Message-ID", f"<{message_id}>"))
    if mark:
        fields.append(("X-Postdesk-Outbox", MARK))
    return fields


def status(mta, recipient, action, code, diagnostic=None, extra=""):
    text = f"Reporting-MTA: dns; {mta}\nArrival-Date: Tue, 10 Nov 2026 10:00:02 +0900\n\nFinal-Recipient: rfc822; {recipient}\n{extra}Action: {action}\nStatus: {code}\n"
    return text + (f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else "")


def report(name, says, sender, title, human, mta, recipient, *, action="failed", code="5.1.1", diagnostic="550 5.1.1 User unknown", returned="rfc822",
           extra=(), mark=True, message_id=OURS, human_type="text/plain; charset=utf-8", status_extra="", **expected):
    parts = [part(human_type, human), part("message/delivery-status", status(mta, recipient, action, code, diagnostic, status_extra))]
    if returned == "rfc822":
        parts.append(part("message/rfc822", header(original(recipient, mark, message_id)) + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + crlf("ご返信いたします。\n")))
    elif returned == "headers":
        parts.append(part("text/rfc822-headers", header(original(recipient, mark, message_id))))
    content_type, body = multipart("report", "=_report_" + name, parts, "; report-type=delivery-status")
    if action == "failed" and "kind" not in expected:
        expected = {"kind": "bounce", "bounced_recipients": [recipient], "bounced": [message_id] if message_id and returned else [], **expected}
        if mark and returned:
            expected.setdefault("bounced_mark", MARK)
    mail(f"bounces/{name}", says,
         [("Return-Path", "<>"), ("From", sender), ("To", DESK), ("Subject", title), ("Date", "Tue, 10 Nov 2026 10:00:09 +0900"),
          ("Message-ID", f"<{name}@{mta}>"), ("MIME-Version", "1.0"), ("Content-Type", content_type), *extra], body, **expected)


report("postfix", "Postfix.", "MAILER-DAEMON@mx.hokuto-print.example (Mail Delivery System)", "Undelivered Mail Returned to Sender",
       "This is the mail system at host mx.hokuto-print.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n<m.sato@hokuto-print.example>: unknown user: \"m.sato\"\n",
       "mx.hokuto-print.example", "m.sato@hokuto-print.example", extra=[("Auto-Submitted", "auto-replied")], bounce_reason="550 5.1.1 User unknown")
report("postfix-headers-only", "Postfix that returns the header only.", "MAILER-DAEMON (Mail Delivery System) <MAILER-DAEMON@mx2.hokuto-print.example>", "Undelivered Mail Returned to Sender",
       "This is the mail system at host mx2.hokuto-print.example.\n", "mx2.hokuto-print.example", "soumu@hokuto-print.example", returned="headers",
       code="5.2.2", diagnostic="552 5.2.2 Mailbox full", bounce_reason="552 5.2.2 Mailbox full")
report("postfix-delay", "Postfix that goes on trying: no failure.", "MAILER-DAEMON@mx.hokuto-print.example (Mail Delivery System)", "Delayed Mail (still being retried)",
       "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\n",
       "mx.hokuto-print.example", "m.sato@hokuto-print.example", action="delayed", code="4.4.1", diagnostic="connect to mx: Connection timed out",
       kind="automatic", bounced=[], bounced_recipients=[])
report("delivered", "A success that was asked for.", "MAILER-DAEMON@mx.hokuto-print.example", "Successful Mail Delivery Report",
       "Your message was successfully delivered to the destination(s) listed below.\n", "mx.hokuto-print.example", "m.sato@hokuto-print.example",
       action="delivered", code="2.0.0", diagnostic="250 2.0.0 Ok", returned="headers", kind="receipt", bounced=[])
report("relayed", "Passed on to a server that sends no reports.", "postmaster@gw.aoba-bungu.example", "Delivery Status Notification (Relay)",
       "配信は確認されませんが、次のサーバーに中継されました。\n", "gw.aoba-bungu.example", "morimoto@aoba-bungu.example", action="relayed", code="2.1.5", diagnostic=None, returned=None, kind="receipt")
report("sendmail", "sendmail.", "Mail Delivery Subsystem <MAILER-DAEMON@relay.kyuden-soumu.example>", "Returned mail: see transcript for details",
       "The original message was received at Tue, 10 Nov 2026 10:00:02 +0900\nfrom smtp.mizuho-desk.example [198.51.100.7]\n\n   ----- The following addresses had permanent fatal errors -----\n<ohno@kyuden-soumu.example>\n    (reason: 550 5.1.1 <ohno@kyuden-soumu.example>... User unknown)\n",
       "relay.kyuden-soumu.example", "ohno@kyuden-soumu.example", diagnostic="550 5.1.1 <ohno@kyuden-soumu.example>... User unknown", extra=[("Auto-Submitted", "auto-generated (failure)")])
report("sendmail-warning", "sendmail's warning after four hours.", "Mail Delivery Subsystem <MAILER-DAEMON@relay.kyuden-soumu.example>", "Warning: could not send message for past 4 hours",
       "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n",
       "relay.kyuden-soumu.example", "ohno@kyuden-soumu.example", action="delayed", code="4.4.7", diagnostic=None, returned="headers", kind="automatic", bounced=[])

EXCHANGE = f"Microsoft Outlook\n <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mizuho-desk.example>"
EX = [("X-MS-Exchange-Message-Is-Ndr", ""), ("Auto-Submitted", "auto-replied"), ("In-Reply-To", f"<{OURS}>"), ("References", f"<{OURS}>"),
      ("X-MS-Exchange-Organization-AuthAs", "Internal")]
report("exchange-en", "Exchange Online, English.", EXCHANGE, "Undeliverable: " + words(SUBJECT, "utf-8"),
       "<html><body><p>Your message to morimoto@aoba-bungu.example couldn't be delivered.</p><p>morimoto wasn't found at aoba-bungu.example.</p></body></html>",
       "TY0PR01MB0001.jpnprd01.prod.outlook.com", "morimoto@aoba-bungu.example", code="5.1.10",
       diagnostic="550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient morimoto@aoba-bungu.example not found by SMTP address lookup",
       human_type="text/html; charset=us-ascii", extra=EX, bounce_reason="550 5.1.10 RESOLVER.ADR.RecipientNotFound", text_contains=["couldn't be delivered"])
report("exchange-ja", "Exchange Online, Japanese: 配信不能.", EXCHANGE, words("配信不能: " + SUBJECT, "utf-8"),
       "<html><body><p>hasegawa@sakura-seimitsu.example へのメッセージを配信できませんでした。</p><p>sakura-seimitsu.example で hasegawa が見つかりませんでした。</p></body></html>",
       "OS0PR01MB0002.jpnprd01.prod.outlook.com", "hasegawa@sakura-seimitsu.example", code="5.1.1",
       diagnostic="550 5.1.1 <hasegawa@sakura-seimitsu.example>: Recipient address rejected: User unknown", human_type="text/html; charset=utf-8", extra=EX,
       subject="配信不能: " + SUBJECT, text_contains=["へのメッセージを配信できませんでした"])
report("exchange-ja-quota", "Exchange, Japanese, the mailbox is full; the original recipient differs from the final one.", EXCHANGE, words("配信不能: " + SUBJECT, "iso-2022-jp"),
       "<html><body><p>受信者のメールボックスがいっぱいのため、現在メッセージを受け付けることができません。</p></body></html>",
       "OS0PR01MB0003.jpnprd01.prod.outlook.com", "keiri-all@sakura-seimitsu.example", code="5.2.2", diagnostic="554 5.2.2 mailbox full; STOREDRV.Deliver: QuotaExceededException",
       human_type="text/html; charset=utf-8", status_extra="Original-Recipient: rfc822;keiri@sakura-seimitsu.example\n", extra=EX,
       bounced_recipients=["keiri@sakura-seimitsu.example"], bounce_reason="mailbox full")
report("exchange-delay-ja", "Exchange, Japanese: 配信遅延. It goes on trying.", EXCHANGE, words("配信遅延: " + SUBJECT, "utf-8"),
       "<html><body><p>hasegawa@sakura-seimitsu.example へのメッセージの配信が遅れています。</p></body></html>", "OS0PR01MB0002.jpnprd01.prod.outlook.com",
       "hasegawa@sakura-seimitsu.example", action="delayed", code="4.4.7", diagnostic="400 4.4.7 Message delayed", human_type="text/html; charset=utf-8", returned=None,
       extra=[("Auto-Submitted", "auto-replied")], kind="automatic", bounced=[])
report("exchange-nothing-returned", "Exchange that returns nothing: the thread says which mail it was.", EXCHANGE, "Undeliverable: x", "<p>Delivery has failed to these recipients or groups:</p>",
       "TY0PR01MB0009.jpnprd01.prod.outlook.com", "info@aoba-bungu.example", human_type="text/html", returned=None, extra=EX, mark=False, bounced=[OURS])
report("exchange-onprem-ja", "Exchange on premises, Japanese subject 配信できません, from postmaster.", "postmaster@ad.ishida-kogyo.example", words("配信できません: " + SUBJECT, "iso-2022-jp"),
       "次の受信者またはグループへの配信に失敗しました:\n\nkato@ishida-kogyo.example\n", "ex01.ad.ishida-kogyo.example", "kato@ishida-kogyo.example", code="5.7.133",
       diagnostic="550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", bounce_reason="SenderNotAuthenticatedForGroup")
report("message-id-replaced", "Exchange replaced the Message-ID on the way; our mark is still there.", EXCHANGE, "Undeliverable: x", "<p>x</p>", "TY0PR01MB0010.jpnprd01.prod.outlook.com",
       "toda@aoba-bungu.example", human_type="text/html", message_id="TYAPR01MB42@TYAPR01MB42.jpnprd01.prod.outlook.com", bounced=["TYAPR01MB42@TYAPR01MB42.jpnprd01.prod.outlook.com"])
report("gmail", "Google.", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
       "** Address not found **\n\nYour message wasn't delivered to r.okada.0312@gmail.example because the address couldn't be found, or is unable to receive mail.\n",
       "googlemail.com", "r.okada.0312@gmail.example", diagnostic="550-5.1.1 The email account that you tried to reach does not exist.",
       extra=[("X-Failed-Recipients", "r.okada.0312@gmail.example"), ("Auto-Submitted", "auto-replied"), ("In-Reply-To", f"<{OURS}>"), ("References", f"<{OURS}>")], bounce_reason="does not exist")
report("gmail-ja", "Google, Japanese.", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
       "** メールの配信が完了していません **\n\nr.okada.0312@gmail.example の受信トレイの容量が上限に達しています。または、一度に受信したメールが多すぎます。\n",
       "googlemail.com", "y.fujii@gmail.example", code="5.2.2", diagnostic="452-4.2.2 The email account that you tried to reach is over quota.",
       extra=[("X-Failed-Recipients", "y.fujii@gmail.example"), ("Auto-Submitted", "auto-replied")])
report("gmail-delay", "Google's delay: it names the recipient as failed and goes on trying.", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)",
       "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to a.abe@example-host.example. Gmail will retry for 46 more hours.\n",
       "googlemail.com", "a.abe@example-host.example", action="delayed", code="4.4.1", diagnostic="The recipient server did not accept our requests to connect.",
       extra=[("X-Failed-Recipients", "a.abe@example-host.example"), ("Auto-Submitted", "auto-replied")], kind="automatic", bounced=[])
report("spam-refused", "Refused as spam, returned by the sender's own relay.", "Mail Delivery System <MAILER-DAEMON@smtp.mizuho-desk.example>", "Undelivered Mail Returned to Sender",
       "<info@tokai-kenzai.example>: host mx.tokai-kenzai.example[203.0.113.80] said: 554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked\n",
       "smtp.mizuho-desk.example", "info@tokai-kenzai.example", code="5.7.1", diagnostic="554 5.7.1 Service unavailable; Client host blocked using list.example", bounce_reason="554 5.7.1")

# Two recipients: one failed, one arrived.
two = (f"Reporting-MTA: dns; mx.sakura-seimitsu.example\n\nFinal-Recipient: rfc822; ok@sakura-seimitsu.example\nAction: delivered\nStatus: 2.0.0\n\n"
       f"Final-Recipient: rfc822; gone@sakura-seimitsu.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n")
content_type, body = multipart("report", "two", [part("text/plain", "Report.\n"), part("message/delivery-status", two), part("text/rfc822-headers", header(original("ok@sakura-seimitsu.example")))], "; report-type=delivery-status")
mail("bounces/two-recipients", "One recipient got the mail, the other did not: a failure, and of the second alone.",
     [("From", "MAILER-DAEMON@mx.sakura-seimitsu.example"), ("To", DESK), ("Subject", "Mail delivery report"), ("Message-ID", "<two@mx.sakura-seimitsu.example>"), ("Content-Type", content_type)],
     body, kind="bounce", bounced=[OURS], bounced_mark=MARK, bounced_recipients=["gone@sakura-seimitsu.example"], bounce_reason="550 5.1.1 no such user")


def plain(name, says, sender, title, text, *, extra=(), charset="utf-8", how=None, **expected):
    expected = {"kind": "bounce", **expected}
    raw = transfer(text.encode() if charset == "utf-8" else __import__("kit").encode(text, charset), how)
    mail(f"bounces/{name}", says,
         [("From", sender), ("To", DESK), ("Subject", title), ("Date", "Tue, 10 Nov 2026 10:00:09 +0900"), ("Message-ID", f"<{name}@mailer.example>"),
          ("Content-Type", f"text/plain; charset={charset}"), *extra], raw, **expected)


COPY = header(original("{}")).decode().replace("\r\n", "\n")
plain("qmail", "qmail.", "MAILER-DAEMON@ns1.tokai-kenzai.example", "failure notice",
      "Hi. This is the qmail-send program at ns1.tokai-kenzai.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
      "<tanabe@tokai-kenzai.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@mizuho-desk.example>\n" + COPY.format("tanabe@tokai-kenzai.example") + "\nご返信いたします。\n",
      bounced=[OURS], bounced_mark=MARK, bounced_recipients=["tanabe@tokai-kenzai.example"], bounce_reason="Sorry, no mailbox here by that name. (#5.1.1)")
plain("qmail-own-subject", "qmail whose administrator changed the subject.", "MAILER-DAEMON@mail.tokai-kenzai.example", "Mail report",
      "Hi. This is the qmail-send program at mail.tokai-kenzai.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<ueda@tokai-kenzai.example>:\nThis address no longer accepts mail.\n\n--- Below this line is a copy of the message.\n\n" + COPY.format("ueda@tokai-kenzai.example"),
      bounced=[OURS], bounced_recipients=["ueda@tokai-kenzai.example"])
plain("exim", "Exim.", "Mail Delivery System <Mailer-Daemon@host12.rental-server.example>", "Mail delivery failed: returning message to sender",
      "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  eigyo@rental-client.example\n    SMTP error from remote mail server after RCPT TO:<eigyo@rental-client.example>:\n    550 5.1.1 <eigyo@rental-client.example>: Recipient address rejected\n\n------ This is a copy of the message, including all the headers. ------\n\n" + COPY.format("eigyo@rental-client.example"),
      extra=[("X-Failed-Recipients", "eigyo@rental-client.example"), ("Auto-Submitted", "auto-replied")],
      bounced=[OURS], bounced_mark=MARK, bounced_recipients=["eigyo@rental-client.example"], bounce_reason="550 5.1.1")
plain("exim-delay", "Exim that goes on trying.", "Mail Delivery System <Mailer-Daemon@host12.rental-server.example>", "Warning: message 1tAbCd-0004Xy-2L delayed 24 hours",
      "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on host12.rental-server.example.\n\nNo action is required on your part. Delivery attempts will continue for some time.\n",
      extra=[("Auto-Submitted", "auto-replied")], kind="automatic", bounced=[])
plain("yahoo-japan", "Yahoo! Japan.", "MAILER-DAEMON@yahoo.example", "failure notice",
      "Sorry, we were unable to deliver your message to the following address.\n\n<hanako_1988@yahoo.example>:\nRemote host said:\n554 delivery error: dd This user doesn't have a yahoo.example account (hanako_1988@yahoo.example) [0] - mta501.mail.example\n\n--- Below this line is a copy of the message.\n\n" + COPY.format("hanako_1988@yahoo.example"),
      bounced=[OURS], bounced_mark=MARK, bounced_recipients=["hanako_1988@yahoo.example"], bounce_reason="554 delivery error")
plain("docomo", "NTT docomo: Japanese words, ISO-2022-JP, nothing for machines.", "Mail Administrator <Postmaster@docomo.example>", "Mail System Error - Returned Mail",
      "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n送信先メールアドレスが見つかりません。\n\n<taro.090@docomo.example>\n\n", charset="iso-2022-jp", extra=[("References", f"<{OURS}>")],
      bounced=[OURS], bounced_recipients=["taro.090@docomo.example"], bounce_reason="エラーのため送信できませんでした")
plain("au", "au: English words of an old server.", "Postmaster@ezweb.example", "Mail System Error - Returned Mail",
      "This Message was undeliverable due to the following reason:\n\nEach of the following recipients was rejected by a remote mail server.\nThe reasons given by the server are included to help you determine why\neach recipient was rejected.\n\n    Recipient: <jiro_au@ezweb.example>\n    Reason:    <jiro_au@ezweb.example>: 550 Unknown user jiro_au@ezweb.example\n\nPlease reply to Postmaster@ezweb.example\nif you feel this message to be in error.\n",
      bounced_recipients=["jiro_au@ezweb.example"], bounce_reason="550 Unknown user")
plain("softbank", "SoftBank: Japanese subject 送信エラー, Shift_JIS.", "MAILER-DAEMON@softbank.example", word("送信エラーのお知らせ", "shift_jis"),
      "メールを送信できませんでした。\n宛先：saburo@softbank.example\n理由：宛先のメールアドレスは存在しません。\n", charset="shift_jis", bounced_recipients=["saburo@softbank.example"])
plain("empty-return-path", "A mail filter that has a name of its own; the envelope is empty.", "Mail Gateway <gateway@filter.kanto-denki.example>", word("【不達】メールを配信できませんでした", "utf-8"),
      "以下のメールは配信されませんでした。\n\n宛先: shima@kanto-denki.example\n理由: 添付ファイル（zip）は受信できません\n\nMessage-ID: <" + OURS + ">\n", extra=[("Return-Path", "<>")], bounced=[OURS], bounced_recipients=["shima@kanto-denki.example"])
plain("quota-warning", "postmaster writes about a quota: a robot, and no bounce.", "postmaster@mizuho-desk.example", "Mailbox quota warning", "Your mailbox is at 92 % of its limit.\n", kind="automatic", bounced=[])
content_type, body = multipart("mixed", "att", [part("text/plain; charset=utf-8", "宛先に届きませんでした。詳細は添付をご覧ください。\n"), part('text/plain; name="header.txt"', header(original("nishi@kanto-denki.example")), ("Content-Disposition", 'attachment; filename="header.txt"'))])
mail("bounces/header-as-text-file", "The returned header is a text file.", [("From", "MAILER-DAEMON@gw.kanto-denki.example"), ("To", DESK), ("Subject", "Delivery failure"), ("Message-ID", "<hatf@gw.kanto-denki.example>"), ("Content-Type", content_type)],
     body, kind="bounce", bounced=[OURS], bounced_mark=MARK)

# What only looks like a bounce.
for name, says, sender, subject, text in (
    ("person-forwards-one", "A customer passes a bounce on and asks what it means.", "森本 <morimoto@aoba-bungu.example>", "Fwd: Undelivered Mail Returned to Sender", "このようなエラーが届きました。どういう意味でしょうか。\n\n> This is the mail system at host mx.example.\n> <kato@ishida-kogyo.example>: 550 5.1.1 User unknown\n"),
    ("person-asks", "A customer asks about delivery errors.", "佐藤 <m.sato@hokuto-print.example>", "配信不能になります", "御社にメールを送ると「配信不能」と返ってきます。550 5.7.1 と書かれています。ご確認ください。\n"),
    ("person-called-postman", "A person whose address begins like a robot's.", "Post Master <post.masters@aoba-bungu.example>", "Failure notice for machine 7", "Machine 7 has failed. Please send a technician.\n"),
    ("person-returns-goods", "返送 and 不達 are words of the parcel trade, too.", "物流担当 <butsuryu@aoba-bungu.example>", "不達商品の返送について", "宛先不明で戻ってきた商品を返送いたします。\n"),
):
    who, address = sender.split(" <")
    mail(f"bounces/not-{name}", says, [("From", f"{words(who, 'utf-8') if not who.isascii() else who} <{address}"), ("To", DESK), ("Subject", words(subject, "utf-8") if not subject.isascii() else subject),
         ("Message-ID", f"<not-{name}@aoba-bungu.example>"), ("Content-Type", "text/plain; charset=utf-8")], crlf(text), kind="ordinary", subject=subject, bounced=[])
