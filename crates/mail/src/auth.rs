//! What Exchange Online found out about the sender.

use crate::header::Fields;
use crate::letter::AuthVerdict;

/// The verdict on the sender: the same organisation, or what the topmost `Authentication-Results` says. Lower ones
/// came with the mail and may be forged; Exchange strips `X-MS-Exchange-Organization-*` from mail from outside.
pub fn verdict(fields: &Fields<'_>) -> AuthVerdict {
    let auth_as = fields.text("x-ms-exchange-organization-authas").unwrap_or_default();
    if auth_as.trim().eq_ignore_ascii_case("internal") {
        return AuthVerdict::Pass;
    }
    let results = fields.text("authentication-results").unwrap_or_default().to_ascii_lowercase();
    let mut verdict = AuthVerdict::Unknown;
    for clause in without_comments(&results).split(';') {
        match clause.split_whitespace().next() {
            Some("dmarc=pass" | "compauth=pass") => return AuthVerdict::Pass,
            Some("dmarc=fail" | "compauth=fail") => verdict = AuthVerdict::Fail,
            _ => {}
        }
    }
    verdict
}

/// Comments and quoted text may hold what the sender wrote: `;dmarc=pass` inside them counts for nothing.
fn without_comments(text: &str) -> String {
    let (mut depth, mut quoted) = (0usize, false);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 && !quoted => out.push(c),
            _ => {}
        }
    }
    out
}
