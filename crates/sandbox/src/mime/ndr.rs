//! The report Exchange sends into the sender's Inbox when a mail could not be delivered (graph.md 7.3).

use bytes::Bytes;
use jiff::Timestamp;

use crate::world::ids;

/// What an NDR speaks of.
pub struct Failure<'a> {
    /// Who sent the mail.
    pub sender: &'a str,
    /// Who could not be reached.
    pub recipient: &'a str,
    /// Domain of the sender's tenant.
    pub domain: &'a str,
    /// Message-ID of the mail.
    pub message_id: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Enhanced status, e.g. `5.1.10`.
    pub status: &'a str,
    /// The remote server's words.
    pub diagnostic: &'a str,
}

/// Builds the report; `original` is the whole mail, of which only the headers go along.
pub fn report(failure: &Failure<'_>, original: &[u8], now: Timestamp) -> Bytes {
    let Failure { sender, recipient, domain, message_id, subject, status, diagnostic } = failure;
    let date = mail_builder::headers::date::Date::new(now.as_second()).to_rfc822();
    let boundary = format!("_{}_", ids::guid());
    let own_id = ids::internet_message_id();
    let end = original.windows(4).position(|w| w == b"\r\n\r\n").map_or(original.len(), |p| p + 2);
    let mut out = format!(
        "From: Microsoft Outlook\r\n <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{domain}>\r\n\
         To: <{sender}>\r\n\
         Date: {date}\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n\
         X-MS-Exchange-Message-Is-Ndr:\r\n\
         Content-Language: en-US\r\n\
         Message-ID: {own_id}\r\n\
         In-Reply-To: {message_id}\r\n\
         References: {message_id}\r\n\
         Subject: Undeliverable: {subject}\r\n\
         Auto-Submitted: auto-replied\r\n\
         X-MS-Exchange-Organization-AuthAs: Internal\r\n\
         X-MS-Exchange-Organization-SCL: -1\r\n\
         MIME-Version: 1.0\r\n\r\n\
         --{boundary}\r\n\
         Content-Type: text/html; charset=\"us-ascii\"\r\n\r\n\
         <html><body><p><b>Your message to <a href=\"mailto:{recipient}\">{recipient}</a> couldn't be delivered.</b></p>\r\n\
         <p>{diagnostic}</p></body></html>\r\n\
         --{boundary}\r\n\
         Content-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns;TY0PR01MB0001.jpnprd01.prod.outlook.com\r\n\
         Received-From-MTA: dns;TY0PR01MB0001.jpnprd01.prod.outlook.com\r\n\
         Arrival-Date: {date}\r\n\r\n\
         Final-Recipient: rfc822;{recipient}\r\n\
         Action: failed\r\n\
         Status: {status}\r\n\
         Diagnostic-Code: smtp;{diagnostic}\r\n\r\n\
         --{boundary}\r\n\
         Content-Type: message/rfc822\r\n\r\n",
        subject = encoded(subject),
    )
    .into_bytes();
    out.extend_from_slice(&original[..end.min(original.len())]);
    out.extend_from_slice(format!("\r\n\r\n--{boundary}--\r\n").as_bytes());
    out.into()
}

fn encoded(subject: &str) -> String {
    use base64::Engine as _;
    if subject.is_ascii() {
        return subject.replace(['\r', '\n'], " ");
    }
    let chunks: Vec<String> = subject
        .chars()
        .collect::<Vec<_>>()
        .chunks(12)
        .map(|c| {
            let part: String = c.iter().collect();
            format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(part))
        })
        .collect();
    chunks.join("\r\n ")
}
