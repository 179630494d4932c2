//! Style sheet, scripts and pictures of our own, built into the binary.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use crate::app::App;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// `/static/...`: no session, no language.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/static/{*path}", get(asset))
        .route("/favicon.ico", get(|headers: HeaderMap| asset(Path("icon.svg".to_owned()), headers)))
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Static::get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let fixed = [
        (header::CONTENT_TYPE, content_type(&path).to_owned()),
        (header::ETAG, tag.clone()),
        // Asked for anew each time and answered by 304: a new version is seen at once, without names that change.
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    (fixed, file.data).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use sha2::{Digest, Sha256};

    /// Somebody else's code runs in every agent's browser: it must be exactly what its authors published
    /// (npm htmx.org 4.0.1, `dist/htmx.min.js` and `dist/ext/hx-sse.min.js`).
    #[test]
    fn vendored_scripts_are_what_their_authors_published() {
        let published = [
            ("vendor/htmx.min.js", "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"),
            ("vendor/hx-sse.min.js", "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103"),
        ];
        for (path, sum) in published {
            let file = Static::get(path).unwrap();
            assert_eq!(hex::encode(Sha256::digest(&file.data)), sum, "{path}");
        }
        assert!(Static::get("vendor/LICENSE").is_some());
    }
}
