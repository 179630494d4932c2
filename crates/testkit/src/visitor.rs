//! A visitor: opens pages, keeps cookies, fills in forms, as a browser without scripts would.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use reqwest::header;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// Somebody with a browser.
pub struct Visitor {
    http: reqwest::Client,
    /// `host:port` to cookies.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

/// What the visitor sees.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// HTML or other text.
    pub body: String,
}

/// A form of a page.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Absolute address.
    pub action: Option<Url>,
    /// POST?
    pub post: bool,
    /// Names and values as they stand: ticked boxes and chosen radios only.
    pub fields: Vec<(String, String)>,
    /// Names of all inputs with their type.
    pub inputs: Vec<(String, String)>,
    /// Buttons: name, value, text.
    pub buttons: Vec<(String, String, String)>,
}

impl Default for Visitor {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Visitor {
    /// With nothing in the browser yet; `extra_ca` are PEM certificates to be trusted.
    pub fn new(extra_ca: &[u8]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        for certificate in reqwest::Certificate::from_pem_bundle(extra_ca).unwrap_or_default() {
            builder = builder.add_root_certificate(certificate);
        }
        Self { http: builder.build().expect("an HTTP client"), cookies: BTreeMap::new() }
    }

    /// Opens an address and follows redirects; stops before an address that begins with `stop_at` and answers it instead.
    pub async fn open_until(&mut self, url: &str, stop_at: Option<&str>) -> anyhow::Result<Page> {
        let request = self.http.get(url);
        self.go(Url::parse(url)?, request, stop_at).await
    }

    /// Opens an address and follows redirects.
    pub async fn open(&mut self, url: &str) -> anyhow::Result<Page> {
        self.open_until(url, None).await
    }

    /// Sends a form with its values, `set` replaced or added, `unset` taken out.
    pub async fn submit(
        &mut self,
        page: &Page,
        form: &Form,
        set: &[(&str, &str)],
        unset: &[&str],
        stop_at: Option<&str>,
    ) -> anyhow::Result<Page> {
        let mut fields: Vec<(String, String)> = form
            .fields
            .iter()
            .filter(|(name, value)| {
                !set.iter().any(|(n, _)| n == name) && !unset.iter().any(|u| u == name || u == value)
            })
            .cloned()
            .collect();
        fields.extend(set.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let mut action = form.action.clone().unwrap_or_else(|| page.url.clone());
        if !form.post {
            action.query_pairs_mut().clear().extend_pairs(&fields);
            return self.open_until(action.as_str(), stop_at).await;
        }
        let request = self
            .http
            .post(action.clone())
            .header(header::ORIGIN, page.url.origin().ascii_serialization())
            .form(&fields);
        self.go(action, request, stop_at).await
    }

    /// The same for a form that is sent as multipart (it could carry files; the visitor attaches none).
    pub async fn submit_multipart(
        &mut self,
        page: &Page,
        form: &Form,
        set: &[(&str, &str)],
    ) -> anyhow::Result<Page> {
        let boundary = "----visitor-form-boundary-7c1d";
        let mut body = String::new();
        let kept = form.fields.iter().filter(|(name, _)| !set.iter().any(|(n, _)| n == name));
        let all = kept.map(|(n, v)| (n.as_str(), v.as_str())).chain(set.iter().copied());
        for (name, value) in all {
            body.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!("--{boundary}--\r\n"));
        let action = form.action.clone().unwrap_or_else(|| page.url.clone());
        let request = self
            .http
            .post(action.clone())
            .header(header::ORIGIN, page.url.origin().ascii_serialization())
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .body(body);
        self.go(action, request, None).await
    }

    async fn go(
        &mut self,
        mut url: Url,
        mut request: reqwest::RequestBuilder,
        stop_at: Option<&str>,
    ) -> anyhow::Result<Page> {
        for _ in 0..15 {
            if let Some(cookies) = self.cookies.get(&site(&url)) {
                let line: Vec<String> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
                request = request.header(header::COOKIE, line.join("; "));
            }
            let response = request.send().await.with_context(|| format!("no answer from {url}"))?;
            self.remember(&url, response.headers());
            let status = response.status();
            if status.is_redirection() {
                let location = response
                    .headers()
                    .get(header::LOCATION)
                    .context("redirect without Location")?
                    .to_str()?;
                url = url.join(location)?;
                if stop_at.is_some_and(|prefix| url.as_str().starts_with(prefix)) {
                    return Ok(Page { url, status: status.as_u16(), body: String::new() });
                }
                request = self.http.get(url.clone());
                continue;
            }
            return Ok(Page { url, status: status.as_u16(), body: response.text().await? });
        }
        bail!("too many redirects, last to {url}")
    }

    fn remember(&mut self, url: &Url, headers: &header::HeaderMap) {
        let jar = self.cookies.entry(site(url)).or_default();
        for value in headers.get_all(header::SET_COOKIE) {
            let Some((name, rest)) = value.to_str().ok().and_then(|v| v.split_once('=')) else { continue };
            let value = rest.split(';').next().unwrap_or_default();
            if rest.contains("Max-Age=0") || value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn site(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

impl Page {
    /// True when the text stands on the page.
    pub fn shows(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// Where the link with this id goes.
    pub fn link(&self, id: &str) -> anyhow::Result<String> {
        let document = Html::parse_document(&self.body);
        let link = document.select(&selector(&format!("a#{id}"))).next();
        let href = link
            .and_then(|a| a.value().attr("href"))
            .with_context(|| format!("no link {id:?} on {}:\n{}", self.url, self.body))?;
        Ok(self.url.join(href)?.to_string())
    }

    /// All forms, in order.
    pub fn forms(&self) -> Vec<Form> {
        let document = Html::parse_document(&self.body);
        let mut forms = Vec::new();
        for element in document.select(&selector("form")) {
            forms.push(self.form(element));
        }
        forms
    }

    /// The first form that has an input of this name.
    pub fn form_with(&self, input: &str) -> anyhow::Result<Form> {
        self.forms()
            .into_iter()
            .find(|f| f.inputs.iter().any(|(name, _)| name == input))
            .with_context(|| format!("no form with {input:?} on {}:\n{}", self.url, self.body))
    }

    /// The first form whose action contains this.
    pub fn form_to(&self, action: &str) -> anyhow::Result<Form> {
        self.forms()
            .into_iter()
            .find(|f| f.action.as_ref().is_some_and(|a| a.as_str().contains(action)))
            .with_context(|| format!("no form to {action:?} on {}:\n{}", self.url, self.body))
    }

    fn form(&self, element: ElementRef<'_>) -> Form {
        let attr = |e: &ElementRef<'_>, name: &str| e.value().attr(name).unwrap_or_default().to_owned();
        let mut form = Form {
            action: self.url.join(element.value().attr("action").unwrap_or("")).ok(),
            post: attr(&element, "method").eq_ignore_ascii_case("post"),
            ..Form::default()
        };
        for input in element.select(&selector("input, textarea, select, button")) {
            let (name, value, kind) =
                (attr(&input, "name"), attr(&input, "value"), attr(&input, "type").to_lowercase());
            let tag = input.value().name();
            if tag == "button" || kind == "submit" {
                form.buttons.push((name, value, input.text().collect::<String>().trim().to_owned()));
                continue;
            }
            form.inputs.push((name.clone(), kind.clone()));
            let checked = input.value().attr("checked").is_some();
            match tag {
                "select" => {
                    let options = selector("option");
                    let chosen = input.select(&options).find(|o| o.value().attr("selected").is_some());
                    if let Some(option) = chosen.or_else(|| input.select(&options).next()) {
                        form.fields.push((name, attr(&option, "value")));
                    }
                }
                "textarea" => form.fields.push((name, input.text().collect())),
                _ if kind == "file" => {}
                _ if (kind == "checkbox" || kind == "radio") && !checked => {}
                _ if kind == "checkbox" && value.is_empty() => form.fields.push((name, "on".to_owned())),
                _ => form.fields.push((name, value)),
            }
        }
        form
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector of ours")
}
