//! Files of comments. They come from strangers: never shown as a page, only saved, or as a picture inside a mail.

use axum::extract::{Path, State};
use axum::http::header;
use axum::http::header::HeaderName;
use axum::response::IntoResponse;
use desk::AttachmentId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::App;
use crate::failure::Failure;
use crate::page::Answer;
use crate::reader::Reader;

/// Should a file be opened as a page after all, it is nobody's page.
const NOBODY: &str = "default-src 'none'; sandbox";

/// RFC 8187: what may stand unescaped.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

pub(crate) async fn download(State(app): State<App>, reader: Reader, Path(id): Path<AttachmentId>) -> Answer {
    let (file, content) = app.engine.attachment(&reader.actor()?, id).await?;
    Ok((stored_download(&file.file.name, &content), content).into_response())
}

pub(crate) async fn inline(State(app): State<App>, reader: Reader, Path(id): Path<AttachmentId>) -> Answer {
    let (_, content) = app.engine.attachment(&reader.actor()?, id).await?;
    picture(content)
}

/// A picture to be shown inside a mail, by what it is; whatever else it may be is not shown.
pub(crate) fn picture(content: axum::body::Bytes) -> Answer {
    // What it says it is does not count.
    let Some(kind) = mail::inspect::picture(&content) else {
        return Err(Failure::Engine(engine::Error::NotFound));
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, NOBODY),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    Ok((headers, content).into_response())
}

/// Headers of a file that somebody sent, to be saved. Its type is told by its content: what its sender says it is does not count.
pub(crate) fn stored_download(name: &str, content: &[u8]) -> [(HeaderName, String); 3] {
    named_download(name, mail::inspect::kind(content).unwrap_or("application/octet-stream"))
}

/// Headers of a file to be saved. Its type is told only where it cannot be rendered.
pub(crate) fn named_download(name: &str, claimed: &str) -> [(HeaderName, String); 3] {
    let harmless = claimed.is_ascii()
        && !claimed.contains(|c: char| c.is_ascii_control())
        && !["html", "xml", "svg", "script"].iter().any(|word| claimed.to_ascii_lowercase().contains(word));
    let content_type = if harmless && claimed.contains('/') { claimed } else { "application/octet-stream" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\/;%".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(name, ATTRIBUTE);
    [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"),
        ),
        (header::CONTENT_SECURITY_POLICY, NOBODY.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_has_its_name_and_no_power() {
        let [content_type, disposition, policy] = named_download("請求書 \"1\"\r\n.html", "text/html");
        assert_eq!(content_type.1, "application/octet-stream");
        assert_eq!(
            disposition.1,
            "attachment; filename=\"___ _1___.html\"; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8%20%221%22%0D%0A.html"
        );
        assert_eq!(policy.1, NOBODY);
        for (name, content, kind) in [
            ("a.pdf", &b"%PDF-1.7"[..], "application/pdf"),
            ("a.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "application/octet-stream"),
            (
                "a.png",
                b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
                "application/octet-stream",
            ),
            ("a.html", b"alert(1)", "application/octet-stream"),
        ] {
            let [content_type, disposition, policy] = stored_download(name, content);
            assert_eq!(content_type.1, kind, "{name}");
            assert!(disposition.1.starts_with("attachment;") && policy.1.contains("sandbox"), "{name}");
        }
        assert_eq!(named_download("a.pdf", "application/pdf")[0].1, "application/pdf");
        assert_eq!(named_download("a.svg", "image/svg+xml")[0].1, "application/octet-stream");
        assert_eq!(named_download("a", "x\r\ny: z/")[0].1, "application/octet-stream");
    }
}
