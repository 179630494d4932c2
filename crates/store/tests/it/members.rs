//! The team: who may come in, links that work once, tokens, and account mail on its second way.

use desk::{ConnectionId, Language, PersonId, Role};
use jiff::SignedDuration;
use mail::Mailbox;
use store::{
    Error, Link, LinkPurpose, NewOutbox, OutboxUpdate, PeopleQuery, Purpose, SessionRow, Step, Urgency,
    UsedBy,
};

use crate::scene::{Scene, address, after, mailbox, message_id, start};

async fn member(scene: &Scene, email: &str, role: Role) -> PersonId {
    let tx = scene.begin().await;
    let id = tx.create_person("Kim", &address(email), role).await.unwrap().id;
    tx.commit().await.unwrap();
    id
}

fn link(hash: &str, person: PersonId) -> Link {
    Link {
        hash: hash.to_owned(),
        person,
        purpose: LinkPurpose::Invitation,
        expires_at: after(3600),
        created_at: after(0),
        made_by: None,
        outbox: None,
    }
}

fn session(id: &str, person: PersonId) -> SessionRow {
    let data = format!("{{\"person\":{person}}}");
    SessionRow { id: id.to_owned(), data, expires_at: after(100) }
}

fn account_mail(connection: ConnectionId, mark: &str) -> NewOutbox {
    NewOutbox {
        connection,
        address: None,
        purpose: Purpose::Account,
        ticket: None,
        comment: None,
        trigger: None,
        urgency: Urgency::Access,
        to: vec![mailbox("kim@desk.example")],
        cc: vec![],
        subject: "Your invitation".to_owned(),
        text: "https://desk.example/password/secret".to_owned(),
        html: "<p>https://desk.example/password/secret</p>".to_owned(),
        message_id: message_id(&format!("<{mark}@desk.example>")),
        in_reply_to: None,
        references: vec![],
        mark: mark.to_owned(),
        attachments: vec![],
    }
}

both! {
    /// A request under way while a new password ended its session saves that session at its end: it must stay ended.
    async fn a_session_that_was_ended_does_not_come_back_by_being_saved(scene) {
        let kim = member(scene, "kim@desk.example", Role::Agent).await;
        let row = session("s1", kim);
        assert!(scene.store.create_session(&row).await.unwrap());
        assert!(scene.store.save_session(&row).await.unwrap(), "a living one is saved");
        let tx = scene.begin().await;
        tx.set_password(kim, "hash").await.unwrap();
        tx.commit().await.unwrap();
        assert!(!scene.store.save_session(&row).await.unwrap());
        assert_eq!(scene.store.session("s1", start()).await.unwrap(), None);
    }

    /// A sign-in whose password was checked before the new one was set makes its session after it: it counts for nothing.
    async fn a_session_made_with_the_old_password_counts_for_nothing_after_the_new_one(scene) {
        let kim = member(scene, "kim@desk.example", Role::Agent).await;
        let before = scene.store.login(&address("kim@desk.example")).await.unwrap().unwrap().epoch;
        assert!(scene.store.signed_in(kim, before).await.unwrap().is_some());
        let tx = scene.begin().await;
        tx.set_password(kim, "hash").await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.signed_in(kim, before).await.unwrap().is_none());
        assert!(scene.store.signed_in(kim, before + 1).await.unwrap().is_some());
    }

    async fn who_is_deactivated_has_no_rights_no_sessions_and_no_links_until_it_is_taken_back(scene) {
        let kim = member(scene, "kim@desk.example", Role::Admin).await;
        scene.store.create_session(&session("s1", kim)).await.unwrap();
        let tx = scene.begin().await;
        tx.add_link(&link("h1", kim)).await.unwrap();
        tx.commit().await.unwrap();
        let tx = scene.begin().await;
        tx.set_active(kim, false).await.unwrap();
        assert!(tx.admins().await.unwrap().is_empty());
        tx.commit().await.unwrap();
        assert_eq!(scene.store.person(kim).await.unwrap().role, Role::EndUser, "no rights by any door");
        assert!(scene.store.staff().await.unwrap().is_empty(), "nobody is assigned to somebody who is gone");
        assert_eq!(scene.store.member(kim).await.unwrap().person.role, Role::Admin, "the role is remembered");
        assert_eq!(scene.store.session("s1", start()).await.unwrap(), None);
        assert_eq!(scene.store.link("h1", start()).await.unwrap(), None);
        let tx = scene.begin().await;
        tx.set_active(kim, true).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.person(kim).await.unwrap().role, Role::Admin);
    }

    /// Invariant 6 by a change: the new address is taken, the old one free again, both in one step.
    async fn a_person_who_moves_takes_the_new_address_and_gives_the_old_one_back(scene) {
        scene.connect("help@desk.example").await;
        let kim = member(scene, "kim@desk.example", Role::Agent).await;
        let ann = scene.customer("ann@example.com").await;
        for (taken, by) in [
            ("help@desk.example", UsedBy::SupportAddress),
            ("kim@desk.example", UsedBy::Staff("Kim".to_owned())),
        ] {
            let tx = scene.begin().await;
            let refused = tx.rename_person(ann.id, "Ann", &address(taken)).await;
            assert!(matches!(refused, Err(Error::AddressInUse { by: found, .. }) if found == by), "{taken}");
        }
        let tx = scene.begin().await;
        tx.rename_person(kim, "Kim Park", &address("park@desk.example")).await.unwrap();
        tx.commit().await.unwrap();
        let park = scene.store.person(kim).await.unwrap();
        assert_eq!((park.name.as_str(), park.email.as_str()), ("Kim Park", "park@desk.example"));
        assert_eq!(scene.store.address_use(&address("kim@desk.example")).await.unwrap(), None);
        let found = PeopleQuery { text: "PARK@".to_owned(), limit: 9, ..PeopleQuery::default() };
        assert_eq!(scene.store.members(&found).await.unwrap().1, 1, "lists find the new address");
        let tx = scene.begin().await;
        tx.ensure_end_user(&mailbox("kim@desk.example"), Some(Language::En)).await.unwrap();
    }

    /// Opened by two people at the same moment, a link sets one password.
    async fn a_link_is_used_once_and_takes_the_others_with_it(scene) {
        let kim = member(scene, "kim@desk.example", Role::Agent).await;
        let tx = scene.begin().await;
        tx.add_link(&link("h1", kim)).await.unwrap();
        tx.add_link(&link("h2", kim)).await.unwrap();
        tx.commit().await.unwrap();
        let try_it = || {
            let store = scene.store.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(10)).await.unwrap();
                let used = tx.use_link("h1").await;
                if used.is_ok() { tx.commit().await.unwrap(); }
                used.is_ok()
            })
        };
        let (one, two) = (try_it(), try_it());
        assert!(one.await.unwrap() ^ two.await.unwrap());
        assert_eq!(scene.store.link("h2", after(11)).await.unwrap(), None);
        assert_eq!(scene.store.link("h1", after(11)).await.unwrap(), None);
    }

    async fn a_link_dies_with_its_day(scene) {
        let kim = member(scene, "kim@desk.example", Role::Agent).await;
        let tx = scene.begin().await;
        tx.add_link(&link("h1", kim)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.link("h1", after(3599)).await.unwrap().is_some());
        assert_eq!(scene.store.link("h1", after(3600)).await.unwrap(), None);
        let tx = scene.store.begin(after(3600)).await.unwrap();
        assert!(matches!(tx.use_link("h1").await, Err(Error::NotFound { .. })));
        drop(tx);
        assert_eq!(scene.store.links_asked_for(kim, start() - SignedDuration::from_secs(1)).await.unwrap(), 1);
        assert_eq!(scene.store.prune_links(after(3600)).await.unwrap(), 1);
    }

    async fn a_revoked_token_is_nobodys(scene) {
        let kim = member(scene, "kim@desk.example", Role::Agent).await;
        let tx = scene.begin().await;
        let id = tx.add_api_token("Sync", "hash", kim).await.unwrap();
        tx.commit().await.unwrap();
        let token = scene.store.api_token("hash").await.unwrap().unwrap();
        assert_eq!((token.id, token.person, token.used_at), (id, kim, None));
        scene.store.note_api_token_used(&token, after(5)).await.unwrap();
        let token = scene.store.api_token("hash").await.unwrap().unwrap();
        scene.store.note_api_token_used(&token, after(20)).await.unwrap();
        assert_eq!(scene.store.api_tokens().await.unwrap()[0].used_at, Some(after(5)), "once a minute is enough");
        let tx = scene.begin().await;
        tx.revoke_api_token(id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.api_token("hash").await.unwrap(), None);
    }

    /// One row is delivered at most once: it goes over while certainly nothing has left, once, and under the lease.
    async fn account_mail_goes_over_only_before_anything_may_have_left(scene) {
        let (_, from) = scene.connect("help@desk.example").await;
        let tx = scene.begin().await;
        let to = tx.ensure_system_connection().await.unwrap();
        tx.commit().await.unwrap();
        let ttl = SignedDuration::from_secs(60);
        let lease = scene.store.claim(&format!("send:{from}"), "me", start(), ttl).await.unwrap().unwrap();
        let goes = [Step::Queued, Step::Drafting, Step::Drafted];
        let stays = [Step::Sending, Step::Accepted, Step::Sent, Step::Failed];
        for (number, step) in goes.into_iter().chain(stays).enumerate() {
            let tx = scene.begin().await;
            let id = tx.enqueue(&account_mail(from, &format!("m{number}"))).await.unwrap();
            let update = OutboxUpdate { step: Some(step), draft: Some("draft".to_owned()), ..OutboxUpdate::default() };
            tx.outbox_update(&lease, id, &update).await.unwrap();
            assert_eq!(tx.reroute(&lease, id, from, to, None, "connection_broken").await.unwrap(), goes.contains(&step), "{step:?}");
            assert!(!tx.reroute(&lease, id, from, to, None, "connection_broken").await.unwrap(), "not twice");
            tx.commit().await.unwrap();
            let row = scene.store.outbox_row(id).await.unwrap();
            if goes.contains(&step) {
                assert_eq!((row.mail.connection, row.mail.address, row.step, row.draft), (to, None, Step::Queued, None));
            } else {
                assert_eq!((row.mail.connection, row.step), (from, step));
            }
        }
        let lost = scene.store.claim(&format!("send:{from}"), "other", after(120), ttl).await.unwrap();
        assert!(lost.is_some());
        let tx = scene.begin().await;
        let id = tx.enqueue(&account_mail(from, "late")).await.unwrap();
        assert!(matches!(tx.reroute(&lease, id, from, to, None, "x").await, Err(Error::Fenced { .. })));
    }

    /// A copy of the database must not let anybody in by an old mail.
    async fn what_an_account_mail_said_is_forgotten_once_it_is_over(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let ttl = SignedDuration::from_secs(60);
        let lease = scene.store.claim("send:x", "me", start(), ttl).await.unwrap().unwrap();
        let tx = scene.begin().await;
        let waiting = tx.enqueue(&account_mail(connection, "a")).await.unwrap();
        let sent = tx.enqueue(&account_mail(connection, "b")).await.unwrap();
        let update = OutboxUpdate { step: Some(Step::Sent), ..OutboxUpdate::default() };
        tx.outbox_update(&lease, sent, &update).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.forget_account_mail().await.unwrap(), 1);
        assert!(scene.store.outbox_row(sent).await.unwrap().mail.text.is_empty());
        assert!(scene.store.outbox_row(waiting).await.unwrap().mail.text.contains("secret"));
    }

    async fn people_are_listed_by_name_or_on_from_an_id(scene) {
        for name in ["Cid", "Ann", "Bob"] {
            let tx = scene.begin().await;
            let who = Mailbox { name: name.to_owned(), address: address(&format!("{name}@example.com")) };
            tx.ensure_end_user(&who, None).await.unwrap();
            tx.commit().await.unwrap();
        }
        let names = |query: PeopleQuery| async move {
            let (rows, count) = scene.store.members(&query).await.unwrap();
            (rows.into_iter().map(|row| row.person.name).collect::<Vec<_>>().join(" "), count)
        };
        let all = PeopleQuery { limit: 2, ..PeopleQuery::default() };
        assert_eq!(names(all.clone()).await, ("Ann Bob".to_owned(), 3));
        assert_eq!(names(PeopleQuery { offset: 2, ..all.clone() }).await, ("Cid".to_owned(), 3));
        assert_eq!(names(PeopleQuery { after: Some(PersonId(0)), ..all.clone() }).await.0, "Cid Ann");
        let last = scene.store.person_by_address(&address("bob@example.com")).await.unwrap().unwrap().id;
        assert_eq!(names(PeopleQuery { before: Some(last), ..all.clone() }).await.0, "Cid Ann");
        assert_eq!(names(PeopleQuery { text: "100%".to_owned(), ..all }).await.1, 0, "taken literally");
    }
}
