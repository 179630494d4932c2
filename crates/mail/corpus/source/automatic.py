"""Mail that machines wrote, and people's mail that only looks like it."""

from kit import crlf, mail, multipart, part, word, words

TO = "support@mizuho-desk.example"
REPLY = [("In-Reply-To", "<ticket.1042@mizuho-desk.example>"), ("References", "<ticket.1042@mizuho-desk.example>")]
SUPPRESS = [("X-Auto-Response-Suppress", "All"), ("Auto-Submitted", "auto-generated")]


def case(name, says, kind, sender, title, text, *extra):
    shown = title if title.isascii() else words(title, "utf-8")
    mail(f"automatic/{name}", says, [("From", sender), ("To", TO), ("Subject", shown), ("Date", "Tue, 10 Nov 2026 18:30:00 +0900"),
         ("Message-ID", f"<{name}@{sender.split('@')[1].rstrip('>')}>"), *extra, ("Content-Type", "text/plain; charset=utf-8")], crlf(text), kind=kind, subject=title)


for name, prefix, text in (
    ("en", "Automatic reply:", "I am out of the office until 16 November and will answer then."),
    ("ja", "自動応答:", "11月9日から13日まで出張のため不在です。お急ぎの場合は営業部までご連絡ください。"),
    ("de", "Automatische Antwort:", "Ich bin bis zum 16.11. nicht im Büro."),
    ("fr", "Réponse automatique :", "Je suis absent jusqu'au 16 novembre."),
    ("es", "Respuesta automática:", "Estoy fuera de la oficina hasta el lunes."),
    ("it", "Risposta automatica:", "Sono in ferie fino al 16 novembre."),
    ("pt", "Resposta automática:", "Estou de férias até 16 de novembro."),
    ("nl", "Automatisch antwoord:", "Ik ben tot 16 november afwezig."),
    ("sv", "Autosvar:", "Jag är på semester till den 16 november."),
    ("fi", "Automaattinen vastaus:", "Olen lomalla 16.11. asti."),
    ("pl", "Odpowiedź automatyczna:", "Jestem na urlopie do 16 listopada."),
    ("ru", "Автоматический ответ:", "Я в отпуске до 16 ноября."),
    ("ko", "자동 회신:", "11월 16일까지 휴가입니다."),
    ("zh-cn", "自动答复:", "我正在休假，11月16日回来。"),
    ("zh-tw", "自動回覆:", "我目前休假中，11月16日返回。"),
    ("tr", "Otomatik yanıt:", "16 Kasım'a kadar izindeyim."),
):
    case(f"absence-exchange-{name}", f"Exchange's absence note, {name}.", "out_of_office", f"Mori <mori.{name}@aoba-bungu.example>", f"{prefix} Ticket 1042", text + "\n", *SUPPRESS, *REPLY)
case("absence-gmail", "Gmail's note: the subject is only Re:, and it calls itself bulk.", "out_of_office", "Okada <okada@gmail.example>", "Re: Ticket 1042", "現在、休暇をいただいております。11月16日(月)より順次お返事いたします。\n", ("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Autoreply", "yes"), *REPLY)
case("absence-sieve", "A Sieve script's note.", "out_of_office", "h.ono@kyuden-soumu.example", "Auto: Ticket 1042", "本日は終日外出しております。\n", ("Auto-Submitted", "auto-replied (vacation)"), *REPLY)
case("absence-cybozu", "不在通知 as a title, no header that says so.", "out_of_office", "toda@aoba-bungu.example", "【不在通知】戸田", "戸田は11/9～11/13の間、休暇をいただいております。\n")
case("form-receipt", "自動返信 of a web form: a robot's, and nobody is absent.", "automatic", "info@tokai-kenzai.example", "【自動返信】お問い合わせありがとうございます", "このたびはお問い合わせいただきありがとうございます。\n※このメールはシステムからの自動返信です。\n年末年始休業：12/29～1/4\n", ("Auto-Submitted", "auto-generated"))
case("ticket-receipt", "Another help desk's receipt: it answers, but nobody is away.", "automatic", "helpdesk@sakura-seimitsu.example", "[SR-20931] 受付完了のお知らせ", "お問い合わせを受け付けました。受付番号は SR-20931 です。\n", ("Auto-Submitted", "auto-replied"), *REPLY)
case("order", "An order confirmation from an address that nobody reads.", "automatic", "Aoba Store <no-reply@aoba-store.example>", "ご注文の確認（注文番号 503-1187204）", "ご注文ありがとうございます。\n商品名：A4コピー用紙 5,000枚\n数量：2\n合計：7,480円（税込）\nお届け予定日：2026/11/12\n")
case("parcel-missed", "A parcel that nobody was there to take: not an absence note.", "automatic", "noreply@takuhai.example", "【ご不在連絡】お荷物のお届けについて", "お荷物のお届けに伺いましたが、ご不在のため持ち帰りました。\n再配達の受付は下記よりお願いいたします。\n")
case("monitoring", "A monitor's alarm.", "automatic", "nagios@monitor.kanto-denki.example", "** PROBLEM Service Alert: web01/HTTP is CRITICAL **", "HTTP CRITICAL - Socket timeout after 10 seconds\n", ("Auto-Submitted", "auto-generated"))
case("copier", "A copier's scan, with the envelope left empty.", "automatic", "scanner@office.aoba-bungu.example", "Message from RNP58387", "スキャンデータを送信します。\n", ("Return-Path", "<>"))
case("newsletter", "A newsletter.", "bulk", "メールマガジン <news@tokai-kenzai.example>".replace("メールマガジン", "News"), "【東海建材】11月の新商品のご案内", "配信停止はこちら\n", ("List-Unsubscribe", "<https://tokai-kenzai.example/u/1>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
case("mailing-list", "A mailing list.", "bulk", "Ueda <ueda@union.example>", "[kumiai:00321] 総会の出欠", "総会の出欠を20日までにお知らせください。\n", ("List-Id", "<kumiai.union.example>"), ("Precedence", "list"), ("X-ML-Name", "kumiai"))
content_type, body = multipart("report", "mdn", [part("text/plain; charset=utf-8", "メッセージは 2026年11月10日 18:31 に開封されました。\n"),
    part("message/disposition-notification", "Reporting-UA: mail.aoba-bungu.example\nFinal-Recipient: rfc822;mori@aoba-bungu.example\nOriginal-Message-ID: <ticket.1042@mizuho-desk.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n")], "; report-type=disposition-notification")
mail("automatic/read-receipt-ja", "A read receipt: 開封済み.", [("From", "mori@aoba-bungu.example"), ("To", TO), ("Subject", words("開封済み: 納期のお問い合わせ", "iso-2022-jp")), ("Message-ID", "<mdn@aoba-bungu.example>"), *REPLY, ("Content-Type", content_type)], body, kind="receipt", subject="開封済み: 納期のお問い合わせ")

# People's own mail.
PERSON = "Mori <mori@aoba-bungu.example>"
for name, says, title, text, extra in (
    ("answers-an-absence", "A person answers an absence note.", "Re: Automatic reply: Ticket 1042", "ご不在とのこと、承知しました。戻られましたらお電話ください。\n", REPLY),
    ("writes-of-holidays", "A person announces holidays.", "夏季休業のお知らせと納期について", "弊社は8月12日から16日まで夏季休業をいただきます。納期の確認をお願いします。\n", ()),
    ("asks-about-autoreply", "A person asks about automatic answers.", "自動返信メールが届きません", "フォームから送信しましたが、自動返信メールが届きません。\n", ()),
    ("sent-on-by-a-rule", "A rule of a colleague's mailbox sent a person's mail on.", "見積依頼", "ボルト M8 2,000本の見積をお願いします。\n", (("X-MS-Exchange-Inbox-Rules-Loop", "eigyo@mizuho-desk.example"), ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent"))),
    ("wants-no-receipt", "Outlook's wish to get no receipts.", "図面の件", "図面を差し替えてください。\n", (("X-Auto-Response-Suppress", "DR, RN, NRN"),)),
    ("auto-no", "A program that says that a person wrote it.", "auto parts", "Please quote auto parts: 20 filters.\n", (("Auto-Submitted", "no"),)),
    ("form-with-reply-to", "A form writes from an address that nobody reads and says whom to answer.", "【お問い合わせ】サイトから", "お名前：森\nご用件：カタログを送ってください。\n", (("Reply-To", "mori@aoba-bungu.example"),)),
    ("away-next-week", "A person says that they will be away.", "Re: 打合せ", "来週は出張で不在ですので、再来週でお願いします。\n", REPLY),
):
    case(f"person-{name}", says, "ordinary", "no-reply@form.example" if "form" in name else PERSON, title, text, *extra)
