//! The "pretend Outlook": a small mail page under `/outlook/` to look into every mailbox, to write as any outside
//! customer and to reply as one ("Faults and switches" is a page of its own: `switchboard`). It holds no state and no secrets: it does everything
//! through the control API that docs/sandbox.md describes, in the reader's browser.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Redirect;
use axum::routing::get;

/// Mail is shown in a sandboxed frame that inherits this policy: it may be styled, but runs nothing and loads nothing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// The page's files, as they lie in `crates/sandbox/outlook/`.
const FILES: &[(&str, &str, &str)] = &[
    ("/outlook/", HTML, include_str!("../outlook/index.html")),
    ("/outlook/outlook.css", CSS, include_str!("../outlook/outlook.css")),
    ("/outlook/outlook.js", JAVASCRIPT, include_str!("../outlook/outlook.js")),
    ("/outlook/compose.js", JAVASCRIPT, include_str!("../outlook/compose.js")),
    ("/outlook/poison.js", JAVASCRIPT, include_str!("../outlook/poison.js")),
    ("/outlook/faults.css", CSS, include_str!("../outlook/faults.css")),
    ("/outlook/mime.js", JAVASCRIPT, include_str!("../outlook/mime.js")),
    ("/outlook/shared.js", JAVASCRIPT, include_str!("../outlook/shared.js")),
    ("/outlook/en.json", JSON, include_str!("../outlook/en.json")),
    ("/outlook/ja.json", JSON, include_str!("../outlook/ja.json")),
];

/// The routes of the page; merge them beside the control API.
pub fn router() -> Router {
    let mut router = Router::new().route("/outlook", get(async || Redirect::permanent("/outlook/")));
    for (path, kind, content) in FILES {
        router = router.route(path, get(async move || (headers(kind), *content)));
    }
    router
}

fn headers(kind: &'static str) -> [(HeaderName, &'static str); 4] {
    [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
    ]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use super::FILES;

    fn texts(path: &str) -> BTreeSet<String> {
        let file = FILES.iter().find(|(at, _, _)| *at == path).unwrap().2;
        let texts: serde_json::Map<String, serde_json::Value> = serde_json::from_str(file).unwrap();
        texts.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        assert_eq!(texts("/outlook/en.json"), texts("/outlook/ja.json"));
    }

    #[test]
    fn the_page_names_only_texts_that_exist() {
        let known = texts("/outlook/en.json");
        for (path, kind, content) in FILES {
            if *kind == super::HTML {
                for named in content.split("data-text=\"").skip(1) {
                    let key = named.split('"').next().unwrap();
                    assert!(known.contains(key), "{path}: {key}");
                }
            }
            if *kind == super::JAVASCRIPT {
                for named in content.split(" t(\"").skip(1) {
                    let key = named.split('"').next().unwrap();
                    assert!(known.contains(key), "{path}: {key}");
                }
            }
        }
    }

    #[test]
    fn the_page_needs_no_inline_script() {
        let page = FILES[0].2;
        assert!(!page.contains("onclick=") && !page.contains("<script>"));
    }
}
