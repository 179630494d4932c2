"""Signed and sealed mail."""

from kit import crlf, header, mail, multipart, nested, part, stored, text_mail, words

WHO = ("川井", "kawai@kyuden-soumu.example")


def case(name, says, subject, shape, extra=(), **expected):
    content_type, body = shape
    mail(f"protected/{name}", says, [("Date", "Mon, 16 Nov 2026 10:21:00 +0900"), ("From", words(WHO[0], "utf-8") + f" <{WHO[1]}>"), ("To", "support@mizuho-desk.example"), ("Subject", words(subject, "utf-8")),
         ("Message-ID", f"<{name}@kyuden-soumu.example>"), ("MIME-Version", "1.0"), *extra, ("Content-Type", content_type)], body, subject=subject, **{"kind": "ordinary", **expected})


def T(text, *fields):
    return part("text/plain; charset=utf-8", text, *fields)


def H(text, *fields):
    return part("text/html; charset=utf-8", text, *fields)


def smime(name):
    """Made by OpenSSL with a key that was thrown away; see `smime/`."""
    return stored(f"smime/{name}.b64").replace("\n", "\r\n").encode()


B64 = ("Content-Transfer-Encoding", "base64")
FILE = ("Content-Disposition", 'attachment; filename="smime.p7m"')
ORDER = "株式会社みずほデスク　ご担当者様\n\nいつも大変お世話になっております。\n電子署名付きの注文書をお送りいたします。\n\n注文番号：PO-2026-1108\n納期　　：2026年11月30日（月）\n\n━━━━━━━━━━━━━━━━━━\n東海建材株式会社　購買部　髙田 ㈱\nTEL 052-000-0000\n━━━━━━━━━━━━━━━━━━"

case("smime-sealed", "S/MIME, sealed.", "sealed", ('application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"', smime("sealed")), extra=[B64, FILE], protection="smime_encrypted", text="", files=[{"name": "smime.p7m"}])
case("smime-sealed-untyped", "Sealed, and the type does not say so.", "封緘メール", ('application/x-pkcs7-mime; name="smime.p7m"', smime("sealed")), extra=[B64, FILE], protection="smime_encrypted", text="", files=[{"name": "smime.p7m"}])
case("smime-sealed-signed", "Signed first, then sealed: the seal is what one sees.", "署名のうえ暗号化", ('application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"', smime("sealed-signed")), extra=[B64, FILE], protection="smime_encrypted", text="", files=[{"name": "smime.p7m"}])
case("smime-opaque", "Outlook's signature around the words (DER).", "注文書（電子署名付き）", ('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', smime("signed-der")), extra=[B64, FILE], protection="smime_signed", text=ORDER, fresh_contains=["注文番号：PO-2026-1108"], html=False, files=[{"name": "smime.p7m", "type": "application/pkcs7-mime"}])
case("smime-opaque-x", "The older name of the type, and nothing about what is inside.", "注文書", ('application/x-pkcs7-mime; name="smime.p7m"', smime("signed-der")), extra=[B64, FILE], protection="smime_signed", text=ORDER, files=[{"name": "smime.p7m"}])
case("smime-opaque-by-name", "A server changed the type; the name tells.", "注文書の再送", ('application/octet-stream; name="smime.p7m"', smime("signed-der")), extra=[B64, FILE], protection="smime_signed", text=ORDER, files=[{"name": "smime.p7m", "type": "application/octet-stream"}])
case("smime-opaque-streamed", "BER of unknown length, the words in pieces, a file inside.", "見積書（電子署名付き）", ('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', smime("signed-streamed")), extra=[B64, FILE], protection="smime_signed", text="見積書を添付いたします。", html=True, files=[{"name": "mitsumori.pdf", "type": "application/pdf"}, {"name": "smime.p7m"}])
case("smime-opaque-twice", "A signature around a signature.", "二重署名", ('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', smime("signed-twice")), extra=[B64, FILE], protection="smime_signed", text="見積書を添付いたします。", files=[{"name": "mitsumori.pdf"}, {"name": "smime.p7m"}, {"name": "smime.p7m"}])
case("smime-opaque-in-list", "A list server hung its footer beside the signed mail.", "[kobai-ml:12] 注文書", multipart("mixed", "ml", [part('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', smime("signed-der"), B64, FILE), T("_______________\n購買ML\n")]), protection="smime_signed", text_contains=["注文番号：PO-2026-1108", "購買ML"], files=[{"name": "smime.p7m"}])
case("smime-opaque-broken", "Not DER at all: the file stays, nothing is invented.", "壊れた署名", ('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', b"MIAGCSqGSIb3DQEHAqCA////////\r\n"), extra=[B64, FILE], protection="smime_signed", text="", files=[{"name": "smime.p7m"}])
case("smime-opaque-cut", "Broken off in the certificates behind the words.", "途中で切れた署名", ('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', b"\r\n".join(smime("signed-streamed").split(b"\r\n")[:17])), extra=[B64, FILE], protection="smime_signed", text="見積書を添付いたします。", files=[{"name": "mitsumori.pdf"}, {"name": "smime.p7m"}])
case("smime-certificates", "Somebody sends certificates; nothing is signed.", "証明書の送付", multipart("mixed", "c", [T("証明書をお送りします。\n"), part('application/pkcs7-mime; smime-type=certs-only; name="certs.p7c"', smime("certificates"), B64, ("Content-Disposition", 'attachment; filename="certs.p7c"'))]), text="証明書をお送りします。", files=[{"name": "certs.p7c"}])
case("smime-clear", "Clear-signed: the words can be read by everybody.", "お見積りの件", multipart("signed", "s", [part("text/plain; charset=utf-8", ORDER + "\n", how="8bit"), part('application/pkcs7-signature; name="smime.p7s"', smime("detached"), B64, ("Content-Disposition", 'attachment; filename="smime.p7s"'))], '; protocol="application/pkcs7-signature"; micalg=sha-256'), protection="smime_signed", text=ORDER, files=[{"name": "smime.p7s"}])
case("smime-clear-lost", "A gateway made a plain mixed part of a signed one; the signature file tells.", "署名付き", multipart("mixed", "s", [T("署名はゲートウェイを通りました。\n"), part('application/x-pkcs7-signature; name="smime.p7s"', smime("detached"), B64)]), protection="smime_signed", text="署名はゲートウェイを通りました。", files=[{"name": "smime.p7s"}])
case("pgp-sealed", "PGP/MIME, sealed.", "sealed", multipart("encrypted", "e", [part("application/pgp-encrypted", "Version: 1\n"), part("application/octet-stream", "-----BEGIN PGP MESSAGE-----\n\nhQEMA0Zha2VLZXkB\n=abcd\n-----END PGP MESSAGE-----\n")], '; protocol="application/pgp-encrypted"'), protection="pgp_encrypted")
case("pgp-signed", "PGP/MIME, signed.", "リリースの件", multipart("signed", "p", [T("v2.4 をリリースしました。\n"), part('application/pgp-signature; name="signature.asc"', "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n")], '; protocol="application/pgp-signature"; micalg=pgp-sha256'), protection="pgp_signed", text="v2.4 をリリースしました。", files=[{"name": "signature.asc"}])
case("pgp-inline", "PGP in the text itself.", "注文", ("text/plain; charset=utf-8", crlf("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n注文します。\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----\n")), protection="pgp_signed", text_contains=["注文します。"])
case("pgp-inline-sealed", "PGP in the text itself, sealed, below a greeting.", "機密", ("text/plain; charset=utf-8", crlf("お世話になっております。\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA0Zha2VLZXkB\n=abcd\n-----END PGP MESSAGE-----\n")), protection="pgp_encrypted", text_contains=["お世話になっております。"])
case("pgp-quoted", "Somebody quotes a PGP mail: this one is not sealed.", "Re: 機密", ("text/plain; charset=utf-8", crlf("開けませんでした。\n\n> -----BEGIN PGP MESSAGE-----\n>\n> hQEMA0Zha2VLZXkB\n")), text_contains=["開けませんでした。"])
case("rights", "Rights management.", "rights", multipart("mixed", "r", [H("<p>kawai さんから保護されたメッセージが届きました。</p>"), part("application/x-microsoft-rpmsg-message; name=message_v4.rpmsg", "AAAA")]), protection="rights_managed", files=[{"name": "message_v4.rpmsg"}])
case("rights-by-name", "Rights management behind a gateway that changed the type.", "保護されたメール", multipart("mixed", "r", [T("このメッセージは保護されています。\n"), part('application/octet-stream; name="message.rpmsg"', b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", how="base64")]), protection="rights_managed")
case("purview-ja", "Microsoft Purview: the mail only says where the message can be read.", "お見積りについて", multipart("mixed", "o", [nested("alternative", "oa", [T("川井 (kawai@kyuden-soumu.example) さんから、保護されたメッセージが送信されました。\n\nメッセージを読む\nhttps://outlook.office365.example/Encryption/retrieve.ashx?recipientemailaddress=x\n\n電子メールの暗号化についてのサポート\n"),
     H('<table><tr><td>川井 (kawai@kyuden-soumu.example) さんから、保護されたメッセージが送信されました。</td></tr><tr><td><a href="https://outlook.office365.example/Encryption/retrieve.ashx?x=1">メッセージを読む</a></td></tr></table>')]),
     part('application/x-microsoft-rpmsg-message; name="message_v2.rpmsg"', b"\x76\xe8\x04\x60", how="base64")]), protection="rights_managed", text_contains=["保護されたメッセージが送信されました。", "メッセージを読む"], shown_contains=["メッセージを読む"])
case("purview-link-only", "The same without the sealed file: a mail with a link like any other.", "Protected message", multipart("alternative", "oa", [T("Kawai (kawai@kyuden-soumu.example) has sent you a protected message.\n\nRead the message\nhttps://outlook.office365.example/Encryption/x\n"), H("<p>Kawai has sent you a protected message.</p><a href='https://outlook.office365.example/Encryption/x'>Read the message</a>")]), text_contains=["has sent you a protected message"])

ZIP = b"PK\x03\x04\x14\x00\x09\x00\x08\x00\x00\x00\x21\x5b" + b"\0" * 12 + b"\x0c\0\0\0mitsumori.pdf"
case("ppap-zip", "The sealed archive comes first; the password follows in its own mail.", "【ご送付】11月分請求書", multipart("mixed", "z", [T("いつもお世話になっております。\n\n請求書をお送りいたします。\n添付ファイルはセキュリティのため暗号化しております。\nパスワードは別途お送りいたします。\n"), part('application/x-zip-compressed; name="=?utf-8?B?6KuL5rGC5pu4LnppcA==?="', ZIP, ("Content-Disposition", "attachment; filename*=utf-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.zip"), how="base64")]), text_contains=["パスワードは別途お送りいたします。"], files=[{"name": "請求書.zip", "type": "application/x-zip-compressed"}])
text_mail("protected/ppap-robot", "A gateway sends the password by itself, in the sender's name.", "[パスワード通知]【ご送付】11月分請求書", "本メールは、添付ファイル暗号化システムより自動送信されています。\n\n先にお送りした添付ファイルの解凍パスワードは以下のとおりです。\n\n  Xy7!pQ2#\n\n　ファイル名：請求書.zip\n　送信日時　：2026/11/16 10:21:00\n", WHO, charset="iso-2022-jp", how="7bit", japanese=True)
text_mail("protected/ppap-link", "A gateway took the files away and left a link.", "【ファイル送付】図面一式", "お世話になっております。川井です。\n図面をお送りします。\n\n----------------------------------------------------------------------\n添付ファイルは下記URLよりダウンロードしてください。\nhttps://safe-transfer.kyuden-soumu.example/d/8f3a1c\nダウンロード期限：2026年11月23日\n----------------------------------------------------------------------\n", WHO, charset="utf-8", how="base64", japanese=True, text_contains=["https://safe-transfer.kyuden-soumu.example/d/8f3a1c"])
