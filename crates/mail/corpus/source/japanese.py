"""Japanese business mail as it is written."""

from kit import mail, text_mail

MAILS = [
    ("ppap-first", "パスワード付きZIP: the file first.", "見積書送付の件（髙﨑商事）", "iso-2022-jp", ("髙﨑商事㈱ 営業二課 宮﨑", "miyazaki@takasaki-shoji.example"),
     "みずほデスク\nサポートご担当者様\n\nいつもお世話になっております。\n髙﨑商事の宮﨑でございます。\n\nご依頼いただきました見積書を添付にてお送りいたします。\n添付ファイルはパスワード付きZIPとなっております。\nパスワードは別途メールにてご連絡いたします。\n",
     "\n━━━━━━━━━━━━━━━━━━━━━━\n髙﨑商事株式会社　営業二課\n宮﨑　仁\n〒３７０－００００　群馬県高崎市一丁目２－３\nTEL：０２７－０００－００００\n━━━━━━━━━━━━━━━━━━━━━━\n"),
    ("ppap-second", "パスワード付きZIP: the password in its own mail.", "【パスワード通知】見積書送付の件", "iso-2022-jp", ("髙﨑商事㈱ 宮﨑", "miyazaki@takasaki-shoji.example"),
     "先ほどお送りいたしました添付ファイルのパスワードをお知らせいたします。\n\nパスワード：Tk#2026nov\n\nよろしくお願いいたします。\n", ""),
    ("vertical-table", "A table of full-width characters.", "11月度ご注文内容の確認", "shift_jis", ("㈲丸十製作所", "maruju@maruju-ss.example"),
     "毎度お世話になっております。丸十製作所です。\n\n┏━━━━━━┳━━━┳━━━━━┓\n┃　品　名　　┃数量　┃　単　価　┃\n┣━━━━━━╋━━━╋━━━━━┫\n┃ワッシャーＡ┃　２０┃　　１２０┃\n┃スペーサーＢ┃　　５┃　　９８０┃\n┗━━━━━━┻━━━┻━━━━━┛\n\n上記内容で間違いございませんでしょうか。\n", ""),
    ("mobile-carrier", "A mobile phone: no greeting, no signature.", "Re:予約", "iso-2022-jp", ("", "hana-hana.7@keitai-mail.example"), "あした15時に行けなくなりました(>_<)\n16時に変更できますか？\n", ""),
    ("apology", "An apology with a list of numbers in circles.", "【お詫び】納品遅延について", "iso-2022-jp", ("東海建材㈱ 業務部", "gyomu@tokai-kenzai.example"),
     "各位\n\n平素は格別のご高配を賜り、厚く御礼申し上げます。\nこのたびの納品遅延につきまして、深くお詫び申し上げます。\n\n①対象商品：防水シート（Ⅱ型）\n②新納期　：１１月２５日（水）午前\n③数量　　：４００㎡\n\n何卒ご容赦くださいますようお願い申し上げます。\n", "\n＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊\n東海建材株式会社　業務部\n℡ 052-000-0000\n＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊\n"),
    ("complaint", "A consumer who is angry, without any form.", "届いた商品が割れていました", "utf-8", ("大塚", "otsuka55@web-mail.example"), "昨日届いた花瓶が割れていました。\n写真も送りましたが返事がありません。\nどうなっていますか。返金してください。\n", ""),
    ("form", "What a web form sends.", "【お問い合わせフォーム】新規のお問い合わせ", "utf-8", ("Webサイト", "web@mizuho-desk.example"), "■お名前：永井　さくら\n■フリガナ：ナガイ　サクラ\n■会社名：㈱ナガイ企画\n■電話番号：03-0000-1111\n■お問い合わせ内容：\n請求書の宛名を「株式会社ナガイ企画」に変更してください。\n", ""),
    ("bank-transfer", "A payment notice in half-width kana.", "お振込のご連絡", "shift_jis", ("経理課　原", "hara@kanto-denki.example"), "下記のとおりお振込みいたしました。\n\n振込日：2026/11/30\n金額：\\128,700-\n名義：ｶ)ｶﾝﾄｳﾃﾞﾝｷ\n\nご確認のほどお願いいたします。\n", "\n------------------------------\n関東電機㈱ 経理課　原\n------------------------------\n"),
    ("meeting", "Three dates to choose from.", "打ち合わせ日程のご相談", "utf-8", ("ナガイ企画 永井", "nagai@nagai-kikaku.example"), "お世話になっております。ナガイ企画の永井です。\n下記のいずれかでご都合はいかがでしょうか。\n\n・11/17（火）10:00～11:00\n・11/18（水）14:00～15:00\n・11/20（金）終日可\n\nご検討よろしくお願いいたします。\n", ""),
    ("seasonal", "A greeting of the season that goes before everything.", "年末のご挨拶ならびに年末年始休業のお知らせ", "euc-jp", ("石田工業　総務部", "soumu@ishida-kogyo.example"), "拝啓　師走の候、貴社ますますご清栄のこととお慶び申し上げます。\nさて、弊社の年末年始休業は下記のとおりとさせていただきます。\n\n　　　　　　　　　記\n　休業期間：１２月２９日（火）～１月４日（月）\n　　　　　　　　　　　　　　　　以上\n", ""),
    ("becky-plain", "Becky! with its own way of dates.", "プリンタの件", "iso-2022-jp", ("川口", "kawaguchi@kyuden-soumu.example"), "川口です。\n\n3階の複合機で「E-052」と表示され、印刷できません。\n電源の入れ直しは2回試しました。\n訪問可能な日時をお知らせください。\n", ""),
    ("machine-dependent", "Every kind of characters that depend on the machine.", "検収番号①－Ⅳについて", "shift_jis", ("㈱平成電子 﨑村", "sakimura@heisei-denshi.example"), "㍻27年度の検収番号①～⑳、部品Ⅰ～Ⅹ、№、℡、㊤㊦、㌔㌘㍉について。\n∑∮∟⊿は図面のとおりです。\n髙橋、﨑村、德永、彅、閒、濵口は旧字でお願いします。\n".replace("彅、", ""), ""),
    ("vendor-reply-date", "A due date with weekday, in full-width digits.", "Re: 納期回答", "iso-2022-jp", ("寺田", "terada@sakura-seimitsu.example"), "納期は１２月４日（金）となります。\n分納の場合、第１回は１１月２７日（金）着です。\n", ""),
    ("license", "A question with an error message in English.", "ライセンス認証エラー", "utf-8", ("情報システム部　西", "nishi@kanto-denki.example"), "認証時に次のエラーが出ます。\n\nError 0x80072EE7: The server name could not be resolved.\n\nプロキシ環境です。対処方法をご教示ください。\n", ""),
    ("very-polite", "Honorifics in three layers.", "資料ご送付のお願い", "iso-2022-jp", ("みなと商会　小林", "kobayashi@minato-shokai.example"), "平素より大変お世話になっております。\nみなと商会の小林でございます。\n\n先日お打ち合わせいただきました件につきまして、資料をご送付いただけますと幸甚に存じます。\nご多用のところ誠に恐れ入りますが、何卒よろしくお願い申し上げます。\n", ""),
    ("address-change", "An address in full-width characters and the name of a building.", "事務所移転のお知らせ", "shift_jis", ("小川会計事務所", "info@ogawa-kaikei.example"), "このたび事務所を下記に移転いたしました。\n\n新住所：〒１０４－００００\n東京都中央区一丁目１番１号　第２ミナトビル７Ｆ\nＴＥＬ：０３（００００）２２２２\n", ""),
]
for name, says, title, charset, sender, body, signature in MAILS:
    how = "7bit" if charset == "iso-2022-jp" else "base64" if charset == "utf-8" else "8bit"
    text_mail(f"japanese/{name}", says, title, body + signature, sender, charset=charset, how=how, japanese=True)
