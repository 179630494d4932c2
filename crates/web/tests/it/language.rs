//! Two languages, one set of texts.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::header;
use fluent::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use crate::desk::{ADMIN, Desk, request};

fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = format!("{}/../../locales/{language}/web.ftl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let resource = FluentResource::try_new(text).map_err(|(_, errors)| errors).unwrap();
    let mut found = BTreeMap::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            collect(message.value.as_ref().unwrap(), &mut variables);
            assert!(
                found.insert(message.id.name.to_owned(), variables).is_none(),
                "{language}: {} twice",
                message.id.name
            );
        }
    }
    found
}

fn collect(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                variants.iter().for_each(|variant| collect(&variant.value, variables));
                selector
            }
        };
        if let InlineExpression::VariableReference { id } = inline {
            variables.insert(id.name.to_owned());
        }
    }
}

/// English is checked when the program is built; a key or variable that Japanese lacks would only be seen by the reader.
#[test]
fn both_languages_have_the_same_texts_with_the_same_variables() {
    let (english, japanese) = (messages("en"), messages("ja"));
    let keys = |texts: &BTreeMap<String, BTreeSet<String>>| texts.keys().cloned().collect::<BTreeSet<_>>();
    let (en, ja) = (keys(&english), keys(&japanese));
    assert!(en == ja, "only English: {:?}, only Japanese: {:?}", en.difference(&ja), ja.difference(&en));
    for (key, variables) in &english {
        assert_eq!(variables, &japanese[key], "{key}");
    }
    assert!(english.len() > 300);
}

#[tokio::test]
async fn the_language_follows_the_browser_until_somebody_chooses() {
    let desk = Desk::new().await;
    let ask = async |path: &str, cookie: &str, accept: &str| {
        let request = request("GET", path, cookie).header(header::ACCEPT_LANGUAGE, accept);
        desk.send(request.body(Body::empty()).unwrap()).await
    };
    let english = ask("/sign-in", "", "en-GB").await;
    assert!(english.text().contains("<html lang=\"en\">") && english.text().contains("Sign in to Postdesk"));
    let japanese = ask("/sign-in", "", "ja,en;q=0.5").await;
    assert!(
        japanese.text().contains("<html lang=\"ja\">") && japanese.text().contains("Postdesk にサインイン")
    );
    let chosen = ask("/sign-in?lang=ja", "", "en-GB").await;
    assert!(chosen.text().contains("<html lang=\"ja\">"));
    assert!(chosen.header("set-cookie").starts_with("lang=ja;"));
    assert!(ask("/sign-in", "lang=ja", "en-GB").await.text().contains("<html lang=\"ja\">"));
}

#[tokio::test]
async fn a_person_keeps_the_chosen_language_in_every_browser() {
    let desk = Desk::new().await;
    let session = desk.signed_in(ADMIN).await;
    desk.get("/tickets?lang=ja", &session).await;
    let elsewhere = desk.signed_in(ADMIN).await;
    assert!(desk.get("/tickets", &elsewhere).await.text().contains("<html lang=\"ja\">"));
}
