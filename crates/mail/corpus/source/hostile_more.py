"""More that wants to harm: markup, headers, names, parts."""

from kit import add, crlf, header, mail, multipart, nested, part, png, words


def H(name, says, html, lacks, contains=("hi",), charset="utf-8", **expected):
    mail(f"hostile/{name}", says, [("From", "x@evil.example"), ("Subject", name), ("Message-ID", f"<{name}@evil.example>"), ("Content-Type", f"text/html; charset={charset}")], html if isinstance(html, bytes) else crlf(html), shown_contains=list(contains), shown_lacks=lacks, **expected)


def M(name, says, fields, body, **expected):
    mail(f"hostile/{name}", says, [("From", "x@evil.example"), ("Subject", name), ("Message-ID", f"<{name}@evil.example>"), *fields], body, **expected)


H("meta-refresh-late", "A refresh behind the body.", '<p>hi</p></body></html><meta http-equiv="refresh" content="0;url=//evil.example/">', ["refresh", "evil.example"])
H("object-embed", "Objects of all kinds.", '<p>hi</p><object data="https://evil.example/a.swf"><embed src="https://evil.example/b"></object><applet code=x></applet>', ["<object", "<embed", "<applet", "evil.example"])
H("data-html", "A link to a page inside itself.", '<p>hi</p><a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>', ["data:text/html"])
H("data-svg-picture", "A picture that is a drawing with a script.", '<p>hi</p><img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">', ["svg+xml"])
H("vbscript", "Another language, in other letters.", '<p>hi</p><a href=" &#118;bscript:msgbox(1)">x</a>', ["bscript:"])
H("math-annotation", "Foreign markup that turns into HTML again.", '<p>hi</p><math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>', ["onerror", "<math"])
H("svg-style-breakout", "A style inside a drawing that ends early.", "<p>hi</p><svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\"></svg>", ["onerror=", "<svg", "<style"])
H("noscript-breakout", "What browsers without scripts would see.", '<p>hi</p><noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>', [" onerror=\"", "<noscript"])
H("template", "A template.", "<p>hi</p><template><script>alert(1)</script></template>", ["<template", "alert"])
H("unclosed-attribute", "An attribute that never ends.", '<p>hi</p><img alt="x><p>y</p>', ["<img alt=\"x>"])
H("null-bytes", "Null bytes inside a name of an element.", b"<p>hi</p><scr\0ipt>alert(1)</scr\0ipt><img src=x on\0error=alert(1)>", ["<script", "onerror"])
H("utf-7", "A script in a charset no browser knows any more.", b"<p>hi</p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-", ["<script"], charset="utf-7", contains=())
H("covering", "A box over the whole window that asks for a password.", '<p>hi</p><div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999;background:#fff">Sign in again</div>', ["position:", "z-index"])
H("style-expression", "Old Internet Explorer's expressions, behind a comment.", '<p style="width:expr/**/ession(alert(1))">hi</p>', ["ession("])
H("style-import", "A sheet that loads, and a picture in a list.", '<style>@import url(https://evil.example/a.css);</style><p>hi</p><ul style="list-style-image:url(https://evil.example/b.png)"><li>x</ul>', ["evil.example"])
H("srcset", "Pictures by other attributes.", '<p>hi</p><img srcset="https://evil.example/1.png 2x" lowsrc="https://evil.example/2.png" dynsrc="https://evil.example/3"><picture><source srcset="https://evil.example/4.png"></picture><video poster="https://evil.example/5.png"></video>', ["evil.example"])
H("background", "A background by an attribute.", '<table background="https://evil.example/bg.png"><tr><td background="https://evil.example/td.png">hi</td></tr></table>', ["evil.example"])
H("link-sheet", "A sheet by a link element, and a prefetch.", '<link rel=stylesheet href="https://evil.example/s.css"><link rel=dns-prefetch href="//evil.example"><p>hi</p>', ["evil.example"])
H("entities-in-scheme", "A scheme in pieces.", '<p>hi</p><a href="jav&Tab;ascript&colon;alert(1)">x</a>', ["ascript", "alert"])
H("own-marker", "The mail writes the address our own pictures have.", '<p>hi</p><img src="cid:postdesk-resolved/https://evil.example/x.png"><a href="cid:postdesk-resolved/x">y</a>', ["=\"https://evil.example", "href="])
H("own-path", "A picture at an address of the desk itself.", '<p>hi</p><img src="/attachments/1/inline"><img src="/tickets/1?delete">', ["src=\"/attachments/", "/tickets/"])
H("target-top", "A link that wants the window around it.", '<p>hi</p><a href="https://evil.example" target="_top" onclick="alert(1)">x</a>', ["_top", "onclick"])
H("ids-and-names", "Names that would hide the page's own.", '<p id="main" name="csrf">hi</p><form id=f><input name=attributes></form><a name="body">x</a>', [' id="', ' name="', "<input"])
M("file-path", "A file name that climbs out.", [("Content-Type", 'application/octet-stream; name="../../../etc/cron.d/x"'), ("Content-Disposition", 'attachment; filename="..\\\\..\\\\windows\\\\x.exe"')], b"MZ", files=[{"name": "x.exe"}])
M("file-right-to-left", "A file name that shows itself backwards.", [("Content-Type", "application/octet-stream"), ("Content-Disposition", "attachment; filename*=utf-8''rechnung%E2%80%AEfdp.exe")], b"MZ", files=[{"name": "rechnungfdp.exe"}])
M("file-null", "A null byte in the middle of a name.", [("Content-Type", "application/octet-stream"), ("Content-Disposition", "attachment; filename*=utf-8''a.exe%00.pdf")], b"MZ", files=[{"name": "a.exe.pdf"}])
M("boundary-in-boundary", "Boundaries that are beginnings of each other.", [("Content-Type", "multipart/mixed; boundary=b")], b"--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: text/plain\r\n\r\nhi\r\n--bb--\r\n--b\r\nContent-Type: text/plain\r\n\r\nyou\r\n--b--\r\n", text="hi\nyou")
M("boundary-same", "The inner boundary is the outer one: nothing may be read twice.", [("Content-Type", "multipart/mixed; boundary=b")], b"--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n", text_contains=["hi"])
M("subject-lines", "A subject with line breaks inside encoded words.", [("Subject", "=?utf-8?Q?a=0D=0ABcc=3A_victim=40evil.example?=")], crlf("hi\n"), text="hi", cc=[])
M("from-many-ats", "An address of at signs.", [("Reply-To", "<a@b@c@d.example>, \"x@y\" <@@@>")], crlf("hi\n"), text="hi")
M("own-mark-forged", "A stranger writes our own mark into a mail: it is kept as what was said.", [("X-Postdesk-Outbox", "ob_forged")], crlf("hi\n"), own_mark="ob_forged", text="hi", kind="ordinary")
M("cid-of-script", "The HTML shows a part as a picture that is HTML.", [("Content-Type", "multipart/related; boundary=r")], multipart("related", "r", [part("text/html; charset=utf-8", '<p>hi</p><img src="cid:x@y">'), part("text/html", "<script>alert(1)</script>", ("Content-ID", "<x@y>"), ("Content-Disposition", "attachment; filename=x.html"))])[1], files=[{"name": "x.html", "inline": False}], shown_lacks=["alert"])
M("location-of-page", "Content-Location claims an address of the desk.", [("Content-Type", "multipart/related; boundary=r")], multipart("related", "r", [part("text/html; charset=utf-8", '<p>hi</p><img src="https://desk.example/logo.png">'), part("image/png", png(), ("Content-Location", "https://desk.example/logo.png"), how="base64")])[1], files=[{"name": "image.png", "inline": True}], shown_lacks=["desk.example"], shown_contains=["/parts/"])
M("cid-with-markup", "A Content-ID that wants to be markup.", [("Content-Type", "multipart/mixed; boundary=r")], multipart("mixed", "r", [part("text/plain", "hi\n"), part("image/png", png(), ("Content-ID", '<x" onerror="alert(1)>'), ("Content-Disposition", "inline"), how="base64"), part("text/plain", "you\n")])[1], shown_lacks=[' onerror="'], shown_contains=["hi", "you"])
M("digest-of-digests", "Digests in digests.", [("Content-Type", "multipart/digest; boundary=d0")], b"--d0\r\nContent-Type: multipart/digest; boundary=d1\r\n\r\n--d1\r\nContent-Type: multipart/digest; boundary=d2\r\n\r\n--d2\r\n\r\nSubject: deep\r\n\r\nhi\r\n--d2--\r\n--d1--\r\n--d0--\r\n", files=[{"name": "deep.eml"}])
M("winmail-lies", "winmail.dat whose lengths lie.", [("Content-Type", 'application/ms-tnef; name="winmail.dat"'), ("Content-Transfer-Encoding", "base64")], __import__("base64").b64encode(b"\x78\x9f\x3e\x22\x01\x00\x02\x05\x90\x06\x00\xff\xff\xff\xff" + b"\xff" * 40), text="")
M("pkcs7-deep", "A signature that is a thousand open brackets.", [("Content-Type", 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'), ("Content-Transfer-Encoding", "base64")], __import__("base64").b64encode(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + b"\x30\x80" * 1000), text="", protection="smime_signed", files=[{"name": "smime.p7m"}])
add("hostile/only-dashes", "Nothing but dashes.", b"--\r\n" * 200, unreadable="no_headers")
add("hostile/only-colons", "Nothing but colons.", b":::::\r\n" * 50, unreadable="no_headers")
add("hostile/bom", "A byte order mark before the header.", "\ufeffFrom: x@evil.example\r\nSubject: bom\r\nMessage-ID: <bom@evil.example>\r\n\r\nhi\r\n".encode(), subject="bom", text="hi", **{"from": "x@evil.example"})
add("hostile/cr-only", "Carriage returns alone.", b"From: x@evil.example\rSubject: cr\rMessage-ID: <cr@evil.example>\r\rhi\r", subject="cr", text="hi", **{"from": "x@evil.example"})
