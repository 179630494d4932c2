"""Japanese business mail, program by program and phone by phone."""

import base64

from kit import crlf, encode, header, jis, mail, multipart, nested, part, png, text_mail, words

OPEN = "株式会社みずほデスク\nカスタマーサポート　ご担当者様\n\nいつも大変お世話になっております。\n"
CLOSE = "\nお忙しいところ恐れ入りますが、何卒よろしくお願い申し上げます。\n"


def case(name, says, subject, body, sender, **more):
    charset = more.pop("charset", "iso-2022-jp")
    how = more.pop("how", "7bit" if charset == "iso-2022-jp" else "8bit")
    text_mail(f"japanese/{name}", says, subject, body, sender, charset=charset, how=how, **{"japanese": True, **more})


# --- signatures: the words are new, what stands between the rules is not -----------------------------------------------

for name, rule in (("heavy", "━" * 24), ("dashes", "-" * 40), ("asterisks", "＊" * 20), ("equals", "=" * 36), ("wave", "～" * 20), ("double", "═" * 20), ("stars", "☆" * 18), ("mixed", "-/" * 20), ("dots", "・" * 24), ("underscore", "_" * 36)):
    case(f"signature-{name}", f"A signature between lines of {rule[:2]}: postal code, telephone, fax.", "納品日のご確認", OPEN + "㈱北都印刷の佐藤でございます。\n\nご注文番号 H-2207 の納品日をご教示ください。\n" + CLOSE + f"\n{rule}\n株式会社北都印刷　営業部\n佐藤　実（さとう　みのる）\n〒060-0000 北海道札幌市中央区北一条西1-1\nTEL：011-000-0000　FAX：011-000-0001\nMail：m.sato@hokuto-print.example\nURL：https://www.hokuto-print.example/\n{rule}\n", ("佐藤 実", "m.sato@hokuto-print.example"),
         charset="utf-8" if name in ("wave", "double", "stars", "dots") else "iso-2022-jp", how="base64" if name in ("wave", "double", "stars", "dots") else "7bit", fresh_contains=["納品日をご教示ください。", "何卒よろしくお願い申し上げます。"], fresh_lacks=["TEL：011-000-0000", "〒060-0000"])
case("signature-none", "A list between two rules in the middle is no signature.", "ご注文内容", OPEN + "下記を注文いたします。\n\n----------------------------------------\n品番：A-100\n数量：20\n納入先：群馬県高崎市 TEL 027-000-0000\n----------------------------------------\n\n以上、11月末までにお願いいたします。\n", ("丸十製作所", "maruju@maruju-ss.example"), fresh_contains=["品番：A-100", "納入先：群馬県高崎市", "以上、11月末までにお願いいたします。"])

# --- characters that depend on the machine, in each encoding ------------------------------------------------------------

HARD = "①㈱髙﨑　～ － ∥ ￠ ￡ ￢ ― № ℡ ㈲ Ⅲ ⅲ 德 濵 ﾊﾝｶｸ ～から－まで"
for charset, how in (("iso-2022-jp", "7bit"), ("shift_jis", "8bit"), ("euc-jp", "8bit"), ("utf-8", "base64")):
    text = HARD if charset != "iso-2022-jp" else HARD
    text_mail(f"japanese/hard-{charset.replace('_', '-')}", f"NEC's and IBM's characters and the waves and dashes two tables disagree about, in {charset}.", "㈱髙﨑様～見積－①", f"下記のとおりです。\n{text}\n", ("㈱髙﨑 德永", "tokunaga@takasaki-shoji.example"), charset=charset, how=how, japanese=True)
# The other code points of the same characters, as Macs and Java write them.
text_mail("japanese/hard-mac", "Mac's own code points: 〜 − ‖ — and parts of letters that stand alone.", "納期〜月末", "期間は11〜12月です。\n範囲−5℃‖＋5℃—以上\nが゙ぎぱ は別です。\n".replace("が゙", "が"), ("本田", "honda@minato-shokai.example"), charset="utf-8", how="base64", japanese=True)
text_mail("japanese/decomposed", "A Mac writes が as two characters (NFD): it is kept, and can be found.", "ファイル名について", "「ご請求書.pdf」を添付しました。\n", ("本田", "honda@minato-shokai.example"), charset="utf-8", how="base64", japanese=True)

# --- subjects and how replies call themselves ---------------------------------------------------------------------------

QUOTE = "\n> 納期はいつになりますでしょうか。\n> 北都印刷 佐藤\n"
for name, subject in (("re2", "RE2: 納期の件"), ("re-number", "Re[3]: 納期の件"), ("re-wide", "Ｒｅ：納期の件"), ("henshin", "返信: 納期の件"), ("re-many", "RE: Re: RE: 納期の件"), ("re-no-space", "Re:納期の件"), ("antw", "AW: 納期の件"), ("re-tag", "[社外] RE: 納期の件")):
    case(f"reply-{name}", f"A reply that calls itself {subject.split('納')[0].strip()}.", subject, "承知いたしました。\n月末でお願いします。\n" + "\n2026年11月9日(月) 10:12 佐藤 <m.sato@hokuto-print.example>:\n" + QUOTE, ("田中", "tanaka@tokai-kenzai.example"), charset="utf-8", how="base64", extra=[("In-Reply-To", "<a1@mizuho-desk.example>")], fresh="承知いたしました。\n月末でお願いします。")
FW = "\n-----Original Message-----\nFrom: 高橋 <takahashi@customer.example>\nSent: Monday, November 9, 2026 10:12 AM\nTo: 佐藤\nSubject: 見積依頼\n\n見積をお願いします。\n"
for name, subject in (("fw", "FW: 見積依頼"), ("fwd", "Fwd: 見積依頼"), ("tensou", "転送: 見積依頼"), ("tensou-wide", "転送：見積依頼"), ("fw-wide", "ＦＷ：見積依頼"), ("tr", "TR: 見積依頼")):
    case(f"forward-{name}", f"A mail passed on under {subject.split('見')[0].strip()}.", subject, "対応をお願いします。\n" + FW, ("佐藤", "m.sato@hokuto-print.example"), charset="utf-8", how="base64", fresh_contains=["対応をお願いします。", "見積をお願いします。"], forwarded={"from": "takahashi@customer.example", "subject": "見積依頼"})

# --- phones: carriers wrote their pictures in private places of JIS and Shift_JIS ---------------------------------------

def raw(name, says, subject, body, label, sender, how="7bit", **expected):
    mail(f"japanese/{name}", says, [("Date", "Tue, 10 Nov 2026 21:12:45 +0900"), ("From", sender), ("To", "support@mizuho-desk.example"), ("Subject", subject), ("Message-ID", f"<{name}@{sender.split('@')[1]}>"), ("MIME-Version", "1.0"), ("Content-Type", f"text/plain; charset={label}"), ("Content-Transfer-Encoding", how)], body, kind="ordinary", **{key.rstrip("_"): value for key, value in expected.items()})


raw("docomo-emoji-sjis", "docomo's pictures in Shift_JIS (F89F is the sun): the words around them stay whole.", b"=?Shift_JIS?B?" + base64.b64encode("予約".encode("cp932") + b"\xf8\x9f") + b"?=", "明日はいい天気".encode("cp932") + b"\xf8\x9f" + "ですね。\r\n16時に行きます".encode("cp932") + b"\xf9\x91\r\n", "Shift_JIS", "taro.090@docomo.example", how="8bit", subject_="予約〓", text="明日はいい天気〓ですね。\n16時に行きます〓")
raw("au-emoji-jis", "au's pictures in ISO-2022-JP (rows 75 to 7E): the words around them stay whole.", b"=?ISO-2022-JP?B?" + base64.b64encode(jis("ありがとう", close=False) + b"\x75\x41\x1b(B") + b"?=", jis("明日行きます", close=False) + b"\x75\x41\x1b(B\r\n" + jis("よろしく") + b"\r\n", "ISO-2022-JP", "jiro@ezweb.example", subject_="ありがとう〓", text="明日行きます〓\nよろしく")
raw("softbank-emoji-sjis", "SoftBank's pictures in Shift_JIS (F7xx, F9xx, FBxx).", b"=?Shift_JIS?B?" + base64.b64encode("お礼".encode("cp932")) + b"?=", "届きました".encode("cp932") + b"\xf9\x41" + "ありがとう\r\n".encode("cp932"), "Shift_JIS", "saburo@softbank.example", how="8bit", subject_="お礼", text="届きました〓ありがとう")
text_mail("japanese/phone-emoji-utf8", "A phone of today: pictures in Unicode, joined ones too.", "Re: 予約の件😊", "ありがとうございます🙇‍♀️\n15時でお願いします👍🏻\n☎️は不要です㊙️\n", ("はな", "hana@docomo.example"), charset="utf-8", how="base64", japanese=True)
text_mail("japanese/au-plain", "au: no name, dots where the standard forbids them, no greeting.", "配達", "まだ届きません。どうなってますか", ("", "maru..maru.@ezweb.example"), charset="iso-2022-jp", how="7bit", japanese=True)

# --- programs -----------------------------------------------------------------------------------------------------------

case("becky", "Becky!: its header, ISO-2022-JP, text broken at 70 columns.", "サーバー保守の件", "川口です。お世話になっております。\n\n12月の保守作業ですが、下記の日程でお願いできますでしょうか。当日は担\n当の中村が立ち会います。\n\n　日時：12/5（土） 22:00～翌2:00\n　場所：本社 電算室\n\n-- \n川口 修 <kawaguchi@kyuden-soumu.example>\n", ("川口 修", "kawaguchi@kyuden-soumu.example"), extra=[("X-Mailer", "Becky! ver. 2.81.06 [ja]")], fresh_contains=["12/5（土）"], fresh_lacks=["川口 修 <kawaguchi"])
case("becky-reply", "Becky! answers with its own line about the quoted mail.", "Re: サーバー保守の件", "川口です。\nその日程で結構です。\n\nOn Tue, 10 Nov 2026 10:00:00 +0900\n\"みずほデスク\" <support@mizuho-desk.example> wrote:\n\n> 12/5（土）でいかがでしょうか。\n> \n\n-- \n川口 修\n", ("川口 修", "kawaguchi@kyuden-soumu.example"), extra=[("X-Mailer", "Becky! ver. 2.81.06 [ja]"), ("In-Reply-To", "<b1@mizuho-desk.example>")], fresh_contains=["その日程で結構です。"], fresh_lacks=["いかがでしょうか。"])
case("shuriken", "Shuriken: the whole body in ISO-2022-JP with ㈱ in NEC's row.", "お見積り依頼（㈱青葉文具）", OPEN + "㈱青葉文具の森本です。\n添付リストのお見積りをお願いします。\n", ("森本", "morimoto@aoba-bungu.example"), extra=[("X-Mailer", "JsvMail 11.0 (Shuriken 2018)")])
OUTLOOK_HTML = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv="Content-Type" content="text/html; charset=iso-2022-jp"><style>p.MsoNormal{margin:0mm}</style></head><body lang="JA"><div class="WordSection1"><p class="MsoNormal">お世話になっております。<o:p></o:p></p><p class="MsoNormal">関東電機の西です。<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">復旧を確認しました。<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm 0mm 0mm"><p class="MsoNormal"><b>From:</b> みずほデスク &lt;support@mizuho-desk.example&gt; <br><b>Sent:</b> Tuesday, November 10, 2026 10:00 AM<br><b>To:</b> 西<br><b>Subject:</b> 障害の件<o:p></o:p></p></div><p class="MsoNormal">再起動をお試しください。<o:p></o:p></p></div></body></html>'
OUTLOOK_TEXT = "お世話になっております。\n関東電機の西です。\n\n復旧を確認しました。\n\nFrom: みずほデスク <support@mizuho-desk.example>\nSent: Tuesday, November 10, 2026 10:00 AM\nTo: 西\nSubject: 障害の件\n\n再起動をお試しください。\n"
shape = multipart("alternative", "----=_NextPart_000_0001_01DC5A", [part('text/plain; charset="iso-2022-jp"', OUTLOOK_TEXT, charset="iso-2022-jp", how="7bit"), part('text/html; charset="iso-2022-jp"', OUTLOOK_HTML, charset="iso-2022-jp", how="7bit")])
mail("japanese/outlook-desktop", "Outlook for Windows, Japanese: both forms in ISO-2022-JP, Word's HTML, the history announced in English.", [("From", words("西 健太郎", "iso-2022-jp") + " <nishi@kanto-denki.example>"), ("To", "support@mizuho-desk.example"), ("Subject", words("RE: 障害の件", "iso-2022-jp")), ("Date", "Tue, 10 Nov 2026 11:00:00 +0900"), ("Message-ID", "<OS0PR01MB1@kanto-denki.example>"), ("In-Reply-To", "<o1@mizuho-desk.example>"), ("Thread-Topic", words("障害の件", "iso-2022-jp")), ("X-Mailer", "Microsoft Outlook 16.0"), ("MIME-Version", "1.0"), ("Content-Type", shape[0])], shape[1],
     subject="RE: 障害の件", from_name="西 健太郎", kind="ordinary", japanese=True, fresh_contains=["復旧を確認しました。"], fresh_lacks=["再起動をお試しください。"], fresh_html=True, fresh_html_lacks=["再起動をお試しください。"], shown_lacks=["urn:schemas"])
shape = multipart("alternative", "_000_TYA", [part("text/plain; charset=utf-8", "至急確認お願いします。\n\niOS 版 Outlook を入手<https://aka.example/o0ukef>\n________________________________\n差出人: みずほデスク <support@mizuho-desk.example>\n送信日時: 2026年11月10日 火曜日 10:00\n宛先: 西\n件名: 障害の件\n\n再起動をお試しください。\n", how="base64"), part("text/html; charset=utf-8", '<html><body><div>至急確認お願いします。</div><div id="ms-outlook-mobile-signature"><a href="https://aka.example/o0ukef">iOS 版 Outlook を入手</a></div><hr><div id="divRplyFwdMsg"><b>差出人:</b> みずほデスク<br><b>送信日時:</b> 2026年11月10日 火曜日 10:00<br><b>宛先:</b> 西<br><b>件名:</b> 障害の件</div><div>再起動をお試しください。</div></body></html>', how="base64")])
mail("japanese/outlook-mobile", "Outlook on a phone, Japanese.", [("From", words("西", "utf-8") + " <nishi@kanto-denki.example>"), ("To", "support@mizuho-desk.example"), ("Subject", words("Re: 障害の件", "utf-8")), ("Date", "Tue, 10 Nov 2026 11:00:00 +0900"), ("Message-ID", "<TYAPR01@kanto-denki.example>"), ("In-Reply-To", "<o1@mizuho-desk.example>"), ("MIME-Version", "1.0"), ("Content-Type", shape[0])], shape[1], subject="Re: 障害の件", kind="ordinary", fresh_contains=["至急確認お願いします。"], fresh_lacks=["再起動をお試しください。"], fresh_html_lacks=["再起動をお試しください。"])
shape = multipart("alternative", "000000000000a1", [part('text/plain; charset="UTF-8"', "ありがとうございます。届きました。\n\n2026年11月10日(火) 10:00 みずほデスク <support@mizuho-desk.example>:\n\n> 発送いたしました。\n>\n", how="base64"), part('text/html; charset="UTF-8"', '<div dir="ltr">ありがとうございます。届きました。</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">2026年11月10日(火) 10:00 みずほデスク &lt;<a href="mailto:support@mizuho-desk.example">support@mizuho-desk.example</a>&gt;:<br></div><blockquote class="gmail_quote">発送いたしました。</blockquote></div>', how="quoted-printable")])
mail("japanese/gmail", "Gmail, Japanese.", [("From", words("藤井 裕", "utf-8") + " <y.fujii@gmail.example>"), ("To", "support@mizuho-desk.example"), ("Subject", words("Re: 発送のお知らせ", "utf-8")), ("Date", "Tue, 10 Nov 2026 11:00:00 +0900"), ("Message-ID", "<CAK1@mail.gmail.example>"), ("In-Reply-To", "<g1@mizuho-desk.example>"), ("MIME-Version", "1.0"), ("Content-Type", shape[0])], shape[1], kind="ordinary", fresh="ありがとうございます。届きました。", fresh_html=True, fresh_html_lacks=["発送いたしました。"])
case("apple-mail", "Apple Mail on a Mac, Japanese: the history is announced with a date in Japanese and マークアップ-free words.".replace("マークアップ-free words", "quoted lines"), "Re: ご請求書", "林です。\n受領しました。\n\n> 2026/11/10 10:00、みずほデスク <support@mizuho-desk.example>のメール：\n> \n> 請求書をお送りします。\n\n", ("林", "hayashi@icloud.example"), charset="utf-8", how="quoted-printable", extra=[("X-Mailer", "Apple Mail (2.3826.200.121)"), ("In-Reply-To", "<ap@mizuho-desk.example>")], fresh="林です。\n受領しました。")
case("iphone", "iPhone, Japanese.", "Re: 予約変更", "16時でお願いします。\n\niPhoneから送信\n\n> 2026/11/10 10:00、みずほデスク <support@mizuho-desk.example>のメール：\n> \n> 何時がよろしいでしょうか。\n", ("大塚", "otsuka55@icloud.example"), charset="utf-8", how="base64", extra=[("X-Mailer", "iPhone Mail (22B91)"), ("In-Reply-To", "<ip@mizuho-desk.example>")], fresh_contains=["16時でお願いします。"], fresh_lacks=["何時がよろしいでしょうか。"])
case("yahoo-japan", "Yahoo! Japan's mail in the browser, ISO-2022-JP, the history behind a rule.", "Re: 返品について", "返品をやめます。\nよろしくお願いします。\n\n\n----- Original Message -----\nFrom: みずほデスク <support@mizuho-desk.example>\nTo: hanako_1988@yahoo.example\nDate: 2026/11/10 火 10:00\nSubject: 返品について\n\n\n返品の手順をお送りします。\n", ("花子", "hanako_1988@yahoo.example"), extra=[("X-Mailer", "YahooMailWebService/0.8.111_84"), ("In-Reply-To", "<yj@mizuho-desk.example>")], fresh_contains=["返品をやめます。"], fresh_lacks=["返品の手順をお送りします。"])
case("cybozu", "A groupware answers with a rule of equals signs and Japanese names of fields.", "Re: 【至急】在庫確認", "在庫ございます。\n\n========== 元のメッセージ ==========\n差出人：みずほデスク <support@mizuho-desk.example>\n宛先：在庫管理課\n件名：【至急】在庫確認\n日時：2026/11/10 10:00\n\n在庫はございますでしょうか。\n", ("在庫管理課", "zaiko@groupware.example"), extra=[("In-Reply-To", "<cy@mizuho-desk.example>")], charset="utf-8", how="base64", fresh_contains=["在庫ございます。"])

# --- forms of web shops -------------------------------------------------------------------------------------------------

FORM = "下記の内容でお問い合わせがありました。\n\n─────────────────────\n【お名前】　永井　さくら　様\n【フリガナ】　ナガイ　サクラ\n【メール】　sakura@customer.example\n【電話番号】　０９０－００００－１１１１\n【お問い合わせ内容】\n商品（品番：ＡＢ－１２０）のサイズを教えてください。\n─────────────────────\n※このメールはお問い合わせフォームから自動送信されています。\n"
for name, sender, robot in (("form-noreply", ("お問い合わせフォーム", "no-reply@shop-system.example"), False), ("form-wordpress", ("WordPress", "wordpress@mizuho-desk.example"), False), ("form-shop", ("みずほショップ", "order@cart-system.example"), False)):
    case(name, "A form sends the customer's words; the customer is in Reply-To.", "【みずほショップ】お問い合わせフォームより", FORM, sender, charset="utf-8", how="base64", extra=[("Reply-To", "sakura@customer.example")], reply_to="sakura@customer.example", text_contains=["サイズを教えてください。"])
case("form-jis-named-reply-to", "A form whose Reply-To has a Japanese name in ISO-2022-JP.", "お問い合わせ", FORM.replace("─", "-"), ("Web", "web@mizuho-desk.example"), extra=[("Reply-To", words("永井　さくら", "iso-2022-jp") + " <sakura@customer.example>")], reply_to="sakura@customer.example")
case("form-no-reply-to", "A form that forgot Reply-To: the robot's own address is all there is.", "お問い合わせ", FORM, ("フォーム", "no-reply@shop-system.example"), charset="utf-8", how="base64", kind="automatic")

# --- names and titles in the header -------------------------------------------------------------------------------------

case("name-with-title", "Company, department, title and name in one display name, with a comma of full width.", "ご挨拶", OPEN, ("㈱東海建材 購買部、課長 髙田（たかだ）", "takada@tokai-kenzai.example"))
case("name-quoted-raw", "The name is raw ISO-2022-JP in quotation marks.", "在庫", OPEN, ("東海建材", "t@tokai-kenzai.example"), head="raw")
case("name-cut", "Encoded words cut in the middle of a character.", "ご注文ありがとうございます（自動送信ではありません）・十一月分", OPEN, ("株式会社みなと商会　東京営業所　小林", "kobayashi@minato-shokai.example"), charset="utf-8", how="base64", head="split")
