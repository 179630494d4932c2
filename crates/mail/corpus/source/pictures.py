"""Pictures in their place: by Content-ID, by Content-Location, by where they stand between the texts."""

from kit import crlf, mail, multipart, nested, part, png


def case(name, says, shape, subject="写真の件", extra=(), **expected):
    content_type, body = shape
    mail(f"pictures/{name}", says, [("From", "Hayashi <hayashi@minato-shokai.example>"), ("To", "support@mizuho-desk.example"), ("Subject", "=?utf-8?B?5YaZ55yf44Gu5Lu2?="),
         ("Message-ID", f"<{name}.pictures@minato-shokai.example>"), ("MIME-Version", "1.0"), *extra, ("Content-Type", content_type)], body, kind="ordinary", subject=subject, **expected)


def T(text, *fields):
    return part("text/plain; charset=utf-8", text, *fields)


def H(text, *fields):
    return part("text/html; charset=utf-8", text, *fields)


def P(name=None, *fields, kind="image/png", data=None):
    return part(kind + (f'; name="{name}"' if name else ""), png() if data is None else data, *fields, how="base64")


def inline(name):
    return ("Content-Disposition", f'inline; filename="{name}"')


def attached(name):
    return ("Content-Disposition", f'attachment; filename="{name}"')


# By Content-ID.
case("cid-attached", "Notes and some robots offer as a file what the HTML shows.", multipart("related", "r", [H('<p>故障箇所です。</p><img src="cid:k1@minato">'), P("k1.png", ("Content-ID", "<k1@minato>"), attached("k1.png"))]), files=[{"name": "k1.png", "inline": True}], shown_contains=["/parts/k1@minato"])
case("cid-no-disposition-mixed", "The picture lies beside the HTML in a mixed part, without any disposition.", multipart("mixed", "m", [H('<p>図のとおりです。</p><img src="cid:zu.1"><p>以上</p>'), P(None, ("Content-ID", "<zu.1>"))]), text="図のとおりです。\n\n以上", files=[{"name": "image.png", "inline": True}], shown_in_order=["図のとおりです", "/parts/zu.1", "以上"])
case("cid-without-brackets", "A Content-ID without its brackets, as scripts write it.", multipart("related", "r", [H('<img src="cid:logo">お知らせ'), P("logo.png", ("Content-ID", "logo"))]), files=[{"name": "logo.png", "inline": True}], shown_contains=["/parts/logo"])
case("cid-other-case", "The HTML writes the id in another case.", multipart("related", "r", [H('<p>印影</p><img src="CID:Hanko@Minato.Example">'), P("hanko.png", ("Content-ID", "<hanko@minato.example>"))]), files=[{"name": "hanko.png", "inline": True}], shown_contains=["/parts/hanko@minato.example"])
case("cid-is-file-name", "A mailer forgot the Content-ID; the HTML names the file.", multipart("related", "r", [H('<p>配線図</p><img src="cid:haisen.png">'), P("haisen.png", inline("haisen.png"))]), files=[{"name": "haisen.png", "inline": True}], shown_in_order=["配線図", "<img src"])
case("cid-twice", "One picture shown in two places.", multipart("related", "r", [H('<img src="cid:a@b"><p>前後同じです。</p><img src="cid:a@b">'), P("a.png", ("Content-ID", "<a@b>"))]), files=[{"name": "a.png", "inline": True}], shown_in_order=["/parts/a@b", "前後同じ", "/parts/a@b"])
case("cid-same-for-two", "Two pictures with one id: one is shown, the other stays a file.", multipart("related", "r", [H('<p>二枚あります。</p><img src="cid:same@x">'), P("one.png", ("Content-ID", "<same@x>")), P("two.png", ("Content-ID", "<same@x>"))]), files=[{"name": "one.png", "inline": True}, {"name": "two.png", "inline": False}])
case("cid-link-to-pdf", "A link, not a picture: what it leads to stays a file.", multipart("related", "r", [H('<p><a href="cid:doc@x">見積書</a>をご覧ください。</p>'), part('application/pdf; name="mitsumori.pdf"', b"%PDF-1.7\n", ("Content-ID", "<doc@x>"), how="base64")]), files=[{"name": "mitsumori.pdf", "inline": False}])
case("cid-svg", "A drawing that is never drawn stays a file.", multipart("related", "r", [H('<p>ロゴ</p><img src="cid:svg@x">'), P("logo.svg", ("Content-ID", "<svg@x>"), kind="image/svg+xml", data=b"<svg xmlns='http://www.w3.org/2000/svg'/>")]), files=[{"name": "logo.svg", "inline": False}])
case("cid-heic", "A photograph no browser draws stays a file.", multipart("related", "r", [H('<p>現場</p><img src="cid:heic@x">'), P("IMG_0007.HEIC", ("Content-ID", "<heic@x>"), kind="image/heic", data=b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")]), files=[{"name": "IMG_0007.HEIC", "inline": False}])
case("cid-in-style-only", "A background that is not drawn: the picture stays a file.", multipart("related", "r", [H('<div style="background-image:url(cid:bg@x)">背景付き</div>'), P("bg.png", ("Content-ID", "<bg@x>"))]), files=[{"name": "bg.png", "inline": False}])
case("cid-cut-off", "The picture broke off on its way: it cannot be drawn and stays a file.", multipart("related", "r", [H('<p>途中まで</p><img src="cid:cut@x">'), P("cut.png", ("Content-ID", "<cut@x>"), data=png()[:12])]), files=[{"name": "cut.png", "inline": False}])
case("cid-octet-stream", "The type says nothing; the bytes are a picture.", multipart("related", "r", [H('<p>画面</p><img src="cid:oct@x">'), P("gamen.png", ("Content-ID", "<oct@x>"), kind="application/octet-stream")]), files=[{"name": "gamen.png", "inline": True}])

# By Content-Location.
case("location-absolute", "A saved page: the picture has the address the HTML names.", multipart("related", "r", [H('<p>ページの控え</p><img src="http://shop.minato-shokai.example/img/top.png">'), P(None, ("Content-Location", "http://shop.minato-shokai.example/img/top.png"))]), files=[{"name": "image.png", "inline": True}], shown_in_order=["ページの控え", "/parts/"], shown_lacks=["shop.minato-shokai.example"])
case("location-relative-both", "Both are relative to nothing: the words are the same.", multipart("related", "r", [H('<p>地図</p><img src="map/chizu.png">'), P("chizu.png", ("Content-Location", "map/chizu.png"))]), files=[{"name": "chizu.png", "inline": True}], shown_in_order=["地図", "/parts/"])
case("location-relative-to-page", "The HTML says where it lay, the picture where it lies below.", multipart("related", "r", [H('<p>案内図</p><img src="img/annai.png">', ("Content-Location", "http://www.minato-shokai.example/a/index.html")), P(None, ("Content-Location", "http://www.minato-shokai.example/a/img/annai.png"))]), files=[{"name": "image.png", "inline": True}], shown_in_order=["案内図", "/parts/"])
case("location-content-base", "Content-Base of the whole, relative addresses below.", multipart("related", "r", [H('<p>棚</p><img src="http://www.minato-shokai.example/pics/tana.png">'), P(None, ("Content-Location", "tana.png"))]), extra=[("Content-Base", "http://www.minato-shokai.example/pics/")], files=[{"name": "image.png", "inline": True}], shown_in_order=["棚", "/parts/"])
case("location-base-element", "The HTML's own base element.", multipart("related", "r", [H('<html><head><base href="http://www.minato-shokai.example/b/"></head><body><p>看板</p><img src="kanban.png"></body></html>'), P(None, ("Content-Location", "http://www.minato-shokai.example/b/kanban.png"))]), files=[{"name": "image.png", "inline": True}], shown_in_order=["看板", "/parts/"])
case("location-folded", "A long address is folded in the header.", multipart("related", "r", [H('<p>棟</p><img src="http://www.minato-shokai.example/a/long/way/to/the/picture/of/the/building.png">'), P(None, ("Content-Location", "http://www.minato-shokai.example/a/long/way/\r\n to/the/picture/of/the/building.png"))]), files=[{"name": "image.png", "inline": True}], shown_in_order=["棟", "/parts/"])
case("location-and-id", "Both are there; the HTML uses the location, the picture keeps its id.", multipart("related", "r", [H('<p>倉庫</p><img src="souko.png">'), P("souko.png", ("Content-ID", "<souko@minato>"), ("Content-Location", "souko.png"))]), files=[{"name": "souko.png", "inline": True}], shown_contains=["/parts/souko@minato"])
case("location-not-named", "An address the HTML does not name: the picture stays a file.", multipart("related", "r", [H('<p>本文だけです。</p><img src="http://elsewhere.example/x.png">'), P("y.png", ("Content-Location", "http://www.minato-shokai.example/y.png"))]), files=[{"name": "y.png", "inline": False}], shown_contains=["data-remote-src"])

# By place.
case("apple-plain", "Apple Mail, plain text: words, picture, words, picture, words.", multipart("mixed", "Apple-Mail=_1", [T("一枚目は外観です。\n\n"), P("gaikan.png", inline("gaikan.png"), ("Content-Id", "<5A1@minato>")), T("\n\n二枚目は内部です。\n\n"), P("naibu.png", inline("naibu.png")), T("\n\n以上です。\n林\n")]), extra=[("X-Mailer", "Apple Mail (2.3826)")], html=True, text_contains=["一枚目は外観です。", "二枚目は内部です。", "以上です。"], files=[{"name": "gaikan.png", "inline": True}, {"name": "naibu.png", "inline": True}], shown_in_order=["一枚目は外観です。", "/parts/5A1@minato", "二枚目は内部です。", "/parts/", "以上です。"])
case("apple-rich", "Apple Mail, rich text: the HTML is cut in two around a picture.", multipart("alternative", "alt", [T("前半です。\n\n\n後半です。\n"), nested("mixed", "m", [H("<html><body>前半です。<br></body></html>"), P("IMG_1.png", inline("IMG_1.png")), H("<html><body><br>後半です。</body></html>")])]), text="前半です。\n\n\n後半です。", files=[{"name": "IMG_1.png", "inline": True}], shown_in_order=["前半です。", "/parts/", "後半です。"])
case("apple-no-disposition", "Between the words and without a disposition.", multipart("mixed", "m", [T("こちらが\n"), P("a.png"), T("現物です。\n")]), files=[{"name": "a.png", "inline": True}], shown_in_order=["こちらが", "/parts/", "現物です。"])
case("iphone-photo-only", "iPhone: a photograph, and below it only the phone's own line.", multipart("mixed", "Apple-Mail-7C", [T("\n\n"), P("image0.png", inline("image0.png")), T("\n\niPhoneから送信\n")]), extra=[("X-Mailer", "iPhone Mail (22B91)")], text_contains=["iPhoneから送信"], files=[{"name": "image0.png", "inline": True}], shown_in_order=["/parts/", "iPhoneから送信"])
case("attached-between", "Between the words, but offered as a file: it stays one.", multipart("mixed", "m", [T("添付します。\n"), P("a.png", attached("a.png")), T("-- \n配信停止はこちら\n")]), html=False, files=[{"name": "a.png", "inline": False}])
case("behind-the-words", "Behind all words and without a disposition: a file.", multipart("mixed", "m", [T("写真を添付します。\n"), P("a.png"), P("b.png")]), html=False, files=[{"name": "a.png", "inline": False}, {"name": "b.png", "inline": False}])
case("inline-behind-the-words", "Behind all words, but to be shown there.", multipart("mixed", "m", [T("写真です。\n"), P("a.png", inline("a.png"))]), files=[{"name": "a.png", "inline": True}], shown_in_order=["写真です。", "/parts/"])
case("shown-once", "The HTML names it already: it is not shown a second time at its place.", multipart("mixed", "m", [H('<p>一度だけ<img src="cid:once@x"></p>'), P("once.png", ("Content-ID", "<once@x>"), inline("once.png")), T("フッター\n")]), files=[{"name": "once.png", "inline": True}], shown_in_order=["一度だけ", "/parts/once@x", "フッター"], shown_lacks=["alt=\"once.png\""])
case("photos-alone", "Two photographs and not one word: files.", multipart("mixed", "m", [P("DSC_1.png", inline("DSC_1.png")), P("DSC_2.png", inline("DSC_2.png"))]), text="", html=False, files=[{"name": "DSC_1.png", "inline": False}, {"name": "DSC_2.png", "inline": False}])
case("photo-is-the-mail", "The mail is a photograph and nothing else.", ("image/png; name=\"scan.png\"", png()), extra=[("Content-Transfer-Encoding", "binary")], text="", html=False, files=[{"name": "scan.png", "inline": False}])
case("file-between", "A PDF between the words stays a file, the picture beside it is shown.", multipart("mixed", "m", [T("図面と\n"), part("application/pdf", b"%PDF-1.7\n", inline("zumen.pdf"), how="base64"), P("p.png", inline("p.png")), T("写真です。\n")]), files=[{"name": "zumen.pdf", "inline": False}, {"name": "p.png", "inline": True}], shown_in_order=["図面と", "/parts/", "写真です。"])
case("text-escaped", "Words with markup around a picture stay words.", multipart("mixed", "m", [T("if a<b && <script>alert(1)</script>\n"), P("p.png", inline("p.png")), T("end\n")]), text_contains=["<script>alert(1)</script>"], shown_lacks=["<script"], shown_in_order=["&lt;script&gt;", "/parts/", "end"])
case("name-with-markup", "A file name that wants to be markup.", multipart("mixed", "m", [T("a\n"), P(None, ("Content-Disposition", "inline; filename=\"x\\\" onerror=alert(1) y.png\"")), T("b\n")]), shown_lacks=["<img onerror", "\" onerror"], shown_in_order=["a", "/parts/", "b"])
