//! A browser for the sign-in pages.

use crate::town::Town;

/// What a browser does: cookies, forms, redirects.
pub struct Browser {
    pub town: Town,
    cookie: String,
    language: &'static str,
}

impl Browser {
    pub fn new(town: Town) -> Self {
        Self { town, cookie: String::new(), language: "" }
    }

    pub fn speaking(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    pub async fn open(&mut self, extra: &[(&str, &str)]) -> String {
        let url = self.town.authorize_url(extra);
        self.visit(&url).await
    }

    pub async fn visit(&mut self, url: &str) -> String {
        let answer = self
            .town
            .http
            .get(url)
            .header("Cookie", &self.cookie)
            .header("Accept-Language", self.language)
            .send()
            .await
            .unwrap();
        self.take(answer).await
    }

    async fn take(&mut self, answer: reqwest::Response) -> String {
        if let Some(cookie) = answer.headers().get("set-cookie") {
            cookie.to_str().unwrap().split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        match answer.headers().get("location") {
            Some(location) => location.to_str().unwrap().to_owned(),
            None => answer.text().await.unwrap(),
        }
    }

    pub async fn submit(&mut self, page: &str, form: &[(&str, &str)]) -> String {
        let flow = page.split("name=\"flow\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut form = form.to_vec();
        form.push(("flow", flow));
        let url = format!("{}/organizations/signin", self.town.base);
        let answer =
            self.town.http.post(url).header("Cookie", &self.cookie).form(&form).send().await.unwrap();
        self.take(answer).await
    }
}
