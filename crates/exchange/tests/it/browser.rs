//! A person at a browser, as far as signing in needs one: keeps cookies, fills in forms, follows redirects.

use reqwest::header::LOCATION;
use url::Url;

/// Who signs in, and what they do with the consent page.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub upn: &'a str,
    pub password: &'a str,
    /// Permissions whose tick is taken away.
    pub untick: &'a [&'a str],
    /// Presses Cancel where it can.
    pub declines: bool,
}

/// Walks from `start` until Microsoft sends the browser back to `home`; answers the address it was sent to.
pub async fn walk(start: &Url, home: &Url, person: Person<'_>) -> Url {
    let http = reqwest::Client::builder()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut request = http.get(start.clone());
    let mut at = start.clone();
    for _ in 0..12 {
        let response = request.send().await.unwrap();
        if let Some(location) = response.headers().get(LOCATION) {
            at = at.join(location.to_str().unwrap()).unwrap();
            if at.as_str().starts_with(home.as_str()) {
                return at;
            }
            request = http.get(at.clone());
            continue;
        }
        let status = response.status();
        let page = response.text().await.unwrap();
        let form =
            choose(&forms(&page), person).unwrap_or_else(|| panic!("{status} {at}: no form on\n{page}"));
        at = at.join(&form.action).unwrap();
        let fields = form.filled(person);
        request = if form.post {
            http.post(at.clone()).form(&fields)
        } else {
            at.query_pairs_mut().extend_pairs(&fields);
            http.get(at.clone())
        };
    }
    panic!("the sign-in does not end: {at}");
}

#[derive(Clone, Default)]
struct Form {
    action: String,
    post: bool,
    fields: Vec<Field>,
}

#[derive(Clone)]
struct Field {
    name: String,
    kind: String,
    value: String,
    checked: bool,
}

impl Form {
    fn has(&self, kind: &str) -> bool {
        self.fields.iter().any(|field| field.kind == kind)
    }

    fn filled(&self, person: Person<'_>) -> Vec<(String, String)> {
        let mut filled = Vec::new();
        for field in &self.fields {
            let value = match field.kind.as_str() {
                "email" | "text" => person.upn,
                "password" => person.password,
                "checkbox" if !field.checked => continue,
                "checkbox" if person.untick.iter().any(|scope| field.value.eq_ignore_ascii_case(scope)) => {
                    continue;
                }
                "submit" => continue,
                _ => &field.value,
            };
            filled.push((field.name.clone(), value.to_owned()));
        }
        let mut buttons: Vec<&Field> = self.fields.iter().filter(|field| field.kind == "submit").collect();
        buttons.retain(|button| {
            !button.name.is_empty() && refuses(&button.value) == (person.declines && self.can_refuse())
        });
        if let Some(button) = buttons.iter().find(|button| button.value == person.upn).or(buttons.first()) {
            filled.push((button.name.clone(), button.value.clone()));
        }
        filled
    }

    /// The consent page; the sign-in page has a way out as well, which nobody means by declining.
    fn can_refuse(&self) -> bool {
        !self.has("password")
            && self.fields.iter().any(|field| field.kind == "submit" && refuses(&field.value))
    }
}

fn refuses(value: &str) -> bool {
    ["cancel", "decline", "deny", "no"].contains(&value.to_lowercase().as_str())
}

/// The account picker's form for this person, else the one that asks for something, else the first.
fn choose(forms: &[Form], person: Person<'_>) -> Option<Form> {
    let of_person =
        |form: &&Form| form.fields.iter().any(|field| field.value.eq_ignore_ascii_case(person.upn));
    let asks = |form: &&Form| form.has("password") || form.has("email") || form.has("text");
    forms.iter().find(of_person).or_else(|| forms.iter().find(asks)).or(forms.first()).cloned()
}

fn forms(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for piece in page.split("<form").skip(1) {
        let piece = piece.split("</form").next().unwrap();
        let mut form = Form {
            action: attribute(piece, "action").unwrap_or_default(),
            post: attribute(piece, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
        };
        for tag in ["<input", "<button"] {
            for field in piece.split(tag).skip(1) {
                let default = if tag == "<input" { "text" } else { "submit" };
                form.fields.push(Field {
                    name: attribute(field, "name").unwrap_or_default(),
                    kind: attribute(field, "type").unwrap_or_else(|| default.to_owned()),
                    value: attribute(field, "value").unwrap_or_default(),
                    checked: field
                        .split('>')
                        .next()
                        .unwrap()
                        .split_whitespace()
                        .any(|word| word.starts_with("checked")),
                });
            }
        }
        form.fields.retain(|field| !field.name.is_empty());
        forms.push(form);
    }
    forms
}

/// An attribute of the tag that `text` begins inside of.
fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = text.split('>').next()?;
    let value =
        tag.split(&format!(" {name}=\"")).nth(1).or_else(|| tag.split(&format!("\n{name}=\"")).nth(1))?;
    Some(
        value
            .split('"')
            .next()?
            .replace("&#38;", "&")
            .replace("&amp;", "&")
            .replace("&#34;", "\"")
            .replace("&#39;", "'"),
    )
}
