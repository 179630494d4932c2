//! The people of the desk, over the wire.

use axum::body::Body;
use axum::http::{StatusCode, header};
use desk::Role;
use mail::Address;

use crate::desk::{ADMIN, AGENT, Answered, Desk, PASSWORD, request};

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before} in {text}")) + before.len();
    &text[start..start + text[start..].find(after).unwrap()]
}

/// The path of the link that the page shows.
fn link(page: &str) -> String {
    let url = between(page, "id=\"the-link\" value=\"", "\"");
    url.strip_prefix("http://desk.test").unwrap_or(url).to_owned()
}

async fn upload(desk: &Desk, session: &str, fields: &[(&str, &str)]) -> Answered {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "file" { "; filename=\"people.csv\"" } else { "" };
        body.push_str(&format!(
            "--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--x--\r\n");
    let request = request("POST", "/admin/people/import", session)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin");
    desk.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn an_invited_agent_comes_in_by_the_link_that_was_handed_over() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let form = "name=Kim+Park&email=kim%40desk.test&role=agent&language=ja";
    let page = desk.post("/admin/people/team/invite", &admin, form).await;
    assert_eq!(page.status, StatusCode::OK, "no mail can go, so the link is shown: {}", page.text());
    assert!(
        page.text().contains("postdesk admin reset-password kim@desk.test"),
        "and the command that helps"
    );
    let link = link(&page.text());
    assert!(desk.get("/admin/people/team", &admin).await.text().contains("Invited"));
    let opened = desk.get(&link, "").await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.text().contains("kim@desk.test"));
    let differ = desk.post(&link, "", "password=one+long+password&again=other+password").await;
    assert!(differ.text().contains("The two passwords are not the same."));
    let short = desk.post(&link, "", "password=short&again=short").await;
    assert!(short.text().contains("At least 10 characters."));
    let chosen = desk.post(&link, "", "password=one+long+password&again=one+long+password").await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.text());
    let kim = chosen.session().expect("signed in at once");
    assert_eq!(desk.get("/tickets", &kim).await.status, StatusCode::OK);
    let again = desk.get(&link, "").await;
    assert_eq!(again.status, StatusCode::GONE);
    assert!(again.text().contains("This link cannot be used"));
}

#[tokio::test]
async fn a_refused_invitation_says_who_has_the_address_and_keeps_what_was_typed() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let form = "name=Kim&email=ben%40desk.test&role=admin&language=en";
    let page = desk.post("/admin/people/team/invite", &admin, form).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text().contains("Ben Agent") && page.text().contains("value=\"Kim\""), "{}", page.text());
}

#[tokio::test]
async fn who_is_deactivated_is_out_with_the_next_click() {
    let desk = Desk::new().await;
    let (admin, ben) = (desk.signed_in(ADMIN).await, desk.signed_in(AGENT).await);
    assert_eq!(desk.get("/tickets", &ben).await.status, StatusCode::OK);
    let id = desk.store.login(&Address::parse(AGENT).unwrap()).await.unwrap().unwrap().person.id;
    desk.post(&format!("/admin/people/team/{id}/deactivate"), &admin, "").await;
    assert_eq!(desk.get("/tickets", &ben).await.status, StatusCode::SEE_OTHER, "led to the sign-in page");
    let form = format!("email=ben%40desk.test&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(desk.post("/sign-in", "", &form).await.status, StatusCode::UNAUTHORIZED);
    let me = desk.store.login(&Address::parse(ADMIN).unwrap()).await.unwrap().unwrap().person.id;
    let owner = desk.post(&format!("/admin/people/team/{me}/deactivate"), &admin, "").await;
    assert_eq!(owner.status, StatusCode::CONFLICT);
    assert!(owner.text().contains("The owner can be neither deactivated"), "{}", owner.text());
}

/// The page must not tell who works here.
#[tokio::test]
async fn a_forgotten_password_is_answered_with_the_same_page_for_everybody() {
    let desk = Desk::new().await;
    let known = desk.post("/forgot-password", "", "email=ben%40desk.test").await;
    let unknown = desk.post("/forgot-password", "", "email=zoe%40desk.test").await;
    assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(known.text().replace("ben@", "zoe@"), unknown.text());
    assert_eq!(known.headers.get("set-cookie"), unknown.headers.get("set-cookie"));
}

#[tokio::test]
async fn a_file_of_people_is_shown_before_anything_is_saved() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let csv = "name,email\n佐藤 <b>,sato@example.jp\nBen,ben@desk.test\n,broken\n";
    let shown = upload(&desk, &admin, &[("file", csv)]).await;
    let page = shown.text();
    assert_eq!(shown.status, StatusCode::OK, "{page}");
    assert!(page.contains("1 new, 1 known already, 1 refused"), "{page}");
    assert!(page.contains("This is not an email address.") && page.contains("as Ben Agent"), "{page}");
    assert!(!page.contains("<b>"), "names are text");
    assert!(!desk.get("/admin/people/end-users", &admin).await.text().contains("sato@example.jp"));
    let digest = between(&page, "name=\"digest\" value=\"", "\"").to_owned();
    let done = upload(&desk, &admin, &[("text", csv), ("digest", &digest)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let list = desk.get("/admin/people/end-users?q=SATO", &admin).await.text();
    assert!(list.contains("sato@example.jp") && list.contains("1 person"), "{list}");
    let wrong = upload(&desk, &admin, &[("file", "name,phone\na,b\n")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("no column is called email"));
}

#[tokio::test]
async fn an_end_user_is_made_renamed_and_found() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    desk.post("/admin/people/end-users/new", &admin, "name=Carl&email=carl%40example.org").await;
    let twice = desk.post("/admin/people/end-users/new", &admin, "name=C&email=carl%40example.org").await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text().contains("Carl, an end user"), "{}", twice.text());
    let carl =
        desk.store.person_by_address(&Address::parse("carl@example.org").unwrap()).await.unwrap().unwrap();
    assert_eq!(carl.role, Role::EndUser);
    let path = format!("/admin/people/end-users/{}", carl.id);
    assert_eq!(desk.get(&path, &admin).await.status, StatusCode::OK);
    desk.post(&path, &admin, "name=Carla&email=carla%40example.org").await;
    assert!(desk.get("/admin/people/end-users?q=carla%40", &admin).await.text().contains("Carla"));
}

#[tokio::test]
async fn an_api_token_is_shown_once_and_can_be_revoked() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let me = desk.store.login(&Address::parse(ADMIN).unwrap()).await.unwrap().unwrap().person.id;
    let made = desk.post("/admin/apps/api-tokens", &admin, &format!("name=Sync&person={me}")).await.text();
    let token = between(&made, "id=\"the-token\" value=\"", "\"").to_owned();
    assert!(desk.engine.api_actor(Some(ADMIN), &token).await.is_ok());
    let list = desk.get("/admin/apps/api-tokens", &admin).await.text();
    assert!(list.contains("Sync") && !list.contains(&token));
    let id = desk.store.api_tokens().await.unwrap()[0].id;
    desk.post(&format!("/admin/apps/api-tokens/{id}/revoke"), &admin, "").await;
    assert!(desk.engine.api_actor(Some(ADMIN), &token).await.is_err());
}
