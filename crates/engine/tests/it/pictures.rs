//! Pictures that travel with a mail are shown where the mail puts them, and none is out of sight.

use mail::html::RemotePictures;
use testkit::World;

use crate::scene::{CARL, HELP, running};

/// The beginning of a small picture; browsers and our own checks know it for one.
const PICTURE: &str = "R0lGODlhAQABAIAAAA==";

fn mail(subject: &str, id: &str, more: &str, content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "From: <{CARL}>\r\nTo: <{HELP}>\r\nSubject: {subject}\r\nMessage-ID: <{id}@example.org>\r\n{more}MIME-Version: 1.0\r\n\
         Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nContent-Type: {content_type}\r\n\r\n{body}"
    )
    .replace("\r\n", "\n")
    .replace('\n', "\r\n")
    .into_bytes()
}

async fn arrived(world: &World, count: usize) {
    world.until("all seen", async || Ok(world.ledger().await?.len() >= count)).await.unwrap();
    world.settle().await.unwrap();
}

/// Apple Mail names its pictures by their place, old web pages by their address: the agent must see both in the text.
#[tokio::test]
async fn pictures_are_shown_where_they_stand_or_by_their_address() {
    let world = running().await;
    let by_place = format!(
        "--m\nContent-Type: text/plain\n\nBefore it.\n--m\nContent-Type: image/gif; name=a.gif\nContent-Disposition: inline; \
         filename=a.gif\nContent-Transfer-Encoding: base64\n\n{PICTURE}\n--m\nContent-Type: text/plain\n\nAfter it.\n--m--\n"
    );
    let by_address = format!(
        "--m\nContent-Type: text/html\n\n<p>Before it.</p><img src=\"http://old.example/a.gif\"><p>After it.</p>\n--m\nContent-Type: \
         image/gif\nContent-Location: http://old.example/a.gif\nContent-Transfer-Encoding: base64\n\n{PICTURE}\n--m--\n"
    );
    let mails = [
        ("By place", mail("By place", "place", "", "multipart/mixed; boundary=m", &by_place)),
        ("By address", mail("By address", "address", "", "multipart/related; boundary=m", &by_address)),
    ];
    for (_, raw) in &mails {
        world.microsoft.deliver(HELP, raw.clone()).await.unwrap();
    }
    arrived(&world, 2).await;
    for (subject, _) in mails {
        let ticket = world.ticket_about(subject).await.unwrap().ticket.id;
        let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
        let first = &view.comments[0];
        assert!(first.files.is_empty(), "{subject}: what is shown is not listed again");
        assert!(first.comment.has_html, "{subject}");
        let shown =
            world.engine.comment_html(&world.admin, first.comment.id, RemotePictures::Blocked).await.unwrap();
        let at = |words: &str| {
            shown.html.find(words).unwrap_or_else(|| panic!("{subject}: {words}: {}", shown.html))
        };
        assert!(at("Before it.") < at("src=\"/attachments/"), "{subject}: {}", shown.html);
        assert!(at("src=\"/attachments/") < at("After it."), "{subject}: {}", shown.html);
        let id = shown.html.split("/attachments/").nth(1).unwrap().split('/').next().unwrap();
        let (_, content) = world
            .engine
            .attachment(&world.admin, id.parse::<i64>().map(desk::AttachmentId).unwrap())
            .await
            .unwrap();
        assert!(content.starts_with(b"GIF89a"), "{subject}");
    }
    world.end().await.unwrap();
}

/// Of a reply only the new words are shown, as text. The screenshot among them is what the reply is about; the logo of a
/// signature is not.
#[tokio::test]
async fn a_picture_in_a_reply_whose_words_alone_are_shown_is_listed() {
    use base64::Engine;
    let world = running().await;
    world.microsoft.deliver(HELP, mail("Broken", "one", "", "text/plain", "It is broken.\n")).await.unwrap();
    arrived(&world, 1).await;
    let mut screenshot = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    screenshot.resize(20_000, 7);
    let screenshot = base64::engine::general_purpose::STANDARD.encode(&screenshot);
    let body = format!(
        "--m\nContent-Type: text/html\n\n<p>Here it is:</p><img src=\"cid:shot@x\"><p>Carl<img src=\"cid:logo@x\"></p><hr><div>From: Help\n\
         &lt;{HELP}&gt;<br>Sent: Monday, November 23, 2026 9:00 AM<br>To: {CARL}<br>Subject: Broken</div><p>What do you see?</p>\n\
         --m\nContent-Type: image/gif; name=shot.gif\nContent-ID: <shot@x>\nContent-Transfer-Encoding: base64\n\n{screenshot}\n\
         --m\nContent-Type: image/gif; name=logo.gif\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\n{PICTURE}\n--m--\n"
    );
    let reply = mail(
        "Re: Broken",
        "two",
        "In-Reply-To: <one@example.org>\nReferences: <one@example.org>\n",
        "multipart/related; boundary=m",
        &body,
    );
    world.microsoft.deliver(HELP, reply).await.unwrap();
    arrived(&world, 2).await;
    let ticket = world.ticket_about("Broken").await.unwrap().ticket.id;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    let reply = view.comments.last().unwrap();
    assert!(reply.comment.full_text.is_some(), "only the new words are shown: {:?}", reply.comment.text);
    let names: Vec<&str> = reply.files.iter().map(|file| file.file.name.as_str()).collect();
    assert_eq!(names, ["shot.gif"]);
    world.end().await.unwrap();
}
