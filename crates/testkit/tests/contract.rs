//! The sandbox against Microsoft's published contract: a client that is not ours walks a representative set of requests,
//! then every request and answer of the log is held against the OpenAPI description.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::Query;
use axum::routing::post;
use base64::Engine as _;
use sandbox::{App, Config, Sandbox};
use serde_json::{Value, json};
use testkit::{Microsoft, Visitor, contract};

const ME: &str = "support@hanamizuki.example";
const CLIENT: &str = "0f6a4c8e-2b1d-4e5f-8a9b-1c2d3e4f5a6b";
const SECRET: &str = "contract~secret.42";
const BACK: &str = "http://localhost:4712/back";
const IMMUTABLE: (&str, &str) = ("prefer", "IdType=\"ImmutableId\"");

/// A client of Graph with nothing between it and the wire.
struct Client {
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Client {
    async fn sign_in(base: &str) -> Self {
        let scope = "openid profile offline_access User.Read Mail.ReadWrite Mail.Send";
        let departure = reqwest::Url::parse_with_params(
            &format!("{base}/organizations/oauth2/v2.0/authorize"),
            [
                ("client_id", CLIENT),
                ("response_type", "code"),
                ("redirect_uri", BACK),
                ("scope", scope),
                ("state", "s"),
                ("prompt", "select_account"),
            ],
        )
        .unwrap();
        let microsoft = Microsoft::at(base);
        let back = microsoft
            .sign_in(&mut Visitor::default(), departure.as_str(), ME, "hanamizuki", &[])
            .await
            .unwrap();
        let back = reqwest::Url::parse(&back).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let http = reqwest::Client::new();
        let form = [
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", BACK),
        ];
        let answer =
            http.post(format!("{base}/organizations/oauth2/v2.0/token")).form(&form).send().await.unwrap();
        let tokens: Value = answer.json().await.unwrap();
        let token = tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned();
        Self { base: base.to_owned(), http, token }
    }

    /// Calls Graph and insists on the status; answers the body as JSON, as text if it is none.
    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
        expected: u16,
    ) -> Value {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}/v1.0{path}", self.base) };
        let mut request = self.http.request(method.parse().unwrap(), &url).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match body {
            Some(Value::String(text)) => request.header("content-type", "text/plain").body(text),
            Some(body) => request.json(&body),
            None if method == "POST" => request.header("content-length", "0"),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert_eq!(status, expected, "{method} {url}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    async fn get(&self, path: &str) -> Value {
        self.call("GET", path, &[IMMUTABLE], None, 200).await
    }

    async fn post(&self, path: &str, body: Value, expected: u16) -> Value {
        self.call("POST", path, &[IMMUTABLE], Some(body), expected).await
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned()
}

async fn profile_and_folders(client: &Client) {
    client.get("/me").await;
    client.get("/me?$select=id,mail,userPrincipalName,displayName").await;
    client.get("/organization").await;
    client.get("/me/mailFolders").await;
    client.get("/me/mailFolders?$top=50&$select=displayName,totalItemCount").await;
    client.get("/me/mailFolders/sentitems").await;
    client.get("/me/mailFolders('Inbox')").await;
    let own = client.get("/me").await;
    client.get(&format!("/users/{}/mailFolders/inbox/messages?$top=2", id(&own))).await;
    client.get(&format!("/users/{ME}/messages?$top=2")).await;
}

async fn lists(client: &Client) -> Vec<String> {
    for path in [
        "/me/messages",
        "/me/messages?$top=3",
        "/me/mailFolders/inbox/messages?$top=5&$count=true",
        "/me/mailFolders/inbox/messages?$filter=isRead%20eq%20false&$top=5",
        "/me/mailFolders/inbox/messages?$filter=receivedDateTime%20ge%202020-01-01T00:00:00Z&$orderby=receivedDateTime%20desc&$top=5",
        "/me/mailFolders/inbox/messages?$select=id,subject,from,internetMessageHeaders&$top=20",
        "/me/messages?$expand=singleValueExtendedProperties($filter=id%20eq%20'Long%200x0E08')&$top=3",
        "/me/messages?%24skip=4&%24top=2",
    ] {
        client.get(path).await;
    }
    let mut ids = Vec::new();
    let mut next = Some("/me/mailFolders/inbox/messages?$top=40&$orderby=receivedDateTime%20desc".to_owned());
    while let Some(path) = next {
        let page = client.get(&path).await;
        ids.extend(page["value"].as_array().unwrap().iter().map(id));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert!(ids.len() >= 310, "{}", ids.len());
    ids
}

async fn messages(client: &Client, ids: &[String]) {
    for message in ids {
        let found = client.get(&format!("/me/messages/{message}")).await;
        if found["hasAttachments"] == true
            || found["body"]["content"].as_str().is_some_and(|html| html.contains("cid:"))
        {
            let attachments = client.get(&format!("/me/messages/{message}/attachments")).await;
            let attachment = id(&attachments["value"][0]);
            client.get(&format!("/me/messages/{message}/attachments/{attachment}")).await;
        }
    }
    let one = format!("/me/messages/{}", ids[3]);
    client.call("GET", &one, &[("prefer", "outlook.body-content-type=\"text\"")], None, 200).await;
    client.get(&format!("{one}?$select=subject,body,uniqueBody,internetMessageHeaders")).await;
    client.get(&format!("{one}?$expand=attachments")).await;
    client.get(&format!("{one}/$value")).await;
    client
        .call(
            "PATCH",
            &one,
            &[IMMUTABLE],
            Some(json!({ "isRead": true, "categories": ["Red category"] })),
            200,
        )
        .await;
    client
        .call(
            "PATCH",
            &one,
            &[IMMUTABLE],
            Some(json!({ "importance": "high", "flag": { "flagStatus": "flagged" } })),
            200,
        )
        .await;
    client.post(&format!("/me/messages/{}/move", ids[10]), json!({ "destinationId": "archive" }), 201).await;
    client
        .post(&format!("/me/messages/{}/copy", ids[11]), json!({ "DestinationId": "deleteditems" }), 201)
        .await;
    client.call("DELETE", &format!("/me/messages/{}", ids[12]), &[IMMUTABLE], None, 204).await;
}

async fn delta(client: &Client, microsoft: &Microsoft, touched: &str) {
    let mut page = client
        .call(
            "GET",
            "/me/mailFolders/inbox/messages/delta?$select=id,subject,isRead",
            &[IMMUTABLE, ("prefer", "odata.maxpagesize=100")],
            None,
            200,
        )
        .await;
    while let Some(next) = page["@odata.nextLink"].as_str() {
        page = client.get(next).await;
    }
    client
        .call(
            "PATCH",
            &format!("/me/messages/{touched}"),
            &[IMMUTABLE],
            Some(json!({ "isRead": false })),
            200,
        )
        .await;
    microsoft.customer_writes("somebody@elsewhere.example", ME, "One more", "Hello").await.unwrap();
    let gone = client.get("/me/mailFolders/inbox/messages?$top=30&$select=id").await;
    client.call("DELETE", &format!("/me/messages/{}", id(&gone["value"][20])), &[IMMUTABLE], None, 204).await;
    let changes = client.get(page["@odata.deltaLink"].as_str().unwrap()).await;
    let removed = changes["value"].as_array().unwrap().iter().any(|item| !item["@removed"].is_null());
    assert!(removed, "{changes}");
    client.get("/me/mailFolders('inbox')/messages/microsoft.graph.delta()?$top=5").await;
}

async fn sending(client: &Client, ids: &[String]) {
    let to = json!([{ "emailAddress": { "address": "carla@elsewhere.example", "name": "Carla" } }]);
    let draft = json!({
        "subject": "Draft", "body": { "contentType": "HTML", "content": "<p>Hello</p>" }, "toRecipients": to,
        "internetMessageHeaders": [{ "name": "X-Walk", "value": "yes" }],
    });
    let made = client.post("/me/messages", draft.clone(), 201).await;
    let path = format!("/me/messages/{}", id(&made));
    client
        .call("PATCH", &path, &[IMMUTABLE], Some(json!({ "subject": "Draft, second thoughts" })), 200)
        .await;
    let file = json!({ "@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentType": "text/plain", "contentBytes": "aGVsbG8=" });
    let file = client.post(&format!("{path}/attachments"), file, 201).await;
    client.get(&format!("{path}/attachments/{}/$value", id(&file))).await;
    let big = vec![7u8; 3_600_000];
    let item =
        json!({ "AttachmentItem": { "attachmentType": "file", "name": "big.bin", "size": big.len() } });
    let session = client.post(&format!("{path}/attachments/createUploadSession"), item, 201).await;
    let url = session["uploadUrl"].as_str().unwrap();
    for (from, to, status) in [(0, 2_000_000, 200), (2_000_000, big.len(), 201)] {
        let range = format!("bytes {from}-{}/{}", to - 1, big.len());
        let answer = client
            .http
            .put(url)
            .header("content-range", range)
            .body(big[from..to].to_vec())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status);
    }
    client.call("POST", &format!("{path}/send"), &[IMMUTABLE], None, 202).await;

    client.post("/me/sendMail", json!({ "message": draft.clone(), "saveToSentItems": true }), 202).await;
    client
        .post("/me/microsoft.graph.sendMail", json!({ "Message": draft, "SaveToSentItems": false }), 202)
        .await;
    let mime = "From: support@hanamizuki.example\r\nTo: carla@elsewhere.example\r\nSubject: MIME\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n";
    let mime = base64::engine::general_purpose::STANDARD.encode(mime);
    client.post("/me/sendMail", Value::String(mime), 202).await;

    let one = format!("/me/messages/{}", ids[5]);
    let reply = client.call("POST", &format!("{one}/createReply"), &[IMMUTABLE], None, 201).await;
    client
        .call(
            "PATCH",
            &format!("/me/messages/{}", id(&reply)),
            &[IMMUTABLE],
            Some(json!({ "body": { "contentType": "text", "content": "Thanks" } })),
            200,
        )
        .await;
    client
        .call("POST", &format!("/me/messages/{}/microsoft.graph.send", id(&reply)), &[IMMUTABLE], None, 202)
        .await;
    client.post(&format!("{one}/createReplyAll"), json!({ "comment": "To all" }), 201).await;
    client
        .post(&format!("{one}/createForward"), json!({ "comment": "See below", "toRecipients": to }), 201)
        .await;
    client.post(&format!("{one}/reply"), json!({ "comment": "Thank you" }), 202).await;
}

async fn batch(client: &Client, ids: &[String]) {
    let mut requests: Vec<Value> = ids[20..30]
        .iter()
        .enumerate()
        .map(|(i, message)| {
            json!({
                "id": i.to_string(), "method": "PATCH", "url": format!("/me/messages/{message}"), "body": { "isRead": true, "categories": ["Batch"] },
                "headers": { "Content-Type": "application/json", "Prefer": "IdType=\"ImmutableId\"" },
            })
        })
        .collect();
    requests.push(json!({ "id": "get", "method": "GET", "url": "/me/messages?$top=2" }));
    requests.push(json!({ "id": "wrong", "method": "GET", "url": "/me/nonsense" }));
    let answer = client.post("/$batch", json!({ "requests": requests }), 200).await;
    assert_eq!(answer["responses"].as_array().unwrap().len(), 12);
}

/// A subscription and a server of its own that proves the address.
async fn subscriptions(client: &Client) {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let hook = post(async |Query(query): Query<std::collections::HashMap<String, String>>| {
        query.get("validationToken").cloned().unwrap_or_default()
    });
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", hook)).await });
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
    let wanted = json!({ "changeType": "created", "notificationUrl": url, "resource": "me/mailFolders('inbox')/messages", "expirationDateTime": until, "clientState": "secret" });
    let made = client.post("/subscriptions", wanted, 201).await;
    let path = format!("/subscriptions/{}", id(&made));
    client.get("/subscriptions").await;
    client.get(&path).await;
    client.call("PATCH", &path, &[], Some(json!({ "expirationDateTime": until })), 200).await;
    client.call("DELETE", &path, &[], None, 204).await;
}

async fn refusals(client: &Client) {
    let wrong = "AAMkAGnothingAAA=";
    for (method, path, statuses) in [
        ("GET", "/me/nonsense", [400, 404]),
        ("GET", "/me/messages?$nonsense=1", [400, 400]),
        ("GET", "/me/messages?$select=nonsense", [400, 400]),
        ("GET", "/me/messages?$top=0", [400, 400]),
        ("GET", "/me/mailFolders/nonsense/messages", [400, 404]),
        ("GET", &format!("/me/messages/{wrong}"), [400, 404]),
        ("GET", "/me/outlook/masterCategories", [403, 403]),
        ("GET", "/me/mailboxSettings", [403, 403]),
        ("GET", "/users/daniel.brooks@hanamizuki.example/messages", [403, 404]),
        ("PUT", "/me/messages", [400, 405]),
    ] {
        let answer = client
            .http
            .request(method.parse().unwrap(), format!("{}/v1.0{path}", client.base))
            .bearer_auth(&client.token)
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        assert!(statuses.contains(&status), "{method} {path}: {status} {}", answer.text().await.unwrap());
    }
    client.post("/me/messages", json!({ "subject": "x", "nonsense": true }), 400).await;
    client
        .post(
            "/me/messages",
            json!({ "internetMessageHeaders": [{ "name": "Auto-Submitted", "value": "auto-replied" }] }),
            400,
        )
        .await;
    let nobody = client.http.get(format!("{}/v1.0/me", client.base)).send().await.unwrap();
    assert_eq!(nobody.status().as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sandbox_speaks_as_the_published_contract_does() {
    let Some(folder) = contract::folder() else { return };
    let app = App {
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
        redirect_uris: vec![BACK.to_owned()],
    };
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sandbox = Sandbox::start(Config { listen, tls: None, state: None, company: true, app: Some(app) })
        .await
        .unwrap();
    let microsoft = Microsoft::at(&sandbox.base());
    let client = Client::sign_in(&sandbox.base()).await;

    profile_and_folders(&client).await;
    let ids = lists(&client).await;
    messages(&client, &ids[..60]).await;
    delta(&client, &microsoft, &ids[4]).await;
    sending(&client, &ids).await;
    batch(&client, &ids).await;
    subscriptions(&client).await;
    refusals(&client).await;

    let log = microsoft.get("log?after=0&limit=5000&bodies=true").await.unwrap();
    let entries = log.as_array().unwrap();
    assert!(entries.len() > 150, "{}", entries.len());
    let mismatches = contract::check_log(&folder, entries);
    assert!(mismatches.is_empty(), "{} mismatches:\n{}", mismatches.len(), mismatches.join("\n"));
    sandbox.stop().await;
}
