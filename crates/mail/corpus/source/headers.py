"""Subjects, people and file names, broken in the usual ways."""

from kit import b64, crlf, encode, euc, jis, mail, multipart, part, percent, q, split_words, transfer, word, words

TO = "support@mizuho-desk.example"


def head(name, says, subject, shown, *, sender=b"Kato <kato@ishida-kogyo.example>", body="よろしくお願いします。\n", **expected):
    mail(f"headers/{name}", says,
         [("From", sender), ("To", TO), ("Subject", subject), ("Message-ID", f"<{name}@ishida-kogyo.example>"),
          ("Content-Type", "text/plain; charset=utf-8")],
         crlf(body), subject=shown, kind="ordinary", **expected)


TITLE = "部品番号A-1187の納期遅延と代替品のご提案について（至急ご確認ください）"
for charset in ("utf-8", "iso-2022-jp", "shift_jis", "euc-jp"):
    for how in "BQ":
        head(f"split-{charset.replace('_', '-')}-{how.lower()}", f"{charset}: words cut in the middle of characters, {how}.",
             split_words(TITLE, charset, how), TITLE)

# The base64 itself is cut, not the bytes under it.
text = b64("納入仕様書の改訂（第3版）をお送りします".encode())
head("base64-cut-after-encoding", "The text was encoded as a whole; the base64 was cut at 22 letters, which is no multiple of four.",
     "\r\n ".join(f"=?UTF-8?B?{text[at:at + 22]}?=" for at in range(0, len(text), 22)), "納入仕様書の改訂（第3版）をお送りします")
head("no-padding", "Base64 without its padding.", f"=?UTF-8?B?{b64('見積依頼です'.encode()).rstrip('=')}?=".replace("==", ""), "見積依頼です")
head("no-padding-in-each", "Two words, each without padding.",
     f"=?UTF-8?B?{b64('検収書の'.encode()[:10]).rstrip('=')}?= =?UTF-8?B?{b64('検収書の'.encode()[10:] + '送付'.encode()).rstrip('=')}?=", "検収書の送付")
head("spaces-inside", "Spaces inside an encoded word, which the standard forbids.", "=?UTF-8?Q?Order 4411: price per kg =C2=A5 120?=", "Order 4411: price per kg ¥ 120")
head("question-mark-inside", "A question mark that was not escaped stands before an escape and looks like the end.", "=?UTF-8?Q?Wirklich_=C3=BCberf=C3=A4llig?=21_Bitte_pr=C3=BCfen?=", "Wirklich überfällig?! Bitte prüfen")
head("folded-inside-word", "A word folded in the middle of its base64.", "=?UTF-8?B?" + b64("型式の確認をお願いします".encode())[:20] + "\r\n " + b64("型式の確認をお願いします".encode())[20:] + "?=", "型式の確認をお願いします")
head("glued-words", "Words with nothing between them.", word("請求書", "utf-8") + word("再発行", "utf-8") + word("のお願い", "utf-8"), "請求書再発行のお願い")
head("word-within-text", "A word glued to plain text on both sides.", f"Re:[TICKET]{word('至急', 'utf-8')}:pump-7", "Re:[TICKET]至急:pump-7")
head("tab-between-words", "Words folded with tabs.", f"{word('定例会議', 'iso-2022-jp')}\r\n\t{word('議事録', 'iso-2022-jp')}\r\n\t{word('（案）', 'iso-2022-jp')}", "定例会議議事録（案）")
head("mixed-charsets", "One subject, three charsets.", f"{word('注文', 'iso-2022-jp')} {word('確認', 'shift_jis')} {word('書', 'utf-8')}", "注文確認書")
head("encoded-twice", "An encoded word inside an encoded word.", word(word("二重に符号化された件名", "iso-2022-jp"), "utf-8"), "二重に符号化された件名")
head("language-tag", "A word with a language (RFC 2231).", "=?utf-8*ja?B?" + b64("見学会のご案内".encode()) + "?=", "見学会のご案内")
head("lower-case-method", "b and q in lower case.", "=?utf-8?b?" + b64("お振込の".encode()) + "?= =?utf-8?q?" + q("ご連絡".encode()) + "?=", "お振込のご連絡")
head("wrong-label-sjis-as-jis", "A word that calls its Shift_JIS ISO-2022-JP.", word(encode("お打合せ日程の件です", "shift_jis"), "iso-2022-jp"), "お打合せ日程の件です")
head("wrong-label-utf8-as-sjis", "A word that calls its UTF-8 Shift_JIS.", word("お打合せ日程の件です".encode(), "shift_jis"), "お打合せ日程の件です")
head("wrong-label-jis-as-utf8", "A word that calls its ISO-2022-JP UTF-8.", word(jis("お打合せ日程の件です"), "utf-8"), "お打合せ日程の件です")
head("wrong-label-sjis-as-latin", "A word that calls its Shift_JIS iso-8859-1.", word(encode("お打合せについて", "shift_jis"), "iso-8859-1"), "お打合せについて")
head("wrong-label-euc-as-sjis", "A word that calls its EUC-JP Shift_JIS.", word(euc("お打合せについてのお願い"), "shift_jis"), "お打合せについてのお願い")
head("state-carried-over", "ISO-2022-JP whose second word goes on in the first one's state, without an escape of its own.",
     f"=?ISO-2022-JP?B?{b64(jis('設備点検', close=False))}?=\r\n =?ISO-2022-JP?B?{b64(jis('のお知らせ')[3:])}?=", "設備点検のお知らせ")
head("escape-lost", "A gateway threw the escapes away.", "=?ISO-2022-JP?Q?" + q(jis("棚卸の日程").replace(b"\x1b", b"")) + "?=", "棚卸の日程")
head("unclosed-escape", "A word that ends without going back to ASCII.", f"=?ISO-2022-JP?B?{b64(jis('出荷停止', close=False))}?= (urgent)", "出荷停止 (urgent)")
head("raw-utf8", "Raw UTF-8.", "請求書番号の訂正をお願いします".encode(), "請求書番号の訂正をお願いします")
head("raw-sjis", "Raw Shift_JIS beside a body in UTF-8.", encode("請求書番号の訂正をお願いします", "shift_jis"), "請求書番号の訂正をお願いします")
head("raw-euc", "Raw EUC-JP beside a body in UTF-8.", encode("請求書番号の訂正をお願いします", "euc-jp"), "請求書番号の訂正をお願いします")
head("raw-jis", "Raw ISO-2022-JP.", jis("請求書番号の訂正をお願いします"), "請求書番号の訂正をお願いします")
head("raw-and-encoded", "Raw UTF-8 in front of an encoded word.", "【重要】".encode() + b" " + word("停電のお知らせ", "utf-8").encode(), "【重要】 停電のお知らせ")
head("raw-folded", "Raw UTF-8 folded at a space.", "工場見学 参加者名簿\r\n 最終版".encode(), "工場見学 参加者名簿 最終版")
head("sjis-backslash", "Shift_JIS whose second bytes are backslashes: ソ, 表, 能.", word("予定表ソフトの機能について", "shift_jis"), "予定表ソフトの機能について")
head("not-a-word", "What looks like an encoded word and is none.", "=?what=? Is =?utf-8?X?abc?= an answer to 1+1=?", "=?what=? Is =?utf-8?X?abc?= an answer to 1+1=?")
head("control-characters", "Control characters and line feeds inside an encoded word.", "=?UTF-8?Q?Invoice=0D=0ABcc:_all@example.com=00_x?=", "Invoice Bcc: all@example.com x")
head("long", "A subject of 400 characters.", words("あ" * 400, "utf-8", size=10), "あ" * 400)
head("emoji-surrogates", "Emoji, four bytes each, cut anywhere.", split_words("🎉完成披露会🎉のご案内👨‍👩‍👧", "utf-8", size=7), "🎉完成披露会🎉のご案内👨‍👩‍👧")
head("half-width", "Half-width kana in ISO-2022-JP.", word("ﾌﾘｶﾞﾅ未入力のお知らせ", "iso-2022-jp"), "ﾌﾘｶﾞﾅ未入力のお知らせ")

# --- people -----------------------------------------------------------------------------------------------------------


def person(name, says, sender, shown, address, **expected):
    head(f"from-{name}", says, word("名前の表示", "utf-8"), "名前の表示", sender=sender, **{"from": address, "from_name": shown}, **expected)


person("quoted-word", "An encoded word inside quotation marks.", f'"{word("加藤 誠", "iso-2022-jp")}" <kato@ishida-kogyo.example>', "加藤 誠", "kato@ishida-kogyo.example")
person("company-and-name", "Company, department and name in one display name, with a comma inside.", f'{words("石田工業㈱ 営業部, 加藤", "iso-2022-jp")} <kato@ishida-kogyo.example>', "石田工業㈱ 営業部, 加藤", "kato@ishida-kogyo.example")
person("raw-sjis", "A raw Shift_JIS name.", encode("石田工業 加藤まこと", "shift_jis") + b" <kato@ishida-kogyo.example>", "石田工業 加藤まこと", "kato@ishida-kogyo.example")
person("raw-utf8-quoted", "A raw UTF-8 name in quotation marks.", '"石田工業（営業部）加藤" <kato@ishida-kogyo.example>'.encode(), "石田工業（営業部）加藤", "kato@ishida-kogyo.example")
person("comment", "The name stands in a comment behind the address.", f"kato@ishida-kogyo.example ({word('加藤 誠', 'iso-2022-jp')})", "加藤 誠", "kato@ishida-kogyo.example")
person("no-space", "No space before the angle bracket.", f"{word('加藤', 'utf-8')}<kato@ishida-kogyo.example>", "加藤", "kato@ishida-kogyo.example")
person("dots", "A mobile address with two dots in a row and one before the @.", "<maru..maru.@keitai-mail.example>", "", "maru..maru.@keitai-mail.example")
person("quoted-local", "A mobile address in quotation marks, as the carriers write them.", '"maru..maru."@keitai-mail.example', "", "maru..maru.@keitai-mail.example")
person("at-in-name", "An @ in the display name.", '"kato@old.example" <kato@ishida-kogyo.example>', "kato@old.example", "kato@ishida-kogyo.example")
person("upper-case", "An address in upper case is the same address.", "KATO Makoto <Kato@ISHIDA-Kogyo.Example>", "KATO Makoto", "kato@ishida-kogyo.example")
person("surname-first", "Surname and name with a full-width space.", f"{word('加藤　誠', 'utf-8')} <kato@ishida-kogyo.example>", "加藤　誠", "kato@ishida-kogyo.example")

mail("headers/to-groups", "Several recipients: a group, a name with comma, encoded names, folded.",
     [("From", "kato@ishida-kogyo.example"),
      ("To", f'{words("みずほデスク サポート窓口", "iso-2022-jp")} <support@mizuho-desk.example>,\r\n "Tanaka, Yuki" <y.tanaka@ishida-kogyo.example>,\r\n {word("経理", "utf-8")} <keiri@ishida-kogyo.example>'),
      ("Cc", "undisclosed-recipients:;"), ("Subject", "to"), ("Message-ID", "<to-groups@ishida-kogyo.example>")],
     "a\n", to=["support@mizuho-desk.example", "y.tanaka@ishida-kogyo.example", "keiri@ishida-kogyo.example"], cc=[])
mail("headers/missing-everything", "No date, no Message-ID, no subject, no type.", [("From", "kato@ishida-kogyo.example")],
     "型番を教えてください。\n".encode(), subject="", text="型番を教えてください。", message_id="", date="", kind="ordinary")
mail("headers/dates-odd", "A date with a two-digit year, a named zone and a comment.",
     [("From", "kato@ishida-kogyo.example"), ("Date", "Tue, 10 Nov 26 09:05:00 +0900 (JST)"), ("Subject", "date")], "x\n", date="2026-11-10T00:05:00Z")
mail("headers/ids-folded", "References folded within the list, with comments and commas, one id broken over two lines.",
     [("From", "kato@ishida-kogyo.example"), ("Message-ID", " <third@ishida-kogyo.example>"),
      ("In-Reply-To", "Your message of Tue, 10 Nov 2026 <second@mizuho-desk.example>"),
      ("References", "<first@ishida-kogyo.example>,\r\n <second@mizuho-\r\n desk.example>"), ("Subject", "ids")], "x\n",
     message_id="third@ishida-kogyo.example", in_reply_to=["second@mizuho-desk.example"], references=["first@ishida-kogyo.example", "second@mizuho-desk.example"])
mail("headers/mbox-line-first", "An mbox line in front of the header, as some gateways leave it.",
     [("From kato@ishida-kogyo.example Tue Nov 10 09", "05:00 2026"), ("From", "kato@ishida-kogyo.example"), ("Subject", "mbox")], "words\n", subject="mbox", text="words", **{"from": "kato@ishida-kogyo.example"})

# --- file names -------------------------------------------------------------------------------------------------------

NAME = "御見積書(改)_石田工業様.pdf"
PDF = "%PDF-1.4 made up"


def named(name, says, *fields, shown=NAME, body="添付の件、ご確認ください。\n"):
    content_type, whole = multipart("mixed", "=_files", [part("text/plain; charset=utf-8", body),
        b"".join(n.encode() + b": " + (v if isinstance(v, bytes) else v.encode()) + b"\r\n" for n, v in fields)
        + b"Content-Transfer-Encoding: base64\r\n\r\n" + transfer(PDF.encode(), "base64")])
    mail(f"headers/file-{name}", says,
         [("From", "Kato <kato@ishida-kogyo.example>"), ("To", TO), ("Subject", "file"), ("Message-ID", f"<file-{name}@ishida-kogyo.example>"),
          ("Content-Type", content_type)], whole, text=body, files=[{"name": shown, "content": PDF}], kind="ordinary")


D, T = "Content-Disposition", "Content-Type"
for charset in ("utf-8", "iso-2022-jp", "shift_jis", "euc-jp"):
    data = encode(NAME, charset)
    short = charset.replace("_", "-")
    named(f"2231-{short}", f"RFC 2231 in {charset}.", (D, f"attachment;\r\n filename*={charset}''{percent(data)}"))
    cut = [percent(data[at:at + 17]) for at in range(0, len(data), 17)]
    named(f"2231-pieces-{short}", f"RFC 2231 in pieces, cut in the middle of characters, {charset}.",
          (D, "attachment;\r\n " + ";\r\n ".join(f"filename*{n}*={charset + chr(39) * 2 if n == 0 else ''}{piece}" for n, piece in enumerate(cut))))
    named(f"2047-{short}", f"Encoded words in quotation marks, {charset}.", (T, f'application/pdf;\r\n name="{words(NAME, charset)}"'),
          (D, f'attachment;\r\n filename="{words(NAME, charset)}"'))
    named(f"raw-{short}", f"The raw bytes in {charset}.", (T, "application/pdf"), (D, b'attachment; filename="' + data + b'"'))
named("2047-split-bytes", "Encoded words cut in the middle of a character.", (T, f'application/pdf; name="{split_words(NAME, "utf-8", size=10)}"'))
named("2047-unquoted", "Encoded words without quotation marks.", (D, f"attachment; filename={word(NAME, 'utf-8')}"))
named("2047-in-pieces", "Encoded words cut into numbered pieces, as one Japanese program does.",
      (D, f'attachment;\r\n filename*0="{word(NAME, "iso-2022-jp")[:40]}";\r\n filename*1="{word(NAME, "iso-2022-jp")[40:]}"'))
named("star-in-quotes", "RFC 2231 in quotation marks.", (D, f"attachment; filename*=\"UTF-8''{percent(NAME.encode())}\""))
named("star-forgotten", "RFC 2231 without its asterisk.", (D, f"attachment; filename=\"UTF-8''{percent(NAME.encode())}\""))
named("percent", "Escaped as in an address of the web.", (D, f'attachment; filename="{percent(NAME.encode())}"'))
named("charset-forgotten", "RFC 2231 whose charset is empty.", (D, f"attachment; filename*=''{percent(NAME.encode())}"))
named("both", "An old name of question marks beside the right one.", (D, f"attachment; filename=\"??????(?)_????.pdf\"; filename*=utf-8''{percent(NAME.encode())}"))
named("question-marks", "The disposition's name is question marks, the type's is right.", (T, f'application/pdf; name="{word(NAME, "utf-8")}"'), (D, 'attachment; filename="???????.pdf"'))
named("unquoted-spaces", "No quotation marks around a name with spaces.", (D, "attachment; filename=御見積書 改訂版 2026.pdf".encode()), shown="御見積書 改訂版 2026.pdf")
named("quotes-inside", "Quotation marks inside that nobody escaped.", (D, 'attachment; filename="図面"最終"版.pdf"; size=18'.encode()), shown="図面_最終_版.pdf")
named("never-closed", "A quotation mark that is never closed.", (D, 'attachment; filename="図面.pdf'.encode()), shown="図面.pdf")
named("semicolon-forgotten", "Forgotten semicolons.", (D, 'attachment filename="納品書.pdf" size=18'.encode()), shown="納品書.pdf")
named("value-forgotten", "A disposition without its value.", (D, 'filename="納品書.pdf"'.encode()), shown="納品書.pdf")
named("folded-inside", "A name folded in the middle.", (D, 'attachment; filename="第3四半期\r\n 売上報告.pdf"'.encode()), shown="第3四半期 売上報告.pdf")
named("name-only", "A name in the type and no disposition.", (T, f'application/pdf; name="{word(NAME, "utf-8")}"'))
named("path", "A path of Windows.", (D, 'attachment; filename="C:\\Users\\kato\\Desktop\\納品書.pdf"'.encode()), shown="納品書.pdf")
named("direction", "A mark that turns the reading direction around.", (D, "attachment; filename=\"invoice\u202efdp.exe\"".encode()), shown="invoicefdp.exe")
named("html-entities-kept", "A name with an ampersand is kept.", (D, 'attachment; filename="R&D報告.pdf"'.encode()), shown="R&D報告.pdf")
named("nec", "NEC's and half-width characters in Shift_JIS.", (D, b'attachment; filename="' + "㈱ﾔﾏﾀﾞ①.pdf".encode("cp932") + b'"'), shown="㈱ﾔﾏﾀﾞ①.pdf")
named("backslash-bytes", "Shift_JIS whose second bytes are backslashes.", (D, b'attachment; filename="' + "予定表ソート済.pdf".encode("cp932") + b'"'), shown="予定表ソート済.pdf")
