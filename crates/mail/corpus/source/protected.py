"""Signed and sealed mail."""

from kit import crlf, mail, multipart, part

F = [("From", "kawai@kyuden-soumu.example"), ("Subject", "sealed")]
for name, says, kind, shape in (
    ("smime-sealed", "S/MIME, sealed.", "smime_encrypted", ('application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"', b"MIAG\r\n")),
    ("pgp-sealed", "PGP/MIME, sealed.", "pgp_encrypted", multipart("encrypted", "e", [part("application/pgp-encrypted", "Version: 1\n"), part("application/octet-stream", "-----BEGIN PGP MESSAGE-----\n")], '; protocol="application/pgp-encrypted"')),
    ("pgp-inline", "PGP in the text itself.", "pgp_signed", ("text/plain; charset=utf-8", crlf("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n注文します。\n"))),
    ("rights", "Rights management.", "rights_managed", multipart("mixed", "r", [part("text/html; charset=utf-8", "<p>kawai さんから保護されたメッセージが届きました。</p>"), part("application/x-microsoft-rpmsg-message; name=message_v4.rpmsg", "AAAA")])),
):
    mail(f"protected/{name}", says, F + [("Message-ID", f"<{name}@kyuden-soumu.example>"), ("Content-Type", shape[0])], shape[1], protection=kind)
