"""Bodies that are easy to miss: formats of old programs, texts that say nothing, mails that are a file."""

from kit import crlf, header, mail, multipart, nested, part, png, words


def case(name, says, shape, subject="本文の件", sender=("大田", "ota@sakura-seimitsu.example"), extra=(), **expected):
    content_type, body = shape
    mail(f"bodies/{name}", says, [("Date", "Fri, 13 Nov 2026 09:30:00 +0900"), ("From", (words(sender[0], "utf-8") + " " if sender[0] else "") + f"<{sender[1]}>"), ("To", "support@mizuho-desk.example"), ("Subject", words(subject, "utf-8") if not subject.isascii() else subject),
         ("Message-ID", f"<{name}@{sender[1].split('@')[1]}>"), ("MIME-Version", "1.0"), *extra, ("Content-Type", content_type)], body, **{"kind": "ordinary", "subject": subject, **expected})


def T(text, *fields):
    return part("text/plain; charset=utf-8", text, *fields)


def H(text, *fields):
    return part("text/html; charset=utf-8", text, *fields)


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"

case("enriched", "text/enriched, as old programs of universities write it.", ("text/enriched; charset=utf-8", crlf("<bold>至急</bold>の件です。\n\n<fontfamily><param>Times</param>a << b</fontfamily> を\nご確認ください。\n")), text="至急の件です。\na < b を ご確認ください。".replace("を ご", "をご"))
case("enriched-alternative", "text/enriched beside plain text: the plain text is read.", multipart("alternative", "a", [T("在庫を教えてください。\n"), part("text/enriched; charset=utf-8", "<bold>在庫</bold>を教えてください。\n")]), text="在庫を教えてください。")
case("richtext", "text/richtext, older still.", ("text/richtext; charset=us-ascii", crlf("<bold>Please</bold> send<nl>the <italic>manual</italic>.<nl>")), text="Please send\nthe manual.")
case("rtf-alone", "The mail is rich text and nothing else.", ("text/rtf", rb"{\rtf1\ansi\ansicpg932{\fonttbl{\f0 MS Gothic;}}\f0 \'8c\'a9\'90\'cf\'82\'f0\'82\'a8\'8a\'e8\'82\'a2\'82\'b5\'82\'dc\'82\'b7\par}"), text="見積をお願いします")
STUB = "<html><body><p>注文番号 <b>4711</b> をキャンセルしたいです。</p></body></html>"
for name, says, stub in (
    ("stub-en", "The text only says that there is HTML.", "Your e-mail program does not support HTML messages.\n"),
    ("stub-viewer", "The sentence every shop's script copies.", "To view the message, please use an HTML compatible email viewer!\n"),
    ("stub-ja", "このメールはHTMLメールです: the text says nothing else.", "このメールはHTMLメールです。\nHTMLメールに対応したメールソフトでご覧ください。\n"),
    ("stub-ja-wide", "The same in full width, with a link.", "※本メールはＨＴＭＬ形式でお送りしています。\n\nうまく表示されない方はこちら\nhttps://mail.example/v/0815\n"),
):
    case(name, says, multipart("alternative", "a", [T(stub), H(STUB)]), text="注文番号 4711 をキャンセルしたいです。", html=True, fresh_contains=["4711"])
case("stub-in-related", "The stub beside HTML with pictures, one level deeper.", multipart("related", "r", [nested("alternative", "a", [T("This is an HTML message. Please enable HTML.\n"), H(STUB)]), part("image/png", png(), ("Content-ID", "<x@y>"), how="base64")]), text="注文番号 4711 をキャンセルしたいです。")
case("not-stub", "A customer writes about HTML mail.", multipart("alternative", "a", [T("御社からのHTMLメールが文字化けします。\n環境はOutlook 2021です。注文番号は4711、発生は今週の月曜日からで、社内の全員が同じ状態です。他社からのメールは問題なく読めています。設定の変更は行っておりません。\nテキスト形式での送付は可能でしょうか。\n"), H("<p>御社からのHTMLメールが文字化けします。</p>")]), text_contains=["テキスト形式での送付は可能でしょうか。"])
case("empty-alternative", "Both forms are empty: a file is all there is.", multipart("mixed", "m", [nested("alternative", "a", [T("\n"), H("<html><body><br></body></html>")]), part("application/pdf", PDF, ("Content-Disposition", 'attachment; filename="a.pdf"'), how="base64")]), text="", files=[{"name": "a.pdf"}])
case("scan-to-mail", "A multifunction printer: scan to e-mail, no word.", multipart("mixed", "KM", [part("application/pdf; name=\"SKM_C250i26111309300.pdf\"", PDF, ("Content-Disposition", 'attachment; filename="SKM_C250i26111309300.pdf"'), how="base64")]), subject="Message from KM_C250i", sender=("", "scan@ishida-kogyo.example"), text="", files=[{"name": "SKM_C250i26111309300.pdf", "type": "application/pdf"}])
case("scan-alone", "The scan is the whole mail, without any multipart.", ('application/pdf; name="=?iso-2022-jp?B?GyRCQ21KODVNGyhCLnBkZg==?="', b"JVBERi0xLjQKMSAwIG9iago8PD4+CmVuZG9iago=\r\n"), subject="", sender=("", "fax@ishida-kogyo.example"), extra=[("Content-Transfer-Encoding", "base64"), ("Content-Disposition", "attachment")], text="", files=[{"type": "application/pdf", "size": len(PDF), "name": "注文詰.pdf"}])
case("fax-tiff", "A fax server: TIFF, and one line of ISO-2022-JP.", multipart("mixed", "FX", [part("text/plain; charset=iso-2022-jp", "ファクスを受信しました。\n送信元：０２７－０００－００００\n枚数：２\n", charset="iso-2022-jp", how="7bit"), part('image/tiff; name="FAX_20261113.tif"', b"II*\0\x08\0\0\0\0\0", ("Content-Disposition", 'attachment; filename="FAX_20261113.tif"'), how="base64")]), subject="FAX受信通知", sender=("", "fax@gw.ishida-kogyo.example"), text_contains=["送信元：０２７－０００－００００"], files=[{"name": "FAX_20261113.tif", "inline": False}])
case("photo-only-jpeg-name", "iPhone: a photograph, an empty text before it.", multipart("mixed", "Apple-Mail-3", [T("\n"), part("image/png; name=\"IMG_2201.png\"", png(), ("Content-Disposition", "inline; filename=IMG_2201.png"), how="base64")]), subject="", text="[IMG_2201.png]", files=[{"name": "IMG_2201.png", "inline": True}], shown_contains=["/parts/"])
case("rfc822-without-header", "An attached mail without a header.", multipart("mixed", "m", [T("転送します。\n"), part("message/rfc822", b"\r\nonly words\r\n")]), text="転送します。", files=[{"name": "message.eml"}])
case("rfc822-empty", "An attached mail of no bytes but a name.", multipart("mixed", "m", [T("空です。\n"), part('message/rfc822; name="kara.eml"', b"")]), text="空です。", files=[{"name": "kara.eml", "size": 0}])
INNER = header([("From", "a@tokai-kenzai.example"), ("Subject", words("一件目", "utf-8"))]) + b"\r\n" + "本文一\r\n".encode()
INNER2 = header([("From", "b@tokai-kenzai.example"), ("Subject", words("二件目/続き", "utf-8"))]) + b"\r\n" + "本文二\r\n".encode()
case("digest", "A digest: its parts are mails although nothing says so.", multipart("mixed", "m", [T("本日のまとめ\n"), nested("digest", "d", [b"\r\n" + INNER, b"\r\n" + INNER2])]), text="本日のまとめ", files=[{"name": "一件目.eml", "type": "message/rfc822"}, {"name": "二件目_続き.eml", "type": "message/rfc822"}])
case("partial", "The second piece of a mail that was cut: the words there are can be read.", ('message/partial; id="big.1@ishida-kogyo.example"; number=2; total=3', crlf("……の続きです。納期は月末でお願いします。\n")), text_contains=["納期は月末でお願いします。"])
case("external-body", "A part that lies elsewhere: it is said where, and never fetched.", multipart("mixed", "m", [T("カタログです。\n"), part('message/external-body; access-type=URL; URL="ftp://files.ishida-kogyo.example/catalog.pdf"; name="catalog.pdf"', b"Content-Type: application/pdf\r\n\r\n")]), text="カタログです。", files=[{"name": "catalog.pdf.external.txt", "type": "message/external-body", "inline": False}])
case("vcard-alone", "A visiting card and nothing else is a file, not the words.", ("text/vcard; charset=utf-8", crlf("BEGIN:VCARD\nVERSION:3.0\nFN:大田\nEND:VCARD\n")), text="", files=[{"name": "contact.vcf"}])
case("csv-alone", "A machine sends its figures and nothing else.", ('text/csv; charset=shift_jis; name="uriage.csv"', "日付,売上\r\n2026/11/13,100\r\n".encode("cp932")), text="", files=[{"name": "uriage.csv"}])
case("html-called-plain-name", "HTML beside text in a mixed part: both are read, in order.", multipart("mixed", "m", [T("一行目\n"), H("<p>二行目</p>")]), text="一行目\n二行目", html=True)
case("unknown-multipart", "A multipart of a kind nobody knows is read like a mixed one.", multipart("x-made-up", "m", [T("読めますか。\n"), part("application/pdf", PDF, ("Content-Disposition", "attachment; filename=x.pdf"), how="base64")]), text="読めますか。", files=[{"name": "x.pdf"}])
case("header-only", "A header and no body, not even the empty line.", ("text/plain", b""), subject="件名だけです", text="", files=[])
case("lf-only", "Line feeds alone, as scripts write.", ("text/plain; charset=utf-8", "改行は\\nだけです。\n二行目\n".replace("\\n", "LF").encode()), text="改行はLFだけです。\n二行目")
case("base64-no-breaks", "Base64 without one line break.", ("text/plain; charset=utf-8", __import__("base64").b64encode("改行のないBase64です。\r\n".encode() * 200)), extra=[("Content-Transfer-Encoding", "base64")], text_contains=["改行のないBase64です。"])
case("qp-called-8bit", "Quoted-printable that calls itself nothing.", ("text/plain; charset=utf-8", "8ビットのままです。100%=そのまま\r\n".encode()), extra=[("Content-Transfer-Encoding", "8bit")], text="8ビットのままです。100%=そのまま")
case("two-content-types", "Two Content-Type fields: the first counts.", ("text/plain; charset=utf-8", crlf("一つ目が正しいです。\n")), extra=[], text="一つ目が正しいです。")
