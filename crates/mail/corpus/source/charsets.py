"""Encodings: rightly labelled, not labelled, wrongly labelled."""

from kit import add, b64, crlf, encode, euc, header, jis, mail, part, text_mail, transfer, word, words

SATO = ("佐藤 美咲", "m.sato@hokuto-print.example")
ORDER = """ホクト印刷の佐藤です。お世話になっております。
先日お願いした封筒(角2、500枚)の校正を拝見しました。
裏面の郵便番号が旧番号のままですので、下記のとおり修正をお願いいたします。

  誤）〒101-0001
  正）〒101-0052

刷り直しの場合の納期もあわせてお知らせください。
"""
for charset in ("iso-2022-jp", "shift_jis", "euc-jp", "utf-8"):
    short = charset.replace("_", "-")
    for how, head in (("7bit" if charset == "iso-2022-jp" else "8bit", "B"), ("quoted-printable", "Q"), ("base64", "split")):
        text_mail(f"charsets/{short}-{how}", f"{charset}, labelled as such, {how}; the header in {head}.",
                  "封筒の校正について（角2・500枚）", ORDER, SATO, charset=charset, how=how, head=head, japanese=True)

NEC = """㈱ﾔﾏﾀﾞ電業　髙橋です。
①見積書　②仕様書　③図面（Ⅱ期工事分）を送ります。
№12は㈲﨑山設備さんの分です。℡は03‐0000‐0000、単価は㎡あたりです。
ｶﾌﾞｼｷｶﾞｲｼｬ ﾔﾏﾀﾞ ﾃﾞﾝｷﾞｮｳ ﾀｶﾊｼ
"""
NEC_SUBJECT = "①～③の送付（㈱ﾔﾏﾀﾞ電業　髙橋）"
TAKAHASHI = ("㈱ﾔﾏﾀﾞ電業 髙橋", "takahashi@yamada-dengyo.example")
for charset, label, what in (
    ("iso-2022-jp", "iso-2022-jp", "half-width kana by ESC ( I"),
    ("iso-2022-jp-shift", "iso-2022-jp", "half-width kana by SO and SI"),
    ("iso-2022-jp-eight", "iso-2022-jp", "half-width kana with the eighth bit"),
    ("iso-2022-jp", "cp50220", "Microsoft's number for it as label"),
    ("iso-2022-jp", "_iso-2022-jp$ESC", "Outlook's inner name for it as label"),
    ("iso-2022-jp-shift", "_iso-2022-jp$SIO", "Outlook's inner name for it, with shifts"),
    ("iso-2022-jp", "iso-2022-jp-ms", "the name PHP gives it"),
    ("iso-2022-jp", "csISO2022JP", "the long name IANA gives it"),
    ("shift_jis", "shift_jis", "NEC's and IBM's characters under the standard's name"),
    ("shift_jis", "cp932", "Microsoft's code page as label"),
    ("shift_jis", "windows-31j", "IANA's name for Microsoft's code page"),
    ("shift_jis", "x-sjis", "the browsers' old name"),
    ("shift_jis", "MS_Kanji", "an alias of IANA's"),
    ("euc-jp", "euc-jp", "NEC's rows in EUC"),
    ("euc-jp", "cp51932", "Microsoft's number for EUC as label"),
    ("euc-jp", "x-euc-jp", "the browsers' old name"),
    ("euc-jp", "eucJP-ms", "the Open Group's name"),
):
    short = f"{charset}-as-{label}".lower().replace("_", "-").replace("$", "-")
    text_mail(f"charsets/nec-{short}", f"NEC's, IBM's and half-width characters in {charset}: {what}.",
              NEC_SUBJECT, NEC, TAKAHASHI, charset=charset, label=label, head="split" if "utf" in label else "B", japanese=True)

# EUC-JP of Unix keeps IBM's characters in rows of their own, in the third code set.
add("charsets/euc-jp-ms-ibm-rows", "eucJP-ms: 髙 and 﨑 in the third code set, as PHP and Unix write them.",
    header([("From", b"=?eucJP-ms?B?" + b64(b"\x8f\xf4\xfb" + euc("木設備")).encode() + b"?= <takagi@takagi-setsubi.example>"),
            ("Subject", euc("配管図の差し替え")), ("Message-ID", "<ibm-rows@takagi-setsubi.example>"),
            ("Content-Type", "text/plain; charset=eucJP-ms")])
    + b"\r\n" + crlf(b"\x8f\xf4\xfb" + euc("木設備の") + b"\x8f\xf4\xbd" + euc("田です。\n図面番号") + b"\x8f\xf3\xfd" + euc("-12を差し替えてください。\n")),
    subject="配管図の差し替え", from_name="髙木設備", text="髙木設備の﨑田です。\n図面番号Ⅰ-12を差し替えてください。", kind="ordinary")

text_mail("charsets/iso-2022-jp-old-escapes", "The escapes of 1978 and JIS-Roman, as old gateways write them.",
          "会議室予約の確認", "総務の大野です。\n第2会議室を11月12日(木) 13:00-15:00で予約しました。\nYen 3,000.\n",
          ("大野", "ohno@kyuden-soumu.example"), charset="iso-2022-jp-old", label="iso-2022-jp", japanese=True)

# --- no label, wrong label --------------------------------------------------------------------------------------------

PLAIN = """いつもお世話になっております。青葉文具の森本です。

ご注文いただいた回転印（黒）ですが、メーカー欠品のため入荷が
11月20日頃になる見込みです。お急ぎの場合は代替品をご案内いたします。
よろしくお願いいたします。
"""
MORIMOTO = ("森本", "morimoto@aoba-bungu.example")
for charset in ("iso-2022-jp", "shift_jis", "euc-jp", "utf-8"):
    short = charset.replace("_", "-")
    text_mail(f"charsets/unlabelled-{short}", f"{charset} without any label, the header as raw bytes.",
              "回転印の入荷予定について", PLAIN, MORIMOTO, charset=charset, label="", head="raw", japanese=True)
    for label in ("us-ascii", "iso-8859-1", "utf-8", "iso-2022-jp", "shift_jis", "x-unknown", "windows-1252"):
        if label == charset:
            continue
        text_mail(f"charsets/{short}-called-{label}", f"{charset} under the label {label}.",
                  "回転印の入荷予定", PLAIN, MORIMOTO, charset=charset, label=label, head="raw", japanese=True)
    text_mail(f"charsets/short-unlabelled-{short}", f"A few words of {charset} without label, from a domain that says nothing.",
              "請求書の件", "確認しました。ありがとうございます。\n", ("", "info@shop-tools.example"), charset=charset, label="",
              head="raw", japanese=True)

# --- the rest of the world --------------------------------------------------------------------------------------------

WORLD = [
    ("gb18030", "王丽", "w.li@huaxia-parts.example", "关于发票的问题", "您好：\n我们收到的发票金额与订单不符，请帮忙核对。订单号 20261108。\n谢谢！\n", ()),
    ("gbk", "陈伟", "chen@nanfang-mould.example", "模具交货期", "请问模具什么时候可以发货？客户一直在催，请尽快回复。\n", ("gb2312",)),
    ("big5", "林怡君", "yichun@taibei-tea.example", "訂單出貨時間", "您好，請問我的訂單什麼時候會出貨？謝謝您的協助。\n", ()),
    ("euc-kr", "김민수", "ms.kim@hanbit-tools.example", "배송 문의", "안녕하세요. 주문한 상품이 아직 도착하지 않았습니다. 확인 부탁드립니다.\n", ("ks_c_5601-1987",)),
    ("koi8-r", "Ирина Соколова", "irina@severny-les.example", "Вопрос о доставке", "Здравствуйте! Подскажите, пожалуйста, когда придёт мой заказ?\n", ()),
    ("koi8-u", "Олена Бойко", "olena@kyiv-knyha.example", "Питання щодо рахунку", "Добрий день! Чи можна отримати рахунок ще раз? Ґанок, їжак, єнот.\n", ()),
    ("windows-1251", "Иван Петров", "petrov@volga-stal.example", "Не работает вход", "Добрый день. После обновления не могу войти в личный кабинет.\n", ()),
    ("iso-8859-5", "Милан Јовић", "milan@dunav.example", "Питање", "Поштовани, молим вас за понуду за двадесет комада.\n", ()),
    ("windows-1250", "Zdeněk Dvořák", "dvorak@vltava-sklo.example", "Reklamace zboží", "Dobrý den, přišlo nám rozbité sklo. Prosím o výměnu. Děkuji, Dvořák\n", ()),
    ("iso-8859-2", "Łukasz Wójcik", "wojcik@wisla-meble.example", "Zwrot płatności", "Dzień dobry, proszę o zwrot płatności za zamówienie 4471. Żółć.\n", ()),
    ("windows-1252", "Jürgen Groß", "gross@alpen-werk.example", "Rückfrage zur Rechnung – 12.000 €", "Guten Tag,\ndie Rechnung über 12.000 € ist doppelt – bitte prüfen Sie das. „Danke“!\n", ("iso-8859-1",)),
    ("iso-8859-15", "Chloé Lefèvre", "chloe@loire-vins.example", "Commande non reçue (45 €)", "Bonjour, je n'ai pas reçu ma commande à 45 €. Où est-elle passée ? Œuvre.\n", ()),
    ("windows-1253", "Γιώργος Παπάς", "papas@aigaio.example", "Ερώτηση για την παραγγελία", "Καλημέρα σας, πότε θα φτάσει η παραγγελία μου;\n", ()),
    ("windows-1254", "Ayşe Yılmaz", "ayse@bogaz-tekstil.example", "Sipariş sorunu", "Merhaba, siparişim hâlâ gelmedi. Yardımcı olur musunuz? Teşekkürler, İyi günler.\n", ("iso-8859-9",)),
    ("windows-1255", "דוד כהן", "david@galil-agro.example", "שאלה על החשבונית", "שלום, קיבלתי חשבונית כפולה. אפשר לבדוק?\n", ()),
    ("windows-1256", "ليلى حسن", "layla@nile-cotton.example", "استفسار عن الطلب", "مرحبا، متى يصل طلبي؟ شكرا جزيلا.\n", ()),
    ("windows-1257", "Rūta Kazlauskė", "ruta@baltic-amber.example", "Klausimas dėl užsakymo", "Laba diena, ar galėtumėte patikrinti mano užsakymą? Ačiū.\n", ()),
    ("windows-1258", "", "minh@saigon-coffee.example", "Don hang", "Xin chao, cho toi hoi ve don hang.\n", ()),
    ("tis-620", "สมชาย", "somchai@chao-phraya.example", "สอบถามเรื่องใบแจ้งหนี้", "สวัสดีครับ ขอใบแจ้งหนี้ใหม่ได้ไหมครับ\n", ()),
    ("utf-7", "Ingrid Strøm", "ingrid@fjord-fisk.example", "Spørsmål om levering", "Hei! Når kommer leveringen? Vi trenger den før fredag. På gjensyn.\n", ()),
]
for charset, who, address, subject, body, aliases in WORLD:
    for label in (charset, *aliases):
        text_mail(f"charsets/world-{charset}" + ("" if label == charset else f"-as-{label}"),
                  f"{charset}" + ("." if label == charset else f" under the label {label}, as usual."), subject, body,
                  (who, address), charset=charset, label=label, how="quoted-printable" if charset != "utf-7" else "7bit",
                  head="Q" if charset in ("windows-1252", "utf-7") else "B", japanese=False)

HELLO = "Hello, I cannot print the label for parcel 1188. Müller & Söhne – 株式会社テスト\n"
for label, data in (
    ("utf-16", b"\xff\xfe" + HELLO.encode("utf-16-le")),
    ("utf-16le", HELLO.encode("utf-16-le")),
    ("utf-16be", HELLO.encode("utf-16-be")),
    ("utf-16", HELLO.encode("utf-16-be")),
    ("utf-16", HELLO.encode("utf-16-le")),
    ("", b"\xff\xfe" + HELLO.encode("utf-16-le")),
):
    short = f"{label or 'unlabelled'}-{'bom' if data[0] == 0xFF else 'le' if data[1] == 0 else 'be'}"
    mail(f"charsets/utf16-{short}", f"UTF-16 in base64, label {label or 'none'}.",
         [("From", "Ann <ann@parcel-house.example>"), ("Subject", "Label"), ("Message-ID", f"<{short}@parcel-house.example>"),
          ("Content-Type", f"text/plain; charset={label}" if label else "text/plain"), ("Content-Transfer-Encoding", "base64")],
         transfer(data, "base64"), text=HELLO, kind="ordinary")
