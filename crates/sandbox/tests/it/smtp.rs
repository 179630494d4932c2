//! The mail servers of the internet: what they take, what they refuse, and what they hand on.

use std::net::SocketAddr;

use reqwest::{Method, StatusCode};
use sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::town::{ADELE, SUPPORT, Town, config, eventually, letter};

/// A conversation, line by line.
struct Talk {
    stream: BufReader<TcpStream>,
}

impl Talk {
    async fn with(address: SocketAddr) -> Self {
        let mut talk = Self { stream: BufReader::new(TcpStream::connect(address).await.unwrap()) };
        assert!(talk.hear().await.starts_with("220 "));
        talk.say("EHLO desk.example").await;
        talk
    }

    async fn hear(&mut self) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return all;
            }
            all.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                return all;
            }
        }
    }

    async fn say(&mut self, line: &str) -> String {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.hear().await
    }

    /// A whole mail; the reply to each step that was not a success, else the last one.
    async fn send(&mut self, from: &str, to: &[&str], mail: &str) -> String {
        let mut steps = vec![format!("MAIL FROM:<{from}>")];
        steps.extend(to.iter().map(|t| format!("RCPT TO:<{t}>")));
        steps.push("DATA".to_owned());
        for step in steps {
            let said = self.say(&step).await;
            if !said.starts_with('2') && !said.starts_with('3') {
                return said;
            }
        }
        self.say(&format!("{mail}\r\n.")).await
    }
}

async fn with_smtp() -> (Town, SocketAddr) {
    let mut town = Town::new().await;
    let address = town.sandbox.listen_smtp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    (town, address)
}

const MAIL: &str = "From: Kunde <kunde@outside.example>\r\nTo: <support@contoso.example>\r\nSubject: By SMTP\r\n\
                    Message-ID: <smtp-1@outside.example>\r\n\r\n..dots\r\nText";

async fn inbox(town: &Town, address: &str) -> Vec<Value> {
    let list = town.get(&format!("mailboxes/{address}/messages?folder=inbox")).await;
    list["messages"].as_array().unwrap().clone()
}

#[tokio::test]
async fn mail_by_smtp_reaches_mailboxes_and_people_outside_once_each() {
    let (town, smtp) = with_smtp().await;
    let mut talk = Talk::with(smtp).await;
    let said = talk.send("kunde@outside.example", &[SUPPORT, "freund@elsewhere.example"], MAIL).await;
    assert!(said.starts_with("250 2.6.0 <smtp-1@outside.example>"), "{said}");
    let came = inbox(&town, SUPPORT).await;
    assert_eq!(came[0]["internetMessageId"], json!("<smtp-1@outside.example>"));
    let mime = town
        .http
        .get(format!(
            "{}/_sandbox/mailboxes/{SUPPORT}/messages/{}/mime",
            town.base,
            came[0]["id"].as_str().unwrap()
        ))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        mime.contains("spf=pass") && mime.contains("\r\n.dots\r\nText"),
        "stamped, dots taken away: {mime}"
    );
    assert_eq!(town.get("outside/freund@elsewhere.example/messages").await["total"], json!(1));
    assert_eq!(
        town.get("outside/kunde@outside.example/messages").await["messages"][0]["folder"],
        json!("sent")
    );
    let listed = town.get("smtp").await;
    assert_eq!(listed["mails"][0]["to"], json!([SUPPORT, "freund@elsewhere.example"]));
}

#[tokio::test]
async fn what_a_mail_server_refuses_it_refuses_at_once_and_in_its_words() {
    let (town, smtp) = with_smtp().await;
    let mut talk = Talk::with(smtp).await;
    let from = "kunde@outside.example";
    for (to, mail, expected) in [
        ("nobody@contoso.example", MAIL, "550 5.1.10"),
        ("anyone@bounce.example", MAIL, "550 5.1.1"),
        (SUPPORT, "Subject: a\nb", "550 5.6.11"),
    ] {
        let said = talk.send(from, &[to], mail).await;
        assert!(said.starts_with(expected), "{to}: {said}");
        assert!(talk.say("RSET").await.starts_with("250"));
    }
    for (line, expected) in [
        ("DATA", "503"),
        ("RCPT TO:<a@b.example>", "503"),
        ("MAIL FROM:<a@b.example> SIZE=99999999", "552 5.3.4"),
        ("MAIL FROM:a b", "50"),
        ("FROB", "500"),
        ("STARTTLS", "502"),
    ] {
        let said = talk.say(line).await;
        assert!(said.starts_with(expected), "{line}: {said}");
    }
    let mut rude = BufReader::new(TcpStream::connect(smtp).await.unwrap());
    rude.write_all(b"MAIL FROM:<a@b.example>\r\n").await.unwrap();
    let mut heard = String::new();
    rude.read_line(&mut heard).await.unwrap();
    heard.clear();
    rude.read_line(&mut heard).await.unwrap();
    assert!(heard.starts_with("503 5.5.2 Send hello first"), "{heard}");
    assert!(inbox(&town, SUPPORT).await.is_empty());
}

#[tokio::test]
async fn who_signs_in_sends_as_themselves_and_who_does_not_is_a_stranger() {
    let (town, smtp) = with_smtp().await;
    let mail =
        |from: &str, to: &str| format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: From {from}\r\n\r\nx");
    let mut talk = Talk::with(smtp).await;
    // "adele@contoso.example" with a wrong and with the right password.
    let plain = |password: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("\0{ADELE}\0{password}"))
    };
    assert!(talk.say(&format!("AUTH PLAIN {}", plain("wrong"))).await.starts_with("535 5.7.3"));
    assert!(talk.say("AUTH PLAIN").await.starts_with("334"));
    assert!(talk.say(&plain("pw")).await.starts_with("235"));
    let said = talk.send(SUPPORT, &[ADELE], &mail(SUPPORT, ADELE)).await;
    assert!(said.starts_with("550 5.7.60"), "not as somebody else: {said}");
    assert!(talk.send(ADELE, &[SUPPORT], &mail(ADELE, SUPPORT)).await.starts_with("250"));
    let mut stranger = Talk::with(smtp).await;
    assert!(stranger.send(ADELE, &[SUPPORT], &mail(ADELE, SUPPORT)).await.starts_with("250"));
    let mut verdicts = Vec::new();
    for message in inbox(&town, SUPPORT).await {
        let path = format!("mailboxes/{SUPPORT}/messages/{}", message["id"].as_str().unwrap());
        let whole = town.get(&path).await;
        let text = whole["headers"].to_string();
        verdicts.push((text.contains("compauth=fail"), text.contains("AuthAs\",\"value\":\"Internal")));
    }
    verdicts.sort_unstable();
    assert_eq!(verdicts, [(false, true), (true, false)], "inside, and forged");
}

#[tokio::test]
async fn starttls_covers_the_conversation_with_the_stand_ins_own_certificate() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let mut sandbox =
        Sandbox::start(sandbox::Config { tls: Some(folder.path().to_owned()), ..config() }).await.unwrap();
    let smtp = sandbox.listen_smtp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let mut roots = rustls::RootCertStore::empty();
    let pem = std::fs::read(folder.path().join("ca.pem")).unwrap();
    let authority =
        <rustls::pki_types::CertificateDer<'_> as rustls::pki_types::pem::PemObject>::from_pem_slice(&pem);
    roots.add(authority.unwrap()).unwrap();
    let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let mut talk = Talk::with(smtp).await;
    assert!(talk.say("EHLO desk.example").await.contains("250-STARTTLS"));
    assert!(talk.say("STARTTLS").await.starts_with("220"));
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(tls));
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let mut covered = connector.connect(name, talk.stream.into_inner()).await.unwrap();
    covered.write_all(b"EHLO desk.example\r\nQUIT\r\n").await.unwrap();
    let mut heard = String::new();
    let _ = covered.read_to_string(&mut heard).await;
    assert!(!heard.contains("STARTTLS") && heard.contains("221 2.0.0"), "{heard}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_routed_domain_is_handed_on_and_tried_again_while_its_server_says_later() {
    let (town, _) = with_smtp().await;
    let (desk, desk_smtp) = with_smtp().await;
    town.post("routes", &json!({"domain": "desk.example", "smtp": desk_smtp.to_string()})).await;
    desk.post(
        "faults",
        &json!({"kind": "smtp_refused", "reply": "451 4.7.1 Greylisted, come again", "times": 1}),
    )
    .await;
    let mail = json!({"from": {"address": "kunde@outside.example"}, "to": [{"address": "help@desk.example"}], "subject": "Routed", "text": "Hi"});
    let sent = town.post("outside/send", &mail).await;
    let arrived = eventually("the second try", || async {
        let there =
            desk.get("outside/help@desk.example/messages").await["messages"].as_array().unwrap().clone();
        there.first().cloned()
    })
    .await;
    assert_eq!(arrived["internetMessageId"], sent["internetMessageId"], "the same mail");
    assert!(arrived["mime"].as_str().unwrap().starts_with("Received: "), "{arrived}");
    let listed = eventually("the list", || async {
        let rows = town.get("smtp").await["mails"].as_array().unwrap().clone();
        (rows.len() == 2).then_some(rows)
    })
    .await;
    assert_eq!((&listed[0]["outcome"], &listed[1]["outcome"]), (&json!("again_later"), &json!("delivered")));
    assert!(listed[0]["reply"].as_str().unwrap().contains("Greylisted"), "{listed:?}");
    let (status, _) = town.control(Method::DELETE, "routes/@desk.example", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_no_comes_back_to_the_sender_as_a_report() {
    let (town, _) = with_smtp().await;
    let (desk, desk_smtp) = with_smtp().await;
    town.post("routes", &json!({"domain": "desk.example", "smtp": desk_smtp.to_string()})).await;
    desk.post("faults", &json!({"kind": "smtp_refused", "reply": "550 5.1.1 No such address here"})).await;
    let guest = town.guest(SUPPORT).await;
    let draft = guest.draft("help@desk.example", json!({})).await;
    guest.send(draft["id"].as_str().unwrap()).await;
    let report = eventually("the report", || async { inbox(&town, SUPPORT).await.first().cloned() }).await;
    assert!(report["subject"].as_str().unwrap().starts_with("Undeliverable: "), "{report}");
    // A server nobody can reach: after two days the mail goes back as well.
    town.post("routes", &json!({"address": "gone@desk.example", "smtp": "127.0.0.1:9"})).await;
    let draft = guest.draft("gone@desk.example", json!({"subject": "Nobody there"})).await;
    guest.send(draft["id"].as_str().unwrap()).await;
    eventually("the first try", || async {
        (town.get("routes").await["waiting"][0]["said"].is_string()).then_some(())
    })
    .await;
    town.post("clock", &json!({"advanceSeconds": 2 * 86_400 + 60})).await;
    eventually("the second report", || async { (inbox(&town, SUPPORT).await.len() == 2).then_some(()) })
        .await;
}

#[tokio::test]
async fn a_lost_reply_brings_the_mail_a_second_time() {
    let (town, _) = with_smtp().await;
    let (desk, desk_smtp) = with_smtp().await;
    town.post("routes", &json!({"domain": "desk.example", "smtp": desk_smtp.to_string()})).await;
    desk.post("faults", &json!({"kind": "smtp_refused", "effect": "after", "times": 1})).await;
    let mail = json!({"from": {"address": "kunde@outside.example"}, "to": [{"address": "help@desk.example"}], "subject": "Twice", "text": "Hi"});
    town.post("outside/send", &mail).await;
    let both = eventually("both", || async {
        let there =
            desk.get("outside/help@desk.example/messages").await["messages"].as_array().unwrap().clone();
        (there.len() == 2).then_some(there)
    })
    .await;
    assert_eq!(both[0]["internetMessageId"], both[1]["internetMessageId"]);
}

#[tokio::test]
async fn a_mailbox_forwards_as_exchange_does() {
    let (town, _) = with_smtp().await;
    let (desk, desk_smtp) = with_smtp().await;
    town.post("routes", &json!({"domain": "desk.example", "smtp": desk_smtp.to_string()})).await;
    let path = format!("mailboxes/{SUPPORT}/forward");
    for (keep, kept) in [(false, 0), (true, 1)] {
        town.post(&path, &json!({"to": "help@desk.example", "keep": keep})).await;
        let mail = json!({"from": {"address": "kunde@outside.example"}, "to": [{"address": SUPPORT}], "subject": format!("keep {keep}"), "text": "Hi"});
        let sent = town.post("outside/send", &mail).await;
        let came = eventually("the forwarded mail", || async {
            let there =
                desk.get("outside/help@desk.example/messages").await["messages"].as_array().unwrap().clone();
            there.into_iter().find(|m| m["subject"] == json!(format!("keep {keep}")))
        })
        .await;
        assert_eq!(came["internetMessageId"], sent["internetMessageId"]);
        let mime = came["mime"].as_str().unwrap();
        assert!(mime.contains(&format!("Resent-From: <{SUPPORT}>")), "{mime}");
        assert!(mime.contains("To: ") && mime.contains(SUPPORT), "To stays: {mime}");
        assert!(!mime.contains("X-MS-Exchange-Organization-"), "{mime}");
        assert_eq!(inbox(&town, SUPPORT).await.len(), kept);
    }
    let envelope = desk.get("smtp").await["mails"][0]["from"].as_str().unwrap().to_owned();
    assert!(envelope.starts_with("support+SRS=") && envelope.ends_with("@contoso.example"), "{envelope}");
    // What comes back to that sender is for the customer.
    town.post(&format!("mailboxes/{ADELE}/forward"), &json!({"to": "nobody@bounce.example"})).await;
    let mail = json!({"from": {"address": "kunde@outside.example"}, "to": [{"address": ADELE}], "subject": "Lost", "text": "Hi"});
    town.post("outside/send", &mail).await;
    let customer = town.get("outside/kunde@outside.example/messages").await;
    assert!(customer["messages"][0]["subject"].as_str().unwrap().starts_with("Undeliverable"), "{customer}");
    // Two mailboxes that forward to each other stop.
    town.post(&path, &json!({"to": ADELE, "keep": true})).await;
    town.post(&format!("mailboxes/{ADELE}/forward"), &json!({"to": SUPPORT, "keep": true})).await;
    let before = inbox(&town, SUPPORT).await.len();
    town.post("outside/send", &json!({"from": {"address": "kunde@outside.example"}, "to": [{"address": SUPPORT}], "subject": "Round", "text": "Hi"})).await;
    assert!(inbox(&town, SUPPORT).await.len() - before <= 2);
    let (status, _) = town.control(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    town.deliver(SUPPORT, &letter(5)).await;
}
