//! Mail that is signed or sealed: recognised and shown as what it is. Nothing is opened or verified here.

use crate::letter::Protection;
use crate::mime::Part;

/// What protects the mail, if anything does; sealed before signed, when it is both.
pub fn protection(parts: &[Part<'_>], text: &str) -> Option<Protection> {
    let found = parts.iter().filter_map(of_part).max_by_key(|protection| match protection {
        Protection::RightsManaged => 4,
        Protection::SmimeEncrypted => 3,
        Protection::PgpEncrypted => 2,
        Protection::SmimeSigned => 1,
        Protection::PgpSigned => 0,
    });
    found.or_else(|| inline_pgp(text))
}

fn of_part(part: &Part<'_>) -> Option<Protection> {
    let parameter = |name: &str| {
        let content = part.fields.content("content-type")?;
        content.attribute(name).map(|value| value.to_ascii_lowercase())
    };
    let protocol = |words: &str| parameter("protocol").is_some_and(|protocol| protocol.contains(words));
    match part.mime.as_str() {
        "multipart/signed" if protocol("pgp") => Some(Protection::PgpSigned),
        "multipart/signed" => Some(Protection::SmimeSigned),
        "multipart/encrypted" => Some(Protection::PgpEncrypted),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            match parameter("smime-type").as_deref() {
                Some(kind) if kind.starts_with("signed") => Some(Protection::SmimeSigned),
                // Certificates that somebody sends; nothing is signed with them.
                Some("certs-only") => None,
                _ => Some(Protection::SmimeEncrypted),
            }
        }
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => Some(Protection::SmimeSigned),
        "application/pgp-encrypted" => Some(Protection::PgpEncrypted),
        "application/pgp-signature" => Some(Protection::PgpSigned),
        "application/x-microsoft-rpmsg-message" => Some(Protection::RightsManaged),
        _ => {
            let name = part.name.as_deref().unwrap_or_default().to_ascii_lowercase();
            match name.rsplit('.').next() {
                Some("rpmsg") => Some(Protection::RightsManaged),
                Some("p7m") => Some(Protection::SmimeEncrypted),
                Some("p7s") => Some(Protection::SmimeSigned),
                _ => None,
            }
        }
    }
}

/// Armour in the text itself, as old PGP programs write it: it must begin a line near the top.
fn inline_pgp(text: &str) -> Option<Protection> {
    text.lines().take(50).find_map(|line| match line.trim_end() {
        "-----BEGIN PGP MESSAGE-----" => Some(Protection::PgpEncrypted),
        "-----BEGIN PGP SIGNED MESSAGE-----" => Some(Protection::PgpSigned),
        _ => None,
    })
}
