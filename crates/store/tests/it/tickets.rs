//! Tickets, comments, history, lists.

use desk::decide::Doubt;
use desk::flood::Window;
use desk::ticket::{CommentMail, Via};
use desk::{Person, PersonId, Priority, Role, Status, TicketId};
use store::{
    Audit, AuditEvent, BlobId, Error, NewAttachment, NewComment, NewTicket, TicketChange, TicketCounts,
    TicketQuery,
};

use crate::scene::{Scene, address, after, comment_on, mailbox};

async fn agent(scene: &Scene) -> Person {
    let tx = scene.begin().await;
    let agent = tx.create_staff("Kenji", &address("kenji@desk.example"), Role::Agent, "hash").await.unwrap();
    tx.commit().await.unwrap();
    agent
}

async fn change(scene: &Scene, id: TicketId, change: TicketChange) {
    let tx = scene.begin_at(50).await;
    tx.change_ticket(id, &change, None).await.unwrap();
    tx.commit().await.unwrap();
}

fn all() -> TicketQuery {
    TicketQuery { statuses: vec![], assignee: None, text: String::new(), after: None, limit: 100 }
}

async fn found(scene: &Scene, query: TicketQuery) -> Vec<i64> {
    scene.store.tickets(&query).await.unwrap().into_iter().map(|row| row.ticket.id.0).collect()
}

both! {
    async fn tickets_are_numbered_from_one_and_their_first_comment_is_in_the_history(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "printer").await;
        assert_eq!(ticket.id, TicketId(1));
        assert!(ticket.is_public);
        let audit = |event| Audit { author: Some(ann.id), at: after(0), event };
        assert_eq!(scene.store.audits(ticket.id).await.unwrap(), [audit(AuditEvent::Created), audit(AuditEvent::Comment { comment })]);
        assert!(matches!(scene.store.ticket(TicketId(99)).await, Err(Error::NotFound { .. })));
    }

    async fn a_comment_is_kept_whole_with_its_files_and_its_envelope(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let mail = CommentMail {
            from: Some(mailbox("ann@example.com")),
            to: vec![mailbox("help@desk.example")],
            cc: vec![],
            subject: "a NUL \0 inside".to_owned(),
            signals: vec![desk::decide::Signal::Token { ticket: ticket.id }],
            conflicts: vec![],
            spoof: true,
            doubt: Some(Doubt::StaffInReplyTo),
            reply_to: Some(mailbox("agent@desk.example")),
            invitation: None,
            protection: None,
        };
        let file = NewAttachment {
            name: "請求書.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            content_id: None,
            inline: false,
            size: 5_000_000_000,
            blob: BlobId::of(b"pdf"),
            finding: Some(mail::inspect::by_name("請求書.pdf.exe")),
        };
        let new = NewComment {
            text: "one\0two".to_owned(),
            full_text: Some("all\0of it".to_owned()),
            has_html: true,
            automatic: true,
            mail: Some(mail.clone()),
            attachments: vec![file.clone(), NewAttachment { inline: true, content_id: Some("logo".to_owned()), ..file }],
            ..comment_on(&ticket, "")
        };
        let tx = scene.begin_at(5).await;
        let id = tx.add_comment(&new).await.unwrap();
        assert_eq!(tx.latest_comments(&[ticket.id], 1).await.unwrap()[0].id, id);
        tx.commit().await.unwrap();
        let comment = scene.store.comment(id).await.unwrap();
        assert_eq!((comment.text.as_str(), comment.full_text.as_deref()), ("one\u{FFFD}two", Some("all\u{FFFD}of it")));
        assert_eq!((comment.mail, comment.automatic, comment.has_html), (Some(mail), true, true));
        let files = scene.store.attachments(ticket.id).await.unwrap();
        assert_eq!(files.iter().map(|file| (file.file.inline, file.file.size, file.comment)).collect::<Vec<_>>(), [(false, 5_000_000_000, id), (true, 5_000_000_000, id)]);
        assert_eq!(scene.store.attachment(files[1].id).await.unwrap().file.content_id.as_deref(), Some("logo"));
        assert_eq!(scene.store.comments(ticket.id).await.unwrap().len(), 2);
        assert_eq!(scene.store.ticket(ticket.id).await.unwrap().updated_at, after(5));
    }

    async fn each_field_that_really_changes_leaves_one_audit(scene) {
        let ann = scene.customer("ann@example.com").await;
        let kenji = agent(scene).await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let before = scene.store.audits(ticket.id).await.unwrap().len();
        let wanted = TicketChange {
            status: Some(Status::Open),
            assignee: Some(Some(kenji.id)),
            priority: Some(Some(Priority::High)),
            add_ccs: vec![kenji.id, kenji.id],
            add_tags: vec!["vip".to_owned(), "urgent".to_owned()],
            ..TicketChange::default()
        };
        for _ in 0..2 {
            let tx = scene.begin_at(10).await;
            let after = tx.change_ticket(ticket.id, &wanted, Some(kenji.id)).await.unwrap();
            assert_eq!(tx.ticket(ticket.id).await.unwrap(), after);
            tx.commit().await.unwrap();
        }
        let audits = scene.store.audits(ticket.id).await.unwrap();
        let fields: Vec<_> = audits[before..]
            .iter()
            .map(|audit| match &audit.event {
                AuditEvent::Change { field, previous, value } => (field.as_str(), previous.as_deref(), value.as_deref()),
                other => panic!("{other:?}"),
            })
            .collect();
        let (me, tags) = (kenji.id.to_string(), "urgent vip");
        assert_eq!(fields, [
            ("status", Some("new"), Some("open")),
            ("assignee_id", None, Some(me.as_str())),
            ("priority", None, Some("high")),
            ("email_cc_ids", Some(""), Some(me.as_str())),
            ("tags", Some(""), Some(tags)),
        ]);
        let stored = scene.store.ticket(ticket.id).await.unwrap();
        assert_eq!((stored.assignee, stored.ccs, stored.updated_at), (Some(kenji.id), vec![kenji.id], after(10)));
        change(scene, ticket.id, TicketChange { assignee: Some(None), priority: Some(None), ..TicketChange::default() }).await;
        let stored = scene.store.ticket(ticket.id).await.unwrap();
        assert_eq!((stored.assignee, stored.priority), (None, None));
    }

    async fn an_imported_ticket_keeps_its_date_and_does_not_bury_todays(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (today, _) = scene.ticket(&ann, "today").await;
        let tx = scene.begin_at(10).await;
        let new = NewTicket {
            brand: desk::BrandId(1),
            address: None,
            subject: "old".to_owned(),
            status: Status::New,
            requester: ann.id,
            ccs: vec![],
            tags: vec!["b".to_owned(), "a".to_owned(), "b".to_owned()],
            follows: Some(today.id),
            via: Via::Import,
            created_at: Some(after(-1000)),
        };
        let old = tx.create_ticket(&new, None).await.unwrap();
        let comment = NewComment { created_at: Some(after(-1000)), ..comment_on(&old, "long ago") };
        let comment = tx.add_comment(&comment).await.unwrap();
        tx.commit().await.unwrap();
        let stored = scene.store.ticket(old.id).await.unwrap();
        assert_eq!((stored.created_at, stored.updated_at, stored.follows), (after(-1000), after(-1000), Some(today.id)));
        assert_eq!(stored.tags, ["a", "b"]);
        assert_eq!(scene.store.comment(comment).await.unwrap().created_at, after(-1000));
        assert_eq!(found(scene, all()).await, [today.id.0, old.id.0]);
        let tx = scene.begin_at(20).await;
        tx.add_comment(&comment_on(&old, "news")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(scene, all()).await, [old.id.0, today.id.0]);
    }

    async fn pages_follow_each_other_without_gap_or_repeat(scene) {
        let ann = scene.customer("ann@example.com").await;
        // Three tickets share each moment: the id decides between them.
        for number in 0..9 {
            scene.ticket_at(number / 3, &ann, "printer").await;
        }
        let mut seen = vec![];
        let mut query = TicketQuery { limit: 4, ..all() };
        loop {
            let page = scene.store.tickets(&query).await.unwrap();
            let Some(last) = page.last() else { break };
            query.after = Some((last.ticket.updated_at, last.ticket.id));
            seen.extend(page.iter().map(|row| row.ticket.id.0));
        }
        assert_eq!(seen, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    }

    async fn a_list_filters_by_status_assignee_and_text(scene) {
        let ann = scene.customer("ann.smith@example.com").await;
        let bob = scene.customer("bob@example.com").await;
        let kenji = agent(scene).await;
        let (printer, _) = scene.ticket_at(1, &ann, "ÉTÉ 100% Printer").await;
        let (screen, _) = scene.ticket_at(2, &bob, "画面 under_score").await;
        change(scene, screen.id, TicketChange { status: Some(Status::Solved), assignee: Some(Some(kenji.id)), ..TicketChange::default() }).await;
        let by_text = |text: &str| TicketQuery { text: text.to_owned(), ..all() };
        let cases = [
            (TicketQuery { statuses: vec![Status::Solved, Status::Closed], ..all() }, vec![screen.id.0]),
            (TicketQuery { assignee: Some(None), ..all() }, vec![printer.id.0]),
            (TicketQuery { assignee: Some(Some(kenji.id)), ..all() }, vec![screen.id.0]),
            (by_text("été"), vec![printer.id.0]),
            (by_text("画面"), vec![screen.id.0]),
            (by_text("100%"), vec![printer.id.0]),
            (by_text("r_s"), vec![screen.id.0]),
            (by_text("ANN.SMITH"), vec![printer.id.0]),
            (by_text("\\"), vec![]),
            (by_text("%"), vec![printer.id.0]),
        ];
        for (query, expected) in cases {
            assert_eq!(found(scene, query.clone()).await, expected, "{query:?}");
        }
        let rows = scene.store.tickets(&by_text("画面")).await.unwrap();
        assert_eq!((rows[0].requester_address.as_str(), rows[0].assignee_name.as_deref()), ("bob@example.com", Some("Kenji")));
    }

    async fn views_are_counted(scene) {
        let ann = scene.customer("ann@example.com").await;
        let kenji = agent(scene).await;
        for (status, assignee) in [(Status::Open, Some(kenji.id)), (Status::Pending, Some(PersonId(1))), (Status::Closed, Some(kenji.id)), (Status::Hold, None)] {
            let (ticket, _) = scene.ticket(&ann, "printer").await;
            change(scene, ticket.id, TicketChange { status: Some(status), assignee: Some(assignee), ..TicketChange::default() }).await;
        }
        let counts = scene.store.ticket_counts(kenji.id).await.unwrap();
        assert_eq!(counts, TicketCounts { mine: 1, unassigned: 1, unsolved: 3, solved: 1 });
    }
}

both! {
    async fn a_ticket_says_once_an_hour_that_it_fell_silent(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        for seconds in [10, 20, 3_609, 3_700] {
            let tx = scene.begin_at(seconds).await;
            tx.falls_silent(ticket.id, Window::Ticket).await.unwrap();
            tx.commit().await.unwrap();
        }
        let audits = scene.store.audits(ticket.id).await.unwrap();
        let said: Vec<_> =
            audits.into_iter().filter(|audit| matches!(audit.event, AuditEvent::LoopStopped { .. })).map(|audit| audit.at).collect();
        assert_eq!(said, [after(10), after(3_700)]);
    }
}
