"""What Outlook wraps in `winmail.dat` (MS-OXTNEF): words, files with Japanese names, receipts."""

import struct
import zlib

from kit import crlf, mail, multipart, part, png, text_mail, words

SENDER = ("寺田", "terada@ishida-kogyo.example")


def attribute(level, number, data):
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def wide(number, text):
    data = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, number, 1, len(data)) + padded(data)


def narrow(number, text, charset="cp932"):
    data = text.encode(charset) + b"\0"
    return struct.pack("<HHII", 0x1E, number, 1, len(data)) + padded(data)


def binary(number, data, kind=0x102):
    return struct.pack("<HHII", kind, number, 1, len(data)) + padded(data)


def long(number, value):
    return struct.pack("<HHI", 0x03, number, value)


def named(number, text):
    """A property that has a name instead of a number: readers must get over it."""
    name = "X-Made-Up".encode("utf-16-le") + b"\0\0"
    data = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HH16sII", 0x1F, number, b"\x86\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 1, len(name)) + padded(name) + struct.pack("<II", 1, len(data)) + padded(data)


def properties(*items):
    return struct.pack("<I", len(items)) + b"".join(items)


def tnef(*attributes, codepage=932):
    return struct.pack("<IH", 0x223E9F78, 7) + attribute(1, 0x00089006, struct.pack("<I", 0x10000)) + attribute(1, 0x00069007, struct.pack("<II", codepage, 0)) + b"".join(attributes)


def message(*items):
    return attribute(1, 0x00069003, properties(*items))


def kind(name):
    return attribute(1, 0x00078008, name.encode() + b"\0")


def file(title, data, *items):
    return attribute(2, 0x00069002, b"\x01\0" + b"\xff" * 4 + b"\x20\0\x20\0" + b"\0" * 4) + attribute(2, 0x00018010, title + b"\0") + attribute(2, 0x0006800F, data) + attribute(2, 0x00069005, properties(*items))


def rtf(text):
    """PR_RTF_COMPRESSED, not compressed (`MELA`), as some clients write it."""
    data = text.encode("ascii")
    return struct.pack("<IIII", len(data) + 12, len(data), 0x414C454D, 0) + data


DICTIONARY = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"


def lzfu(text):
    """PR_RTF_COMPRESSED, compressed (`LZFu`): references into the dictionary that every reader knows, the rest as it is."""
    data, window, at, tokens = text.encode("ascii"), bytearray(4096), len(DICTIONARY), []
    window[:at] = DICTIONARY
    place = 0
    while place < len(data):
        best, where = 0, 0
        for size in range(min(17, len(data) - place), 1, -1):
            where = DICTIONARY.find(data[place:place + size])
            if where >= 0 and len(data) < 3000:
                best = size
                break
        piece = data[place:place + max(best, 1)]
        tokens.append((where, best) if best else piece)
        for byte in piece:
            window[at % 4096] = byte
            at += 1
        place += len(piece)
    tokens.append((at % 4096, 2))
    out = b""
    for start in range(0, len(tokens), 8):
        flags, body = 0, b""
        for bit, token in enumerate(tokens[start:start + 8]):
            if isinstance(token, tuple):
                flags |= 1 << bit
                body += struct.pack(">H", token[0] << 4 | token[1] - 2)
            else:
                body += token
        out += bytes([flags]) + body
    crc = ~zlib.crc32(out, 0xFFFFFFFF) & 0xFFFFFFFF
    return struct.pack("<IIII", len(out) + 12, len(data), 0x75465A4C, crc) + out


def jis_rtf(text):
    return "".join(chr(b) if b < 0x80 and chr(b) not in "{}\\\\" else f"\\'{b:02x}" for b in text.encode("cp932"))


def case(name, says, wrapped, text="\n", subject="図面送付の件", file_name="winmail.dat", mime="application/ms-tnef", extra=(), alone=False, sender=SENDER, **expected):
    wrapping = part(f'{mime}; name="{file_name}"', wrapped, ("Content-Disposition", f'attachment; filename="{file_name}"'), how="base64")
    if alone:
        shape = (f'{mime}; name="{file_name}"', wrapping.split(b"\r\n\r\n", 1)[1])
        extra = [*extra, ("Content-Transfer-Encoding", "base64")]
    else:
        shape = multipart("mixed", "w", [part("text/plain; charset=iso-2022-jp", text, charset="iso-2022-jp"), wrapping])
    mail(f"winmail/{name}", says, [("From", words(sender[0], "iso-2022-jp") + f" <{sender[1]}>"), ("To", "support@mizuho-desk.example"), ("Subject", words(subject, "iso-2022-jp") if not subject.isascii() else subject), ("Date", "Wed, 18 Nov 2026 13:40:00 +0900"),
         ("Message-ID", f"<{name}.winmail@ishida-kogyo.example>"), ("X-MS-Has-Attach", "yes"), ("X-MS-TNEF-Correlator", f"<{name}@ishida-kogyo.example>"), ("MIME-Version", "1.0"), *extra, ("Content-Type", shape[0])], shape[1], **{"kind": "ordinary", **expected})


WORDS = "お世話になっております。石田工業の寺田です。\n図面（㈱石田）を送ります。"
case("files-unicode", "Files whose long names are Unicode; the words stand outside.", tnef(kind("IPM.Microsoft Mail.Note"), file(b"ZUMEN~1.PDF", b"%PDF-1.7\n", wide(0x3707, "図面①（髙田様）.pdf"), wide(0x370E, "application/pdf")), file(b"HYO~1.XLS", b"PK\x03\x04", wide(0x3707, "部品表～最終.xlsx"))),
     text=WORDS + "\n", files=[{"name": "図面①（髙田様）.pdf", "type": "application/pdf"}, {"name": "部品表～最終.xlsx"}], text_contains=["図面（㈱石田）を送ります。"])
case("files-cp932", "Files whose long names are in code page 932.", tnef(file(b"MITSUMO.DOC", b"\xd0\xcf\x11\xe0", narrow(0x3707, "見積書（表示）ソ能.doc")), file("予定表.csv".encode("cp932"), "a,b\r\n".encode())), text=WORDS + "\n", files=[{"name": "見積書（表示）ソ能.doc"}, {"name": "予定表.csv", "content": "a,b\r\n"}])
case("words-inside", "The words are inside only.", tnef(attribute(1, 0x0002800C, WORDS.replace("\n", "\r\n").encode("cp932") + b"\0"), file(b"a.txt", b"abc", wide(0x3707, "メモ.txt"))), text="\n", files=[{"name": "メモ.txt", "content": "abc"}], text_contains=[*WORDS.split("\n")])
case("words-unicode", "The words are a Unicode property, behind one that has a name instead of a number.", tnef(message(wide(0x001A, "IPM.Note"), named(0x8001, "x"), wide(0x1000, WORDS + "\r\n"))), text="", text_contains=WORDS.split("\n"), files=[])
case("html-inside", "HTML inside, in UTF-8, and a picture it shows.", tnef(message(long(0x3FDE, 65001), binary(0x1013, '<p>配線の写真です。</p><img src="cid:foto@w"><p>以上</p>'.encode())), file(b"FOTO.PNG", png(), wide(0x3707, "写真.png"), wide(0x370E, "image/png"), wide(0x3712, "foto@w"))), text="", html=True, text_contains=["配線の写真です。"], files=[{"name": "写真.png", "type": "image/png", "inline": True}], shown_in_order=["配線の写真", "/parts/foto@w", "以上"])
case("html-shift-jis", "HTML inside, in Shift_JIS.", tnef(message(long(0x3FDE, 932), binary(0x1013, "<div>請求書の宛名を㈱髙﨑商事へ変更してください。</div>".encode("cp932")))), text="", text_contains=["請求書の宛名を㈱髙﨑商事へ変更してください。"], files=[])
case("rtf-words", "Rich text and nothing else: Outlook's own format.", tnef(message(binary(0x1009, rtf("{\\rtf1\\ansi\\ansicpg932\\deff0{\\fonttbl{\\f0\\fnil\\fcharset128 MS PGothic;}}\\f0\\fs20 " + jis_rtf("納期は") + "{\\b 11/30} " + jis_rtf("です。") + "\\par " + jis_rtf("よろしくお願いします。") + "\\par}")))), text="", text_contains=["納期は11/30 です。", "よろしくお願いします。"], text_lacks=["rtf1", "MS PGothic"], files=[])
case("rtf-compressed", "The same, compressed.", tnef(message(binary(0x1009, lzfu("{\\rtf1\\ansi\\ansicpg932\\deff0{\\fonttbl{\\f0\\fnil\\fcharset128 MS PGothic;}}\\pard\\plain\\f0\\fs20 " + jis_rtf("至急ご連絡ください。") + "\\par}")))), text="", text_contains=["至急ご連絡ください。"], files=[])
FROM_HTML = ("{\\rtf1\\ansi\\ansicpg932\\fromhtml1 \\deff0{\\fonttbl\r\n{\\f0\\fswiss\\fcharset128 MS Gothic;}\r\n}\r\n{\\*\\htmltag19 <html>}{\\*\\htmltag50 <body>}\\htmlrtf \\lang1041 \\htmlrtf0 {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 "
             + jis_rtf("品番") + "{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 A-100{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0 " + jis_rtf("の在庫はありますか。") + "{\\*\\htmltag72 </p>}\\htmlrtf \\par}\\htmlrtf0 {\\*\\htmltag58 </body>}{\\*\\htmltag27 </html>}}")
case("rtf-from-html", "HTML that Outlook put into rich text: it comes out as HTML.", tnef(message(binary(0x1009, lzfu(FROM_HTML)))), text="", html=True, text_contains=["品番A-100の在庫はありますか。"], text_lacks=["htmltag", "fromhtml"], shown_contains=["<b>A-100</b>"], files=[])
case("mail-inside", "A mail attached inside: its file comes out, its words do not replace the mail's own.", tnef(file(b"FW", b"", binary(0x3701, b"\x07\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + tnef(attribute(1, 0x0002800C, b"inner words\0"), file(b"inner.txt", b"inner")), kind=0x0D))), text=WORDS + "\n", text_contains=["図面（㈱石田）を送ります。"], text_lacks=["inner words"], files=[{"name": "inner.txt", "content": "inner"}])
case("named-att-dat", "A server renamed it: the type tells.", tnef(file(b"a.txt", b"abc", wide(0x3707, "仕様.txt"))), text=WORDS + "\n", file_name="ATT00001.dat", files=[{"name": "仕様.txt"}])
case("octet-stream", "The type says nothing: the name tells.", tnef(file(b"a.txt", b"abc", wide(0x3707, "仕様.txt"))), text=WORDS + "\n", mime="application/octet-stream", file_name="WINMAIL.DAT", files=[{"name": "仕様.txt"}])
case("alone", "The wrapping is the whole mail.", tnef(kind("IPM.Microsoft Mail.Note"), attribute(1, 0x0002800C, "単独です。\r\n".encode("cp932") + b"\0")), alone=True, text="単独です。", files=[])
case("cut-off", "It broke off in the middle: what is there comes out, and the file itself stays beside it.", tnef(attribute(1, 0x0002800C, WORDS.encode("cp932") + b"\0"), file(b"a.txt", b"0123456789", wide(0x3707, "途中.txt")))[:-60], text="", text_contains=["図面（㈱石田）を送ります。"], files=[{"name": "winmail.dat"}])
case("not-one", "A file of that name that is none: it stays a file.", b"PK\x03\x04 something else", text=WORDS + "\n", files=[{"name": "winmail.dat"}])
case("receipt-read", "A read receipt of Outlook, wrapped.", tnef(kind("IPM.Microsoft Mail.Read Receipt"), message(wide(0x001A, "REPORT.IPM.Note.IPNRN"), wide(0x1001, "x"))), text="宛先: support\n件名: お見積り\n\n2026/11/18 13:38 に表示されました。\n", subject="開封済み: お見積り", kind="receipt", files=[])
case("receipt-unread", "Deleted without being read.", tnef(message(wide(0x001A, "REPORT.IPM.Note.IPNNRN"))), alone=True, subject="未開封: お見積り", kind="receipt", files=[])
case("receipt-delivered", "A delivery receipt.", tnef(message(wide(0x001A, "REPORT.IPM.Note.DR"))), text="配信済みです。\n", subject="配信済み: お見積り", kind="receipt", files=[])
case("report-failed", "A non-delivery report of an old Exchange, wrapped and nothing more.", tnef(kind("IPM.Microsoft Mail.Non-Delivery"), message(wide(0x001A, "REPORT.IPM.Note.NDR"))), text="宛先が見つかりません。\n\n<kato@ishida-kogyo.example>\n", subject="配信不能: お見積り", extra=[("In-Reply-To", "<pd.3f9c1e77a2@mizuho-desk.example>")], sender=("System Administrator", "postmaster@ishida-kogyo.example"), kind="bounce", bounced=["pd.3f9c1e77a2@mizuho-desk.example"], bounced_recipients=["kato@ishida-kogyo.example"], files=[])
case("report-delayed", "A delay, wrapped: no failure.", tnef(message(wide(0x001A, "REPORT.IPM.Note.Delayed"))), text="配信が遅れています。\n", subject="配信遅延: お見積り", sender=("System Administrator", "postmaster@ishida-kogyo.example"), kind="automatic", bounced=[], files=[])
case("absence", "An absence note of an old Exchange, wrapped.", tnef(message(wide(0x001A, "IPM.Note.Rules.OofTemplate.Microsoft"))), text="11月20日まで不在にしております。\n", subject="不在のご連絡", kind="out_of_office", files=[])
case("custom-class", "A class of a company's own form is a mail like any other.", tnef(kind("IPM.Note.Ishida.Order"), message(wide(0x001A, "IPM.Note.Ishida.Order"))), text=WORDS + "\n", kind="ordinary", files=[])
