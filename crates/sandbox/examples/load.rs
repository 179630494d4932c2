//! How much the stand-in carries: mailboxes followed by delta, with mail arriving and the state file being written.
//!
//! `cargo run --release -p sandbox --example load [MAILBOXES] [SECONDS] [MAILS]`; with `hold` as a fourth word it goes on
//! listening afterwards.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for the hand")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sandbox::{App, Config, Sandbox};
use serde_json::{Value, json};

const DOMAIN: &str = "load.example";
const BACK: &str = "http://127.0.0.1:9/back";

/// Asks the control API.
async fn control(http: &reqwest::Client, base: &str, path: &str, body: Value) -> Value {
    let answer = http.post(format!("{base}/_sandbox/{path}")).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap_or_default()
}

/// Signs somebody in; the access token.
async fn token(http: &reqwest::Client, base: &str, upn: &str) -> String {
    let verifier = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH";
    let url = format!(
        "{base}/organizations/oauth2/v2.0/authorize?client_id=app&response_type=code&redirect_uri={BACK}\
         &scope=offline_access%20User.Read%20Mail.ReadWrite%20Mail.Send&code_challenge={verifier}&code_challenge_method=plain"
    );
    let signed = control(http, base, "sign-in", json!({"url": url, "upn": upn})).await;
    let location = reqwest::Url::parse(signed["location"].as_str().unwrap()).unwrap();
    let code = location.query_pairs().find(|(n, _)| n == "code").unwrap().1.into_owned();
    let form = [
        ("client_id", "app"),
        ("client_secret", "secret"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", verifier),
    ];
    let answer =
        http.post(format!("{base}/organizations/oauth2/v2.0/token")).form(&form).send().await.unwrap();
    let tokens: Value = answer.json().await.unwrap();
    tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
}

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or: u64| words.get(at).and_then(|w| w.parse().ok()).unwrap_or(or);
    let (mailboxes, seconds, mails) = (number(0, 1_000), number(1, 10), number(2, 5_000));
    let folder = tempfile::tempdir().unwrap();
    let mut stand_in = Sandbox::start(Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        tls: None,
        state: Some(folder.path().join("state.json")),
        company: false,
        app: Some(App {
            client_id: "app".to_owned(),
            client_secret: "secret".to_owned(),
            redirect_uris: vec![BACK.to_owned()],
        }),
    })
    .await
    .unwrap();
    let smtp = stand_in.listen_smtp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (base, http) = (stand_in.base(), reqwest::Client::new());
    println!("{base}/outlook/faults, SMTP {smtp}");
    control(&http, &base, "tenants", json!({"domain": DOMAIN, "name": "Load"})).await;
    let started = Instant::now();
    let mut tokens = Vec::new();
    for n in 0..mailboxes {
        let upn = format!("m{n}@{DOMAIN}");
        control(&http, &base, "people", json!({"tenant": DOMAIN, "upn": upn, "name": upn})).await;
        tokens.push(token(&http, &base, &upn).await);
    }
    println!("{mailboxes} people made and signed in: {:.1} s", started.elapsed().as_secs_f64());

    let started = Instant::now();
    for n in 0..mails {
        let to = format!("m{}@{DOMAIN}", n % mailboxes);
        let mail = json!({"from": {"address": format!("k{n}@outside.example")}, "to": [{"address": to}],
                          "subject": format!("Mail {n}"), "text": "A question. ".repeat(40)});
        control(&http, &base, "outside/send", mail).await;
    }
    let took = started.elapsed().as_secs_f64();
    println!("{mails} mails written: {:.0} a second", mails as f64 / took);

    let calls = Arc::new(AtomicU64::new(0));
    let slowest = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let tokens = Arc::new(tokens);
    let tasks: Vec<_> = (0..16usize)
        .map(|worker| {
            let (http, base, tokens) = (http.clone(), base.clone(), tokens.clone());
            let (calls, slowest) = (calls.clone(), slowest.clone());
            tokio::spawn(async move {
                let first =
                    format!("{base}/v1.0/me/mailFolders/inbox/messages/delta?$select=id,receivedDateTime");
                let mut links: Vec<String> = vec![first; tokens.len()];
                for at in (0..tokens.len()).skip(worker).step_by(16).cycle() {
                    if Instant::now() > end {
                        return;
                    }
                    let asked = Instant::now();
                    let answer = http.get(&links[at]).bearer_auth(&tokens[at]).send().await.unwrap();
                    let page: Value = answer.json().await.unwrap();
                    let next = page.get("@odata.nextLink").or_else(|| page.get("@odata.deltaLink"));
                    links[at] = next.and_then(Value::as_str).unwrap_or_else(|| panic!("{page}")).to_owned();
                    calls.fetch_add(1, Ordering::Relaxed);
                    slowest.fetch_max(asked.elapsed().as_millis() as u64, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let made = calls.load(Ordering::Relaxed);
    println!("delta: {} calls a second, the slowest {} ms", made / seconds, slowest.load(Ordering::Relaxed));
    if words.get(3).is_some_and(|w| w == "hold") {
        std::future::pending::<()>().await;
    }
    let started = Instant::now();
    stand_in.stop().await;
    let size = std::fs::metadata(folder.path().join("state.json")).unwrap().len();
    println!("state file of {:.1} MB written: {:.2} s", size as f64 / 1e6, started.elapsed().as_secs_f64());
}
