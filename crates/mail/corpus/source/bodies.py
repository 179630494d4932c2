"""Which part is the body, which picture stands in it, which part is a file."""

from kit import crlf, header, mail, multipart, nested, part, png


def case(name, says, shape, **expected):
    content_type, body = shape
    mail(f"bodies/{name}", says, [("From", "Ota <ota@sakura-seimitsu.example>"), ("To", "support@mizuho-desk.example"), ("Subject", f"body {name}"),
         ("Message-ID", f"<{name}@sakura-seimitsu.example>"), ("MIME-Version", "1.0"), ("Content-Type", content_type)], body, kind="ordinary", **expected)


def T(text, *fields):
    return part("text/plain; charset=utf-8", text, *fields)


def H(text, *fields):
    return part("text/html; charset=utf-8", text, *fields)


def P(name=None, *fields):
    return part("image/png" + (f'; name="{name}"' if name else ""), png(), *fields, how="base64")


ATT = ("Content-Disposition", 'attachment; filename="shiyou.txt"')
case("alternative", "Text beside HTML.", multipart("alternative", "a", [T("検査成績書をお送りください。\n"), H("<p>検査成績書を<b>お送り</b>ください。</p>")]), text="検査成績書をお送りください。", html=True, files=[])
case("html-only", "HTML alone.", ("text/html; charset=utf-8", crlf("<div>ロット番号<br>LK-2201 の件</div>")), text="ロット番号\nLK-2201 の件", html=True)
case("empty-text-full-html", "An empty text part beside full HTML.", multipart("alternative", "a", [T("\n \n"), H("<p>歯車の図面をお願いします。</p>")]), text="歯車の図面をお願いします。", html=True)
case("mixed-texts", "Several texts in order, around a picture, as Apple Mail writes.", multipart("mixed", "m", [T("上の写真の箇所です。\n"), P("photo.png", ("Content-Disposition", 'inline; filename="photo.png"')), T("交換をお願いします。\n")]), text="上の写真の箇所です。\n交換をお願いします。", html=True, shown_in_order=["上の写真の箇所です。", "<img", "/parts/", "交換をお願いします。"], files=[{"name": "photo.png", "inline": True}])
case("list-footer", "A list server added its footer as a part.", multipart("mixed", "m", [nested("alternative", "a", [T("来週の定例は中止です。\n"), H("<p>来週の定例は中止です。</p>")]), T("-- \n社内ML https://ml.example/\n")]), text_contains=["来週の定例は中止です。", "社内ML"], html=True, files=[])
case("related-in-alternative", "Outlook: related within alternative.", multipart("alternative", "a", [T("刻印が薄いです。\n"), nested("related", "r", [H('<p>刻印が薄いです。<img src="cid:image001.png@01DC"></p>'), P("image001.png", ("Content-ID", "<image001.png@01DC>"))])]), text="刻印が薄いです。", files=[{"name": "image001.png", "inline": True}], shown_contains=["/parts/image001.png@01DC"])
case("alternative-in-related", "Thunderbird: alternative within related within mixed, and a file.", multipart("mixed", "m", [nested("related", "r", [nested("alternative", "a", [T("バリが出ています。\n"), H('<p>バリが出ています。<img src="cid:p1@x"></p>')]), P(None, ("Content-ID", "<p1@x>"))]), T("仕様\n", ATT)]), text="バリが出ています。", files=[{"name": "image.png", "inline": True}, {"name": "shiyou.txt", "inline": False, "content": "仕様\r\n"}])
case("mixed-in-alternative", "Apple Mail: HTML, a file and HTML again within alternative.", multipart("alternative", "a", [T("前文\n\n後文\n"), nested("mixed", "m", [H("<p>前文</p>"), part("application/pdf", "x", ("Content-Disposition", 'inline; filename="zumen.pdf"')), H("<p>後文</p>")])]), text="前文\n\n後文", html_contains=["前文", "後文"], files=[{"name": "zumen.pdf"}])
case("signed", "Clear-signed: the words lie one level deeper.", multipart("signed", "s", [nested("mixed", "m", [T("署名付きの注文書です。\n"), T("注文\n", ATT)]), part("application/pkcs7-signature; name=smime.p7s", "AAAA")], '; protocol="application/pkcs7-signature"'), text="署名付きの注文書です。", protection="smime_signed", files=[{"name": "shiyou.txt"}, {"name": "smime.p7s"}])
case("rfc822-file", "A mail as a file.", multipart("mixed", "m", [T("先方のメールを添付します。\n"), part("message/rfc822", header([("From", "x@tokai-kenzai.example"), ("Subject", "=?utf-8?B?57SN5pyf?=")]) + b"\r\n" + "納期は月末です。".encode())]), text="先方のメールを添付します。", files=[{"name": "納期.eml", "type": "message/rfc822"}])
case("text-with-name-is-a-file", "A log that is offered under a name.", multipart("mixed", "m", [T("ログを添付します。\n"), part('text/plain; name="app.log"', "ERROR 17\n")]), text="ログを添付します。", files=[{"name": "app.log", "content": "ERROR 17\r\n"}])
case("body-with-name", "The only part has a name: it is the body all the same.", ('text/plain; charset=utf-8; name="message.txt"', crlf("名前の付いた本文です。\n")), text="名前の付いた本文です。", files=[])
case("alternatives-with-names", "Both forms of the body have names.", multipart("alternative", "a", [part('text/plain; charset=utf-8; name="body.txt"', "研磨の仕上がりについて。\n"), part('text/html; charset=utf-8; name="body.html"', "<p>研磨の仕上がりについて。</p>")]), text="研磨の仕上がりについて。", html=True, files=[])
case("boundary-missing", "The boundary's declaration was lost.", ("multipart/mixed", b"--lost\r\n" + T("境界の宣言がありません。\n") + b"\r\n--lost--\r\n"), text="境界の宣言がありません。")
case("never-closed", "The last boundary never comes.", multipart("alternative", "a", [T("途中で切れています。\n"), H("<p>途中で切れています。</p>")], closed=False), text="途中で切れています。", html=True)
case("preamble", "A preamble for old programs is no body.", ("multipart/mixed; boundary=p", b"This is a multi-part message in MIME format.\r\n" + b"--p\r\n" + T("本文です。\n") + b"\r\n--p--\r\nepilogue\r\n"), text="本文です。", text_lacks=["multi-part", "epilogue"])
case("flowed", "format=flowed with delsp, as Apple Mail once wrote Japanese.", ("text/plain; charset=utf-8; format=flowed; delsp=yes", crlf("納入先の住所が変わりましたので、次回から \n新住所へお願いいたします。\n> 前回の \n> 質問\n")), text="納入先の住所が変わりましたので、次回から新住所へお願いいたします。\n> 前回の質問")
case("outlook-empty", "Outlook's empty body: a space that does not break, and a file.", multipart("mixed", "m", [nested("alternative", "a", [T("\u00a0\n"), H("<p class=MsoNormal><o:p>&nbsp;</o:p></p>")]), T("仕様\n", ATT)]), text="", files=[{"name": "shiyou.txt"}])
case("cid-percent", "A Content-ID escaped in the HTML.", multipart("related", "r", [H('<img src="cid:a%2Bb%40c">'), P("logo.png", ("Content-ID", "<a+b@c>"))]), files=[{"name": "logo.png", "inline": True}])
case("picture-nobody-shows", "A picture with a Content-ID that the HTML does not name is a file.", multipart("mixed", "m", [H("<p>写真を送ります。</p>"), P("IMG_0412.png", ("Content-ID", "<ii_412>"))]), text="写真を送ります。", files=[{"name": "IMG_0412.png", "inline": False}])
